// What `language.mjs` times in the browser: the language worker's answers to single keys, and a gesture on this thread.
import { resNet } from '../app/caffe/testing/networks.ts';
import { readNet } from '../app/caffe/net/read-net.ts';
import { applyEdits } from '../app/caffe/text/apply-edits.ts';
import { netEdits } from '../app/caffe/text/edits.ts';
import { layerTable } from '../app/layers/index.ts';

const solver = 'net: "net.prototxt"\nbase_lr: 0.1\nlr_policy: "fixed"\nmax_iter: 100\n';

/** Asks a worker for both phases of a text; resolves with the milliseconds until the answer is here. */
function analysed(worker: Worker, id: number, netText: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    worker.onmessage = ({ data }: MessageEvent<{ ok: boolean; value: { test: { layers: unknown[] } } }>) => {
      if (data.ok && data.value.test.layers.length > 0) resolve(performance.now() - begun);
      else reject(new Error('The worker has not answered.'));
    };
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage({
      id,
      body: { kind: 'analyse', netText, solverText: solver, record: undefined, testImages: undefined },
    });
  });
}

const open = (): Worker => new Worker('/worker.js', { type: 'module' });

/**
 * A text after each of some keys, all over it: letters typed into layers' names and, between them, a digit typed behind
 * a num_output and taken back, which breaks and mends all shapes behind it. No text comes twice.
 */
function* typed(text: string, count: number): Generator<string> {
  const put = (pattern: RegExp, i: number, character: string): void => {
    const places = [...text.matchAll(pattern)].map((match) => match.index + match[0].length);
    const at = places[Math.floor(((i * 0.618) % 1) * places.length)] ?? 0;
    text = text.slice(0, at) + character + text.slice(at);
  };
  for (let i = 0; i < count; i++) {
    if (i % 4 === 1) put(/num_output: \d+/g, i, '1 ');
    else if (i % 4 === 3) text = text.replace('1 \n', '\n');
    else put(/ {2}name: "\w+/g, i, 'x');
    yield text;
  }
}

async function keys(text: string, count: number): Promise<number[]> {
  const worker = open();
  let id = 0;
  await analysed(worker, id++, text);
  const times: number[] = [];
  for (const after of typed(text, count)) times.push(await analysed(worker, id++, after));
  worker.terminate();
  return times;
}

/** A text given to a worker that has read nothing so far, as when it is pasted into a page just opened. */
async function pasted(text: string, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const worker = open();
    // The worker is there, but has not read anything yet.
    await analysed(worker, 0, 'layer { name: "a" type: "Input" top: "a" input_param { shape { dim: 1 } } }');
    times.push(await analysed(worker, 1, text));
    worker.terminate();
  }
  return times;
}

/** Adds a layer behind another and looks for it, as a drop on the canvas does. */
function gestures(text: string, count: number): number[] {
  const relu = layerTable.get('ReLU');
  if (relu === undefined) throw new Error('There is no ReLU.');
  const names = [...text.matchAll(/ {2}name: "(\w+)/g)].map(([, name]) => name ?? '');
  const times: number[] = [];
  let before = text;
  for (let i = 0; i < count; i++) {
    const to = names[(i * 37 + 300) % names.length] ?? '';
    const begun = performance.now();
    const after = applyEdits(before, netEdits(before, { kind: 'append', layer: relu, to }));
    const old = new Set(readNet(before).layers.map(({ id }) => id));
    const added = readNet(after).layers.filter(({ id }) => !old.has(id));
    times.push(performance.now() - begun);
    if (added.length !== 1) throw new Error('The gesture has not added a layer.');
    before = after;
  }
  return times;
}

Object.assign(globalThis, {
  bench: async () => {
    const text = resNet([3, 8, 36, 3]);
    return {
      lines: text.split('\n').length,
      keys: await keys(text, 60),
      pasted: await pasted(text, 5),
      gestures: gestures(text, 30),
    };
  },
});
