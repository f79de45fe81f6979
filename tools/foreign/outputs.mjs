// Trained networks in other programs: OpenCV runs the Caffe form, onnx checks the other. (ONNX Runtime runs it in the unit tests.)
import { join } from 'node:path';
import { PYTHON, JUDGED, crema, demand, logLines, netFile, python, run, solverFile } from './programs.mjs';

/** Trains an architecture briefly; its net, weights and losses. */
function trained(judged, folder) {
  const { name, data, solver, iterations } = judged;
  const net = netFile(judged, folder);
  const log = join(folder, `${name}.jsonl`);
  const args = ['train', solverFile(name, solver, folder), '--net', net, '--data', data, '--engine', 'wasm'];
  crema(...args, '--iterations', String(iterations), '--out', folder, '--log', log);
  return { net, weights: join(folder, `${name}_iter_${iterations}.caffemodel`), losses: logLines(log) };
}

const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;

/** Each architecture is trained, and what OpenCV makes of it compared with what Crema does. */
export function judgeOutputs(folder) {
  for (const judged of JUDGED) {
    const { name, data } = judged;
    const { net, weights, losses } = trained(judged, folder);
    const [first, last] = [losses.slice(0, 4), losses.slice(-4)].map((some) => mean(some.map(({ loss }) => loss)));
    demand(last < first, `${name} has not learned: its loss went from ${first} to ${last}.`);
    const common = ['--weights', weights, '--data', data, '--engine', 'wasm'];
    const bundle = join(folder, `${name}_verify`);
    crema('export', net, '--to', 'verify', ...common, '--out', bundle);
    const apart = Number(
      python(
        `import numpy as np, sys
f = np.load(sys.argv[1]); print(max(f[k].std(axis=0).max() for k in f.files if k.startswith('output:')))`,
        join(bundle, 'expected.npz'),
      ),
    );
    demand(apart > 0.01, `${name} gives all images the same scores (apart by ${apart}): the comparison says nothing.`);
    const said = run(PYTHON, [join(bundle, 'verify.py')]).trim();
    console.log(`OpenCV, ${name}: loss ${first.toFixed(2)} to ${last.toFixed(2)}; ${said}`);
    judgeSensitivity(bundle, name);
    const onnx = join(folder, `${name}.onnx`);
    crema('export', net, '--to', 'onnx', ...common, '--out', onnx);
    console.log(`onnx, ${name}: ${python(CHECK_ONNX, onnx)}`);
  }
}

/** The script of the bundle must notice weights that are not the ones. */
function judgeSensitivity(bundle, name) {
  const expected = join(bundle, 'expected.npz');
  python(
    `import numpy as np, sys
f = dict(np.load(sys.argv[1]))
for k in f:
    if k.startswith('output:'): f[k] = f[k] + 0.001
np.savez(sys.argv[1], **f)`,
    expected,
  );
  try {
    run(PYTHON, [join(bundle, 'verify.py')]);
  } catch (cause) {
    demand(
      String(cause.stderr).includes('differ by more than'),
      `verify.py of ${name} failed otherwise: ${cause.stderr}`,
    );
    return;
  }
  throw new Error(`verify.py of ${name} did not notice outputs that are off by 0.001.`);
}

const CHECK_ONNX = `import json, onnx, sys
model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
[opset] = [o.version for o in model.opset_import if o.domain == '']
assert opset >= 13, opset
props = {p.key: p.value for p in model.metadata_props}
assert len(json.loads(props['class_names'])) == 10
sample = json.loads(props['sample_input'])
[given] = model.graph.input
assert len(sample) == eval('*'.join(str(d.dim_value) for d in given.type.tensor_type.shape.dim[1:]))
for name, values in json.loads(props['sample_outputs']).items():
    assert name in [o.name for o in model.graph.output] and len(values) == 10
print(f'checked, operator set {opset}, {len(model.graph.node)} nodes, classes and a sample inside')`;
