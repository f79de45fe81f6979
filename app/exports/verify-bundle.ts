/**
 * A folder that answers "is it the same outside?": the net for inference, its weights, prepared images, what Crema makes
 * of them, and a script that has OpenCV run the net and compares.
 */
import type { Caffemodel } from '../caffe/wire/caffemodel.ts';
import { writeCaffemodel } from '../caffe/wire/caffemodel.ts';
import type { Engine } from '../engine/engine.ts';
import { imageBytes, type ImageDataset, type ImageSplit } from '../data/dataset.ts';
import { writeNpy, writeNpz } from '../formats/npz.ts';
import type { SafeTensor } from '../formats/safetensors.ts';
import type { Folder, FolderFile } from '../formats/zip-files.ts';
import { prepare, type Deployed } from './deploy.ts';
import { ExportError } from './export-error.ts';
import { runDeployed } from './run-deployed.ts';

/** The files. The images are the first test images of the set, or training images where it has no others. Throws ExportError, CompileError or EngineError. */
export async function verifyBundle(
  engine: Engine,
  deployed: Deployed,
  weights: Caffemodel,
  dataset: ImageDataset,
): Promise<Folder> {
  const { preparation, net, text } = deployed;
  const images = sampleImages(dataset);
  if (preparation === undefined || images.length === 0)
    throw new ExportError('A bundle to verify with needs a network with a Data layer, and images.');
  const inputs: Float32Array[] = [];
  const outputs = new Map<string, Float32Array[]>();
  for (const image of images) {
    const input = prepare(image, preparation);
    inputs.push(input);
    for (const [name, values] of await runDeployed(engine, deployed, weights, new Map([[preparation.blob, input]])))
      outputs.set(name, [...(outputs.get(name) ?? []), values]);
  }
  const shape = [...net.blobs.values()].find(({ name }) => name === preparation.blob)?.shape ?? [];
  const arrays = new Map<string, SafeTensor>([
    ['input', { dtype: 'F32', shape: [images.length, ...shape.slice(1)], data: joined(inputs) }],
    ...[...outputs].map(([name, values]): [string, SafeTensor] => [
      `output:${name}`,
      { dtype: 'F32', shape: [images.length, values[0]?.length ?? 0], data: joined(values) },
    ]),
  ]);
  return new Map<string, FolderFile>([
    ['README.md', { content: README }],
    ['deploy.prototxt', { content: text }],
    ['weights.caffemodel', { content: writeCaffemodel(weights) }],
    ['images.npy', { content: imagesFile(dataset, images) }],
    ['expected.npz', { content: writeNpz(arrays) }],
    ['verify.py', { content: VERIFY_SOURCE }],
  ]);
}

/** Images in a bundle. */
const IMAGES = 8;

function sampleImages(dataset: ImageDataset): ImageSplit['images'][] {
  const { images, count } = dataset.test.count > 0 ? dataset.test : dataset.train;
  const size = imageBytes(dataset);
  return Array.from({ length: Math.min(IMAGES, count) }, (_, i) => images.slice(i * size, (i + 1) * size));
}

/** The images as the data set has them, in an array. */
function imagesFile({ channels, height, width }: ImageDataset, images: readonly ImageSplit['images'][]) {
  const shape = [images.length, channels, height, width];
  const data = joined(images.map((image) => Float32Array.from(image)));
  return images[0] instanceof Uint8Array
    ? writeNpy({ dtype: 'U8', shape, data: Uint8Array.from(data) })
    : writeNpy({ dtype: 'F32', shape, data });
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((size, part) => size + part.length, 0));
  parts.reduce((at, part) => {
    whole.set(part, at);
    return at + part.length;
  }, 0);
  return whole;
}

const README = `# Is it the same outside?

    python3 verify.py        # needs NumPy and OpenCV (python3-opencv)

OpenCV runs deploy.prototxt with weights.caffemodel on the images in expected.npz, one by one, and its outputs are compared
with those that Crema computed, which are in there too. Those images are prepared already: mean subtracted, cropped, scaled.
images.npy has the same images as they were before.
`;

const VERIFY_SOURCE = String.raw`"""Compares what OpenCV makes of the network with what Crema made of it."""
import os
import sys

import cv2
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
TOLERANCE = 1e-4


def main():
    net = cv2.dnn.readNetFromCaffe(
        os.path.join(HERE, "deploy.prototxt"), os.path.join(HERE, "weights.caffemodel")
    )
    expected = np.load(os.path.join(HERE, "expected.npz"))
    names = [key[len("output:") :] for key in expected.files if key.startswith("output:")]
    # OpenCV knows outputs by the layers that make them.
    layers = list(net.getUnconnectedOutLayersNames())
    worst = 0.0
    for i, image in enumerate(expected["input"]):
        net.setInput(np.ascontiguousarray(image[None]))
        found = dict(zip(layers, net.forward(layers)))
        for name in names:
            values = found[name if name in found else layers[0]].reshape(-1)
            worst = max(worst, float(np.abs(values - expected["output:" + name][i]).max()))
    print(f"{len(expected['input'])} images, largest difference {worst:.3g}")
    if not worst <= TOLERANCE:
        sys.exit(f"The outputs differ by more than {TOLERANCE:g}.")


if __name__ == "__main__":
    main()
`;
