/** The data worker's decisions: what is opened, what dropped files become, and that a failure leaves what was there. */
import { describe, expect, it } from 'vitest';
import type { ImageDataset } from '../data/dataset.ts';
import { DatasetStore } from '../data/store.ts';
import { binaryArchive, binaryBatch, pythonFiles } from '../data/testing/cifar-archive.ts';
import { MemoryDirectory } from '../data/testing/memory-directory.ts';
import { DataDesk, idOf } from './data-desk.ts';
import type { DataEvent, OpenedDataset } from './protocol.ts';

const classNames = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];

function images(count: number, seed: number): ImageDataset['train'] {
  const pixels = Uint8Array.from({ length: count * 3072 }, (_, i) => (i * 31 + seed) % 256);
  return { images: pixels, labels: Uint16Array.from({ length: count }, (_, i) => (i + seed) % 10), count };
}

const whole: ImageDataset = {
  name: 'CIFAR-10',
  source: 'test',
  channels: 3,
  height: 32,
  width: 32,
  classNames,
  train: images(10, 1),
  test: images(4, 2),
};

function harness(directory = new MemoryDirectory()) {
  const events: DataEvent[] = [];
  let made = 0;
  let choice: string | undefined;
  const visit = () =>
    new DataDesk({
      store: () => Promise.resolve(new DatasetStore(directory)),
      readChoice: () => Promise.resolve(choice),
      writeChoice: (id) => {
        choice = id;
        return Promise.resolve();
      },
      sampleName: 'Shapes',
      makeSample: () => {
        made++;
        return { ...whole, name: 'Shapes', source: 'generated' };
      },
      emit: (event) => events.push(event),
    });
  return { directory, events, visit, made: () => made };
}

const file = (path: string, bytes: Uint8Array) => ({ path, file: new File([new Uint8Array(bytes)], path) });
const archive = () => file('cifar-10-binary.tar.gz', binaryArchive(whole));

async function load(desk: DataDesk, ...files: ReturnType<typeof file>[]): Promise<OpenedDataset> {
  return (await desk.handle({ kind: 'import', files })) as OpenedDataset;
}

async function names(desk: DataDesk): Promise<string[]> {
  return ((await desk.handle({ kind: 'list' })) as { name: string }[]).map(({ name }) => name);
}

describe('DataDesk', () => {
  it('opens the sample at the first visit and makes it once', async () => {
    const { visit, made } = harness();
    const opened = (await visit().handle({ kind: 'open' })) as OpenedDataset;
    expect(opened.summary).toMatchObject({ name: 'Shapes', trainCount: 10, testCount: 4 });
    expect(opened.mean).toHaveLength(3072);
    await visit().handle({ kind: 'open' });
    expect(made()).toBe(1);
  });

  it('reads an archive, keeps it, and opens it at the next visit', async () => {
    const { visit, events } = harness();
    const opened = await load(visit(), archive());
    expect(opened.dataset.train.images).toEqual(whole.train.images);
    expect(opened.dataset.test.labels).toEqual(whole.test.labels);
    expect(events.filter(({ kind }) => kind === 'progress').length).toBeGreaterThan(0);
    const again = (await visit().handle({ kind: 'open' })) as OpenedDataset;
    expect(again.dataset.train.images).toEqual(whole.train.images);
    expect(await names(visit())).toEqual(['Shapes', 'CIFAR-10']);
  });

  it('leaves everything as it was when files are wrong or cut off', async () => {
    const { visit } = harness();
    const desk = visit();
    await load(desk, archive());
    await expect(load(desk, file('notes.txt', new TextEncoder().encode('hello')))).rejects.toThrow(/CIFAR-10/);
    const archived = binaryArchive(whole);
    const cut = archived.slice(0, archived.length >> 1);
    await expect(load(desk, file('cifar-10-binary.tar.gz', cut))).rejects.toThrow(/cut off|ends/);
    const opened = (await visit().handle({ kind: 'open' })) as OpenedDataset;
    expect(opened.summary).toMatchObject({ name: 'CIFAR-10', trainCount: 10 });
  });

  it('completes a part by the part it lacks', async () => {
    const { visit } = harness();
    const desk = visit();
    await load(desk, file('data_batch_1.bin', binaryBatch(whole.train)));
    const opened = await load(desk, file('test_batch.bin', binaryBatch(whole.test)));
    expect(opened.summary).toMatchObject({ name: 'CIFAR-10', trainCount: 10, testCount: 4 });
    expect(await names(desk)).toEqual(['Shapes', 'CIFAR-10']);
  });

  it('does not let a part take the place of a whole set', async () => {
    const { visit } = harness();
    const desk = visit();
    await load(desk, archive());
    const opened = await load(desk, file('data_batch_1.bin', binaryBatch(whole.train)));
    expect(opened.summary.name).toBe('CIFAR-10 (data_batch_1.bin)');
    expect(await names(desk)).toEqual(['Shapes', 'CIFAR-10 (data_batch_1.bin)', 'CIFAR-10']);
    const back = (await desk.handle({ kind: 'use', name: 'CIFAR-10' })) as OpenedDataset;
    expect(back.summary.testCount).toBe(4);
  });

  it('reads the python form from a folder', async () => {
    const { visit } = harness();
    const files = pythonFiles(whole).map(({ path, bytes }) => file(path, bytes));
    const opened = await load(visit(), ...files);
    expect(opened.dataset.classNames).toEqual(classNames);
    expect(opened.dataset.train.images).toEqual(whole.train.images);
  });

  it('uses a set that there is no room for, and says that it will not be kept', async () => {
    const { visit, directory, events } = harness();
    const desk = visit();
    await desk.handle({ kind: 'open' });
    directory.room = 0;
    const opened = await load(desk, archive());
    expect(opened.summary.trainCount).toBe(10);
    expect(events.filter((event) => event.kind === 'notice').map(({ failure }) => failure.message)).toEqual([
      expect.stringMatching(/could not be kept/),
    ]);
    expect(await names(desk)).toEqual(['Shapes', 'CIFAR-10']);
    expect(((await desk.handle({ kind: 'use', name: 'CIFAR-10' })) as OpenedDataset).summary.testCount).toBe(4);
  });

  it('stops reading when it is told to', async () => {
    const { visit } = harness();
    const desk = visit();
    const reading = load(desk, archive());
    await desk.handle({ kind: 'cancel' });
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    expect(await names(desk)).toEqual(['Shapes']);
  });

  it('removes a set, but not the sample', async () => {
    const { visit } = harness();
    const desk = visit();
    await load(desk, archive());
    await desk.handle({ kind: 'remove', name: 'CIFAR-10' });
    expect(await names(desk)).toEqual(['Shapes']);
    await expect(desk.handle({ kind: 'use', name: 'CIFAR-10' })).rejects.toThrow(/load it again/);
    await expect(desk.handle({ kind: 'remove', name: 'Shapes' })).rejects.toThrow(/always there/);
  });

  it('makes ids that the store takes', () => {
    expect([idOf('CIFAR-10 (data_batch_1.bin)'), idOf('  ')]).toEqual(['cifar-10-data-batch-1-bin', 'set']);
  });
});
