/**
 * The file `model.py` of an exported PyTorch project: a module that computes what the Caffe net computes, in both phases,
 * written to be read: layers by their names, one line each.
 */
import type { NetLayer, TypedNet } from '../../caffe/net/typed-net.ts';
import { nth } from '../../layers/views.ts';
import { ExportError } from '../export-error.ts';
import { LayerScope, linesOf, type LayerLines } from './layer-lines.ts';
import { PythonNames, pythonNumber, pythonString } from './python-text.ts';

/** Layers that make nothing. */
const SILENT = new Set(['Silence']);

interface Module {
  readonly text: string;
  readonly blobs: readonly string[];
  readonly attribute: string;
}

/** The text of `model.py`. Throws ExportError where a layer has no form in PyTorch. */
export function modelSource(train: TypedNet, test: TypedNet | undefined): string {
  const attributes = new PythonNames([
    'forward',
    'training',
    'train',
    'eval',
    'caffe_blobs',
    'forward_train',
    'forward_test',
  ]);
  const modules = new Map<string, Module>();
  const forwards = [forwardOf(train, true, attributes, modules)];
  const trained = new Set(modules.keys());
  if (test !== undefined) forwards.push(forwardOf(test, false, attributes, modules));
  const unused = [...modules.keys()].some((name) => !trained.has(name));
  const shared = sharedLines(train, modules);
  const judge = test?.layers.find(({ type }) => type === 'Accuracy');
  const accuracy = test?.blobs.get(judge?.tops[0] ?? '')?.name;
  return `"""${(train.name === '' ? 'The network' : train.name).replaceAll('"', "'")}, as it was designed in Crema, for PyTorch. Layers have their names in the prototxt."""
import torch
import torch.nn as nn
import torch.nn.functional as F

import caffe_layers as L


class Net(nn.Module):
    def __init__(self):
        super().__init__()
${[...modules.values()].map(({ attribute, text }) => `        self.${attribute} = ${text}\n`).join('')}${shared}
    def caffe_blobs(self):
        """Every blob by the name that Caffe's files give it."""
        return {
${[...modules].flatMap(([name, { attribute, blobs }]) => blobs.map((blob, i) => `            ${pythonString(`${name}/${i}`)}: self.${attribute}.${blob},\n`)).join('')}        }

    def forward(self, data, label):
        return self.forward_train(data, label)

${forwards.join('\n')}

# What the solver multiplies rate and weight decay by, for each blob that it changes.
MULTIPLIERS = {
${multiplierLines(train)}}

# The output of a test that is its accuracy, if any.
ACCURACY = ${accuracy === undefined ? 'None' : pythonString(accuracy)}

# Some layers are there for tests alone.
SOME_UNUSED = ${unused ? 'True' : 'False'}
`;
}

/** The phase's blobs, line by line. */
function forwardOf(net: TypedNet, training: boolean, attributes: PythonNames, modules: Map<string, Module>): string {
  const names = new PythonNames(['self', 'total']);
  const nameOf = (id: string) => names.of(net.blobs.get(id)?.name ?? id);
  const lines: string[] = [];
  let data: NetLayer | undefined;
  for (const layer of net.layers) {
    if (layer.bottoms.length === 0) {
      if (data !== undefined || (layer.type !== 'Data' && layer.type !== 'ImageData'))
        throw new ExportError(
          `Layer "${layer.name}" (${layer.type}) cannot be written for PyTorch: the project reads images and labels with one Data layer.`,
          layer.name,
        );
      data = layer;
      continue;
    }
    if (SILENT.has(layer.type)) continue;
    lines.push(lineOf(net, layer, training, nameOf, attributes, modules));
  }
  if (data === undefined)
    throw new ExportError(`The network has no Data layer in phase ${net.phase}: open the form with one (train_test).`);
  const outputs = net.outputs.filter((id) => net.layers[net.blobs.get(id)?.producer ?? -1] !== data);
  const weighted = [...net.blobs.values()].filter(({ lossWeight }) => lossWeight !== 0);
  const total = weighted.map(({ id, lossWeight }) =>
    lossWeight === 1 ? nameOf(id) : `${pythonNumber(lossWeight)} * ${nameOf(id)}`,
  );
  const [first = 'data', second = 'label'] = data.tops.map(nameOf);
  const blobsOut = outputs.map((id) => `${pythonString(net.blobs.get(id)?.name ?? id)}: ${nameOf(id)}`).join(', ');
  return `    def forward_${training ? 'train' : 'test'}(self, ${first}, ${second === first ? 'label' : second}):
${lines.map((line) => `        ${line}\n`).join('')}        total = ${total.length === 0 ? `${first}.sum() * 0` : total.join(' + ')}
        return {"loss": total, "outputs": {${blobsOut}}}
`;
}

function lineOf(
  net: TypedNet,
  layer: NetLayer,
  training: boolean,
  nameOf: (id: string) => string,
  attributes: PythonNames,
  modules: Map<string, Module>,
): string {
  const shapeOf = (id: string) => net.blobs.get(id)?.shape ?? [];
  const attribute = layer.params.length === 0 ? '' : attributes.of(layer.name);
  const lines: LayerLines = linesOf(
    new LayerScope({
      layer,
      training,
      inputs: layer.bottoms.map(nameOf),
      shapes: layer.bottoms.map(shapeOf),
      outShapes: layer.tops.map(shapeOf),
      self: `self.${attribute}`,
    }),
  );
  if (lines.module !== undefined) {
    const known = modules.get(layer.name);
    if (known === undefined) modules.set(layer.name, { text: lines.module, blobs: lines.blobs ?? [], attribute });
    else if (known.text !== lines.module)
      throw new ExportError(
        `Two layers named "${layer.name}" hold different weights in the two phases: give one of them another name.`,
        layer.name,
      );
  }
  return `${layer.tops.map(nameOf).join(', ')} = ${lines.value}`;
}

/** Layers that share a blob by its name have one between them. */
function sharedLines(net: TypedNet, modules: ReadonlyMap<string, Module>): string {
  const lines = net.layers.flatMap((layer) =>
    layer.params.flatMap(({ owner }, i) => {
      const owned = nth(net.params, owner);
      const home = nth(net.layers, owned.layer);
      if (home === layer || home.name === layer.name) return [];
      const [mine, theirs] = [modules.get(layer.name), modules.get(home.name)];
      if (mine === undefined || theirs === undefined) return [];
      return [
        `        self.${mine.attribute}.${nth(mine.blobs, i)} = self.${theirs.attribute}.${nth(theirs.blobs, owned.position)}\n`,
      ];
    }),
  );
  return lines.length === 0 ? '' : `        # Blobs that layers share.\n${lines.join('')}`;
}

function multiplierLines(net: TypedNet): string {
  return net.params
    .flatMap(({ layer, position, declaration, lrMult, decayMult }) => {
      if (declaration.learnable === false) return [];
      const name = `${nth(net.layers, layer).name}/${position}`;
      return [`    ${pythonString(name)}: (${pythonNumber(lrMult)}, ${pythonNumber(decayMult)}),\n`];
    })
    .join('');
}
