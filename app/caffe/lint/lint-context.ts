/** What the rules are given, and the small edits that their fixes are made of. */
import type { Diagnostic, TextEdit } from '../diagnostics.ts';
import type { NetSource } from '../net/read-net.ts';
import type { NetLayer, TypedNet } from '../net/typed-net.ts';
import { sourceOf } from '../text/decode.ts';
import { clearFieldEdits, setFieldEdits } from '../text/edit-fields.ts';
import type { FieldPath } from '../text/edit-fields.ts';
import { insertBlock, styleOf } from '../text/edit-places.ts';
import type { Style } from '../text/edit-places.ts';

/** A net to look over, with the text it was read from. */
export interface LintContext {
  readonly net: TypedNet;
  readonly source: NetSource;
  readonly text: string;
  /** How the text is written; worked out when first asked for. */
  readonly style: Style;
}

/** A rule: a pure function from a net to what is to be said about it. */
export type LintRule = (context: LintContext) => readonly Diagnostic[];

/** One way to mend what was found. */
export type Fix = NonNullable<Diagnostic['fixes']>[number];

/** The context of a net. */
export function lintContext(net: TypedNet, source: NetSource): LintContext {
  const { text, root } = source.document;
  let style: Style | undefined;
  return {
    net,
    source,
    text,
    get style() {
      return (style ??= styleOf(text, root));
    },
  };
}

/** A fix of its edits, put in order; no fix where there are none. */
export function fixOf(title: string, edits: readonly TextEdit[]): readonly Fix[] {
  if (edits.length === 0) return [];
  return [{ title, edits: edits.toSorted((a, b) => a.range.start - b.range.start || a.range.end - b.range.end) }];
}

/** Fixes as a part of a diagnostic. */
export const withFixes = (...fixes: readonly (readonly Fix[])[]): Pick<Diagnostic, 'fixes'> =>
  fixes.flat().length === 0 ? {} : { fixes: fixes.flat() };

/** Is the layer written in today's form? Multipliers are written differently in the old one. */
export const isCurrentForm = ({ source }: LintContext): boolean => source.message.layers.length === 0;

/** The edits that set a field of a layer to a value as it stands in the text. */
export function setEdits(c: LintContext, layer: NetLayer, path: FieldPath, value: string): TextEdit[] {
  const node = sourceOf(layer.parameter)?.node;
  return node ? setFieldEdits(c.text, node, path, value, c.style) : [];
}

/** The edits that take a field of a layer out. */
export function clearEdits(c: LintContext, layer: NetLayer, path: FieldPath): TextEdit[] {
  const node = sourceOf(layer.parameter)?.node;
  return node ? clearFieldEdits(c.text, node, path) : [];
}

/** The edits that put the lines of a new layer (its body, unindented) behind another, or at the end of the text. */
export function newLayerEdits(c: LintContext, after: NetLayer | undefined, body: readonly string[]): TextEdit[] {
  const { eol, step } = c.style;
  const word = isCurrentForm(c) ? 'layer' : 'layers';
  const block = [`${word} {`, ...body.map((line) => step + line), '}'].join(eol);
  const field = after ? sourceOf(after.parameter)?.field : c.source.document.root.fields.at(-1);
  return after && !field ? [] : [insertBlock(c.text, field, block, c.style)];
}

/** A name that no layer of the text has, and no blob either. */
export const freeName = (c: LintContext, base: string): string =>
  numbered(base, new Set(c.source.layers.flatMap(({ layer }) => [layer.name ?? '', ...layer.bottom, ...layer.top])));

/** A name that no blob of the text has; a layer may have it. */
export const freeBlob = (c: LintContext, base: string): string =>
  numbered(base, new Set(c.source.layers.flatMap(({ layer }) => [...layer.bottom, ...layer.top])));

function numbered(base: string, taken: ReadonlySet<string>): string {
  if (!taken.has(base)) return base;
  let k = 2;
  while (taken.has(`${base}_${k}`)) k++;
  return `${base}_${k}`;
}
