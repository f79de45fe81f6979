/** What a pickle holds, as plain data. Python objects other than numpy's arrays have no counterpart here, on purpose. */

/** A Python byte string (`str` of Python 2, `bytes` of Python 3): a view into the file where it lies there as it is. */
export interface PickleBytes {
  readonly kind: 'bytes';
  readonly bytes: Uint8Array;
}

/** A Python text, kept as UTF-8 and decoded when asked for: Python 3 hides image data of 30 MB in texts. */
export interface PickleText {
  readonly kind: 'text';
  readonly utf8: Uint8Array;
}

/** A Python list. */
export interface PickleList {
  readonly kind: 'list';
  readonly items: PickleValue[];
}

/** A Python tuple. */
export interface PickleTuple {
  readonly kind: 'tuple';
  readonly items: readonly PickleValue[];
}

/** A Python dictionary; byte strings and texts that read alike are the same key. */
export interface PickleDict {
  readonly kind: 'dict';
  readonly entries: Map<string, PickleValue>;
}

/** One of the few names that a numpy array's pickle refers to, such as `numpy.ndarray`. */
export interface PickleGlobal {
  readonly kind: 'global';
  readonly name: string;
}

/** numpy's description of an element: `u1` is a byte. */
export interface PickleDtype {
  readonly kind: 'dtype';
  readonly type: string;
}

/** A numpy array: elements of `type` in row-major order, or column-major where `fortran` is set. */
export interface PickleArray {
  readonly kind: 'array';
  shape: readonly number[];
  type: string;
  fortran: boolean;
  data: Uint8Array;
}

/** Any value of a pickle but numbers, booleans and None. */
export type PickleObject =
  PickleBytes | PickleText | PickleList | PickleTuple | PickleDict | PickleGlobal | PickleDtype | PickleArray;

/** Any value of a pickle. */
export type PickleValue = null | boolean | number | PickleObject;

/** Whether a value is an object of this kind. */
export function isKind<K extends PickleObject['kind']>(
  value: PickleValue | undefined,
  kind: K,
): value is Extract<PickleObject, { readonly kind: K }> {
  return value != null && typeof value === 'object' && value.kind === kind;
}

/** The text of a byte string or text, or undefined for any other value. */
export function pickleString(value: PickleValue | undefined): string | undefined {
  if (isKind(value, 'text')) return new TextDecoder().decode(value.utf8);
  return isKind(value, 'bytes') ? new TextDecoder('latin1').decode(value.bytes) : undefined;
}
