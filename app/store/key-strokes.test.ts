/** Strokes on several layouts and systems, and how they are printed. */
import { describe, expect, it } from 'vitest';
import { isPressed, parseStroke, strokeKeys, strokeLabel, type PressedKey } from './key-strokes.ts';

const press = (key: string, rest: Partial<PressedKey> = {}): PressedKey => ({
  key,
  code: /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : '',
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  altGraph: false,
  ...rest,
});

const is = (stroke: string, pressed: PressedKey, mac = false) => isPressed(parseStroke(stroke), pressed, mac);

describe('isPressed', () => {
  it('takes Ctrl for Mod, and ⌘ on a Mac, and not the other', () => {
    expect(is('Mod+K', press('k', { ctrlKey: true }))).toBe(true);
    expect(is('Mod+K', press('k', { metaKey: true }))).toBe(false);
    expect(is('Mod+K', press('k', { metaKey: true }), true)).toBe(true);
    expect(is('Mod+K', press('k', { ctrlKey: true }), true)).toBe(false);
    expect(is('Ctrl+K', press('k', { ctrlKey: true }), true)).toBe(true);
    expect(is('Mod+K', press('k'))).toBe(false);
  });

  it('asks for Shift exactly where a letter or a named key is meant', () => {
    expect(is('Mod+Shift+Z', press('Z', { ctrlKey: true, shiftKey: true }))).toBe(true);
    expect(is('Mod+Z', press('Z', { ctrlKey: true, shiftKey: true }))).toBe(false);
    expect(is('Delete', press('Delete', { shiftKey: true }))).toBe(false);
    expect(is('Shift+Delete', press('Delete', { shiftKey: true }))).toBe(true);
    // Caps Lock makes capitals without Shift.
    expect(is('Mod+Z', press('Z', { ctrlKey: true }))).toBe(true);
  });

  it('takes a sign however the layout makes it', () => {
    expect(is('?', press('?', { shiftKey: true }))).toBe(true);
    expect(is('?', press('?'))).toBe(true);
    expect(is('Shift+?', press('?', { shiftKey: true }))).toBe(true);
    expect(is('/', press('/', { shiftKey: true, code: 'Digit7' }))).toBe(true);
    expect(is('?', press('?', { ctrlKey: true, shiftKey: true }))).toBe(false);
    // AltGr shows as Ctrl with Alt on Windows.
    expect(is('[', press('[', { ctrlKey: true, altKey: true, altGraph: true }))).toBe(true);
    expect(is('Mod+[', press('[', { ctrlKey: true, altKey: true, altGraph: true }))).toBe(false);
  });

  it('takes a letter by its place where the layout has no Latin letters, and only there', () => {
    expect(is('Mod+K', press('л', { code: 'KeyK', ctrlKey: true }))).toBe(true);
    // Dvorak: the key at K's place makes T.
    expect(is('Mod+K', press('t', { code: 'KeyK', ctrlKey: true }))).toBe(false);
    expect(is('Mod+K', press('k', { code: 'KeyV', ctrlKey: true }))).toBe(true);
  });

  it('knows digits with Shift, the plus sign and the space bar', () => {
    expect(is('Shift+1', press('!', { code: 'Digit1', shiftKey: true }))).toBe(true);
    expect(is('1', press('!', { code: 'Digit1', shiftKey: true }))).toBe(false);
    expect(is('Mod++', press('+', { ctrlKey: true, shiftKey: true }))).toBe(true);
    expect(is('+', press('+', { shiftKey: true }))).toBe(true);
    expect(is('Space', press(' '))).toBe(true);
  });
});

describe('parseStroke', () => {
  it.each(['', 'Mod+', 'Hyper+K'])('refuses %j', (text) => {
    expect(() => parseStroke(text)).toThrow();
  });
});

describe('strokeLabel', () => {
  it('prints what stands on the keys', () => {
    expect(strokeLabel('Mod+Shift+P', false)).toBe('Ctrl+Shift+P');
    expect(strokeLabel('Mod+Shift+P', true)).toBe('⇧⌘P');
    expect(strokeKeys('Alt+ArrowUp', false)).toEqual(['Alt', '↑']);
    expect(strokeKeys('Mod+Backspace', true)).toEqual(['⌘', '⌫']);
    expect(strokeLabel('Mod++', false)).toBe('Ctrl++');
  });
});
