/** Classifying one image with a training network: its TEST phase at batch 1, read at the scores before (or after) softmax. */
import { applyEdits } from '../caffe/text/apply-edits.ts';
import { parse } from '../caffe/text/parse.ts';
import { messagesOf, type FieldNode, type MessageNode } from '../caffe/text/tree.ts';
import { buildNet } from '../caffe/net/build-net.ts';
import type { TypedNet } from '../caffe/net/typed-net.ts';
import type { Caffemodel } from '../caffe/wire/caffemodel.ts';
import { compileNet } from '../compiler/compile-net.ts';
import { singleProgram } from '../compiler/compile-training.ts';
import { PASS, SEED } from '../compiler/kernel-context.ts';
import type { Engine } from '../engine/engine.ts';
import { definitionOf, layerTable } from '../layers/index.ts';
import { TrainingError } from './training-error.ts';
import { copyWeights } from './weights.ts';

export interface ClassifyInputs {
  readonly netText: string;
  readonly weights: Caffemodel;
  /** Pixels [C, H, W]. */
  readonly image: Uint8Array | Float32Array;
  readonly record: readonly number[];
  readonly mean: Float32Array;
}

/** Probabilities of all classes, in label order. Throws TrainingError, CompileError or EngineError. */
export async function classify(engine: Engine, inputs: ClassifyInputs): Promise<Float64Array> {
  const net = buildNet(withBatchOfOne(inputs.netText), { phase: 'TEST', layers: layerTable, record: inputs.record });
  const scores = scoresOf(net);
  const compiled = compileNet(net, definitionOf, {
    prefix: 'classify',
    backward: false,
    recordType: inputs.image instanceof Float32Array ? 'f32' : 'u8',
    keepBlobs: [scores.blob],
  });
  const images = compiled.inputs.find((input) => input.name === 'images');
  if (images === undefined)
    throw new TrainingError(
      'This network reads no images by itself: open the form with a Data layer (train_test) to classify with it.',
    );
  const executable = await engine.load(singleProgram(compiled));
  try {
    copyWeights(executable, compiled, inputs.weights);
    for (const input of compiled.inputs) if (input.name === 'mean') executable.write(input.buffer, inputs.mean);
    executable.write(images.buffer, inputs.image);
    executable.run('run', { [SEED]: 0, [PASS]: 0 });
    const values = (await executable.read(compiled.dataBuffer(scores.blob))) as Float32Array;
    return scores.normalised ? Float64Array.from(values) : softmax(values);
  } finally {
    executable.dispose();
  }
}

/** The blob with the class scores: a Softmax's top, else what the loss or the accuracy reads. */
function scoresOf(net: TypedNet): { readonly blob: string; readonly normalised: boolean } {
  const softmaxLayer = net.layers.find((l) => l.type === 'Softmax');
  const read = net.layers.find((l) => l.type === 'SoftmaxWithLoss') ?? net.layers.find((l) => l.type === 'Accuracy');
  const blob = softmaxLayer?.tops[0] ?? read?.bottoms[0];
  if (blob === undefined)
    throw new TrainingError(
      'This network gives no class scores: it needs a Softmax, SoftmaxWithLoss or Accuracy layer in the TEST phase.',
    );
  return { blob, normalised: softmaxLayer !== undefined };
}

/** The same network with every `batch_size` set to 1. */
function withBatchOfOne(text: string): string {
  const found: FieldNode[] = [];
  const walk = (message: MessageNode): void => {
    for (const field of message.fields) {
      if (field.name === 'batch_size') found.push(field);
      messagesOf(field).forEach(walk);
    }
  };
  walk(parse(text).root);
  return applyEdits(
    text,
    found.map((field) => ({ range: field.range, text: 'batch_size: 1' })),
  );
}

function softmax(scores: Float32Array): Float64Array {
  const top = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  const e = Float64Array.from(scores, (s) => Math.exp(s - top));
  const total = e.reduce((a, b) => a + b, 0);
  return e.map((v) => v / total);
}
