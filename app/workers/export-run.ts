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
import { writeWeights } from '../exports/weights-files.ts';
import { zipFolder } from '../formats/zip-files.ts';
import { typedNet } from './run-nets.ts';
import type { ExportedFile, ExportRequest, OpenedDataset } from './protocol.ts';

/** What the export is made of. */
export interface ExportParts {
  readonly weights: Caffemodel;
  readonly opened: OpenedDataset;
  /** Of the run at hand; undefined where there is none. */
  readonly seed: number | undefined;
  openEngine(): Promise<{ readonly engine: Engine }>;
}

/** Makes the file. Throws ExportError, CompileError or EngineError. */
export async function exportRun(request: ExportRequest, parts: ExportParts): Promise<ExportedFile> {
  const { form, netText, solverText } = request;
  const { weights, opened } = parts;
  const { dataset, mean } = opened;
  const { solver, settings } = readSolver(solverText);
  const record = [dataset.channels, dataset.height, dataset.width];
  const testNet = () => typedNet(netText, 'TEST', settings.tests[0]?.state, record);
  const name = fileName(request.name);
  switch (form) {
    case 'h5':
      return { name: `${name}.caffemodel.h5`, content: new Blob([await writeWeights(form, weights)]) };
    case 'safetensors':
    case 'npz':
      return { name: `${name}.${form}`, content: new Blob([await writeWeights(form, weights)]) };
    case 'onnx': {
      const deployed = deploy(testNet(), mean);
      const image = dataset.test.count === 0 ? undefined : dataset.test.images.slice(0, imageBytes(dataset));
      const sample = await sampleOf((await parts.openEngine()).engine, deployed, weights, image);
      const file = writeOnnx(deployed, weights, { classNames: dataset.classNames, sample });
      return { name: `${name}.onnx`, content: new Blob([file]) };
    }
    case 'pytorch':
    case 'caffe': {
      const train = typedNet(netText, 'TRAIN', settings.trainState, record);
      const seed = parts.seed ?? Math.max(1, solver.random_seed);
      const texts = { name, netText, solverText };
      const source = { ...texts, train, test: testNet(), weights, dataset, mean, seed, shuffle: true };
      const folder = `${name}_${form}`;
      const files = form === 'pytorch' ? pytorchProject(source) : caffeFolder(source);
      return { name: `${folder}.zip`, content: new Blob(zipFolder(folder, files)) };
    }
  }
}
