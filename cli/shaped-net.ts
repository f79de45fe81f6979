/**
 * A net from a file with all its shapes, for commands that only look at it: images of a data layer get a shape from the
 * command line, or the one that the layer's settings suggest.
 */
import type { Shape } from '../app/caffe/net/layer-table.ts';
import type { NetLayer, TypedNet } from '../app/caffe/net/typed-net.ts';
import type { Phase } from '../app/caffe/schema/net-messages.ts';
import { UsageError, type Terminal } from './command.ts';
import { readText } from './files.ts';
import { netOf, wholeNetOf, type stateOf } from './net-files.ts';

/** Shape of MNIST's images, which the stock examples leave to the data base their source names. */
const mnistRecord: Shape = [1, 28, 28];

/**
 * Reads a net and infers all its shapes. What was assumed is said on stderr.
 *
 * @param given shapes of inputs as the user wrote them, `data=1x3x32x32`
 * @param state stages and level of the net
 * @throws CommandError where the file or the net is not in order, or a given shape names no input.
 */
export async function shapedNet(
  path: string,
  phase: Phase,
  given: readonly string[],
  terminal: Terminal,
  state: ReturnType<typeof stateOf> = { stages: [], level: undefined },
): Promise<TypedNet> {
  const inputs = new Map(given.map(parseInput));
  const text = await readText(path);
  const record = netOf(text, phase, { inputs, ...state }).layers.some(readsMnist) ? mnistRecord : undefined;
  const net = wholeNetOf(path, text, phase, { inputs, record, ...state });
  checkInputs(net, inputs);
  noticeAssumed(net, inputs, terminal);
  return net;
}

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
