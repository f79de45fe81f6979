/** Renames a blob, a layer, a shared parameter or a stage everywhere in a network text. */
import type { Range, TextEdit } from '../diagnostics.ts';
import { readNet } from '../net/read-net.ts';
import { planEdits } from '../text/edits.ts';
import { literalOf } from '../text/strings.ts';
import { nameAt, namesIn, referencesAt } from './names.ts';
import type { NameKind } from './names.ts';

/** What would be renamed at an offset: its name, and the place between the quotes. */
export interface RenameTarget {
  readonly kind: NameKind;
  readonly name: string;
  readonly range: Range;
}

/** The result: edits, or why not, as a sentence. */
export type Renaming =
  { readonly ok: true; readonly edits: readonly TextEdit[] } | { readonly ok: false; readonly message: string };

const CALLED: Readonly<Record<NameKind, string>> = {
  blob: 'blob',
  layer: 'layer',
  param: 'shared parameter',
  stage: 'stage',
};

/** What can be renamed at an offset; undefined where no name stands. */
export function renameTargetAt(text: string, offset: number): RenameTarget | undefined {
  const at = nameAt(text, offset);
  return at && { kind: at.kind, name: at.name, range: { start: at.range.start + 1, end: at.range.end - 1 } };
}

/**
 * The edits that give what stands at an offset another name. A name that is taken is refused: two blobs or layers would
 * become one.
 */
export function renameAt(text: string, offset: number, name: string): Renaming {
  const target = nameAt(text, offset);
  if (!target) return { ok: false, message: 'Only blobs, layers, shared parameters and stages can be renamed.' };
  if (name.trim() === '') return { ok: false, message: 'A name needs at least one character.' };
  if (name === target.name) return { ok: true, edits: [] };
  if (target.kind === 'layer') {
    // Of several layers of a name, those of the same phase are not the same layer.
    const id = readNet(text).layers[target.layer]?.id ?? '';
    return planEdits(text, { kind: 'rename-layer', layer: id, name });
  }
  if (namesIn(text).some((use) => use.kind === target.kind && use.name === name)) {
    return { ok: false, message: `There is a ${CALLED[target.kind]} "${name}" already: choose another name.` };
  }
  return { ok: true, edits: referencesAt(text, offset).map(({ range }) => ({ range, text: literalOf(name) })) };
}
