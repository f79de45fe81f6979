/** Where dropped files belong, and that folders are opened to the last file. */
import { describe, expect, it } from 'vitest';
import { filesOfDrop, isSolverText, sortDrop } from './dropped-files.ts';

const dropped = (...paths: string[]) => paths.map((path) => ({ path, file: new File([''], path) }));

describe('sortDrop', () => {
  it.each([
    [['cifar-10-binary.tar.gz'], 'data'],
    [['cifar-10-batches-bin/data_batch_1.bin', 'cifar-10-batches-bin/readme.html'], 'data'],
    [['data_batch_1'], 'data'],
    [['net.prototxt'], 'prototxt'],
    [['a_iter_10.caffemodel', 'a_iter_10.solverstate'], 'weights'],
    [['a_iter_10.caffemodel.h5', 'a_iter_10.solverstate.h5'], 'weights'],
    [['cat.JPG'], 'image'],
    [['cat.png', 'dog.png'], 'data'],
  ])('%j is %s', (paths, kind) => {
    expect(sortDrop(dropped(...paths)).kind).toBe(kind);
  });
});

it('tells solvers from networks', () => {
  expect(isSolverText('# solver\nnet: "a.prototxt"\nbase_lr: 0.001')).toBe(true);
  expect(isSolverText('train_net : "a"')).toBe(true);
  expect(isSolverText('name: "net"\nlayer { name: "net" type: "Data" }')).toBe(false);
});

/** A folder as the browser shows it: portions of entries, then an empty one. */
function directory(path: string, portions: object[][]) {
  return {
    isFile: false,
    isDirectory: true,
    fullPath: path,
    createReader: () => {
      const left = [...portions, []];
      return { readEntries: (resolve: (entries: object[]) => void) => resolve(left.shift() ?? []) };
    },
  };
}

function file(path: string, fails = false) {
  return {
    isFile: true,
    isDirectory: false,
    name: path.split('/').at(-1) ?? '',
    fullPath: path,
    file: (resolve: (file: File) => void, reject: (error: Error) => void) =>
      fails ? reject(new DOMException('gone', 'NotFoundError')) : resolve(new File([], path.split('/').at(-1) ?? '')),
  };
}

const transfer = (...entries: (object | null)[]) =>
  ({
    items: entries.map((entry) => ({ kind: 'string', webkitGetAsEntry: () => entry })),
  }) as unknown as DataTransfer;

describe('filesOfDrop', () => {
  it('opens folders in folders, portion by portion, and passes over what is no file', async () => {
    const inner = directory('/a/b', [[file('/a/b/3')]]);
    const files = await filesOfDrop(
      transfer(directory('/a', [[file('/a/1'), inner], [file('/a/2')]]), null, file('/x')),
    );
    expect(files.map(({ path }) => path)).toEqual(['a/1', 'a/b/3', 'a/2', 'x']);
  });

  it('takes a file that has no entry', async () => {
    const loose = { kind: 'file', webkitGetAsEntry: () => null, getAsFile: () => new File(['x'], 'net.prototxt') };
    const files = await filesOfDrop({ items: [loose] } as unknown as DataTransfer);
    expect(files.map(({ path }) => path)).toEqual(['net.prototxt']);
  });

  it('asks at once for the handle of a text, where the browser has one', async () => {
    const handle = { name: 'net.prototxt' };
    const item = (path: string) => ({
      webkitGetAsEntry: () => file(path),
      getAsFileSystemHandle: () => Promise.resolve(handle),
    });
    const files = await filesOfDrop({ items: [item('net.prototxt'), item('data.bin')] } as unknown as DataTransfer);
    expect(files.map((one) => one.handle)).toEqual([handle, undefined]);
  });

  it('fails where a file cannot be read', async () => {
    await expect(filesOfDrop(transfer(file('/x', true)))).rejects.toThrow('gone');
  });
});
