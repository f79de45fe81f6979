/** Python as text: literals and names. */

const KEYWORDS = new Set(
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield self L F nn torch training'.split(
    ' ',
  ),
);

/** A literal of a string. JSON's escapes are Python's. */
export const pythonString = (text: string): string => JSON.stringify(text);

/** A literal of a number. */
export function pythonNumber(value: number): string {
  if (Number.isNaN(value)) return 'float("nan")';
  if (!Number.isFinite(value)) return value > 0 ? 'float("inf")' : 'float("-inf")';
  const single = Number(Math.fround(value).toPrecision(7));
  return String(Math.fround(single) === Math.fround(value) ? single : value);
}

/** A tuple of numbers. */
export const pythonTuple = (values: readonly number[]): string =>
  values.length === 1 ? `(${values[0]},)` : `(${values.join(', ')})`;

/** `True` or `False`. */
export const pythonBool = (value: boolean): string => (value ? 'True' : 'False');

/** Names for Python: each text gets one of its own, like it. */
export class PythonNames {
  readonly #given = new Map<string, string>();
  readonly #taken: Set<string>;

  /** @param reserved names that are spoken for */
  constructor(reserved: readonly string[] = []) {
    this.#taken = new Set(reserved);
  }

  of(text: string): string {
    const known = this.#given.get(text);
    if (known !== undefined) return known;
    const plain = text.replaceAll(/\W/g, '_').replace(/^(?=\d)|^$/, '_');
    const base = KEYWORDS.has(plain) ? `${plain}_` : plain;
    let name = base;
    for (let k = 2; this.#taken.has(name); k++) name = `${base}_${k}`;
    this.#taken.add(name);
    this.#given.set(text, name);
    return name;
  }
}
