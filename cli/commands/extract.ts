/** `crema extract`: what a trained network computes of images on the way, as Caffe's `extract_features` gives it. */
import { extractBlobs, type Extracted } from '../../app/trainer/extract.ts';
import { CommandError, UsageError, oneOf, parseArguments, wholeNumber, type Command } from '../command.ts';
import { loadDataset, meanFor, recordOf, valuesFor } from '../data-files.ts';
import { engineKinds, openEngine } from '../engines.ts';
import { readText, writeBytes } from '../files.ts';
import { stateOf, stateOptions, wholeNetOf } from '../net-files.ts';
import { weightsAt } from '../weight-inputs.ts';

const help = `Usage: crema extract NET --weights F.caffemodel --blobs A[,B...] --data PATH --out FILE
       [OPTIONS]

Runs images through the net and writes the values of blobs, one row for each image, in the
order of the images. FILE ends in .npz (an array for each blob, by its name), .h5 (a data
set for each) or .csv (one column for each value, one row for each image).

Options:
  --weights FILE    the trained weights, copied by layer name (required)
  --blobs LIST      names of blobs, with commas between (required)
  --data PATH       a CIFAR-10 archive, folder or batch file, or "sample" (required)
  --out FILE        what to write (required)
  --phase           TEST (default: the test images) or TRAIN (the training images)
  --images N        the first N images (default: all)
  --labels          the images' labels too, as "label"
  --stage, --level  state that the net is built in
  --engine          webgpu (default), wasm (processor), or reference (slow, exact)

Example:
  crema extract cifar10_quick_train_test.prototxt --weights quick_iter_4000.caffemodel \\
    --blobs ip1,ip2 --labels --data cifar-10-binary.tar.gz --out features.npz`;

export const extract: Command = {
  help,
  async run(args, terminal) {
    const { values, positionals } = parseArguments(
      args,
      {
        weights: { type: 'string' },
        blobs: { type: 'string' },
        data: { type: 'string' },
        out: { type: 'string' },
        phase: { type: 'string', default: 'TEST' },
        images: { type: 'string' },
        labels: { type: 'boolean', default: false },
        engine: { type: 'string', default: 'webgpu' },
        ...stateOptions,
      },
      { name: 'NET', min: 1, max: 1 },
    );
    const path = positionals[0] as string;
    const { weights: weightsPath, data, out } = values;
    if (weightsPath === undefined) throw new UsageError('--weights is missing: give the .caffemodel to compute with.');
    if (data === undefined) throw new UsageError('--data is missing: give an archive, folder or batch file of images.');
    if (out === undefined) throw new UsageError('--out is missing: give a file that ends in .npz, .h5 or .csv.');
    const blobs = (values.blobs ?? '').split(',').filter((name) => name !== '');
    if (blobs.length === 0) throw new UsageError('--blobs is missing: name blobs, with commas between.');
    const write = writerOf(out);
    const phase = oneOf('phase', values.phase, ['TEST', 'TRAIN']);
    const kind = oneOf('engine', values.engine, engineKinds);
    const wanted = wholeNumber('images', values.images, 1);
    const weights = await weightsAt(weightsPath);
    const dataset = await loadDataset(data, terminal);
    const net = wholeNetOf(path, await readText(path), phase, { record: recordOf(dataset), ...stateOf(values) });
    const mean = await meanFor([net], path, dataset, terminal);
    const files = await valuesFor([net], path);
    const engine = await openEngine(kind, terminal);
    try {
      const options = { net, weights, blobs, images: wanted, labels: values.labels, mean, files };
      const found = await extractBlobs(engine, dataset, options);
      await writeBytes(out, await write(found));
      for (const { name, shape } of found) terminal.out(`${name}  ${shape.join('×')}`);
      return 0;
    } finally {
      engine.dispose();
    }
  },
};

type Writer = (found: readonly Extracted[]) => Promise<Uint8Array | string> | string;

function writerOf(path: string): Writer {
  const ending = /\.(npz|h5|csv)$/i.exec(path)?.[1]?.toLowerCase();
  switch (ending) {
    case 'npz':
      return async (found) => {
        const { writeNpz } = await import('../../app/formats/npz.ts');
        const array = ({ shape, data }: Extracted) => ({ dtype: 'F32' as const, shape, data });
        return writeNpz(new Map(found.map((blob) => [blob.name, array(blob)])));
      };
    case 'h5':
      return async (found) => {
        const { writeHdf5Arrays } = await import('../../app/formats/hdf5-arrays.ts');
        return writeHdf5Arrays(found);
      };
    case 'csv':
      return csvOf;
    default:
      throw new UsageError(`--out is "${path}": its name must end in .npz, .h5 or .csv.`);
  }
}

/** A column for each value: `ip1` for a single one, `ip1_0`, `ip1_1`, … for several. */
function csvOf(found: readonly Extracted[]): string {
  const columns = found.map((blob) => ({ ...blob, width: blob.data.length / (blob.shape[0] ?? 1) }));
  const total = columns.reduce((n, { width }) => n + width, 0);
  if (total > MOST_COLUMNS)
    throw new CommandError(`These blobs have ${total} values an image, too many columns for .csv: write .npz or .h5.`);
  const heads = columns.flatMap(({ name, width }) =>
    width === 1 ? [name] : Array.from({ length: width }, (_, i) => `${name}_${i}`),
  );
  const rows = columns[0]?.shape[0] ?? 0;
  const lines = [heads.map((head) => (/[",\n]/.test(head) ? `"${head.replaceAll('"', '""')}"` : head)).join(',')];
  for (let row = 0; row < rows; row++) {
    const cells = columns.flatMap(({ data, width }) =>
      Array.from(data.subarray(row * width, (row + 1) * width), short),
    );
    lines.push(cells.join(','));
  }
  return `${lines.join('\n')}\n`;
}

const MOST_COLUMNS = 16_384;

/** The shortest digits that give the same 32-bit float again. */
function short(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(Number(value.toPrecision(9)));
}
