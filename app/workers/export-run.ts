/** Makes what the Export menu offers for other programs, in the worker that holds weights, data and engine. */
import { readSolver } from '../caffe/solver/read-solver.ts';
import type { Caffemodel } from '../caffe/wire/caffemodel.ts';
import { imageBytes } from '../data/dataset.ts';
import type { Engine } from '../engine/engine.ts';
import { caffeFolder } from '../exports/caffe/write-folder.ts';
import { deploy } from '../exports/deploy.ts';
import { sampleOf } from '../exports/onnx/sample.ts';
import { writeOnnx } from '../exports/onnx/write-onnx.ts';
import { pytorchProject } from '../exports/pytorch/write-project.ts';
import { fileName } from '../exports/training-source.ts';
import { verifyBundle } from '../exports/verify-bundle.ts';
import { writeWeights } from '../exports/weights-files.ts';
import { zipFolder, type Folder } from '../formats/zip-files.ts';
import { typedNet } from './run-nets.ts';
import type { CancelExportRequest, ExportedFile, ExportRequest, OpenedDataset, TrainEvent } from './protocol.ts';

/** What the export is made of. */
export interface ExportParts {
  readonly weights: () => Promise<Caffemodel>;
  readonly opened: OpenedDataset;
  /** Of the run at hand; undefined where there is none. */
  readonly seed: number | undefined;
  openEngine(): Promise<{ readonly engine: Engine }>;
  emit(event: TrainEvent): void;
}

/** Of the export under way. */
let stop: AbortController | undefined;

/**
 * Makes a file and tells how far it is, or stops the one that is being made, which then fails with code `cancelled`.
 *
 * @throws ExportError, CompileError or EngineError
 */
export async function exportRun(
  request: ExportRequest | CancelExportRequest,
  parts: ExportParts,
): Promise<ExportedFile | undefined> {
  stop?.abort();
  stop = undefined;
  if (request.kind === 'cancel-export') return undefined;
  const own = new AbortController();
  stop = own;
  try {
    return await makeFile(request, parts, own.signal);
  } finally {
    if (stop === own) stop = undefined;
  }
}

async function makeFile(request: ExportRequest, parts: ExportParts, signal: AbortSignal): Promise<ExportedFile> {
  const { form, netText, solverText } = request;
  const { dataset, mean } = parts.opened;
  const { solver, settings } = readSolver(solverText);
  const record = [dataset.channels, dataset.height, dataset.width];
  const testNet = () => typedNet(netText, 'TEST', settings.tests[0]?.state, record);
  const name = fileName(request.name);
  const step = async (what: string, done = 0, total = 0) => {
    parts.emit({ kind: 'exporting', what, done, total });
    // Lets the message in that says to stop.
    await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
  };
  const zipped = async (folder: string, files: Folder): Promise<ExportedFile> => {
    const progress = (done: number, total: number) => parts.emit({ kind: 'exporting', what: 'Packing', done, total });
    return { name: `${folder}.zip`, content: new Blob(await zipFolder(folder, files, { progress, signal })) };
  };
  await step('Fetching the weights');
  const weights = await parts.weights();
  await step('Writing');
  switch (form) {
    case 'h5':
    case 'safetensors':
    case 'npz': {
      const ending = form === 'h5' ? 'caffemodel.h5' : form;
      return { name: `${name}.${ending}`, content: new Blob([await writeWeights(form, weights)]) };
    }
    case 'onnx': {
      const deployed = deploy(testNet(), mean);
      const image = dataset.test.count === 0 ? undefined : dataset.test.images.slice(0, imageBytes(dataset));
      const sample = await sampleOf((await parts.openEngine()).engine, deployed, weights, image);
      await step('Writing');
      const file = writeOnnx(deployed, weights, { classNames: dataset.classNames, sample });
      return { name: `${name}.onnx`, content: new Blob([file]) };
    }
    case 'verify': {
      const { engine } = await parts.openEngine();
      return zipped(`${name}_verify`, await verifyBundle(engine, deploy(testNet(), mean), weights, dataset));
    }
    case 'pytorch':
    case 'caffe': {
      const train = typedNet(netText, 'TRAIN', settings.trainState, record);
      const seed = parts.seed ?? Math.max(1, solver.random_seed);
      const texts = { name, netText, solverText };
      const source = { ...texts, train, test: testNet(), weights, dataset, mean, seed, shuffle: true };
      return zipped(`${name}_${form}`, form === 'pytorch' ? pytorchProject(source) : caffeFolder(source));
    }
  }
}
