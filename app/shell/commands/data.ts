/** What the Data tab does: choosing, reading, changing and removing data sets. The train worker is told of the set in use. */
import type { ChannelOrder, SubsetChoice } from '../../data/dataset.ts';
import { useClassify } from '../../store/classify.ts';
import { bindingOf, boundSet, dataLayersOf, useBindings } from '../../store/data-bindings.ts';
import { useDataset } from '../../store/dataset.ts';
import { useDocument } from '../../store/document.ts';
import { isActive, useRun } from '../../store/run.ts';
import { useView } from '../../store/view.ts';
import type { ImportSettings, OpenedDataset, WorkerFailure } from '../../workers/protocol.ts';
import type { DroppedFile } from '../dropped-files.ts';
import { sourceEdits } from './source-edits.ts';
import { attempt, data, train } from './workers.ts';

const showFailure = (failure: WorkerFailure) => useDataset.setState({ failure });
const start = (what: string) => useDataset.setState({ failure: undefined, job: { done: 0, total: 0, what } });

/** The set whose test images the one in use has, where they are not its own. */
let testFrom: string | undefined;

/** Opens the set last used, or the sample. */
export async function openData(): Promise<void> {
  useDataset.setState({ job: { done: 0, total: 0, what: 'Opening the data set' } });
  await take(() => data.call({ kind: 'open' }));
  followSources();
}

/** Reads dropped or chosen files into a set and uses it. What was there stays when that fails. */
export async function importData(files: readonly DroppedFile[]): Promise<void> {
  useView.setState({ monitorTab: 'data' });
  await read(files, { images: useDataset.getState().pictures });
}

/** Reads the files of the set in use again, with other settings for pictures. */
export async function readAgain(images: NonNullable<ImportSettings['images']>): Promise<void> {
  const { lastRead } = useDataset.getState();
  useDataset.setState({ pictures: images });
  if (lastRead !== undefined) await read(lastRead.files, { images, inPlaceOf: lastRead.name });
}

async function read(files: readonly DroppedFile[], settings: ImportSettings): Promise<void> {
  start('Looking into the files');
  const opened = await take(() => data.call({ kind: 'import', files, ...settings }));
  if (opened === undefined) return;
  useDataset.setState({ lastRead: { name: opened.summary.name, files } });
  bindAll(opened.summary.name);
}

/** Uses a set kept in this browser, for all data layers of the network. */
export async function switchData(name: string): Promise<void> {
  start(`Opening ${name}`);
  const opened = await take(() => data.call({ kind: 'use', name }));
  if (opened !== undefined) bindAll(name);
}

/** Stops reading; what was there stays. */
export async function cancelData(): Promise<void> {
  await attempt(() => data.call({ kind: 'cancel' }), showFailure);
}

/** Removes a set from this browser; when it was in use, the sample is opened. */
export async function removeData(name: string): Promise<void> {
  await attempt(async () => {
    const { opened, sets } = useDataset.getState();
    await data.call({ kind: 'remove', name });
    forgetFacts(name);
    const [first] = sets;
    if (opened?.summary.name === name && first !== undefined) await switchData(first.name);
    await refreshSets();
  }, showFailure);
}

/** Gives a set of the user's another name; it is in use afterwards. */
export async function renameData(name: string, to: string): Promise<void> {
  start(`Renaming ${name}`);
  const opened = await take(() => data.call({ kind: 'rename', name, to }));
  if (opened === undefined) return;
  const { lastRead } = useDataset.getState();
  if (lastRead?.name === name) useDataset.setState({ lastRead: { ...lastRead, name: to } });
  bindAll(opened.summary.name);
}

/** Makes a share of a set's training images its test images, and uses it. */
export async function holdOutData(name: string, share: number): Promise<void> {
  start(`Dividing ${name}`);
  await take(() => data.call({ kind: 'hold-out', name, share }));
}

/** Makes a set of a part of another, and uses it. */
export async function subsetData(name: string, choice: SubsetChoice, to: string): Promise<void> {
  start(`Choosing from ${name}`);
  const opened = await take(() => data.call({ kind: 'subset', name, choice, to }));
  if (opened !== undefined) bindAll(opened.summary.name);
}

/** Uses the set's second labelling. */
export async function relabelData(name: string): Promise<void> {
  start(`Relabelling ${name}`);
  await take(() => data.call({ kind: 'relabel', name }));
}

/** Says in which order the colours of a set's images are. */
export async function orderChannels(name: string, order: ChannelOrder): Promise<void> {
  start(`Changing ${name}`);
  await take(() => data.call({ kind: 'channel-order', name, order }));
}

/** Works out mean, deviation and repeated images of a set; what is known already is not worked out again. */
export async function examineData(name: string): Promise<void> {
  const { facts, examining } = useDataset.getState();
  if (facts[name] !== undefined || examining !== undefined) return;
  useDataset.setState({ examining: { done: 0, total: 0, what: 'Examining the images' } });
  const found = await attempt(() => data.call({ kind: 'examine', name }), showFailure);
  useDataset.setState(({ facts: before }) => ({
    examining: undefined,
    ...(found === undefined ? {} : { facts: { ...before, [name]: found } }),
  }));
}

/** Stops an examination. */
export async function stopExamining(): Promise<void> {
  await attempt(() => data.call({ kind: 'stop-examining' }), showFailure);
}

/** Binds a source that data layers name to a set, and uses it. Sources whose sets have images of another size go with it. */
export async function bindSource(source: string, name: string): Promise<void> {
  const { sets } = useDataset.getState();
  const { chosen } = useBindings.getState();
  const sizeOf = (set: string | undefined) => {
    const { channels, height, width, range } = sets.find((other) => other.name === set) ?? {};
    return [channels, height, width, range !== undefined].join();
  };
  const misfits = sources().filter((other) => sizeOf(boundSet(other, sets, chosen)) !== sizeOf(name));
  choose([source, ...misfits], name);
  await openBound();
}

/** Writes a set's name into the data layers that name a source. */
export function renameSource(source: string, name: string): void {
  const { netText, applyEdits } = useDocument.getState();
  choose([name], name);
  applyEdits('network', sourceEdits(netText, source, name), `Read ${name}`);
}

/** Uses the sets that the network's data layers name, now and whenever they name others. A run under way keeps its set. */
function followSources(): void {
  let before = '';
  const follow = () => {
    const now = sources().join('\n');
    if (now === before || now === '' || useDocument.getState().nets?.TRAIN.parsed !== true) return;
    before = now;
    void openBound();
  };
  useDocument.subscribe((state, last) => {
    if (state.nets !== last.nets) follow();
  });
  follow();
}

async function openBound(): Promise<void> {
  const { sets, opened } = useDataset.getState();
  const layers = dataLayersOf(useDocument.getState().nets);
  const { train: name, test } = bindingOf(layers, sets, useBindings.getState().chosen);
  if (isActive(useRun.getState().state)) return;
  const main = name ?? (test === undefined ? undefined : opened?.summary.name);
  if (main === undefined) return;
  const other = test === main ? undefined : test;
  if (opened?.summary.name === main && testFrom === other) return;
  start(`Opening ${main}`);
  const found = await take(() =>
    data.call({ kind: 'use', name: main, ...(other === undefined ? {} : { test: other }) }),
  );
  if (found !== undefined) testFrom = other;
}

const sources = () => dataLayersOf(useDocument.getState().nets).map(({ source }) => source);

/** A set chosen as a whole is what all data layers of the network read. */
function bindAll(name: string): void {
  choose(sources(), name);
}

function choose(names: readonly string[], set: string): void {
  useBindings.setState(({ chosen }) => ({
    chosen: { ...chosen, ...Object.fromEntries(names.map((source) => [source, set])) },
  }));
}

function forgetFacts(name: string): void {
  useDataset.setState(({ facts }) => {
    const { [name]: _, ...others } = facts;
    return { facts: others };
  });
}

async function take(open: () => Promise<OpenedDataset>): Promise<OpenedDataset | undefined> {
  const opened = await attempt(open, showFailure);
  useDataset.setState({ job: undefined });
  if (opened === undefined) return undefined;
  testFrom = undefined;
  const before = useDataset.getState().sets.find(({ name }) => name === opened.summary.name);
  if (JSON.stringify(before) !== JSON.stringify(opened.summary)) forgetFacts(opened.summary.name);
  useDataset.setState({ opened });
  useClassify.setState({ input: undefined, result: undefined, failure: undefined });
  await attempt(() => train.call({ kind: 'data', opened }), showFailure);
  await refreshSets();
  return opened;
}

async function refreshSets(): Promise<void> {
  await attempt(async () => {
    const sets = await data.call({ kind: 'list' });
    useDataset.setState({ sets, storage: await data.call({ kind: 'storage' }) });
  }, showFailure);
}
