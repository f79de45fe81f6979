/** One image drawn pixel by pixel on a canvas of its own size; the page scales it up without smoothing. */
import { useEffect, useRef } from 'react';
import { interleave, type PixelForm } from './interleave.ts';
import './thumbnail.css';

interface ThumbnailProps {
  /** Planar values [C, H, W]. */
  readonly pixels: ArrayLike<number>;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly form?: PixelForm | undefined;
  /** Side on the page, in pixels. */
  readonly size: number;
  readonly label: string;
}

/** The image. */
export function Thumbnail({ pixels, channels, height, width, form, size, label }: ThumbnailProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context == null) return;
    const image = context.createImageData(width, height);
    interleave(pixels, channels, image.data, form);
    context.putImageData(image, 0, 0);
  }, [pixels, channels, height, width, form]);
  return (
    <canvas
      ref={canvas}
      className="thumbnail"
      width={width}
      height={height}
      style={{ width: size, height: (size * height) / width }}
      role="img"
      aria-label={label}
    />
  );
}
