/** Reads single values of a prototxt by their type: words, numbers, strings, enums, with a sentence for what does not fit. */
import type { Diagnostic, DiagnosticCode, Range } from '../diagnostics.ts';
import type { EnumType, FieldType, ScalarType } from '../schema/dsl.ts';
import { bytesOfLiterals, literalOf, textOfLiterals } from './strings.ts';
import { nearest } from './suggest.ts';
import type { ScalarNode } from './tree.ts';

/** Where findings are put. */
export type Report = Diagnostic[];

/** An enum value by its name or number. */
export function decodeEnum(value: ScalarNode, name: string, type: EnumType, report: Report): string | undefined {
  if (value.form === 'identifier' && Object.hasOwn(type.values, value.text)) return value.text;
  const names = Object.keys(type.values);
  if (value.form === 'number') {
    const known = names.find((key) => type.values[key] === Number(value.text));
    if (known !== undefined) return known;
    add(report, 'unknown-enum', value.range, `"${name}" has no value ${value.text}. It takes ${list(names)}.`);
    return undefined;
  }
  const word = value.form === 'string' ? textOfLiterals(value.parts) : value.text;
  const known = Object.hasOwn(type.values, word);
  const meant = known ? word : nearest(word, names);
  report.push({
    code: known ? 'wrong-type' : 'unknown-enum',
    severity: 'error',
    range: value.range,
    message: known
      ? `"${name}" takes ${word} without quotes.`
      : `"${name}" has no value ${shorten(value.text)}.${meant === undefined ? '' : ` Did you mean ${meant}?`} It takes ${list(names)}.`,
    ...(meant === undefined
      ? {}
      : { fixes: [{ title: `Change to ${meant}`, edits: [{ range: value.range, text: meant }] }] }),
  });
  return undefined;
}

const INTEGER_RANGES: Readonly<Record<'int32' | 'int64' | 'uint32' | 'uint64', readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  int64: [-(2 ** 63), 2 ** 63],
  uint64: [0, 2 ** 64],
};

/** A value of a type that is no message and no enum. */
export function decodeScalar(value: ScalarNode, name: string, type: ScalarType, report: Report): unknown {
  const quick = quickly(value, type);
  if (quick !== undefined) return quick;
  const wrong = (fix?: string): undefined => {
    report.push({
      code: 'wrong-type',
      severity: 'error',
      range: value.range,
      message: `"${name}" takes ${expected(type)}, not ${shorten(value.text)}.`,
      ...(fix === undefined
        ? {}
        : { fixes: [{ title: `Change to ${fix}`, edits: [{ range: value.range, text: fix }] }] }),
    });
    return undefined;
  };
  switch (type) {
    case 'string':
      return value.form === 'string' ? textOfLiterals(value.parts) : wrong(literalOf(value.text));
    case 'bytes':
      return value.form === 'string' ? bytesOfLiterals(value.parts) : wrong(literalOf(value.text));
    case 'bool': {
      if (value.form === 'string') {
        const word = textOfLiterals(value.parts);
        return wrong(word === 'true' || word === 'false' ? word : undefined);
      }
      if (/^(?:true|True|t|0*1|0x0*1)$/.test(value.text)) return true;
      if (/^(?:false|False|f|0+|0x0+)$/.test(value.text)) return false;
      return wrong(nearest(value.text, ['true', 'false']));
    }
    case 'float':
    case 'double': {
      const number = value.form === 'string' ? undefined : floatOf(value.text);
      return number ?? wrong();
    }
    case 'int32':
    case 'int64':
    case 'uint32':
    case 'uint64': {
      const number = value.form === 'number' ? integerOf(value.text) : undefined;
      if (number === undefined) {
        const rounded = value.form === 'number' ? Number(value.text) : NaN;
        return wrong(Number.isSafeInteger(rounded) ? String(rounded) : undefined);
      }
      const [min, max] = INTEGER_RANGES[type];
      if (number >= min && number <= max) return number;
      const message =
        number < 0 && min === 0
          ? `"${name}" may not be negative.`
          : `"${name}" must lie between ${min} and ${max}; ${shorten(value.text)} does not.`;
      add(report, 'number-range', value.range, message);
      return undefined;
    }
  }
}

/** What most values are: a string in one piece without escapes, or a small whole number. Undefined for all else. */
function quickly({ form, text, parts }: ScalarNode, type: ScalarType): string | number | undefined {
  if (form === 'string') {
    return type === 'string' && parts.length === 1 && !text.includes('\\') ? text.slice(1, -1) : undefined;
  }
  if (form !== 'number' || type === 'string' || type === 'bytes' || type === 'bool' || text.length > 9)
    return undefined;
  let number = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return undefined;
    number = 10 * number + digit;
  }
  // A zero in front makes it octal.
  return text.startsWith('0') && text.length > 1 ? undefined : number;
}

/** An integer literal (decimal, hexadecimal, octal, with a minus sign), or undefined. */
function integerOf(text: string): number | undefined {
  const match = /^(-?)(0[xX][0-9a-fA-F]+|0[0-7]+|[0-9]+)$/.exec(text);
  if (!match) return undefined;
  const [, sign, digits = ''] = match;
  const octal = /^0[0-7]+$/.test(digits);
  const size = octal ? parseInt(digits, 8) : Number(digits);
  if (!octal && /^0[0-9]+$/.test(digits)) return undefined;
  return sign === '-' && size !== 0 ? -size : size;
}

/** A float literal (`1e-3f`, `.5`, `inf`, `nan`, or an integer), or undefined. */
function floatOf(text: string): number | undefined {
  const negative = text.startsWith('-');
  const body = (negative ? text.slice(1) : text).toLowerCase();
  let size: number;
  if (body === 'inf' || body === 'infinity') size = Infinity;
  else if (body === 'nan') size = NaN;
  else if (/^0x[0-9a-f]+$/.test(body)) size = Number(body);
  else if (/^[0-9.]/.test(body)) size = Number(body.replace(/f$/, ''));
  else return undefined;
  return negative ? -size : size;
}

/** What a field takes, in words. */
export function expected(type: FieldType): string {
  if (typeof type === 'object') return type.kind === 'enum' ? list(Object.keys(type.values)) : 'fields in braces';
  switch (type) {
    case 'bool':
      return 'true or false';
    case 'string':
    case 'bytes':
      return 'a string in quotes';
    case 'float':
    case 'double':
      return 'a number';
    case 'uint32':
    case 'uint64':
      return 'a whole number from 0';
    case 'int32':
    case 'int64':
      return 'a whole number';
  }
}

/** `a, b or c`; a long list is cut. */
export function list(words: readonly string[]): string {
  const shown = words.length > 12 ? [...words.slice(0, 11), '…'] : words;
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`;
}

/** A piece of source, cut where it is long. */
export const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

/** Adds an error. */
export function add(report: Report, code: DiagnosticCode, range: Range, message: string): void {
  report.push({ code, severity: 'error', range, message });
}
