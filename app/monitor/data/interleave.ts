/** Planar values as the pixels of a canvas. */

/** Planes to RGBA: three channels as red, green and blue, one as grey. */
export function interleave(pixels: ArrayLike<number>, channels: number, rgba: Uint8ClampedArray): void {
  const plane = rgba.length / 4;
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) rgba[i * 4 + c] = pixels[(channels >= 3 ? c : 0) * plane + i] ?? 0;
    rgba[i * 4 + 3] = 255;
  }
}
