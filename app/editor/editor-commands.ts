/** The editor's own keys, listed as commands: Monaco listens to them, the palette and the shortcut sheet show them. */
import type { Command } from '../store/commands.ts';
import type { monaco } from './monaco.ts';

interface MonacoAction {
  readonly action: string;
  readonly title: string;
  readonly keys: readonly string[];
}

/** Monaco's actions that matter for a prototxt, with the keys it has for them. */
const ACTIONS: readonly MonacoAction[] = [
  { action: 'editor.action.triggerSuggest', title: 'Propose what can stand here', keys: ['Ctrl+Space'] },
  {
    action: 'editor.action.triggerParameterHints',
    title: 'Explain the message around the cursor',
    keys: ['Mod+Shift+Space'],
  },
  { action: 'editor.action.showHover', title: 'Explain the word at the cursor', keys: ['F1'] },
  { action: 'editor.action.quickFix', title: 'Fix what is wrong at the cursor', keys: ['Mod+.'] },
  { action: 'editor.action.marker.nextInFiles', title: 'Next problem in the text', keys: ['F8'] },
  { action: 'editor.action.rename', title: 'Rename the blob or layer at the cursor', keys: ['F2'] },
  { action: 'editor.action.revealDefinition', title: 'Go to where the blob is made', keys: ['F12'] },
  { action: 'editor.action.goToReferences', title: 'Show where the blob is used', keys: ['Shift+F12'] },
  { action: 'editor.action.quickOutline', title: 'Go to a layer in the text', keys: ['Mod+Shift+O'] },
  { action: 'editor.action.formatDocument', title: 'Format the text', keys: ['Shift+Alt+F'] },
  { action: 'actions.find', title: 'Find in the text', keys: ['Mod+F'] },
  { action: 'editor.action.startFindReplaceAction', title: 'Replace in the text', keys: ['Mod+H'] },
  { action: 'editor.action.commentLine', title: 'Comment the lines, or bring them back', keys: ['Mod+/'] },
  { action: 'editor.action.moveLinesUpAction', title: 'Move the lines up', keys: ['Alt+ArrowUp'] },
  { action: 'editor.action.moveLinesDownAction', title: 'Move the lines down', keys: ['Alt+ArrowDown'] },
  {
    action: 'editor.action.addSelectionToNextFindMatch',
    title: 'Select the next place of the same text',
    keys: ['Mod+D'],
  },
  { action: 'editor.foldAll', title: 'Fold all layers', keys: [] },
  { action: 'editor.unfoldAll', title: 'Unfold all layers', keys: [] },
  { action: 'editor.action.toggleTabFocusMode', title: 'Let the Tab key leave the editor', keys: ['Ctrl+M'] },
];

/** The commands of an editor; what they need of it. */
export function editorCommands(
  editor: Pick<monaco.editor.IStandaloneCodeEditor, 'focus' | 'trigger'>,
): readonly Command[] {
  return ACTIONS.map(({ action, title, keys }) => ({
    id: `editor.${action}`,
    title,
    group: 'Text',
    keys,
    scope: 'editor',
    handledElsewhere: true,
    run: () => {
      editor.focus();
      editor.trigger('crema', action, null);
    },
  }));
}
