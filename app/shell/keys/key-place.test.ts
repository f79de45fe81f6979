// @vitest-environment jsdom
/** Where the keyboard is. */
import { beforeEach, describe, expect, it } from 'vitest';
import { belongsToControl, placeOf } from './key-place.ts';

const page = `
  <header><input id="name"><button id="button"></button></header>
  <div class="monaco-editor"><textarea class="inputarea" id="text"></textarea>
    <div role="dialog"><textarea id="find"></textarea></div></div>
  <section class="canvas" id="canvas" tabindex="-1">
    <div id="node" tabindex="0"></div><div class="palette"><button id="item"></button><input id="search"></div>
  </section>`;

const at = (id: string) => placeOf(document.getElementById(id));

describe('placeOf', () => {
  beforeEach(() => {
    document.body.innerHTML = page;
  });

  it('tells editor, fields, graph and page apart', () => {
    expect(
      Object.fromEntries(
        ['name', 'button', 'text', 'find', 'canvas', 'node', 'item', 'search'].map((id) => [id, at(id)]),
      ),
    ).toEqual({
      name: 'field',
      button: 'page',
      text: 'editor',
      find: 'field',
      canvas: 'graph',
      node: 'graph',
      item: 'page',
      search: 'field',
    });
    expect(placeOf(null)).toBe('page');
  });

  it('leaves the keys to a menu or dialog that is open', () => {
    document.body.insertAdjacentHTML('beforeend', '<div role="menu"></div>');
    expect(at('node')).toBe('overlay');
  });

  it('lets Enter and Space press what has the focus', () => {
    expect(belongsToControl(document.getElementById('button'), 'Enter')).toBe(true);
    expect(belongsToControl(document.getElementById('button'), 'Delete')).toBe(false);
    expect(belongsToControl(document.getElementById('node'), ' ')).toBe(false);
  });
});
