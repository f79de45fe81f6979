/** What is copied, and what pasting makes of it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { useDocument } from '../store/document.ts';
import { useNotices } from '../store/notices.ts';
import { copySelection, cutSelection, pasteText } from './clipboard.ts';
import { duplicateLayers } from './gestures.ts';
import { CHAIN } from './testing/nets.ts';
import { show } from './testing/show.ts';

const text = (): string => useDocument.getState().netText;
const said = (): string | undefined => useNotices.getState().notices.at(-1)?.message;

const CONV = CHAIN.slice(CHAIN.indexOf('# keeps'), CHAIN.indexOf('layer {\n  name: "ip1"'));

describe('clipboard', () => {
  beforeEach(() => {
    show(CHAIN);
  });

  it('copies a node with what is folded into it and the comment above', () => {
    useDocument.setState({ selection: ['conv1'] });
    expect(copySelection()).toBe(CONV);
    useDocument.setState({ selection: [] });
    expect(copySelection()).toBeUndefined();
    expect(said()).toMatch(/^Nothing is selected/);
  });

  it('cuts and closes the gap', () => {
    useDocument.setState({ selection: ['conv1'] });
    expect(cutSelection()).toBe(CONV);
    expect(text()).not.toContain('"conv1"');
    expect(text()).toContain('type: "InnerProduct"\n  bottom: "data"');
  });

  it('pastes behind the selected layer under fresh names, joined to it where a blob is missing', () => {
    useDocument.setState({ selection: ['ip1'] });
    pasteText(
      'layer { name: "fc" type: "InnerProduct" bottom: "elsewhere" top: "fc" inner_product_param { num_output: 5 } }',
    );
    expect(text()).toMatch(/name: "fc"\s+type: "InnerProduct"\s+bottom: "ip1"\s+top: "fc"/);
    expect(text().indexOf('"fc"')).toBeLessThan(text().indexOf('"accuracy"'));
    expect(useDocument.getState().selection).toEqual(['fc']);
  });

  it('makes the document of a whole net where there is none yet', () => {
    show('');
    pasteText(CHAIN);
    expect(text()).toBe(CHAIN);
    expect(useDocument.getState().selection).toContain('conv1');
  });

  it('says what is wrong with what was pasted, and changes nothing', () => {
    pasteText('');
    expect(said()).toMatch(/holds no text/);
    pasteText('layer { name: "a"');
    expect(said()).toMatch(/^What was pasted is not prototxt as Caffe reads it, line 1: /);
    pasteText('base_lr: 0.1');
    expect(said()).toMatch(/holds no layers/);
    expect(text()).toBe(CHAIN);
  });

  it('duplicates beside the original', () => {
    duplicateLayers(['ip1']);
    expect(text()).toContain('name: "ip2"\n  type: "InnerProduct"\n  bottom: "conv1"\n  top: "ip2"');
    expect(useDocument.getState().selection).toEqual(['ip2']);
  });
});
