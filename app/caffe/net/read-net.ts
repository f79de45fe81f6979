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

/** Reads a network text. Never throws; the same text gives the same objects while it is fresh. */
export function readNet(text: string): NetSource {
  const known = recent.get(text);
  if (known) return known;
  const document = parse(text);
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
  const source: NetSource = {
    document,
    message,
    layers,
    diagnostics: [...document.errors, ...diagnostics, ...upgraded.diagnostics],
  };
  const oldest = recent.keys().next();
  if (recent.size >= KEPT && !oldest.done) recent.delete(oldest.value);
  recent.set(text, source);
  return source;
}
