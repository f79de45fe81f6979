/** The network of a weights file: as it was written, without weights and without what Caffe adds when it builds a net. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readNet } from '../net/read-net.ts';
import { LayerParameter, NetParameter } from '../schema/net-messages.ts';
import { messageOf } from '../schema/values.ts';
import { sourceOf } from './byte-source.ts';
import { encode } from './encode-wire.ts';
import { storedNetworkText } from './stored-network.ts';
import { WireError } from './wire-reader.ts';

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`./fixtures/${name}`, import.meta.url)));
const layer = (fields: Partial<LayerParameter>): LayerParameter => messageOf(LayerParameter, fields);

describe('storedNetworkText', () => {
  it('gives the layers of a file that Caffe wrote, without blobs, phases and splits', async () => {
    const text = await storedNetworkText(sourceOf(fixture('sgd_iter_10.caffemodel')));
    expect(text).not.toMatch(/blobs|phase:|_split/);
    const { layers } = readNet(text);
    expect(layers.length).toBeGreaterThan(2);
    const made = new Set(layers.flatMap(({ layer: { top } }) => top));
    for (const { layer: read } of layers) for (const blob of read.bottom) expect(made).toContain(blob);
  });

  it('upgrades an old file', async () => {
    const text = await storedNetworkText(sourceOf(fixture('v1.caffemodel')));
    expect(text).toMatch(/^layer \{/m);
    expect(text).not.toMatch(/^layers|blobs/m);
  });

  it('takes inserted splits out, and leaves a Split that somebody wrote', async () => {
    const net = messageOf(NetParameter, {
      name: 'n',
      layer: [
        layer({ name: 'data', type: 'Input', top: ['data'], phase: 'TRAIN' }),
        layer({
          name: 'data_data_0_split',
          type: 'Split',
          bottom: ['data'],
          top: ['data_data_0_split_0', 'data_data_0_split_1'],
        }),
        layer({ name: 'a', type: 'ReLU', bottom: ['data_data_0_split_0'], top: ['a'] }),
        layer({ name: 'mine', type: 'Split', bottom: ['data_data_0_split_1'], top: ['b', 'c'] }),
      ],
    });
    expect(await storedNetworkText(sourceOf(encode(net, NetParameter)))).toBe(`name: "n"
layer {
  name: "data"
  type: "Input"
  top: "data"
}
layer {
  name: "a"
  type: "ReLU"
  bottom: "data"
  top: "a"
}
layer {
  name: "mine"
  type: "Split"
  bottom: "data"
  top: "b"
  top: "c"
}
`);
  });

  it('refuses other files with a sentence', async () => {
    await expect(storedNetworkText(sourceOf(new Uint8Array()))).rejects.toThrow(WireError);
    await expect(storedNetworkText(sourceOf(new TextEncoder().encode('name: "text"')))).rejects.toThrow(WireError);
  });
});
