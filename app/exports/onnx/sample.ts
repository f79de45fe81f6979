/** An input and what the net makes of it, to be kept in an ONNX file so that its reader can check itself. */
import type { Caffemodel } from '../../caffe/wire/caffemodel.ts';
import type { Engine } from '../../engine/engine.ts';
import { prepare, type Deployed } from '../deploy.ts';
import { runDeployed } from '../run-deployed.ts';
import type { Sample } from './write-onnx.ts';

/** Largest input that is kept in a file's metadata, in values. */
const LARGEST = 3 * 256 * 256;

/**
 * Runs an image through the net. Undefined where the net does not begin with one image, or with one too large to be kept.
 *
 * @param image values [C, H, W] of the size that the net is prepared for; without one, a pattern that is the same each time
 * @throws ExportError, CompileError, EngineError
 */
export async function sampleOf(
  engine: Engine,
  deployed: Deployed,
  weights: Caffemodel,
  image?: ArrayLike<number>,
): Promise<Sample | undefined> {
  const { net, preparation } = deployed;
  if (preparation === undefined || net.layers.filter(({ type }) => type === 'Input').length !== 1) return undefined;
  const size = preparation.record.reduce((n, d) => n * d, 1);
  if (size > LARGEST) return undefined;
  const input =
    image?.length === size ? image : Uint8Array.from({ length: size }, (_, i) => (i * 37 + (i >> 5) * 11) % 256);
  const inputs = new Map([[preparation.blob, prepare(input, preparation)]]);
  return { input, outputs: await runDeployed(engine, deployed, weights, inputs) };
}
