/** `crema shapes`: the shape of every blob and parameter, as Caffe prints them while it sets a net up. */
import type { Shape } from '../../app/caffe/net/layer-table.ts';
import type { NetLayer, TypedNet } from '../../app/caffe/net/typed-net.ts';
import { UsageError, oneOf, parseArguments, type Command, type Terminal } from '../command.ts';
import { readText } from '../files.ts';
import { netOf, wholeNetOf } from '../net-files.ts';

const help = `Usage: crema shapes NET [--phase TRAIN|TEST] [--input BLOB=1x3x32x32]... [--json]

Prints the shape of every blob and parameter of a network. A data layer without a shape
of its own takes (batch_size or 1) x (1 with force_gray, else 3) x (crop_size or 32)^2,
and 1x28x28 where its source is called mnist; a notice on stderr says so.

Options:
  --phase   TRAIN or TEST (default TEST)
  --input   gives the shape of an input or data blob; may be repeated
  --json    prints {"blobs": {name: [dims]}, "params": {layer: [[dims], ...]}}

Example:
  crema shapes deploy.prototxt --input data=8x3x64x64 --json`;

/** Shape of MNIST's images, which the stock examples leave to the data base their source names. */
const mnistRecord: Shape = [1, 28, 28];

export const shapes: Command = {
  help,
  async run(args, terminal) {
    const { values, positionals } = parseArguments(
      args,
      {
        phase: { type: 'string', default: 'TEST' },
        input: { type: 'string', multiple: true, default: [] },
        json: { type: 'boolean' },
      },
      { name: 'NET', min: 1, max: 1 },
    );
    const path = positionals[0] as string;
    const phase = oneOf('phase', values.phase, ['TRAIN', 'TEST']);
    const inputs = new Map(values.input.map(parseInput));
    const text = await readText(path);
    const record = netOf(text, phase, { inputs }).layers.some(readsMnist) ? mnistRecord : undefined;
    const net = wholeNetOf(path, text, phase, { inputs, record });
    checkInputs(net, inputs);
    noticeAssumed(net, inputs, terminal);
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

/** `data=1x3x32x32`. */
function parseInput(text: string): [string, Shape] {
  const match = /^([^=]+)=(\d+(?:x\d+)*)$/.exec(text);
  if (match === null) throw new UsageError(`--input is "${text}": write it as BLOB=1x3x32x32.`);
  const [, blob = '', extents = ''] = match;
  return [blob, extents.split('x').map(Number)];
}

const sourceOf = ({ parameter }: NetLayer): string =>
  parameter.data_param?.source ?? parameter.image_data_param?.source ?? parameter.hdf5_data_param?.source ?? '';

const readsMnist = (layer: NetLayer): boolean => layer.type === 'Data' && /mnist/i.test(sourceOf(layer));

/** An --input that names no blob of a source layer would otherwise be passed over in silence. */
function checkInputs(net: TypedNet, inputs: ReadonlyMap<string, Shape>): void {
  for (const name of inputs.keys()) {
    if (net.layers.some((layer) => layer.info?.source === true && blobNames(net, layer).includes(name))) continue;
    const names = net.layers.filter((layer) => layer.info?.source === true).flatMap((layer) => blobNames(net, layer));
    throw new UsageError(
      `--input names "${name}", which is no input of this net in phase ${net.phase}; its inputs are ${names.join(', ')}.`,
    );
  }
}

const blobNames = (net: TypedNet, layer: NetLayer): string[] => layer.tops.map((id) => net.blobs.get(id)?.name ?? id);

function noticeAssumed(net: TypedNet, inputs: ReadonlyMap<string, Shape>, terminal: Terminal): void {
  for (const layer of net.layers) {
    const [name] = blobNames(net, layer);
    if (sourceOf(layer) === '' || name === undefined || inputs.has(name)) continue;
    const shape = net.blobs.get(layer.tops[0] ?? '')?.shape ?? [];
    terminal.err(
      `Notice: layer "${layer.name}" reads "${sourceOf(layer)}", which is not looked into: ${name} is taken as ${shape.join('x')}. --input ${name}=… gives another shape.`,
    );
  }
}

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
