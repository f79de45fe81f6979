/**
 * Widths of text without a DOM, so that node sizes and with them the whole layout are pure functions of the net. The
 * faces are shipped with the page, so their advances are known: JetBrains Mono has one, Inter's are listed.
 */

const MONO_ADVANCE = 0.6;

/** Advances of Inter at weight 400 in hundredths of an em, from the space (U+0020) to the tilde. */
const INTER_ADVANCES = [
  28, 29, 47, 63, 64, 98, 64, 30, 36, 36, 50, 66, 29, 46, 29, 36, 63, 41, 61, 62, 65, 59, 62, 57, 62, 62, 29, 30, 66,
  66, 66, 51, 97, 69, 65, 73, 72, 60, 59, 75, 74, 27, 57, 67, 57, 90, 75, 76, 64, 76, 64, 64, 65, 74, 69, 99, 68, 68,
  63, 36, 36, 36, 47, 46, 32, 56, 61, 57, 61, 58, 37, 61, 59, 24, 24, 55, 24, 88, 59, 60, 61, 61, 38, 53, 33, 59, 56,
  82, 55, 56, 55, 43, 33, 43, 66,
];

const isWide = (code: number): boolean => code >= 0x1100;

/** Width in pixels of a text in the monospace face; characters of East Asian scripts count double. */
export function monoWidth(text: string, size: number): number {
  let advances = 0;
  for (const character of text) advances += isWide(character.codePointAt(0) ?? 0) ? 2 : 1;
  return advances * MONO_ADVANCE * size;
}

/** Width in pixels of a text in the interface face at weight 400. */
export function uiWidth(text: string, size: number): number {
  let hundredths = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    hundredths += INTER_ADVANCES[code - 0x20] ?? (isWide(code) ? 110 : 66);
  }
  return (hundredths / 100) * size;
}
