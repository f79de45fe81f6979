/** The history as the page has it: whoever changes a text, one undo takes it back. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useDocument } from './document.ts';
import { NO_HISTORY } from './history.ts';
import { replaceTexts, startHistory, textsOf, useHistory } from './history-store.ts';

const texts = () => textsOf(useDocument.getState());
const { getState } = useDocument;

let stop: () => void;
beforeEach(() => {
  useDocument.setState({ id: 'a', netText: 'abc\n', solverText: 'xyz\n' });
  useHistory.setState({ ...NO_HISTORY, travel: undefined });
  stop = startHistory();
});
afterEach(() => stop());

describe('startHistory', () => {
  it('undoes typing and gestures of both texts in the order of time, wherever they were made', () => {
    useDocument.setState({ netText: 'abcd\n' });
    getState().applyEdits('solver', [{ range: { start: 0, end: 1 }, text: '!' }], 'Set');
    useDocument.setState({ netText: 'abcde\n' });
    getState().undo();
    expect(texts()).toEqual({ network: 'abcd\n', solver: '!yz\n' });
    getState().undo();
    expect(texts()).toEqual({ network: 'abcd\n', solver: 'xyz\n' });
    expect(useHistory.getState().travel).toEqual({
      direction: 'undo',
      label: 'Set',
      place: { text: 'solver', start: 0, end: 1 },
    });
    getState().undo();
    getState().undo();
    expect(texts()).toEqual({ network: 'abc\n', solver: 'xyz\n' });
    for (let i = 0; i < 4; i++) getState().redo();
    expect(texts()).toEqual({ network: 'abcde\n', solver: '!yz\n' });
  });

  it('takes edits of one gesture, made at once, for one step', async () => {
    getState().applyEdits('solver', [{ range: { start: 0, end: 1 }, text: '!' }], 'Set both');
    getState().applyEdits('network', [{ range: { start: 0, end: 0 }, text: '?' }], 'Set both');
    await Promise.resolve();
    getState().applyEdits('network', [{ range: { start: 0, end: 0 }, text: '?' }], 'Set both');
    expect(useHistory.getState().past).toHaveLength(2);
    getState().undo();
    getState().undo();
    expect(texts()).toEqual({ network: 'abc\n', solver: 'xyz\n' });
  });

  it('follows what the editor makes of a change', () => {
    const leave = useDocument.subscribe(({ netText }) => {
      if (netText.includes('\r')) useDocument.setState({ netText: netText.replaceAll('\r', '') });
    });
    getState().applyEdits('network', [{ range: { start: 0, end: 0 }, text: 'q\r\n' }], 'Insert');
    leave();
    expect(texts().network).toBe('q\nabc\n');
    getState().undo();
    expect(texts().network).toBe('abc\n');
  });

  it('keeps a history for each document', () => {
    replaceTexts({ netText: 'new\n' }, 'Replace');
    useDocument.setState({ id: 'b', netText: 'other\n', solverText: '' });
    getState().undo();
    expect(texts().network).toBe('other\n');
    useDocument.setState({ netText: 'other!\n' });
    useDocument.setState({ id: 'a', netText: 'new\n', solverText: 'xyz\n' });
    getState().undo();
    expect(texts().network).toBe('abc\n');
    useDocument.setState({ id: 'b', netText: 'other!\n', solverText: '' });
    getState().undo();
    expect(texts().network).toBe('other\n');
  });
});
