/** Where the keyboard is: it decides which commands a key can mean. */

/** `editor`: in Monaco's text; `field`: where something else is typed; `graph`: on the canvas; `overlay`: in a menu or dialog. */
export type KeyPlace = 'editor' | 'field' | 'graph' | 'page' | 'overlay';

/** What takes typed text. Monaco's search box and rename box count as fields, not as the editor. */
const FIELDS =
  'input:not([type="button"], [type="checkbox"], [type="radio"], [type="range"]), textarea, select, [contenteditable=""], [contenteditable="true"]';

/** What floats above the page and has keys of its own; Monaco's are its own affair. */
const OVERLAYS = '[role="dialog"], [role="alertdialog"], [role="menu"]';

/** The place of a pressed key, by its target. */
export function placeOf(target: EventTarget | null, page: ParentNode = document): KeyPlace {
  if ([...page.querySelectorAll(OVERLAYS)].some((overlay) => overlay.closest('.monaco-editor') === null)) {
    return 'overlay';
  }
  if (!(target instanceof Element)) return 'page';
  if (target.closest('.monaco-editor') !== null) {
    return target.matches('.inputarea, .native-edit-context') ? 'editor' : 'field';
  }
  if (target.closest(FIELDS) !== null) return 'field';
  return target.closest('section.canvas') !== null && target.closest('.palette') === null ? 'graph' : 'page';
}

/** Whether a key means the control that has the focus: Enter and Space press buttons and follow links. */
export function belongsToControl(target: EventTarget | null, key: string): boolean {
  if (key !== 'Enter' && key !== ' ') return false;
  return (
    target instanceof Element &&
    target.closest('button, a[href], summary, input, [role="tab"], [role="radio"], [role="option"]') !== null
  );
}
