// The command line as a user meets it: answers, refusals and exit codes, without starting a process.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { crema } from './testing-terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'crema-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const net = `name: "tiny"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 4 kernel_size: 3 } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "score" type: "InnerProduct" bottom: "conv" top: "score" inner_product_param { num_output: 5 } }
`;

describe('crema', () => {
  test('without a command shows what there is', async () => {
    const { code, out } = await crema();
    expect(code).toBe(2);
    expect(out).toContain('Usage: crema COMMAND');
    expect((await crema('--help')).code).toBe(0);
  });

  test.each([
    'check',
    'shapes',
    'cost',
    'layers',
    'fmt',
    'upgrade',
    'run',
    'train',
    'test',
    'export',
    'convert',
    'extract',
    'time',
    'check-cifar',
  ])('%s --help shows its usage', async (name) => {
    const { code, out, err } = await crema(name, '--help');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(new RegExp(`^Usage: (crema ${name}|npm run check:cifar)`));
    expect(out.split('\n').every((line) => line.length <= 90)).toBe(true);
  });

  test('refuses what it does not know', async () => {
    expect(await crema('shape')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('"shape"') as string });
    expect(await crema('toString')).toMatchObject({ code: 2 });
    expect(await crema('shapes', 'x', '--nope')).toMatchObject({ code: 2 });
  });
});

describe('crema check', () => {
  test('says nothing about a net without mistakes', async () => {
    expect(await crema('check', file('good.prototxt', net))).toEqual({ code: 0, out: '', err: '' });
  });

  test('prints place, severity, code and sentence, once for both phases', async () => {
    const path = file('bad.prototxt', net.replace('kernel_size', 'kernel_sise'));
    const { code, out } = await crema('check', path);
    expect(code).toBe(1);
    const lines = out.split('\n').filter((line) => line.includes('unknown-field'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^${path}:3:\\d+ error unknown-field .*kernel_size.*\\.?$`));
  });

  test('names the phase of a finding that the other phase does not have', async () => {
    const layer = 'layer { name: "p" type: "Nonsense" bottom: "score" top: "p" include { phase: TEST } }\n';
    const { out } = await crema('check', file('phase.prototxt', net + layer));
    expect(out).toMatch(/unknown-layer-type .* \(in TEST only\)$/);
  });

  test('tells a solver from a net', async () => {
    const path = file('solver.prototxt', 'net: "x.prototxt"\nbase_lr: 0.1\nlr_policy: "fixed"\nmax_itre: 10\n');
    const { code, out } = await crema('check', path, '--json');
    const answer = JSON.parse(out) as { kind: string; diagnostics: { line: number; code: string }[] };
    expect(code).toBe(1);
    expect(answer.kind).toBe('solver');
    expect(answer.diagnostics).toContainEqual(expect.objectContaining({ line: 4, code: 'unknown-field' }));
    expect(answer.diagnostics).toContainEqual(expect.objectContaining({ line: 1, code: 'missing-file' }));
  });

  test('refuses what cannot be read in a sentence', async () => {
    const missing = await crema('check', join(folder, 'none.prototxt'));
    expect(missing).toMatchObject({
      code: 1,
      err: `${join(folder, 'none.prototxt')} cannot be read: there is no such file.`,
    });
    expect((await crema('check', folder)).err).toContain('it is a folder');
    expect((await crema('check', file('binary', 'a\0b'))).err).toContain('is not a text');
  });
});

describe('crema shapes', () => {
  test('prints blobs by name and parameters by layer', async () => {
    const { code, out, err } = await crema('shapes', file('shapes.prototxt', net), '--json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toEqual({
      blobs: { data: [2, 3, 8, 8], conv: [2, 4, 6, 6], score: [2, 5] },
      params: { conv: [[4, 3, 3, 3], [4]], score: [[5, 144], [5]] },
    });
  });

  test('takes the shape of an input from the command line', async () => {
    const path = file('input.prototxt', net);
    const { out } = await crema('shapes', path, '--input', 'data=7x1x5x5', '--json');
    expect(JSON.parse(out)).toMatchObject({ blobs: { conv: [7, 4, 3, 3] }, params: { conv: [[4, 1, 3, 3], [4]] } });
    expect(await crema('shapes', path, '--input', 'data=7xx')).toMatchObject({ code: 2 });
    expect(await crema('shapes', path, '--input', 'conv=1x2')).toMatchObject({
      code: 2,
      err: expect.stringContaining('its inputs are data') as string,
    });
  });

  test('says what it took for the images of a data layer', async () => {
    const data = (source: string) =>
      `layer { name: "d" type: "Data" top: "data" top: "label" data_param { source: "${source}" batch_size: 4 } }`;
    const assumed = await crema('shapes', file('data.prototxt', data('cifar10_lmdb')), '--json');
    expect(JSON.parse(assumed.out)).toMatchObject({ blobs: { data: [4, 3, 32, 32], label: [4] } });
    expect(assumed.err).toContain('taken as 4x3x32x32');
    const mnist = await crema('shapes', file('mnist.prototxt', data('mnist_train_lmdb')), '--json');
    expect(JSON.parse(mnist.out)).toMatchObject({ blobs: { data: [4, 1, 28, 28] } });
  });

  test('refuses a net whose shapes do not fit, at the place of the mistake', async () => {
    const path = file('misfit.prototxt', net.replace('kernel_size: 3', 'kernel_size: 30'));
    const { code, out, err } = await crema('shapes', path);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(new RegExp(`^${path}:3:\\d+ .*\\.`));
  });
});

describe('crema cost', () => {
  test('prints a row for each layer and the totals', async () => {
    const path = file('cost.prototxt', net);
    const { code, out, err } = await crema('cost', path);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^conv +Convolution +2x4x6x6 +112 +/m);
    expect(out).toMatch(/^total +837 +/m);
  });

  test('plans the memory of a run', async () => {
    const loss = 'layer { name: "l" type: "EuclideanLoss" bottom: "score" bottom: "score" top: "l" }';
    const path = file('learns.prototxt', net + loss);
    const { out } = await crema('cost', path, '--memory', '--json');
    const { plannedBytes } = JSON.parse(out) as { plannedBytes: number };
    // At least weights, gradients and momentum.
    expect(plannedBytes).toBeGreaterThan(3 * 4 * 837);
    expect((await crema('cost', path, '--memory')).out).toMatch(/planned for a run +[\d.]+ MB/);
    expect(await crema('cost', file('cost.prototxt', net), '--memory')).toMatchObject({
      code: 1,
      err: expect.stringContaining('Nothing in this network can learn') as string,
    });
  });

  test('as JSON and as comma-separated values', async () => {
    const path = file('cost.prototxt', net);
    const { out } = await crema('cost', path, '--json');
    const answer = JSON.parse(out) as { layers: { name: string }[]; totals: object };
    expect(answer.layers[1]).toMatchObject({
      name: 'conv',
      parameters: 112,
      forwardMacs: 2 * 4 * 36 * 27,
      activationBytes: 4 * 288,
      receptiveField: [
        { size: 3, stride: 1, offset: 0 },
        { size: 3, stride: 1, offset: 0 },
      ],
    });
    expect(answer.totals).toMatchObject({ parameters: 837, activationBytes: 4 * (384 + 288 + 10) });
    const table = (await crema('cost', path, '--csv')).out.split('\n');
    expect(table).toHaveLength(6);
    expect(table[0]).toMatch(/^layer,type,shape,parameters,/);
    expect(table[2]).toBe('conv,Convolution,2x4x6x6,112,112,448,7776,0,7776,0,1152,0,3x3,1x1,0x0');
    expect(table.at(-1)).toMatch(/^total,,,837,/);
  });

  test('a training net costs its gradients too', async () => {
    const training =
      net +
      'layer { name: "l" type: "Input" top: "l" input_param { shape { dim: 2 } } }\n' +
      'layer { name: "loss" type: "SoftmaxWithLoss" bottom: "score" bottom: "l" top: "loss" }\n';
    const answer = JSON.parse(
      (await crema('cost', file('train.prototxt', training), '--phase', 'TRAIN', '--json')).out,
    ) as {
      totals: { gradientBytes: number; trainingBytes: number; forwardBytes: number };
    };
    expect(answer.totals.gradientBytes).toBe(4 * (288 + 10 + 1));
    expect(answer.totals.trainingBytes).toBe(answer.totals.forwardBytes + 4 * (288 + 10 + 1) + 4 * 837);
  });
});

describe('crema fmt', () => {
  const messy = 'name:"x"\nlayer{ # one\nname:"a"}\n';
  const neat = 'name: "x"\nlayer {  # one\n  name: "a"\n}\n';

  test('prints the text laid out, checks it, or writes it back', async () => {
    const path = file('fmt.prototxt', messy);
    expect(await crema('fmt', path)).toEqual({ code: 0, out: neat.trimEnd(), err: '' });
    expect(await crema('fmt', path, '--check')).toMatchObject({ code: 1, out: `${path} is not formatted.` });
    expect(JSON.parse((await crema('fmt', path, '--json')).out)).toEqual({ changed: true, text: neat });
    expect(await crema('fmt', path, '--write')).toMatchObject({ code: 0, out: `${path} formatted.` });
    expect(readFileSync(path, 'utf8')).toBe(neat);
    expect(await crema('fmt', path, '--check')).toEqual({ code: 0, out: '', err: '' });
    expect(await crema('fmt', path, '--check', '--write')).toMatchObject({ code: 2 });
  });

  test('leaves a text with mistakes alone and says where they are', async () => {
    const path = file('broken.prototxt', 'layer {\n');
    expect(await crema('fmt', path, '--write')).toMatchObject({
      code: 1,
      err: expect.stringContaining(`${path}:1:7 `) as string,
    });
    expect(readFileSync(path, 'utf8')).toBe('layer {\n');
  });
});

describe('crema upgrade', () => {
  const old = '# old\nlayers {\n  name: "a"\n  type: RELU # kind\n  bottom: "x"\n  top: "a"\n}\n';
  const current = '# old\nlayer {\n  name: "a"\n  type: "ReLU" # kind\n  bottom: "x"\n  top: "a"\n}\n';

  test('prints the upgraded text or writes it back', async () => {
    const path = file('old.prototxt', old);
    expect(await crema('upgrade', path)).toEqual({ code: 0, out: current.trimEnd(), err: '' });
    expect(JSON.parse((await crema('upgrade', path, '--json')).out)).toEqual({ changed: true, text: current });
    expect(await crema('upgrade', path, '--write')).toMatchObject({ code: 0, out: `${path} upgraded.` });
    expect(readFileSync(path, 'utf8')).toBe(current);
    expect(await crema('upgrade', path, '--write')).toMatchObject({
      code: 0,
      out: `${path} is in the current format already.`,
    });
  });

  test('a solver too; a text of both forms is refused', async () => {
    const solver = file('old-solver.prototxt', 'base_lr: 0.1\nsolver_type: ADAM\n');
    expect((await crema('upgrade', solver)).out).toBe('base_lr: 0.1\ntype: "Adam"');
    const mixed = file('mixed.prototxt', 'layer { name: "a" type: "ReLU" }\nlayers { name: "b" type: RELU }\n');
    expect(await crema('upgrade', mixed)).toMatchObject({
      code: 1,
      err: expect.stringContaining('may not have both') as string,
    });
  });
});
