/** Names for what is new: short ones for new layers, and the next free ones for copies. */

/** Short names that people give to layers of a type. */
const SHORT: Readonly<Record<string, string>> = {
  Accuracy: 'accuracy',
  BatchNorm: 'bn',
  Convolution: 'conv',
  Data: 'data',
  Deconvolution: 'deconv',
  Dropout: 'drop',
  Eltwise: 'sum',
  EuclideanLoss: 'loss',
  ImageData: 'data',
  InnerProduct: 'ip',
  Input: 'data',
  LRN: 'norm',
  Pooling: 'pool',
  Softmax: 'prob',
  SoftmaxWithLoss: 'loss',
};

/** Names that need no number while they are free. */
const PLAIN = new Set(['accuracy', 'data', 'loss', 'prob', 'label']);

/** A free name for a new layer of a type, or for `label`: `conv1`, `loss`. */
export function uniqueName(type: string, taken: ReadonlySet<string>): string {
  const base = SHORT[type] ?? type.toLowerCase();
  if (PLAIN.has(base) && !taken.has(base)) return base;
  let number = PLAIN.has(base) ? 2 : 1;
  while (taken.has(`${base}${number}`)) number++;
  return `${base}${number}`;
}

/** A free name for a copy of something: its number counted up (`conv2` → `conv3`), but not that of `3x3`. */
export function nextName(name: string, isFree: (candidate: string) => boolean): string {
  const [, base = name, digits] = /^(.*?)((?<!\dx)(?<=\D)\d{1,6})?$/s.exec(name) ?? [];
  const stem = digits === undefined ? (/^[A-Za-z]+$/.test(name) ? name : `${name}_`) : base;
  for (let number = digits === undefined ? 2 : Number(digits) + 1; ; number++) {
    if (isFree(`${stem}${number}`)) return `${stem}${number}`;
  }
}

/**
 * New names for those that are taken. Names that all begin alike up to a slash (`fire2/squeeze1x1`) keep what is behind
 * it and get a new beginning (`fire3/`); the others are counted up one by one.
 */
export function freshNames(names: Iterable<string>, taken: ReadonlySet<string>): Map<string, string> {
  const all = [...new Set(names)];
  const fresh = new Map<string, string>();
  const used = new Set([...taken, ...all.filter((name) => !taken.has(name))]);
  const heads = new Set(all.map((name) => name.slice(0, Math.max(0, name.indexOf('/')))));
  const [head = ''] = heads;
  if (heads.size === 1 && head !== '' && all.length > 1 && all.some((name) => taken.has(name))) {
    const begun = [...taken];
    const other = nextName(
      head,
      (candidate) => !taken.has(candidate) && !begun.some((n) => n.startsWith(`${candidate}/`)),
    );
    for (const name of all) fresh.set(name, other + name.slice(head.length));
    return fresh;
  }
  for (const name of all) {
    if (!taken.has(name)) fresh.set(name, name);
    else {
      const next = nextName(name, (candidate) => !used.has(candidate));
      used.add(next);
      fresh.set(name, next);
    }
  }
  return fresh;
}
