/** The train worker's host in Node: runs, snapshots and resuming on the processor engine, with the folder in memory. */
import { afterEach, describe, expect, it } from 'vitest';
import { readCaffemodel } from '../caffe/wire/caffemodel.ts';
import { meanImage, summarize } from '../data/dataset.ts';
import { generateSample } from '../data/sample.ts';
import { MemoryDirectory } from '../data/testing/memory-directory.ts';
import { EngineError, type Engine } from '../engine/engine.ts';
import { createWasmEngine } from '../engine/wasm/wasm-engine.ts';
import { RunStore } from '../trainer/run-store.ts';
import type {
  MemoryForecast,
  NetTimes,
  OpenedDataset,
  RunSpec,
  RunStarted,
  SnapshotInfo,
  TrainEvent,
} from './protocol.ts';
import { TrainHost } from './train-host.ts';

const netText = `
layer { name: "in" type: "Data" top: "data" top: "label" include { phase: TRAIN }
  transform_param { scale: 0.01 mean_file: "m" mirror: true } data_param { batch_size: 4 } }
layer { name: "in" type: "Data" top: "data" top: "label" include { phase: TEST }
  transform_param { scale: 0.01 mean_file: "m" } data_param { batch_size: 4 } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 4 kernel_size: 5 stride: 3 weight_filler { type: "xavier" } } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "drop" type: "Dropout" bottom: "conv" top: "conv" }
layer { name: "ip" type: "InnerProduct" bottom: "conv" top: "ip"
  inner_product_param { num_output: 10 weight_filler { type: "xavier" } } }
layer { name: "acc" type: "Accuracy" bottom: "ip" bottom: "label" top: "acc" include { phase: TEST } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }`;
const solverOf = (maxIter: number): string => `
net: "tiny.prototxt" base_lr: 0.02 lr_policy: "inv" gamma: 0.1 power: 0.75 momentum: 0.9 weight_decay: 0.001 max_iter: ${maxIter}
test_iter: 2 test_interval: 4 test_initialization: false snapshot: 5 snapshot_prefix: "runs/tiny"`;

const dataset = generateSample(3, { train: 40, test: 10 });
const opened: OpenedDataset = { dataset, summary: summarize(dataset), mean: meanImage(dataset.train) };

class Page {
  readonly events: TrainEvent[] = [];
  readonly host: TrainHost;
  private changed = (): void => undefined;

  constructor(directory = new MemoryDirectory(), openEngine: () => Promise<Engine> = createWasmEngine) {
    this.host = new TrainHost({
      openEngine: async () => ({ engine: await openEngine(), reason: 'a test' }),
      openStore: () => Promise.resolve(new RunStore(directory)),
      emit: (event) => {
        this.events.push(event);
        this.changed();
      },
    });
  }

  async start(spec: RunSpec): Promise<RunStarted> {
    await this.host.handle({ kind: 'data', opened });
    return (await this.host.handle({ kind: 'start', spec })) as RunStarted;
  }

  /** Resolves when the state is one of these. */
  async until(...states: string[]): Promise<string> {
    for (;;) {
      const state = this.events.findLast((e) => e.kind === 'state');
      if (state !== undefined && states.includes(state.state)) return state.state;
      await new Promise<void>((resolve) => (this.changed = resolve));
    }
  }

  losses(): number[] {
    return this.events.flatMap((e) => (e.kind === 'progress' ? [...e.losses] : []));
  }

  async snapshots(): Promise<SnapshotInfo[]> {
    return (await this.host.handle({ kind: 'snapshots' })) as SnapshotInfo[];
  }
}

const pages: Page[] = [];
const open = (directory?: MemoryDirectory, openEngine?: () => Promise<Engine>): Page => {
  const page = new Page(directory, openEngine);
  pages.push(page);
  return page;
};
afterEach(async () => {
  for (const page of pages.splice(0)) await page.host.handle({ kind: 'reset' });
});

describe('TrainHost', () => {
  it('trains to the end, tests and keeps snapshots', async () => {
    const page = open();
    const started = await page.start({ netText, solverText: solverOf(10) });
    expect(started).toMatchObject({ iteration: 0, maxIter: 10, record: { batch: 4 }, copy: undefined });
    expect(await page.until('finished', 'failed')).toBe('finished');
    expect(page.losses()).toHaveLength(10);
    expect(page.events.filter((e) => e.kind === 'tested').map((e) => e.iteration)).toEqual([4, 8]);
    expect((await page.snapshots()).map((s) => s.name)).toEqual(['tiny_iter_10', 'tiny_iter_5']);
    const bytes = (await page.host.handle({ kind: 'weights' })) as Uint8Array;
    const learned = readCaffemodel(bytes).layers.filter((l) => l.blobs.length > 0);
    expect(learned.map((l) => [l.name, ...l.blobs.map((b) => b.shape)])).toEqual([
      ['conv', [4, 3, 5, 5], [4]],
      ['ip', [10, 400], [10]],
    ]);
  });

  it('goes on from a snapshot with the losses of an unbroken run, seed and dropout included', async () => {
    const whole = open();
    await whole.start({ netText, solverText: solverOf(12) });
    await whole.until('finished', 'failed');
    const { caffemodel, solverstate } = (await whole.host.handle({
      kind: 'snapshot-files',
      name: 'tiny_iter_5',
    })) as { caffemodel: Uint8Array; solverstate: Uint8Array };
    const resumed = open();
    const started = await resumed.start({
      netText,
      solverText: solverOf(12),
      weights: caffemodel,
      solverState: solverstate,
    });
    expect(started).toMatchObject({ iteration: 5, copy: { copied: ['conv', 'ip'], missing: [], ignored: [] } });
    expect(await resumed.until('finished', 'failed')).toBe('finished');
    expect(resumed.losses()).toEqual(whole.losses().slice(5));
  });

  it('pauses, steps and stops with a snapshot; after a reload curves and snapshots are there', async () => {
    const directory = new MemoryDirectory();
    const page = open(directory);
    await page.start({ netText, solverText: solverOf(100_000) });
    await page.host.handle({ kind: 'pause' });
    expect(await page.until('paused', 'failed')).toBe('paused');
    const done = page.losses().length;
    await page.host.handle({ kind: 'step' });
    await page.until('running');
    await page.until('paused', 'failed');
    expect(page.losses()).toHaveLength(done + 1);
    await page.host.handle({ kind: 'stop' });
    expect(await page.until('idle', 'failed')).toBe('idle');
    const later = open(directory);
    expect(await later.host.handle({ kind: 'restore' })).toMatchObject({
      iteration: done + 1,
      maxIter: 100_000,
      record: { engine: { kind: 'wasm', threads: 1 }, reason: 'a test', batch: 4 },
      snapshot: { engine: { kind: 'wasm', threads: 1 }, name: `tiny_iter_${done + 1}`, iteration: done + 1 },
    });
  });

  it('refuses a broken net, a wrong weights file and weights of other shapes with sentences', async () => {
    const page = open();
    const broken = page.start({
      netText: netText.replace('bottom: "conv" top: "ip"', 'bottom: "cnv" top: "ip"'),
      solverText: solverOf(5),
    });
    await expect(broken).rejects.toThrow(/cnv/);
    await expect(page.start({ netText, solverText: solverOf(5).replace('inv', 'bogus') })).rejects.toThrow(/bogus/);
    await expect(
      page.host.handle({ kind: 'load-weights', netText, file: new Blob([Uint8Array.of(1, 2, 3)]) }),
    ).rejects.toThrow();
    await page.start({ netText, solverText: solverOf(2) });
    await page.until('finished', 'failed');
    const file = new Blob([(await page.host.handle({ kind: 'weights' })) as Uint8Array<ArrayBuffer>]);
    const other = netText.replace('num_output: 4', 'num_output: 5');
    await expect(page.host.handle({ kind: 'load-weights', netText: other, file })).rejects.toThrow(
      /Parameter 0 of layer "conv" is 5×3×5×5 here and 4×3×5×5 in the weights file/,
    );
  });

  it('says when the loss is no number any more and where that began, and keeps the curves', async () => {
    const page = open();
    await page.start({ netText, solverText: solverOf(500).replace('base_lr: 0.02', 'base_lr: 1e30') });
    expect(await page.until('finished', 'failed')).toBe('failed');
    const failure = page.events.find((e) => e.kind === 'failure');
    expect(failure?.failure.message).toMatch(
      /^The loss became (NaN|Infinity) at iteration \d+\. The first values that are infinite or no numbers are in blob "ip", which layer "ip" \(InnerProduct\) computes: .* Lower base_lr/,
    );
    expect(failure?.failure.layer).toBe('ip');
  });
});

/** Engines that are lost when they have been asked to compute so many passes: each its own number, and then none. */
function losing(...passes: readonly number[]): () => Promise<Engine> {
  let opened = 0;
  return async () => {
    const engine = await createWasmEngine();
    const most = passes[opened++];
    if (most === undefined) return engine;
    let lose: (reason: string) => void = () => undefined;
    const lost = new Promise<string>((resolve) => (lose = resolve));
    let left = most;
    const check = (): void => {
      if (left > 0) return;
      lose('the driver was reset');
      throw new EngineError('device-lost', 'The device is gone.');
    };
    return {
      info: engine.info,
      limits: engine.limits,
      lost,
      plan: (program) => engine.plan(program),
      dispose: () => engine.dispose(),
      load: async (program) => {
        const executable = await engine.load(program);
        return {
          bytes: executable.bytes,
          write: (...given) => executable.write(...given),
          run: (sequence, scalars) => {
            if (sequence === 'train') left--;
            executable.run(sequence, scalars);
          },
          read: async (...given) => {
            check();
            return executable.read(...given);
          },
          ready: async () => {
            check();
            return executable.ready();
          },
          idle: () => executable.idle(),
          time: (...given) => executable.time(...given),
          dispose: () => executable.dispose(),
        };
      },
    };
  };
}

describe('when the engine is lost', () => {
  it('goes on by itself from the last snapshot, with the losses of an unbroken run', async () => {
    const whole = open();
    await whole.start({ netText, solverText: `${solverOf(14)} random_seed: 3` });
    await whole.until('finished', 'failed');
    const page = open(undefined, losing(8));
    await page.start({ netText, solverText: `${solverOf(14)} random_seed: 3` });
    expect(await page.until('finished', 'failed')).toBe('finished');
    const resumed = page.events.findIndex((e) => e.kind === 'resumed');
    const event = page.events[resumed];
    expect(event?.kind === 'resumed' && event.message).toBe(
      'The device that computed went away (the driver was reset). The run goes on from its snapshot at iteration 5.',
    );
    expect(page.events.some((e) => e.kind === 'failure')).toBe(false);
    const after = page.events.slice(resumed).flatMap((e) => (e.kind === 'progress' ? [...e.losses] : []));
    expect(after).toEqual(whole.losses().slice(5));
  });

  it('says what to do where there is no snapshot, and gives up where it is lost again and again', async () => {
    const early = open(undefined, losing(2));
    await early.start({ netText, solverText: solverOf(14) });
    expect(await early.until('finished', 'failed')).toBe('failed');
    const failure = early.events.find((e) => e.kind === 'failure');
    expect(failure?.failure.message).toMatch(
      /went away .* There is no snapshot of the run: press Train to start again/,
    );
    const often = open(undefined, losing(8, 2, 2));
    await often.start({ netText, solverText: solverOf(14) });
    expect(await often.until('finished', 'failed')).toBe('failed');
    const last = often.events.findLast((e) => e.kind === 'failure');
    expect(last?.failure.message).toMatch(/Continue from tiny_iter_\d+ in the Snapshots tab/);
  });
});

describe('before a run', () => {
  it('says what memory it will take, and the largest batch that fits', async () => {
    const page = open();
    await page.host.handle({ kind: 'data', opened });
    const found = (await page.host.handle({ kind: 'forecast', netText, solverText: solverOf(1) })) as MemoryForecast;
    expect(found).toMatchObject({ fits: true, batch: 4 });
    expect(found.largestBatch).toBeGreaterThan(1000);
    const { record } = await page.start({ netText, solverText: solverOf(1) });
    await page.until('finished', 'failed');
    expect(Math.abs(found.bytes / record.deviceBytes - 1)).toBeLessThan(0.05);
    expect(await page.host.handle({ kind: 'forecast', netText, solverText: 'base_lr: 1' })).toBeUndefined();
  });

  it('measures how long each layer takes, but not beside a run', async () => {
    const page = open();
    await page.host.handle({ kind: 'data', opened });
    const times = (await page.host.handle({ kind: 'time', netText })) as NetTimes;
    const conv = times.layers.find(({ name }) => name === 'conv');
    expect(conv?.forward).toBeGreaterThan(0);
    expect(conv?.backward).toBeGreaterThan(0);
    await page.start({ netText, solverText: solverOf(100_000) });
    await expect(page.host.handle({ kind: 'time', netText })).rejects.toThrow('pause it to measure');
    await page.host.handle({ kind: 'stop' });
  });

  it('refuses a run without room for it, with the numbers and the batch that fits', async () => {
    const page = open(undefined, () => createWasmEngine({ memoryLimit: 3_000_000 }));
    const large = netText.replaceAll('batch_size: 4', 'batch_size: 200');
    const refused = page.start({ netText: large, solverText: solverOf(5) });
    await expect(refused).rejects.toThrow(
      /^This run needs \d+ MB of memory, and there are 3 MB at most\. The largest batch that fits is \d+/,
    );
    const batch = Number(
      /that fits is (\d+)/.exec((await refused.catch((error: Error) => error.message)) as string)?.[1],
    );
    expect(batch).toBeGreaterThan(4);
    const fitting = large.replaceAll('batch_size: 200', `batch_size: ${batch}`);
    await page.start({ netText: fitting, solverText: solverOf(1) });
    expect(await page.until('finished', 'failed')).toBe('finished');
    const more = page.start({ netText: fitting.replaceAll(`: ${batch}`, `: ${batch + 1}`), solverText: solverOf(1) });
    await expect(more).rejects.toThrow(/there are 3 MB at most/);
  });
});
