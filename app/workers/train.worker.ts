/** The worker that trains: the browser's engines and storage behind a TrainHost. */
import { openOpfsDirectory } from '../data/opfs-directory.ts';
import { RunStore } from '../trainer/run-store.ts';
import { openEngine } from './open-engine.ts';
import type { TrainEvent, TrainRequest } from './protocol.ts';
import { serve } from './serve.ts';
import { TrainHost } from './train-host.ts';

const host: TrainHost = new TrainHost({
  openEngine,
  openStore: async () => new RunStore(await openOpfsDirectory('runs')),
  emit: (event, transfer) => send(event, transfer),
});
const send: (event: TrainEvent, transfer?: Transferable[]) => void = serve<TrainRequest, TrainEvent>((request) =>
  host.handle(request),
);
