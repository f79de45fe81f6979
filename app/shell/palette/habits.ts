/** What the pointer and the keys of single fields do: the sheet of shortcuts lists it beside the commands, which have no part in it. */

/** What it does, and how: words for the pointer, strokes for keys. */
export interface Habit {
  readonly title: string;
  readonly pointer?: string;
  readonly keys?: readonly string[];
}

export interface HabitGroup {
  readonly name: string;
  readonly habits: readonly Habit[];
}

/** The groups, in the order of the sheet. */
export const HABIT_GROUPS: readonly HabitGroup[] = [
  {
    name: 'Pointer, on the canvas',
    habits: [
      { title: 'Move the view', pointer: 'drag, scroll' },
      { title: 'Zoom', pointer: 'Ctrl scroll, pinch' },
      { title: 'Select a layer or an edge', pointer: 'click' },
      { title: 'Add to the selection, or take from it', pointer: 'Ctrl or Shift click' },
      { title: 'Select what lies in a rectangle', pointer: 'Shift drag' },
      { title: 'Rename a layer', pointer: 'double-click' },
      { title: 'Open a group, or close it by its name', pointer: 'double-click' },
      { title: 'Place a layer by hand', pointer: 'drag' },
      { title: 'Connect: to a layer, or to a new one', pointer: 'drag a dot' },
      { title: 'Connect an edge elsewhere', pointer: 'drag its end' },
      { title: 'What can be done here', pointer: 'right-click' },
      { title: 'Facts of a layer', pointer: 'rest on it' },
    ],
  },
  {
    name: 'Pointer, from the palette of layers',
    habits: [
      { title: 'Put a layer or block on an edge, a layer or the canvas', pointer: 'drag' },
      { title: 'Add it after the selection', pointer: 'double-click' },
    ],
  },
  {
    name: 'Pointer, elsewhere',
    habits: [
      { title: 'Open files: networks, solvers, weights, data', pointer: 'drop them' },
      { title: 'Size of a panel', pointer: 'drag its edge' },
      { title: 'Put a panel away, or bring it back', pointer: 'double-click its edge' },
      { title: 'Go to where a problem is', pointer: 'click it' },
    ],
  },
  {
    name: 'In fields',
    habits: [
      { title: 'Take over what is typed', keys: ['Enter'] },
      { title: 'Give it up; once more, back to the graph', keys: ['Escape'] },
      { title: 'One step up or down in a number', keys: ['ArrowUp', 'ArrowDown'] },
      { title: 'Ten steps', keys: ['Shift+ArrowUp', 'Shift+ArrowDown'] },
      { title: 'Move a value of a list', keys: ['Alt+ArrowUp', 'Alt+ArrowDown'] },
    ],
  },
];
