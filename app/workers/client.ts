/**
 * The page's side of each worker: typed calls that resolve with the answer or reject with a WorkerError, and events. A
 * worker starts with its first call.
 */
import type { DatasetSummary, SetFacts } from '../data/dataset.ts';
import { WorkerError } from './failure.ts';
import type {
  Classification,
  ComparedCurves,
  CopyReport,
  DataEvent,
  DataRequest,
  EngineView,
  Envelope,
  ExportedFile,
  LanguageAnswers,
  LanguageRequest,
  AugmentedCopies,
  LayerKernels,
  LayoutAnswer,
  LayoutRequest,
  MemoryForecast,
  NetTimes,
  OpenedDataset,
  StorageUse,
  Reply,
  RestoredRun,
  RunStarted,
  SnapshotFiles,
  SnapshotInfo,
  StoredNetworkAnswer,
  StoredNetworkRequest,
  TrainEvent,
  TrainRequest,
} from './protocol.ts';

/** What each request of the data worker is answered with. */
export interface DataAnswers {
  readonly open: OpenedDataset;
  readonly use: OpenedDataset;
  readonly list: readonly DatasetSummary[];
  readonly import: OpenedDataset;
  readonly rename: OpenedDataset;
  readonly 'hold-out': OpenedDataset;
  readonly relabel: OpenedDataset;
  readonly 'channel-order': OpenedDataset;
  readonly subset: OpenedDataset;
  readonly examine: SetFacts;
  readonly 'stop-examining': undefined;
  readonly storage: StorageUse | undefined;
  readonly remove: undefined;
  readonly cancel: undefined;
}

/** What each request of the train worker is answered with. */
export interface TrainAnswers {
  readonly engine: EngineView;
  readonly data: undefined;
  readonly start: RunStarted;
  readonly pause: undefined;
  readonly resume: undefined;
  readonly step: undefined;
  readonly stop: undefined;
  readonly snapshot: SnapshotInfo;
  readonly snapshots: readonly SnapshotInfo[];
  readonly 'snapshot-files': SnapshotFiles;
  readonly 'remove-snapshot': undefined;
  readonly reset: undefined;
  readonly restore: RestoredRun | undefined;
  readonly 'keep-compared': undefined;
  readonly compared: ComparedCurves | undefined;
  readonly weights: Uint8Array;
  readonly 'load-weights': CopyReport;
  readonly time: NetTimes;
  readonly kernels: LayerKernels;
  readonly augment: AugmentedCopies;
  readonly forecast: MemoryForecast | undefined;
  readonly classify: Classification;
  readonly export: ExportedFile;
  readonly 'cancel-export': undefined;
}

/** The part of `Worker` that is needed, so that tests can pass a `MessagePort`. */
export interface WorkerLike {
  postMessage(message: unknown, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent) => void) | null;
  onerror?: ((event: ErrorEvent) => void) | null;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: WorkerError) => void;
}

/** Calls to one worker. `Answers` maps the kind of a request to the type of its answer. */
export class WorkerClient<Request extends { readonly kind: string }, Answers, Event = never> {
  readonly #start: () => WorkerLike;
  readonly #onEvent: (event: Event) => void;
  readonly #pending = new Map<number, Pending>();
  #worker: WorkerLike | undefined;
  #nextId = 1;

  constructor(start: () => WorkerLike, onEvent: (event: Event) => void) {
    this.#start = start;
    this.#onEvent = onEvent;
  }

  /** Sends a request. Rejects with a WorkerError when it fails in the worker, or when the worker breaks down. */
  call<Kind extends Request['kind'] & keyof Answers>(
    body: Extract<Request, { readonly kind: Kind }>,
    transfer: Transferable[] = [],
  ): Promise<Answers[Kind]> {
    const worker = (this.#worker ??= this.#open());
    const id = this.#nextId++;
    return new Promise<Answers[Kind]>((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
      worker.postMessage({ id, body } satisfies Envelope<Request>, transfer);
    });
  }

  #open(): WorkerLike {
    const worker = this.#start();
    worker.onmessage = (message: MessageEvent<Reply<unknown> | Event>) => this.#take(message.data);
    worker.onerror = (event: ErrorEvent) => this.#breakDown(event);
    return worker;
  }

  #take(message: Reply<unknown> | Event): void {
    if (!isReply(message)) {
      this.#onEvent(message);
      return;
    }
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.ok) pending?.resolve(message.value);
    else pending?.reject(new WorkerError(message.failure));
  }

  /** An error that no handler caught, or a worker that could not be loaded: every open call fails with it. */
  #breakDown(event: ErrorEvent): void {
    const message = event.message || 'A worker of this page could not be loaded: reload the page.';
    for (const { reject } of this.#pending.values()) reject(new WorkerError({ code: 'bug', message }));
    this.#pending.clear();
  }
}

function isReply<Event>(message: Reply<unknown> | Event): message is Reply<unknown> {
  return typeof message === 'object' && message !== null && 'id' in message && 'ok' in message;
}

/** Reads, keeps and lists data sets. */
export type DataClient = WorkerClient<DataRequest, DataAnswers, DataEvent>;
/** Trains, classifies, keeps snapshots. */
export type TrainClient = WorkerClient<TrainRequest, TrainAnswers, TrainEvent>;
/** Analyses the two texts; only the newest waiting request of a kind is answered, the others fail with code `cancelled`. */
export type LanguageClient = WorkerClient<LanguageRequest, LanguageAnswers>;
/** Places graphs; only the newest waiting request is answered, the others fail with code `cancelled`. */
export type LayoutClient = WorkerClient<LayoutRequest, { readonly layout: LayoutAnswer }>;

/** Reads networks out of weights files. */
export type StoredNetworkClient = WorkerClient<
  StoredNetworkRequest,
  { readonly 'stored-network': StoredNetworkAnswer }
>;

const noEvents = () => undefined;

/** A client for the data worker. */
export function dataClient(onEvent: (event: DataEvent) => void): DataClient {
  return new WorkerClient(
    () => new Worker(new URL('./data.worker.ts', import.meta.url), { type: 'module', name: 'data' }),
    onEvent,
  );
}

/** A client for the train worker. */
export function trainClient(onEvent: (event: TrainEvent) => void): TrainClient {
  return new WorkerClient(
    () => new Worker(new URL('./train.worker.ts', import.meta.url), { type: 'module', name: 'train' }),
    onEvent,
  );
}

/** A client for the language worker. */
export function languageClient(): LanguageClient {
  return new WorkerClient(
    () => new Worker(new URL('./language.worker.ts', import.meta.url), { type: 'module', name: 'language' }),
    noEvents,
  );
}

/** A client for the layout worker. */
export function layoutClient(): LayoutClient {
  return new WorkerClient(
    () => new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module', name: 'layout' }),
    noEvents,
  );
}

/** A client for the stored-network worker. */
export function storedNetworkClient(): StoredNetworkClient {
  return new WorkerClient(
    () =>
      new Worker(new URL('./stored-network.worker.ts', import.meta.url), { type: 'module', name: 'stored-network' }),
    noEvents,
  );
}
