/** For tests: a text with the cursor written as `|`. */

/** The text without its `|`, and where that stood. */
export function atCursor(marked: string): { text: string; offset: number } {
  const offset = marked.indexOf('|');
  if (offset < 0 || marked.includes('|', offset + 1)) throw new Error('A marked text has exactly one "|".');
  return { text: marked.slice(0, offset) + marked.slice(offset + 1), offset };
}
