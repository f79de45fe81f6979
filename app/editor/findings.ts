/** Findings of the language in the text: markers at their places, and their fixes. */
import type { Diagnostic } from '../caffe/diagnostics.ts';
import { useDocument, type TextName } from '../store/document.ts';
import { monaco } from './monaco.ts';
import { PROTOTXT } from './prototxt-language.ts';
import { nameOfModel, TEXT_NAMES, textModels, toMonaco } from './text-models.ts';

const OWNER = 'crema';

const SEVERITY: Readonly<Record<Diagnostic['severity'], monaco.MarkerSeverity>> = {
  error: monaco.MarkerSeverity.Error,
  warning: monaco.MarkerSeverity.Warning,
  info: monaco.MarkerSeverity.Info,
};

/** All findings of a text, those that both phases have once. */
export function findingsOf(name: TextName): readonly Diagnostic[] {
  const { nets, solver, netText, solverText } = useDocument.getState();
  // Where nothing is written yet, nothing is wrong with it.
  if ((name === 'solver' ? solverText : netText).trim() === '') return [];
  if (name === 'solver') return solver?.diagnostics ?? [];
  const seen = new Set<string>();
  return [...(nets?.TRAIN.diagnostics ?? []), ...(nets?.TEST.diagnostics ?? [])].filter(({ code, range, message }) => {
    const key = `${code} ${range.start} ${range.end} ${message}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

/** A range that can be seen: an empty one takes the word it touches, or the character before it. */
function visible(model: monaco.editor.ITextModel, range: monaco.Range): monaco.Range {
  if (!range.isEmpty()) return range;
  const { startLineNumber: line, startColumn: column } = range;
  const word = model.getWordAtPosition({ lineNumber: line, column });
  if (word !== null) return new monaco.Range(line, word.startColumn, line, word.endColumn);
  return new monaco.Range(line, Math.max(1, column - 1), line, Math.max(2, column));
}

function mark(name: TextName): void {
  const model = textModels[name];
  monaco.editor.setModelMarkers(
    model,
    OWNER,
    findingsOf(name).map(({ code, severity, range, message, related }) => ({
      ...visible(model, toMonaco(model, range)),
      severity: SEVERITY[severity],
      message,
      source: code,
      relatedInformation: (related ?? []).map((other) => ({
        resource: model.uri,
        message: other.message,
        ...toMonaco(model, other.range),
      })),
    })),
  );
}

/** Keeps the markers of both texts up to date; returns the function that ends it. */
export function markFindings(): () => void {
  TEXT_NAMES.forEach(mark);
  return useDocument.subscribe((state, before) => {
    if (state.nets !== before.nets) mark('network');
    if (state.solver !== before.solver) mark('solver');
  });
}

/** Offers the fixes that findings bring along. */
export function registerFixes(): void {
  monaco.languages.registerCodeActionProvider(PROTOTXT, {
    provideCodeActions: (model, range) => {
      const name = nameOfModel(model);
      const here = (name === undefined ? [] : findingsOf(name)).filter((finding) =>
        monaco.Range.areIntersectingOrTouching(toMonaco(model, finding.range), range),
      );
      const actions = here.flatMap(({ fixes }) =>
        (fixes ?? []).map(({ title, edits }): monaco.languages.CodeAction => ({
          title,
          kind: 'quickfix',
          edit: {
            edits: edits.map((edit) => ({
              resource: model.uri,
              versionId: model.getVersionId(),
              textEdit: { range: toMonaco(model, edit.range), text: edit.text },
            })),
          },
        })),
      );
      return { actions, dispose: () => undefined };
    },
  });
}
