/** The parts of a text as a tree: layers with their settings, a solver's fields. */
import type { Range } from '../diagnostics.ts';
import { messagesOf } from '../text/tree.ts';
import type { FieldNode, MessageNode } from '../text/tree.ts';
import { documentOf, wordIn } from './place.ts';
import type { TextKind } from './place.ts';

/** One entry of the outline. */
export interface OutlineEntry {
  readonly name: string;
  /** Shown fainter beside the name: a layer's type, a field's value. */
  readonly detail: string;
  readonly kind: 'layer' | 'message' | 'field';
  readonly range: Range;
  /** What is selected when one goes there. */
  readonly selection: Range;
  readonly children: readonly OutlineEntry[];
}

const LONGEST = 60;

/** The outline of a text. */
export const outlineOf = (kind: TextKind, text: string): OutlineEntry[] =>
  documentOf(kind, text).root.fields.flatMap((field) => entriesOf(field, true));

function entriesOf(field: FieldNode, outermost: boolean): OutlineEntry[] {
  const bodies = messagesOf(field);
  if (bodies.length === 0) return outermost ? [valueEntry(field)] : [];
  return bodies.map((body) => {
    const isLayer = outermost && (field.name === 'layer' || field.name === 'layers');
    const range = bodies.length === 1 ? field.range : body.range;
    const children = body.fields.flatMap((inner) => entriesOf(inner, false));
    if (!isLayer) {
      return { name: field.name, detail: detailOf(body), kind: 'message', range, selection: field.nameRange, children };
    }
    const named = body.fields.find(({ name, value }) => name === 'name' && value !== undefined);
    return {
      name: wordIn(body, 'name') || 'layer',
      detail: wordIn(body, 'type') ?? '',
      kind: 'layer',
      range,
      selection: named?.value?.range ?? field.nameRange,
      children,
    };
  });
}

function valueEntry({ name, value, range, nameRange }: FieldNode): OutlineEntry {
  const detail = value?.kind === 'scalar' ? value.text : value?.kind === 'list' ? `${value.items.length} values` : '';
  return { name, detail: shortened(detail), kind: 'field', range, selection: nameRange, children: [] };
}

/** The values of a message in short: `lr_mult: 1  decay_mult: 0`. */
function detailOf(body: MessageNode): string {
  const parts = body.fields.flatMap(({ name, value }) => (value?.kind === 'scalar' ? [`${name}: ${value.text}`] : []));
  return shortened(parts.join('  '));
}

const shortened = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
