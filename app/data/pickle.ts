/**
 * A reader of Python's pickles that cannot run anything. CIFAR-10's python version keeps its batches as pickles of dictionaries, lists,
 * strings, numbers and numpy arrays; this reads those in protocols 0 to 5, refuses by name any other object, and takes memory in
 * proportion to the file.
 */
import { formatCount } from './file-names.ts';
import { DatasetError } from './image-dataset.ts';
import { allowedGlobal, buildObject, callGlobal, type NumpyBudget } from './pickle-numpy.ts';
import { isKind, pickleString, type PickleValue } from './pickle-values.ts';

/** Whether a file that starts with `head` looks like a pickle of a dictionary: every protocol has its own first bytes. */
export function isPickle(head: Uint8Array): boolean {
  const [first, second] = head;
  if (first === 0x80) return second !== undefined && second <= 5;
  if (first === 0x28) return second === 0x64; // protocol 0: "(d"
  return first === 0x7d && (second === 0x71 || second === 0x28 || second === 0x2e); // protocol 1: "}q", "}(", "}."
}

/**
 * Reads the value of a pickle.
 *
 * @param file Name of the file, for messages.
 * @throws DatasetError where the pickle is damaged, or names an object that is not part of plain data and numpy arrays.
 */
export function readPickle(bytes: Uint8Array, file: string): PickleValue {
  return new PickleReader(bytes, file).read();
}

class PickleReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #file: string;
  readonly #budget: NumpyBudget;
  readonly #stack: PickleValue[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();
  #at = 0;

  constructor(bytes: Uint8Array, file: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#file = file;
    this.#budget = { left: bytes.length * 2, fail: (what) => this.#fail(what) };
  }

  read(): PickleValue {
    for (;;) {
      const code = this.#take(1)[0] as number;
      if (code === 0x2e) return this.#pop(); // STOP
      this.#step(code);
    }
  }

  /** One instruction. The names in the comments are those of Python's pickletools. */
  #step(code: number): void {
    switch (String.fromCharCode(code)) {
      case '\x80': // PROTO
        this.#take(1);
        return;
      case '\x95': // FRAME
        this.#take(8);
        return;
      case '(': // MARK
        this.#marks.push(this.#stack.length);
        return;
      case '0': // POP
        this.#pop();
        return;
      case '1': // POP_MARK
        this.#popMark();
        return;
      case '2': // DUP
        this.#push(this.#top());
        return;
      case 'N':
        return this.#push(null);
      case '\x88':
        return this.#push(true);
      case '\x89':
        return this.#push(false);
      case 'I':
        return this.#pushDecimal(true);
      case 'L':
      case 'F':
        return this.#pushDecimal(false);
      case 'K': // BININT1
        return this.#push(this.#take(1)[0] as number);
      case 'M': // BININT2
        return this.#push(this.#view.getUint16(this.#advance(2), true));
      case 'J': // BININT
        return this.#push(this.#view.getInt32(this.#advance(4), true));
      case 'G': // BINFLOAT
        return this.#push(this.#view.getFloat64(this.#advance(8), false));
      case '\x8a': // LONG1
        return this.#push(this.#long(this.#take(this.#take(1)[0] as number)));
      case 'S': // STRING
        return this.#pushBytes(unescapeString(this.#line()));
      case 'V': // UNICODE
        return this.#pushText(new TextEncoder().encode(unescapeUnicode(this.#line())));
      case 'U': // SHORT_BINSTRING
      case 'C': // SHORT_BINBYTES
        return this.#pushBytes(this.#take(this.#take(1)[0] as number));
      case 'T': // BINSTRING
      case 'B': // BINBYTES
        return this.#pushBytes(this.#take(this.#uint32()));
      case '\x8e': // BINBYTES8
      case '\x96': // BYTEARRAY8
        return this.#pushBytes(this.#take(this.#uint64()));
      case '\x8c': // SHORT_BINUNICODE
        return this.#pushText(this.#take(this.#take(1)[0] as number));
      case 'X': // BINUNICODE
        return this.#pushText(this.#take(this.#uint32()));
      case '\x8d': // BINUNICODE8
        return this.#pushText(this.#take(this.#uint64()));
      case ']':
        return this.#push({ kind: 'list', items: [] });
      case 'l':
        return this.#push({ kind: 'list', items: this.#popMark() });
      case ')':
        return this.#push({ kind: 'tuple', items: [] });
      case 't':
        return this.#push({ kind: 'tuple', items: this.#popMark() });
      case '\x85':
      case '\x86':
      case '\x87': // TUPLE1 to TUPLE3
        return this.#push({ kind: 'tuple', items: this.#popMany(code - 0x84) });
      case '}':
        return this.#push({ kind: 'dict', entries: new Map() });
      case 'd':
        this.#push({ kind: 'dict', entries: new Map() }, this.#popMark());
        return;
      case 'a': // APPEND
        return this.#append([this.#pop()]);
      case 'e': // APPENDS
        return this.#append(this.#popMark());
      case 's': // SETITEM
        return this.#setItems(this.#popMany(2));
      case 'u': // SETITEMS
        return this.#setItems(this.#popMark());
      case 'p': // PUT
        return this.#remember(Number(this.#line()));
      case 'q': // BINPUT
        return this.#remember(this.#take(1)[0] as number);
      case 'r': // LONG_BINPUT
        return this.#remember(this.#uint32());
      case '\x94': // MEMOIZE
        return this.#remember(this.#memo.size);
      case 'g': // GET
        return this.#recall(Number(this.#line()));
      case 'h': // BINGET
        return this.#recall(this.#take(1)[0] as number);
      case 'j': // LONG_BINGET
        return this.#recall(this.#uint32());
      case 'c': // GLOBAL
        return this.#pushGlobal(this.#line(), this.#line());
      case '\x93': {
        // STACK_GLOBAL
        const [module, name] = this.#popMany(2).map(pickleString);
        return this.#pushGlobal(module ?? '?', name ?? '?');
      }
      case 'i': // INST: a class by name
        return this.#refuse(`${this.#line()}.${this.#line()}`);
      case 'R': {
        // REDUCE: a call, here of a numpy constructor at most
        const [callee, args] = this.#popMany(2);
        return this.#push(callGlobal(callee, args, this.#budget));
      }
      case 'b': {
        // BUILD: an object's state
        const state = this.#pop();
        return buildObject(this.#top(), state, this.#budget);
      }
      default:
        return this.#fail(`instruction 0x${code.toString(16).padStart(2, '0')} is not one that a batch needs`);
    }
  }

  #push(value: PickleValue, items?: PickleValue[]): void {
    this.#stack.push(value);
    if (items !== undefined) this.#setItems(items);
  }

  #pushBytes(bytes: Uint8Array): void {
    this.#push({ kind: 'bytes', bytes });
  }

  #pushText(utf8: Uint8Array): void {
    this.#push({ kind: 'text', utf8 });
  }

  /** A number in decimal on a line: `I01` and `I00` are protocol 0's true and false, `12L` a long. */
  #pushDecimal(mayBeBoolean: boolean): void {
    const line = this.#line();
    if (mayBeBoolean && (line === '00' || line === '01')) return this.#push(line === '01');
    const value = Number(line.replace(/L$/, ''));
    if (line === '' || Number.isNaN(value)) this.#fail(`"${line.slice(0, 20)}" is not a number`);
    this.#push(value);
  }

  #pushGlobal(module: string, name: string): void {
    const full = allowedGlobal(module, name);
    if (full === undefined) this.#refuse(`${module}.${name}`);
    this.#push({ kind: 'global', name: full });
  }

  #refuse(name: string): never {
    throw new DatasetError(
      `${this.#file} is refused: it asks for the Python object ${name.slice(0, 100)}, and a CIFAR-10 batch needs nothing but numbers, strings and numpy arrays. Nothing was run. Use the official archive.`,
    );
  }

  #pop(): PickleValue {
    return this.#popMany(1)[0] as PickleValue;
  }

  #popMany(count: number): PickleValue[] {
    const floor = this.#marks.at(-1) ?? 0;
    if (this.#stack.length - count < floor) this.#fail('a value is missing');
    return this.#stack.splice(this.#stack.length - count);
  }

  #popMark(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) this.#fail('the start of a list is missing');
    return this.#stack.splice(mark);
  }

  #top(): PickleValue {
    if (this.#stack.length === 0) this.#fail('a value is missing');
    return this.#stack.at(-1) as PickleValue;
  }

  #append(items: readonly PickleValue[]): void {
    const list = this.#top();
    if (!isKind(list, 'list')) this.#fail('something is added to what is not a list');
    for (const item of items) list.items.push(item);
  }

  #setItems(items: readonly PickleValue[]): void {
    const dict = this.#top();
    if (!isKind(dict, 'dict')) this.#fail('an entry is put into what is not a dictionary');
    if (items.length % 2 === 1) this.#fail('a key has no value');
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i] as PickleValue;
      const name = typeof key === 'number' ? String(key) : pickleString(key);
      if (name === undefined) this.#fail('a key is neither a string nor a number');
      dict.entries.set(name, items[i + 1] as PickleValue);
    }
  }

  #remember(key: number): void {
    this.#memo.set(key, this.#top());
  }

  #recall(key: number): void {
    const value = this.#memo.get(key);
    if (value === undefined) this.#fail(`value ${key} is used before it is set`);
    this.#push(value);
  }

  #long(bytes: Uint8Array): number {
    if (bytes.length > 8) this.#fail('a number takes more than 8 bytes');
    let value = 0n;
    for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] as number);
    return Number(BigInt.asIntN(bytes.length * 8, value));
  }

  #uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  #uint64(): number {
    return Number(this.#view.getBigUint64(this.#advance(8), true));
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) this.#fail('a line has no end');
    const line = new TextDecoder('latin1').decode(this.#bytes.subarray(this.#at, end));
    this.#at = end + 1;
    return line;
  }

  #take(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Where the next `length` bytes start; they are taken. */
  #advance(length: number): number {
    const start = this.#at;
    if (length > this.#bytes.length - start) {
      this.#fail(
        `${formatCount(length)} more bytes were expected and ${formatCount(this.#bytes.length - start)} are left`,
      );
    }
    this.#at += length;
    return start;
  }

  #fail(what: string): never {
    throw new DatasetError(
      `${this.#file} cannot be read as a Python pickle: ${what} (byte ${formatCount(this.#at)} of ${formatCount(this.#bytes.length)}). Download or unpack it again.`,
    );
  }
}

const escapes: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, a: 7, b: 8, f: 12, v: 11, '0': 0 };

/** A byte string as Python's repr writes it, in quotes and with escapes. */
function unescapeString(line: string): Uint8Array {
  const text = line.trim().slice(1, -1);
  const bytes = new Uint8Array(text.length);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    let byte = text.charCodeAt(i);
    if (byte === 0x5c) {
      const next = text.charAt(++i);
      if (next === 'x') {
        byte = Number.parseInt(text.slice(i + 1, i + 3), 16);
        i += 2;
      } else {
        byte = escapes[next] ?? next.charCodeAt(0);
      }
    }
    bytes[length++] = byte;
  }
  return bytes.subarray(0, length);
}

/** Python's raw-unicode-escape: Latin-1, with `\uXXXX` for what that lacks (and for the backslash). */
function unescapeUnicode(line: string): string {
  return line.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (_, short?: string, long?: string) =>
    String.fromCodePoint(Math.min(0x10ffff, Number.parseInt(short ?? long ?? '0', 16))),
  );
}
