/** Reads a network text once for everybody: tree, message, upgraded layers with their ids, and what is wrong with it. */
import type { Diagnostic, Range } from '../diagnostics.ts';
import { NetParameter } from '../schema/net-messages.ts';
import type { LayerParameter } from '../schema/net-messages.ts';
import { decode, rangeOf } from '../text/decode.ts';
import { parse } from '../text/parse.ts';
import type { Document } from '../text/tree.ts';
import { upgradeNet } from './upgrade.ts';

/** A layer of the text, whatever its phase. */
export interface SourceLayer {
  /** The name, with `#k` for the k-th further layer of that name. Unique in the text. */
  readonly id: string;
  readonly layer: LayerParameter;
  /** Where it stands; for the layer made of the net's `input` fields, the first of them. */
  readonly range: Range;
}

/** A network text, read. */
export interface NetSource {
  readonly document: Document;
  /** As written, before the upgrade of old forms. */
  readonly message: NetParameter;
  /** All layers in today's form, in order. */
  readonly layers: readonly SourceLayer[];
  /** Syntax, schema and old-form findings. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Both phases, the editor and the canvas ask for the same text in a row: the last few answers are kept. */
const recent = new Map<string, NetSource>();
const KEPT = 4;

/** The last text without a mistake in its form: the next one is likely to differ from it by a few characters. */
let sound: Document | undefined;
/** Texts read since one was read as a whole. */
let changes = 0;
/** So often a text is read by what changed; then as a whole, for what is kept of a text holds all of it in memory. */
const MOST_CHANGES = 64;

/** Reads a network text. Never throws; the same text gives the same objects while it is fresh. */
export function readNet(text: string): NetSource {
  const known = recent.get(text);
  if (known) {
    // Asked for again: it is the newest one now.
    recent.delete(text);
    recent.set(text, known);
    return known;
  }
  const source = read(text);
  const oldest = recent.keys().next();
  if (recent.size >= KEPT && !oldest.done) recent.delete(oldest.value);
  recent.set(text, source);
  return source;
}

function read(text: string): NetSource {
  changes = (changes + 1) % MOST_CHANGES;
  const document = parse(text, changes === 0 ? undefined : sound);
  if (document.errors.length === 0) sound = document;
  const { message, diagnostics } = decode(document, NetParameter);
  const upgraded = upgradeNet(message);
  const ids = new Set<string>();
  const layers = upgraded.layers.map((layer): SourceLayer => {
    const base = layer.name || layer.type || 'layer';
    let id = base;
    for (let k = 1; ids.has(id); k++) id = `${base}#${k}`;
    ids.add(id);
    return { id, layer, range: rangeOf(layer) ?? rangeOf(message, 'input') ?? { start: 0, end: 0 } };
  });
  return {
    document,
    message,
    layers,
    diagnostics: [...document.errors, ...diagnostics, ...upgraded.diagnostics],
  };
}
