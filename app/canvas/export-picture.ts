/** Exports the graph as it is shown: SVG, or PNG made of that. */
import { download } from '../shell/commands/download.ts';
import { useDocument } from '../store/document.ts';
import { notify } from '../store/notices.ts';
import { useCanvas } from './canvas-state.ts';
import { svgOf, type PictureTheme } from './picture-svg.ts';

const FAMILIES = [
  'data',
  'vision',
  'pooling',
  'activation',
  'normalise',
  'connect',
  'combine',
  'reshape',
  'loss',
  'utility',
  'unknown',
] as const;

/** The colours of the page as it is, light or dark. */
export function themeOfPage(): PictureTheme {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ground: colour('--canvas'),
    panel: colour('--panel'),
    text: colour('--text'),
    muted: colour('--text-muted'),
    border: colour('--border'),
    line: colour('--border-strong'),
    quietLine: colour('--border'),
    danger: colour('--danger'),
    families: Object.fromEntries(
      FAMILIES.map((family) => [family, colour(`--family-${family}`)]),
    ) as PictureTheme['families'],
  };
}

/** Pixels of the picture for one of the graph, and the most that browsers allow of one side. */
const SCALE = 2;
const LONGEST_SIDE = 16_000;

async function pngOf(svg: string): Promise<Uint8Array> {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const { naturalWidth: width, naturalHeight: height } = image;
    const scale = Math.min(SCALE, LONGEST_SIDE / Math.max(width, height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('This browser gives no canvas to draw on.');
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (blob === null) throw new Error('The browser could not make a picture of this size.');
    return new Uint8Array(await blob.arrayBuffer());
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Downloads the graph that is shown. Says why where it cannot be done. */
export async function exportPicture(kind: 'svg' | 'png'): Promise<void> {
  const { picture } = useCanvas.getState();
  if (picture === undefined) return;
  const { name } = useDocument.getState();
  try {
    const svg = svgOf(picture.placed, name, themeOfPage());
    if (kind === 'svg') download(`${name}.svg`, svg);
    else download(`${name}.png`, await pngOf(svg));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    notify({
      code: 'bug',
      message: `The picture could not be made: ${reason} Export SVG instead, which has no limit of size.`,
    });
  }
}
