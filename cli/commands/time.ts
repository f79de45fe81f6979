/** `crema time`: how long each layer takes, forward and backward, as `caffe time` tells. */
import type { KernelTime } from '../../app/engine/engine.ts';
import { timeLayers, type NetTimes } from '../../app/trainer/layer-times.ts';
import { oneOf, parseArguments, wholeNumber, type Command } from '../command.ts';
import { engineKinds, openEngine } from '../engines.ts';
import { stateOf, stateOptions } from '../net-files.ts';
import { shapedNet } from '../shaped-net.ts';

const help = `Usage: crema time NET [--phase TRAIN|TEST] [--engine webgpu|wasm|reference]
       [--iterations N] [--input BLOB=1x3x32x32]... [--kernels] [--tune] [--json]

Prints how many milliseconds each layer of a network takes for one batch, forward and (in
the TRAIN phase) backward: medians over the iterations, on random weights and images. A
layer whose work is done by another's kernel has no time of its own.

Options:
  --phase       TRAIN (default) or TEST
  --engine      webgpu (default), wasm (processor), or reference (slow, exact)
  --iterations  how often it is measured (default 10)
  --input       gives the shape of an input or data blob; may be repeated
  --stage       a stage that the solver would set; may be repeated
  --level       the level that it would set
  --kernels     also prints the kernels of each layer: GFLOPS, and how each is laid out
  --tune        first tries how each kernel runs fastest (see crema train)
  --json        prints {"device", "pass", "layers": [{"name", "forward", "backward", …}]}

Example:
  crema time cifar10_quick_train_test.prototxt --engine wasm --kernels`;

export const time: Command = {
  help,
  async run(args, terminal) {
    const { values, positionals } = parseArguments(
      args,
      {
        phase: { type: 'string', default: 'TRAIN' },
        engine: { type: 'string', default: 'webgpu' },
        iterations: { type: 'string', default: '10' },
        input: { type: 'string', multiple: true, default: [] },
        ...stateOptions,
        kernels: { type: 'boolean' },
        tune: { type: 'boolean', default: false },
        json: { type: 'boolean' },
      },
      { name: 'NET', min: 1, max: 1 },
    );
    const phase = oneOf('phase', values.phase, ['TRAIN', 'TEST']);
    const kind = oneOf('engine', values.engine, engineKinds);
    const passes = wholeNumber('iterations', values.iterations, 1);
    const net = await shapedNet(positionals[0] as string, phase, values.input, terminal, stateOf(values));
    const engine = await openEngine(kind, terminal);
    try {
      const { device } = engine.info;
      const times = await timeLayers(engine, net, {
        backward: phase === 'TRAIN',
        tune: values.tune,
        ...(passes === undefined ? {} : { passes }),
      });
      if (values.json === true) terminal.out(JSON.stringify({ device, ...times }, undefined, 1));
      else printTimes(times, device, values.kernels === true, (line) => terminal.out(line));
    } finally {
      engine.dispose();
    }
    return 0;
  },
};

function printTimes(times: NetTimes, device: string, kernels: boolean, out: (line: string) => void): void {
  const ms = (value: number): string => value.toFixed(3).padStart(10);
  const width = Math.max(...times.layers.map(({ name }) => name.length), 5);
  out(`${device}, milliseconds for one batch`);
  out(`${'layer'.padEnd(width)}${'forward'.padStart(10)}${'backward'.padStart(10)}`);
  for (const { name, forward, backward, kernels: own } of times.layers) {
    out(`${name.padEnd(width)}${ms(forward)}${ms(backward)}`);
    if (kernels) for (const kernel of own) out(`${' '.repeat(width + 20)}${ms(kernel.milliseconds)}${details(kernel)}`);
  }
  const sum = (pass: 'forward' | 'backward') => times.layers.reduce((total, layer) => total + layer[pass], 0);
  out(`${'sum'.padEnd(width)}${ms(sum('forward'))}${ms(sum('backward'))}`);
  out(`whole pass ${times.pass.toFixed(3)} ms`);
}

/** A kernel's speed where it computes, its label, and its layout where the engine has a choice. */
function details({ label, milliseconds, flops = 0, layout }: KernelTime): string {
  const rate = flops / milliseconds / 1e6;
  const speed = rate >= 0.1 && Number.isFinite(rate) ? `${rate.toFixed(1)} GFLOPS` : '';
  return `${speed.padStart(15)}  ${label}${layout === undefined ? '' : ` (${layout})`}`;
}
