/** The folder that Caffe itself trains in: texts, weights, images and a script, named as its examples name them. */
import type { TypedNet } from '../../caffe/net/typed-net.ts';
import { EXPLICIT, isExtension, writtenName } from '../../caffe/schema/dsl.ts';
import { writeBinaryproto } from '../../caffe/wire/binaryproto.ts';
import { writeCaffemodel } from '../../caffe/wire/caffemodel.ts';
import type { Folder, FolderFile } from '../../formats/zip-files.ts';
import { dataFiles } from '../data-files.ts';
import { deploy } from '../deploy.ts';
import { fileName, type TrainingSource } from '../training-source.ts';
import { LMDB_SOURCE } from './lmdb-source.ts';
import { retargetNet, retargetSolver } from './retarget.ts';

/** The files of the folder. Throws ExportError where nothing is left of the network for use after training. */
export function caffeFolder(source: TrainingSource): Folder {
  const { name, netText, solverText, train, test, weights, dataset, mean, seed, shuffle } = source;
  const nets = test === undefined ? [train] : [train, test];
  const files = new Map<string, FolderFile>();
  const put = (path: string, content: Uint8Array | string) => files.set(path, { content });
  put('README.md', readme(source));
  put('train_test.prototxt', retargetNet(netText, nets));
  put('solver.prototxt', retargetSolver(solverText, 'train_test.prototxt', `snapshots/${fileName(name)}`));
  put('deploy.prototxt', deploy(test ?? train, mean).text);
  put('weights.caffemodel', writeCaffemodel(weights));
  files.set('train.sh', { content: TRAIN_SCRIPT, executable: true });
  put('make_lmdb.py', LMDB_SOURCE);
  put('data/order.json', `${JSON.stringify({ seed, shuffle })}\n`);
  if (nets.some(usesMeanFile)) {
    const { channels, height, width } = dataset;
    put('data/mean.binaryproto', writeBinaryproto({ shape: [1, channels, height, width], data: mean, legacy: true }));
  }
  for (const [path, file] of dataFiles(dataset)) files.set(path, file);
  return files;
}

const usesMeanFile = (net: TypedNet): boolean =>
  net.layers.some(({ parameter }) => parameter.transform_param?.mean_file !== undefined);

const TRAIN_SCRIPT = `#!/bin/sh
# Trains on all GPUs of this machine. CAFFE names the program, GPU the GPUs ("all", "0", "0,1"; "none" for the processor).
# Go on from a snapshot: ./train.sh --snapshot=snapshots/NAME_iter_1000.solverstate
set -e
cd "$(dirname "$0")"
mkdir -p snapshots
[ -d data/train_lmdb ] || python3 make_lmdb.py
if [ $# -eq 0 ]; then set -- --weights=weights.caffemodel; fi
if [ "\${GPU:-all}" != none ]; then set -- -gpu "\${GPU:-all}" "$@"; fi
exec "\${CAFFE:-caffe}" train --solver=solver.prototxt "$@"
`;

/** What stands in comments for Crema and is therefore not done by Caffe, said plainly. */
function leftOut(net: TypedNet): string {
  const lines = net.layers.flatMap(({ name, parameter }) =>
    [...parameter[EXPLICIT]].filter(isExtension).map((field) => `- layer ${name}: ${writtenName(field)}\n`),
  );
  if (lines.length === 0) return '';
  return `**Caffe does less than Crema here.** These settings stand in comments (\`# crema:\`), which Caffe passes over:

${lines.join('')}
`;
}

function readme({ train, name, dataset }: TrainingSource): string {
  return `# ${train.name === '' ? name : train.name}, to be trained with Caffe

Made by Crema. Needs Caffe, and Python with NumPy and lmdb to make the data bases.

    ./train.sh                                        # on all GPUs; GPU=0 ./train.sh for one, GPU=none for none
    ./train.sh --snapshot=snapshots/NAME_iter_1000.solverstate

- train_test.prototxt, solver.prototxt: as they were in Crema, but for the names of files
- weights.caffemodel: the weights to begin with
- make_lmdb.py: makes data/train_lmdb and data/test_lmdb of the images of ${dataset.name} in data/
- deploy.prototxt: the network for use, with any weights of it

${leftOut(train)}Each GPU takes a batch of its own: with N of them the whole batch is N times that of the prototxt, so divide batch_size by
N for the run that Crema makes. Snapshots load in Crema as they are.
`;
}
