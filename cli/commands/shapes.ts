/** `crema shapes`: the shape of every blob and parameter, as Caffe prints them while it sets a net up. */
import type { Shape } from '../../app/caffe/net/layer-table.ts';
import type { NetLayer, TypedNet } from '../../app/caffe/net/typed-net.ts';
import { oneOf, parseArguments, type Command, type Terminal } from '../command.ts';
import { stateOf, stateOptions } from '../net-files.ts';
import { shapedNet } from '../shaped-net.ts';

const help = `Usage: crema shapes NET [--phase TRAIN|TEST] [--stage NAME]... [--input BLOB=1x3x32x32]...
       [--json]

Prints the shape of every blob and parameter of a network. A data layer without a shape
of its own takes (batch_size or 1) x (1 with force_gray, else 3) x (crop_size or 32)^2,
and 1x28x28 where its source is called mnist; a notice on stderr says so.

Options:
  --phase   TRAIN or TEST (default TEST)
  --stage   a stage that the solver would set (test_state); may be repeated
  --level   the level that it would set
  --input   gives the shape of an input or data blob; may be repeated
  --json    prints {"blobs": {name: [dims]}, "params": {layer: [[dims], ...]}}

Example:
  crema shapes deploy.prototxt --input data=8x3x64x64 --json`;

export const shapes: Command = {
  help,
  async run(args, terminal) {
    const { values, positionals } = parseArguments(
      args,
      {
        phase: { type: 'string', default: 'TEST' },
        input: { type: 'string', multiple: true, default: [] },
        ...stateOptions,
        json: { type: 'boolean' },
      },
      { name: 'NET', min: 1, max: 1 },
    );
    const path = positionals[0] as string;
    const phase = oneOf('phase', values.phase, ['TRAIN', 'TEST']);
    const net = await shapedNet(path, phase, values.input, terminal, stateOf(values));
    const blobs = shapesByName(net);
    const params = net.layers.filter((layer) => layer.params.length > 0);
    if (values.json === true) {
      const shapesOf = (layer: NetLayer) => layer.params.map(({ shape }) => shape);
      terminal.out(
        JSON.stringify({
          blobs: Object.fromEntries(blobs),
          params: Object.fromEntries(params.map((layer) => [layer.name, shapesOf(layer)])),
        }),
      );
    } else printTables(blobs, params, terminal);
    return 0;
  },
};

/** By name; an in-place layer's version takes the place of the one before. */
function shapesByName(net: TypedNet): Map<string, Shape> {
  const blobs = new Map<string, Shape>();
  for (const layer of net.layers) {
    for (const id of layer.tops) {
      const blob = net.blobs.get(id);
      if (blob?.shape !== undefined) blobs.set(blob.name, blob.shape);
    }
  }
  return blobs;
}

function printTables(blobs: ReadonlyMap<string, Shape>, layers: readonly NetLayer[], terminal: Terminal): void {
  const shown = (shape: Shape) => (shape.length === 0 ? '(scalar)' : shape.join(' x '));
  const width = Math.max(0, ...[...blobs.keys(), ...layers.map(({ name }) => name)].map((name) => name.length));
  terminal.out('Blobs');
  for (const [name, shape] of blobs) terminal.out(`  ${name.padEnd(width)}  ${shown(shape)}`);
  terminal.out('Parameters');
  for (const { name, params } of layers) {
    terminal.out(`  ${name.padEnd(width)}  ${params.map(({ shape }) => shown(shape)).join(',  ')}`);
  }
}
