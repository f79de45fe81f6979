/** The data worker's decisions: what is opened, what dropped files become, and that a failure leaves what was there. */
import { describe, expect, it } from 'vitest';
import type { ImageDataset, SetFacts, SubsetChoice } from '../data/dataset.ts';
import { DatasetStore } from '../data/store.ts';
import { binaryArchive, binaryBatch, pythonFiles } from '../data/testing/cifar-archive.ts';
import { MemoryDirectory } from '../data/testing/memory-directory.ts';
import { DataDesk } from './data-desk.ts';
import { idOf } from './data-shelf.ts';
import { writeBinaryproto } from '../caffe/wire/binaryproto.ts';
import { decodePng } from '../data/png.ts';
import { plainPng, writeIdx, writeZip } from '../data/testing/writers.ts';
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
      samples: [
        {
          name: 'Shapes',
          make: () => {
            made++;
            return { ...whole, name: 'Shapes', source: 'generated' };
          },
        },
        { name: 'Digits', make: () => ({ ...whole, name: 'Digits', source: 'generated' }) },
      ],
      decode: decodePng,
      storage: () => Promise.resolve({ used: 5, quota: 10 }),
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

  const pictures = (name: string, side: number) => {
    const make = (path: string) => ({ path, bytes: plainPng(side, side, [1, 2, 3]) });
    const paths = ['a/1.png', 'a/2.png', 'b/1.png', 'b/2.png', 'b/3.png'];
    return file(name, writeZip(paths.map(make)));
  };

  it('offers a second generated set, which can be removed and made again', async () => {
    const { visit } = harness();
    const desk = visit();
    expect(((await desk.handle({ kind: 'use', name: 'Digits' })) as OpenedDataset).summary.name).toBe('Digits');
    expect(await names(desk)).toEqual(['Shapes', 'Digits']);
    await desk.handle({ kind: 'remove', name: 'Digits' });
    expect(await names(desk)).toEqual(['Shapes']);
  });

  it('keeps sets of the same name and other images side by side', async () => {
    const { visit } = harness();
    const desk = visit();
    await load(desk, pictures('pets.zip', 2));
    const other = await load(desk, pictures('other/pets.zip', 3));
    expect(other.summary).toMatchObject({ name: 'pets 2', height: 3 });
    expect((await load(desk, pictures('pets.zip', 2))).summary.name).toBe('pets');
    expect((await names(desk)).toSorted()).toEqual(['Shapes', 'pets', 'pets 2']);
    // A set that is called like a generated one does not take its place.
    expect((await load(desk, pictures('digits.zip', 2))).summary.name).toBe('digits 2');
  });

  it('renames a set, and says where that cannot be', async () => {
    const { visit } = harness();
    const desk = visit();
    await load(desk, pictures('pets.zip', 2));
    const renamed = (await desk.handle({ kind: 'rename', name: 'pets', to: ' Cats and dogs ' })) as OpenedDataset;
    expect(renamed.summary).toMatchObject({ name: 'Cats and dogs', trainCount: 5 });
    expect(await names(desk)).toEqual(['Shapes', 'Cats and dogs']);
    const refused = (name: string, to: string) => expect(desk.handle({ kind: 'rename', name, to })).rejects;
    await refused('Cats and dogs', 'shapes').toThrow(/named Shapes already/);
    await refused('Cats and dogs', ' ').toThrow(/needs a name/);
    await refused('Shapes', 'x').toThrow(/generated set Shapes cannot be renamed/);
    await refused('pets', 'x').toThrow(/no longer kept/);
  });

  it('holds out test images of each class', async () => {
    const { visit } = harness();
    const desk = visit();
    await load(desk, pictures('pets.zip', 2));
    const divided = (await desk.handle({ kind: 'hold-out', name: 'pets', share: 0.3 })) as OpenedDataset;
    expect(divided.summary).toMatchObject({ trainPerClass: [1, 2], testPerClass: [1, 1] });
    expect(divided.summary.notes).toEqual(['2 of the training images were held out as test images.']);
    await expect(desk.handle({ kind: 'hold-out', name: 'pets', share: 0.3 })).rejects.toThrow(/test images already/);
    expect(await desk.handle({ kind: 'storage' })).toEqual({ used: 5, quota: 10 });
  });

  it('takes a dropped mean for the set in use, and keeps it', async () => {
    const { visit } = harness();
    const desk = visit();
    await load(desk, archive());
    const mean = (length: number, name = 'mean.binaryproto') =>
      file(
        name,
        writeBinaryproto({ shape: [1, 3, 32, 32].slice(0, 4), legacy: true, data: new Float32Array(length).fill(9) }),
      );
    const given = await load(desk, mean(3072));
    expect(given.summary.name).toBe('CIFAR-10');
    expect(given.mean[5]).toBe(9);
    expect(((await visit().handle({ kind: 'open' })) as OpenedDataset).mean[5]).toBe(9);
    const idx = [
      file('t-images-idx3-ubyte', writeIdx([1, 2, 2], Uint8Array.of(1, 2, 3, 4))),
      file('t-labels-idx1-ubyte', writeIdx([1], Uint8Array.of(0))),
    ];
    await expect(load(desk, ...idx, mean(3072))).rejects.toThrow(/3072 values, and the images of .* have 1×2×2/);
  });

  it('reads pictures again with other settings, in place of what it made of them', async () => {
    const { visit } = harness();
    const desk = visit();
    await load(desk, pictures('pets.zip', 4));
    const again = (await desk.handle({
      kind: 'import',
      files: [pictures('pets.zip', 4)],
      images: { size: { width: 2, height: 3 }, gray: true, shuffle: false },
      inPlaceOf: 'pets',
    })) as OpenedDataset;
    expect(again.summary).toMatchObject({ name: 'pets', channels: 1, height: 3, width: 2, trainCount: 5 });
    expect([...again.dataset.train.labels]).toEqual([0, 0, 1, 1, 1]);
    expect(await names(desk)).toEqual(['Shapes', 'pets']);
  });

  it('makes a set of a part of another, which stays', async () => {
    const { visit } = harness();
    const desk = visit();
    await load(desk, archive());
    const part = async (choice: SubsetChoice) =>
      ((await desk.handle({ kind: 'subset', name: 'CIFAR-10', choice, to: 'Part' })) as OpenedDataset).summary;
    expect(await part({ first: 5 })).toMatchObject({ name: 'Part', trainCount: 5, testCount: 2 });
    expect(await part({ classes: [3, 1] })).toMatchObject({
      name: 'Part 2',
      classNames: ['automobile', 'cat'],
      trainPerClass: [1, 1],
    });
    expect(await part({ perClass: 1 })).toMatchObject({ trainCount: 10, testCount: 4, source: 'part of CIFAR-10' });
    await expect(part({ classes: [3] })).rejects.toThrow(/choose two of them/);
    expect(await names(desk)).toContain('CIFAR-10');
  });

  it('examines a set, and stops when it is told to', async () => {
    const { visit, events } = harness();
    const desk = visit();
    await load(desk, archive());
    const facts = (await desk.handle({ kind: 'examine', name: 'CIFAR-10' })) as SetFacts;
    expect(facts.train.mean).toHaveLength(3);
    expect(facts.duplicates).toEqual([]);
    const stopped = expect(desk.handle({ kind: 'examine', name: 'CIFAR-10' })).rejects.toMatchObject({
      name: 'AbortError',
    });
    await desk.handle({ kind: 'stop-examining' });
    await stopped;
    expect(events.some(({ kind }) => kind === 'notice')).toBe(false);
  });

  it('takes the test images of another set, where the images are of one kind', async () => {
    const { visit } = harness();
    const desk = visit();
    await load(desk, archive());
    const mixed = (await desk.handle({ kind: 'use', name: 'Shapes', test: 'CIFAR-10' })) as OpenedDataset;
    expect(mixed.summary).toMatchObject({ name: 'Shapes', notes: ['The test images are those of CIFAR-10.'] });
    await load(desk, pictures('pets.zip', 2));
    await expect(desk.handle({ kind: 'use', name: 'Shapes', test: 'pets' })).rejects.toThrow(
      /Shapes has images of 3×32×32 and pets of 3×2×2/,
    );
  });

  it('keeps nothing of a set when it is told to stop while it writes it', async () => {
    const { visit, directory } = harness();
    const desk = visit();
    await desk.handle({ kind: 'open' });
    const before = [...directory.files.keys()];
    directory.onWrite = (name) => {
      if (name.endsWith('.test')) void desk.handle({ kind: 'cancel' });
    };
    await expect(load(desk, archive())).rejects.toMatchObject({ name: 'AbortError' });
    expect([...directory.files.keys()]).toEqual(before);
    expect(((await visit().handle({ kind: 'open' })) as OpenedDataset).summary.name).toBe('Shapes');
  });

  it('leaves nothing behind, and what was there, where there is no room for another set', async () => {
    const { visit, directory } = harness();
    const desk = visit();
    await load(desk, archive());
    const before = [...directory.files.keys()];
    directory.room = [...directory.files.values()].reduce((sum, bytes) => sum + bytes.length, 0) + 20;
    await load(desk, pictures('pets.zip', 2));
    expect([...directory.files.keys()]).toEqual(before);
    expect(await names(visit())).toEqual(['Shapes', 'CIFAR-10']);
    expect(((await visit().handle({ kind: 'use', name: 'CIFAR-10' })) as OpenedDataset).summary.trainCount).toBe(10);
  });

  it('changes colour order and labelling of the sets of the user', async () => {
    const { visit } = harness();
    const desk = visit();
    await load(desk, archive());
    const changed = (await desk.handle({ kind: 'channel-order', name: 'CIFAR-10', order: 'BGR' })) as OpenedDataset;
    expect(changed.summary.channelOrder).toBe('BGR');
    expect(((await visit().handle({ kind: 'open' })) as OpenedDataset).summary.channelOrder).toBe('BGR');
  });

  it('makes ids that the store takes', () => {
    expect([idOf('CIFAR-10 (data_batch_1.bin)'), idOf('  ')]).toEqual(['cifar-10-data-batch-1-bin', 'set']);
  });
});
