/** How well a line of the command palette fits what is searched for. */

/** How well a query fits an entry, from 0 (not at all) to 1: words in the title, at the beginning of a word before within. */
export function scoreOf(title: string, query: string, keywords: readonly string[] = []): number {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return 1;
  const text = title.toLowerCase();
  const more = keywords.join(' ').toLowerCase();
  let score = 1;
  for (const word of words) {
    const at = text.indexOf(word);
    const begins = at === 0 || new RegExp(`[^a-z0-9]${escaped(word)}`).test(text);
    const part = begins ? 1 : at > 0 ? 0.6 : more.includes(word) ? 0.4 : isSubsequence(word, text) ? 0.1 : 0;
    score *= part;
  }
  // Of titles that fit alike, the shorter is meant.
  return score === 0 ? 0 : score * (0.9 + 0.1 / (1 + text.length / 20));
}

const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function isSubsequence(word: string, text: string): boolean {
  let at = 0;
  for (const character of text) if (character === word[at]) at++;
  return word.length > 2 && at === word.length;
}
