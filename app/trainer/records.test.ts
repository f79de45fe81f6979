/** The trainer's book-keeping: smoothed loss, curves, and the run's folder. */
import { describe, expect, it } from 'vitest';
import { MemoryDirectory } from '../data/testing/memory-directory.ts';
import { CurveLog } from './curve-log.ts';
import { LossWindow } from './loss-window.ts';
import { RunStore } from './run-store.ts';

describe('LossWindow', () => {
  it('is the mean of the last losses, as Caffe displays it', () => {
    const window = new LossWindow(3);
    expect([1, 2, 3, 4, 5].map((loss) => window.push(loss))).toEqual([1, 1.5, 2, 3, 4]);
  });

  it('shows each loss alone with average_loss 1', () => {
    const window = new LossWindow(1);
    expect([3, 1, 2].map((loss) => window.push(loss))).toEqual([3, 1, 2]);
  });
});

describe('CurveLog', () => {
  it('replaces what a resumed run computes again', () => {
    const log = new CurveLog();
    log.losses(0, Float32Array.of(3, 2, 1), Float32Array.of(0.5, 0.5, 0.5));
    log.tested(0, 2.3, 0.1);
    log.tested(2, 1.5, undefined);
    log.cut(1);
    log.losses(1, Float32Array.of(8), Float32Array.of(0.25));
    const { train, test } = log.stored();
    expect(Array.from(train)).toEqual([0, 3, 0.5, 1, 8, 0.25]);
    expect(Array.from(test)).toEqual([0, 2.3, 0.1]);
  });

  it('grows past its first block and loads what it stored', () => {
    const log = new CurveLog();
    log.maxIter = 5000;
    for (let i = 0; i < 5000; i++) log.losses(i, Float32Array.of(i / 2), Float32Array.of(1));
    const copy = new CurveLog();
    copy.load(log.stored());
    expect(copy.stored()).toEqual(log.stored());
    expect(copy.stored().train.length).toBe(15000);
  });
});

describe('RunStore', () => {
  const files = { caffemodel: Uint8Array.of(1, 2, 3), solverstate: Uint8Array.of(4, 5) };
  const engine = { kind: 'wasm', device: 'CPU, 2 threads, SIMD', software: false, threads: 2 } as const;

  it('keeps the curves of another run beside it until the run is forgotten', async () => {
    const store = new RunStore(new MemoryDirectory());
    const train = { iteration: [0, 1], loss: [2, 1], lr: [0.1, 0.1] };
    const compared = { name: 'losses.csv', curves: { train, test: { iteration: [], loss: [], accuracy: [] } } };
    expect(await store.compared()).toBeUndefined();
    await store.saveCompared(compared);
    expect(await store.compared()).toEqual(compared);
    expect(await store.snapshots()).toEqual([]);
    await store.saveCompared(undefined);
    expect(await store.compared()).toBeUndefined();
    await store.saveCompared(compared);
    await store.removeRun();
    expect(await store.compared()).toBeUndefined();
  });

  it('lists snapshots, latest first, and gives their files back', async () => {
    const store = new RunStore(new MemoryDirectory());
    await store.saveSnapshot('net_iter_10', 10, files, engine);
    await store.saveSnapshot('net_iter_20', 20, files, engine);
    expect((await store.snapshots()).map((s) => [s.name, s.iteration, s.bytes, s.engine])).toEqual([
      ['net_iter_20', 20, 5, engine],
      ['net_iter_10', 10, 5, engine],
    ]);
    expect(await store.snapshotFiles('net_iter_10')).toEqual(files);
    await store.removeSnapshot('net_iter_20');
    expect((await store.snapshots()).map((s) => s.name)).toEqual(['net_iter_10']);
  });

  it('keeps HDF5 snapshots under their own endings; a name stands for one snapshot', async () => {
    const directory = new MemoryDirectory();
    const store = new RunStore(directory);
    await store.saveSnapshot('net_iter_10', 10, files, engine);
    const kept = await store.saveSnapshot('net_iter_10', 10, files, engine, 'HDF5');
    expect(kept.format).toBe('HDF5');
    expect((await directory.names()).sort()).toEqual([
      'net_iter_10.caffemodel.h5',
      'net_iter_10.json',
      'net_iter_10.solverstate.h5',
    ]);
    expect(await store.snapshotFiles('net_iter_10')).toEqual(files);
    await store.removeSnapshot('net_iter_10');
    expect(await directory.names()).toEqual([]);
  });

  it('keeps curves, and takes a broken-off file for none', async () => {
    const directory = new MemoryDirectory();
    const store = new RunStore(directory);
    expect(await store.curves()).toBeUndefined();
    const curves = { maxIter: 7, train: Float64Array.of(0, 1, 2), test: Float64Array.of(0, 3, NaN) };
    await store.saveCurves(curves);
    expect(await store.curves()).toEqual(curves);
    await directory.write('curves.bin', [Uint8Array.of(1, 2, 3)]);
    expect(await store.curves()).toBeUndefined();
  });

  it('keeps what a run was made on until it is forgotten', async () => {
    const store = new RunStore(new MemoryDirectory());
    expect(await store.record()).toBeUndefined();
    const record = { engine, reason: 'a test', seed: 1, batch: 4, deviceBytes: 10, started: 2 };
    await store.saveRecord(record);
    expect(await store.record()).toEqual(record);
    await store.removeRun();
    expect(await store.record()).toBeUndefined();
  });
});
