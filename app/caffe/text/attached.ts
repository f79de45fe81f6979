/**
 * What is known about an object besides what it holds, as a WeakMap would keep it: for thousands of objects after every
 * key, a WeakMap costs the garbage collector more than all of the language costs otherwise. Here each object carries it
 * in a private field, which nothing else sees, copies or compares.
 */

/** A constructor that gives back the object it is given, so that a subclass puts its private field there. */
class Given {
  constructor(object: object) {
    return object;
  }
}

/** Carries what was attached to an object. */
export interface Attachment<Value> {
  get(object: object): Value | undefined;
  set(object: object, value: Value): void;
}

/** A new kind of thing to attach to objects. */
export function attachment<Value>(): Attachment<Value> {
  class Carrier extends Given {
    #value: Value;

    constructor(object: object, value: Value) {
      super(object);
      this.#value = value;
    }

    static get(object: object): Value | undefined {
      return #value in object ? object.#value : undefined;
    }

    static set(object: object, value: Value): void {
      if (#value in object) object.#value = value;
      else new Carrier(object, value);
    }
  }
  return Carrier;
}
