/**
 * Key strokes as commands write them (`Mod+Shift+P`, `Delete`, `?`): read, compared with a pressed key, and printed for
 * people. Pure, so that every keyboard layout can be tested.
 */

/** A stroke taken apart. */
export interface KeyStroke {
  /** Ctrl, or ⌘ on a Mac. */
  readonly mod: boolean;
  /** Ctrl on every system. */
  readonly ctrl: boolean;
  readonly shift: boolean;
  readonly alt: boolean;
  /** As `KeyboardEvent.key` has it, letters in lower case: `k`, `Delete`, `?`, ` `. */
  readonly key: string;
}

/** What of a keyboard event is compared. */
export interface PressedKey {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  /** AltGr makes a character on many layouts, and shows as Ctrl with Alt on some systems. */
  readonly altGraph: boolean;
}

const NAMED: Readonly<Record<string, string>> = { Space: ' ', Plus: '+' };

/** Reads a stroke. Throws for one that names no key: that is a mistake in the program. */
export function parseStroke(text: string): KeyStroke {
  // `Mod++` ends with the key itself.
  const parts = text === '+' ? ['+'] : text.endsWith('++') ? [...text.slice(0, -2).split('+'), '+'] : text.split('+');
  const name = parts.at(-1) ?? '';
  const modifiers = new Set(parts.slice(0, -1));
  if (name === '') throw new Error(`"${text}" names no key.`);
  const key = NAMED[name] ?? (name.length === 1 ? name.toLowerCase() : name);
  const stroke: KeyStroke = {
    mod: modifiers.delete('Mod'),
    ctrl: modifiers.delete('Ctrl'),
    shift: modifiers.delete('Shift'),
    alt: modifiers.delete('Alt'),
    key,
  };
  const [unknown] = modifiers;
  if (unknown !== undefined) throw new Error(`"${unknown}" in "${text}" is no modifier.`);
  return stroke;
}

const isLetter = (key: string): boolean => /^[a-z]$/.test(key);
const isDigit = (key: string): boolean => /^[0-9]$/.test(key);
const isCharacter = (key: string): boolean => key.length === 1 && key !== ' ';

/** Whether the key that was pressed is the one of the stroke, whatever the modifiers. */
function isSameKey(stroke: KeyStroke, pressed: PressedKey): boolean {
  const key = pressed.key.length === 1 ? pressed.key.toLowerCase() : pressed.key;
  if (key === stroke.key) return true;
  // A layout without Latin letters: the key counts by its place on the board.
  if (isLetter(stroke.key)) return !/^[\u0020-\u007e]$/.test(key) && pressed.code === `Key${stroke.key.toUpperCase()}`;
  // With Shift, a digit's key makes a sign.
  if (isDigit(stroke.key)) return stroke.shift && pressed.code === `Digit${stroke.key}`;
  return false;
}

/** Whether a pressed key is this stroke. */
export function isPressed(stroke: KeyStroke, pressed: PressedKey, mac: boolean): boolean {
  if (!isSameKey(stroke, pressed)) return false;
  const sign = isCharacter(stroke.key) && !isLetter(stroke.key) && !(isDigit(stroke.key) && stroke.shift);
  // How a sign is made is the layout's affair: `?` is Shift with something here, AltGr with something there.
  if (sign && pressed.altGraph) return !stroke.mod && !stroke.ctrl && !stroke.alt;
  if (!sign && pressed.shiftKey !== stroke.shift) return false;
  if (pressed.altKey !== stroke.alt) return false;
  const ctrl = stroke.ctrl || (stroke.mod && !mac);
  const meta = stroke.mod && mac;
  return pressed.ctrlKey === ctrl && pressed.metaKey === meta;
}

const MAC_SIGNS: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Enter: '↩',
  Escape: '⎋',
  Backspace: '⌫',
  Delete: '⌦',
  Tab: '⇥',
  ' ': 'Space',
};

const PLAIN_NAMES: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  ' ': 'Space',
};

/** The keys of a stroke as they stand on the board, one after the other: `Ctrl`, `Shift`, `P`, or `⌘`, `⇧`, `P`. */
export function strokeKeys(text: string, mac: boolean): readonly string[] {
  const { mod, ctrl, shift, alt, key } = parseStroke(text);
  const name = (mac ? MAC_SIGNS : PLAIN_NAMES)[key] ?? (key.length === 1 ? key.toUpperCase() : key);
  if (mac) return [...(ctrl ? ['⌃'] : []), ...(alt ? ['⌥'] : []), ...(shift ? ['⇧'] : []), ...(mod ? ['⌘'] : []), name];
  return [...(mod || ctrl ? ['Ctrl'] : []), ...(shift ? ['Shift'] : []), ...(alt ? ['Alt'] : []), name];
}

/** A stroke in one piece: `Ctrl+Shift+P`, or `⇧⌘P`. */
export function strokeLabel(text: string, mac: boolean = isMac()): string {
  return strokeKeys(text, mac).join(mac ? '' : '+');
}

/** Whether this is an Apple system, where ⌘ is what Ctrl is elsewhere. */
export function isMac(): boolean {
  return typeof navigator !== 'undefined' && /mac|iphone|ipad/i.test(navigator.platform);
}
