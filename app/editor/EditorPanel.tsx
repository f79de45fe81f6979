/** The editor: the network and the solver as text, in two tabs of one Monaco. */
import './editor.css';
import './rate-preview.css';
import { Tabs } from 'radix-ui';
import { useEffect, useRef } from 'react';
import { Button } from '../look/controls.tsx';
import { registerCommands, runCommandById } from '../store/commands.ts';
import { useDocument, type TextName } from '../store/document.ts';
import { listProblems } from '../store/problems.ts';
import { useView } from '../store/view.ts';
import { editorCommands } from './editor-commands.ts';
import { applyEditorColours } from './editor-theme.ts';
import { markFindings, registerFixes } from './findings.ts';
import { followHistory } from './follow-history.ts';
import { registerLanguageHelp } from './language-help.ts';
import { registerLanguageMoves } from './language-moves.ts';
import { monaco } from './monaco.ts';
import { tieSelection } from './selected-lines.ts';
import { RatePreview } from './RatePreview.tsx';
import { registerHints } from './text-hints.ts';
import { TEXT_NAMES, textModels, toMonaco } from './text-models.ts';

registerHints();
registerLanguageHelp();
registerLanguageMoves();
registerFixes();

const TITLES: Readonly<Record<TextName, string>> = { network: 'Network', solver: 'Solver' };

/** Editor with its tabs. */
export function EditorPanel() {
  const text = useView((state) => state.editorText);
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<monaco.editor.IStandaloneCodeEditor>(undefined);
  const theme = useView((state) => state.shownTheme);

  useEffect(() => applyEditorColours(theme), [theme]);
  useEffect(() => {
    if (host.current === null) return undefined;
    const widgets = widgetsHost();
    const made = createEditor(host.current, widgets);
    editor.current = made;
    const ends = [
      markFindings(),
      tieSelection(made),
      keepReveal(made),
      followHistory(made, (name) => bringToFront(made, name)),
      registerCommands(editorCommands(made)),
      () => made.dispose(),
      () => widgets.remove(),
    ];
    return () => ends.forEach((end) => end());
  }, []);
  useEffect(() => {
    if (editor.current !== undefined) bringToFront(editor.current, text);
  }, [text]);

  return (
    <Tabs.Root
      className="editor"
      value={text}
      onValueChange={(value) => useView.getState().showText(value as TextName)}
      activationMode="automatic"
    >
      <div className="editor-head">
        <Tabs.List className="editor-tabs" aria-label="Text">
          {TEXT_NAMES.map((name) => (
            <Tabs.Trigger key={name} value={name} className="editor-tab">
              {TITLES[name]}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <ProblemCount text={text} />
      </div>
      {text === 'solver' && <NoSolver />}
      <Tabs.Content value={text} forceMount className="editor-body" tabIndex={-1} ref={host} />
      {text === 'solver' && <RatePreview />}
    </Tabs.Root>
  );
}

/** What to do where there is no solver: write one below, or begin with a plain one. */
function NoSolver() {
  const isEmpty = useDocument((state) => state.solverText.trim() === '');
  if (!isEmpty) return null;
  return (
    <div className="editor-nothing">
      <p>A solver says how the network is trained: its learning rate, its iterations, its tests.</p>
      <Button small onClick={() => runCommandById('text.plain-solver')}>
        Put in a plain solver
      </Button>
    </div>
  );
}

/** Hovers and proposals may reach out of the panel: they live at the end of the page, as Monaco's own elements do. */
function widgetsHost(): HTMLElement {
  const element = document.createElement('div');
  element.className = 'monaco-editor editor-widgets';
  document.body.append(element);
  return element;
}

function createEditor(host: HTMLElement, widgets: HTMLElement): monaco.editor.IStandaloneCodeEditor {
  const editor = monaco.editor.create(host, {
    model: null,
    fontFamily: 'var(--font-mono)',
    fontSize: 12,
    lineHeight: 17,
    fontLigatures: false,
    automaticLayout: true,
    minimap: { enabled: false },
    glyphMargin: false,
    lineNumbersMinChars: 4,
    lineDecorationsWidth: 16,
    folding: true,
    showFoldingControls: 'mouseover',
    padding: { top: 8, bottom: 8 },
    scrollBeyondLastLine: false,
    renderLineHighlight: 'none',
    occurrencesHighlight: 'off',
    selectionHighlight: false,
    overviewRulerBorder: false,
    overviewRulerLanes: 2,
    hideCursorInOverviewRuler: true,
    guides: { indentation: false, bracketPairs: false },
    bracketPairColorization: { enabled: false },
    matchBrackets: 'always',
    wordBasedSuggestions: 'off',
    quickSuggestions: { other: 'on', comments: 'off', strings: 'on' },
    links: false,
    contextmenu: false,
    fixedOverflowWidgets: true,
    overflowWidgetsDomNode: widgets,
    unicodeHighlight: { ambiguousCharacters: false, invisibleCharacters: true },
    scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10, useShadows: false },
    inlayHints: { enabled: 'on', fontSize: 11, fontFamily: 'var(--font-mono)', padding: true },
    ariaLabel: 'Caffe prototxt. Ctrl+M lets the Tab key leave the editor.',
  });
  forwardKeys(widgets, editor);
  bringToFront(editor, useView.getState().editorText);
  // Monaco measures its face once; the page's may arrive after that.
  void document.fonts.ready.then(() => monaco.editor.remeasureFonts());
  return editor;
}

/**
 * Monaco listens for its keys on the editor's own element, in which the widgets do not stand: without this, Enter would not
 * end a rename.
 */
function forwardKeys(widgets: HTMLElement, editor: monaco.editor.IStandaloneCodeEditor): void {
  widgets.addEventListener('keydown', (event) => {
    const copy = new KeyboardEvent(event.type, { ...keyOf(event), bubbles: false, cancelable: true });
    if (editor.getContainerDomNode().dispatchEvent(copy)) return;
    event.preventDefault();
    event.stopPropagation();
  });
}

/** What Monaco reads of a key; it still asks for the old number, which the types of a new event no longer have. */
function keyOf(event: KeyboardEvent): KeyboardEventInit {
  const { key, code, ctrlKey, shiftKey, altKey, metaKey, repeat, isComposing, keyCode } = event;
  const init = { key, code, ctrlKey, shiftKey, altKey, metaKey, repeat, isComposing, keyCode };
  return init;
}

const viewStates = new Map<TextName, monaco.editor.ICodeEditorViewState | null>();

/** Shows a text where it was left. */
function bringToFront(editor: monaco.editor.IStandaloneCodeEditor, name: TextName): void {
  const old = TEXT_NAMES.find((other) => textModels[other] === editor.getModel());
  if (old === name) return;
  if (old !== undefined) viewStates.set(old, editor.saveViewState());
  editor.setModel(textModels[name]);
  editor.updateOptions({ ariaLabel: `${TITLES[name]}, Caffe prototxt. Ctrl+M lets the Tab key leave the editor.` });
  editor.restoreViewState(viewStates.get(name) ?? null);
}

/** Leaves `reveal` in the store for as long as the editor is on the page. */
function keepReveal(editor: monaco.editor.IStandaloneCodeEditor): () => void {
  useView.setState({
    reveal: (name, range) => {
      useView.getState().showText(name);
      bringToFront(editor, name);
      const place = toMonaco(textModels[name], range);
      editor.setPosition(place.getStartPosition());
      editor.revealRangeInCenterIfOutsideViewport(place);
      editor.focus();
    },
  });
  return () => useView.setState({ reveal: undefined });
}

/** How many findings the text in front has; the problems panel lists them. */
function ProblemCount({ text }: { readonly text: TextName }) {
  const nets = useDocument((state) => state.nets);
  const solver = useDocument((state) => state.solver);
  if (nets === undefined && solver === undefined) return null;
  const found = listProblems(useDocument.getState()).filter((problem) => problem.text === text);
  const errors = found.filter(({ diagnostic }) => diagnostic.severity === 'error').length;
  const warnings = found.filter(({ diagnostic }) => diagnostic.severity === 'warning').length;
  if (errors + warnings === 0) return null;
  const parts = [count(errors, 'error'), count(warnings, 'warning')].filter((part) => part !== '');
  return (
    <button
      type="button"
      className={`editor-problems${errors > 0 ? ' has-errors' : ''}`}
      onClick={() => useView.getState().showMonitor('problems')}
    >
      {parts.join(', ')}
    </button>
  );
}

const count = (n: number, what: string): string => (n === 0 ? '' : `${n} ${what}${n === 1 ? '' : 's'}`);
