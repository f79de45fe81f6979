/** Steps through protobuf's binary form: keys, varints, fixed-width numbers and length-delimited pieces. */

/** A file that is not what it should be, or is cut off. The message is a sentence for the user. */
export class WireError extends Error {
  override name = 'WireError';
}

/** How a value is stored; groups (3 and 4) are only skipped. */
export type WireType = 0 | 1 | 2 | 3 | 4 | 5;

/** A position in bytes, up to an end. */
export class WireReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
  readonly end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length, view?: DataView) {
    this.bytes = bytes;
    this.view = view ?? new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = start;
    this.end = end;
  }

  /** Is everything read? */
  get done(): boolean {
    return this.at >= this.end;
  }

  /** An unsigned varint below 2^64; exact up to 2^53. */
  varint(): number {
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      low |= (byte & 127) << shift;
      if (byte < 128) return low;
    }
    let high = 0;
    const middle = this.#byte();
    low = (low | ((middle & 15) << 28)) >>> 0;
    high = (middle & 127) >> 4;
    if (middle >= 128) {
      for (let shift = 3; ; shift += 7) {
        if (shift > 31)
          throw new WireError(`At byte ${this.at} stands a number that is too long; this is not such a file.`);
        const byte = this.#byte();
        high = (high | ((byte & 127) << shift)) >>> 0;
        if (byte < 128) break;
      }
    }
    return high * 2 ** 32 + low;
  }

  /** A signed varint: numbers from 2^63 stand for negative ones. */
  signedVarint(): number {
    const start = this.at;
    const value = this.varint();
    if (value < 2 ** 53) return value;
    this.at = start;
    return Number(BigInt.asIntN(64, this.#bigVarint()));
  }

  /** A key: field number and wire type. */
  key(): { number: number; wire: WireType } {
    const start = this.at;
    const key = this.varint();
    const wire = key & 7;
    const number = Math.floor(key / 8);
    if (number < 1 || number >= 2 ** 29 || wire > 5) {
      throw new WireError(`At byte ${start} stands no field; this is not such a file, or it is damaged.`);
    }
    return { number, wire: wire as WireType };
  }

  /** Moves over `count` bytes and returns where they start. */
  take(count: number): number {
    const start = this.at;
    if (count > this.end - start) {
      throw new WireError(
        `The file is cut off: ${count} bytes should follow at byte ${start}, but only ${this.end - start} are there.`,
      );
    }
    this.at = start + count;
    return start;
  }

  /** A reader over the next length-delimited piece, which is moved over. */
  piece(): WireReader {
    const length = this.varint();
    const start = this.take(length);
    return new WireReader(this.bytes, start, start + length, this.view);
  }

  /** Moves over a value of the given wire type. */
  skip(wire: WireType): void {
    let depth = 0;
    let type = wire;
    for (;;) {
      switch (type) {
        case 0:
          this.varint();
          break;
        case 1:
          this.take(8);
          break;
        case 2:
          this.take(this.varint());
          break;
        case 3:
          depth++;
          break;
        case 4:
          depth--;
          break;
        case 5:
          this.take(4);
          break;
      }
      if (depth <= 0) return;
      type = this.key().wire;
    }
  }

  #bigVarint(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  }

  #byte(): number {
    if (this.at >= this.end) throw new WireError(`The file is cut off at byte ${this.at}.`);
    return this.bytes[this.at++] as number;
  }
}
