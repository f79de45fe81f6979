// npm run test:foreign: other people's programs judge what Crema writes. OpenCV runs exported Caffe nets, h5py and NumPy read
// weights, python-lmdb reads the Caffe folder's data base, onnx checks ONNX files, and PyTorch under torchrun follows runs of
// Crema's. What Debian has of them is installed where it is missing.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judgeCaffeFolder, judgeProjects } from './foreign/elsewhere.mjs';
import { judgeOutputs } from './foreign/outputs.mjs';
import { installMissing } from './foreign/programs.mjs';
import { judgeStructure, judgeWeights } from './foreign/weights.mjs';
import { ensurePackages } from './setup.mjs';

ensurePackages();
installMissing();
const folder = mkdtempSync(join(tmpdir(), 'crema-foreign-'));
const started = Date.now();
try {
  for (const judge of [judgeOutputs, judgeWeights, judgeStructure, judgeCaffeFolder, judgeProjects]) {
    console.log(`\n=== ${judge.name}`);
    judge(folder);
  }
  console.log(`\nAll programs agree, in ${((Date.now() - started) / 1000).toFixed(0)} s.`);
} catch (error) {
  // What a program said about its end is worth more than where this script stood.
  console.error(`\n${error.stderr || error.stack}`);
  console.error(`test:foreign failed: ${error.message.split('\n')[0]}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
