/** The data worker: reads dropped files, keeps data sets in the browser's storage, and opens the one in use. */
import { decodeInBrowser } from '../data/browser-decoder.ts';
import { openOpfsDirectory } from '../data/opfs-directory.ts';
import { openingDigits } from '../data/sample-digits.ts';
import { openingSample } from '../data/sample.ts';
import { DatasetStore } from '../data/store.ts';
import { DataDesk } from './data-desk.ts';
import type { DataEvent, DataRequest } from './protocol.ts';
import { serve } from './serve.ts';

/** File with the name of the set last used, in a folder of its own: the store sweeps what it does not know. */
const choiceFile = 'in-use';
const choiceFolder = () => openOpfsDirectory('data-choice');

let store: Promise<DatasetStore> | undefined;
const openStore = () => (store ??= openOpfsDirectory('data').then((directory) => new DatasetStore(directory)));

const desk = new DataDesk({
  store: openStore,
  readChoice: async () => {
    const folder = await choiceFolder();
    if (!(await folder.names()).includes(choiceFile)) return undefined;
    return new TextDecoder().decode(await folder.read(choiceFile));
  },
  writeChoice: async (name) => (await choiceFolder()).write(choiceFile, [new TextEncoder().encode(name)]),
  samples: [
    { name: 'Shapes', make: openingSample },
    { name: 'Digits', make: openingDigits },
  ],
  decode: decodeInBrowser,
  storage: async () => {
    const { usage, quota } = await navigator.storage.estimate();
    return usage === undefined || quota === undefined ? undefined : { used: usage, quota };
  },
  emit: (event) => emit(event),
});

const emit = serve<DataRequest, DataEvent>((request) => desk.handle(request));
