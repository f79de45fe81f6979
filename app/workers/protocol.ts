/**
 * What the page and its workers say to each other: discriminated unions of plain data. `client.ts` wraps each worker in
 * typed calls. Every request has an `id`; every answer repeats it. Failures travel as `WorkerFailure`, a sentence with a
 * code, never as a bare Error.
 */
import type { Diagnostic } from '../caffe/diagnostics.ts';
import type { NetCost } from '../caffe/net/cost.ts';
import type { NetView } from '../caffe/net/net-view.ts';
import type { Phase } from '../caffe/schema/net-messages.ts';
import type { RatePlan } from '../caffe/solver/lr-preview.ts';
import type { Fold } from '../caffe/service/folding.ts';
import type {
  ChannelOrder,
  DatasetSummary,
  ImageDataset,
  ImageSettings,
  Pixels,
  SubsetChoice,
} from '../data/dataset.ts';
import type { EngineInfo } from '../engine/engine.ts';
import type { NetTimes } from '../trainer/layer-times.ts';
import type { MemoryForecast } from '../trainer/memory-need.ts';
import type { ComparedCurves, RunRecord, StoredSnapshot } from '../trainer/run-store.ts';
import type { CopyReport } from '../trainer/weights.ts';

export type { ComparedCurves, CopyReport, MemoryForecast, NetTimes, RunRecord };

export interface WorkerFailure {
  readonly code: 'engine' | 'dataset' | 'net' | 'solver' | 'weights' | 'storage' | 'cancelled' | 'bug';
  /** A sentence for the user. */
  readonly message: string;
  readonly layer?: string;
  readonly diagnostics?: readonly Diagnostic[];
}

// ---- language worker -------------------------------------------------------------------------------------------

export interface AnalyseRequest {
  readonly kind: 'analyse';
  readonly netText: string;
  readonly solverText: string;
  /** [channels, height, width] of the data set in use. */
  readonly record: readonly number[] | undefined;
  /** Number of its test images. */
  readonly testImages: number | undefined;
}

/** Asks what the net last analysed costs in a phase; undefined before the first analysis. */
export interface CostRequest {
  readonly kind: 'cost';
  readonly phase: Phase;
}

/** Asks what folds in a text. */
export interface FoldsRequest {
  readonly kind: 'folds';
  readonly text: string;
}

export type LanguageRequest = AnalyseRequest | CostRequest | FoldsRequest;

/** What each request of the language worker is answered with. */
export interface LanguageAnswers {
  readonly analyse: AnalyseAnswer;
  readonly cost: NetCost | undefined;
  readonly folds: readonly Fold[];
}

export interface SolverView {
  readonly type: string;
  readonly maxIter: number;
  readonly testInterval: number;
  readonly testIter: number;
  readonly baseLr: number;
  readonly lrPolicy: string;
  /** How the learning rate goes; undefined where the text does not say it all. */
  readonly rates: RatePlan | undefined;
  readonly display: number;
  readonly snapshot: number;
  readonly diagnostics: readonly Diagnostic[];
}

export interface AnalyseAnswer {
  readonly train: NetView;
  readonly test: NetView;
  readonly solver: SolverView;
}

// ---- data worker -----------------------------------------------------------------------------------------------

/** Sets kept in this browser. `sample` always exists. */
export type DataRequest =
  | { readonly kind: 'open' } // loads the set last used, or generates the sample
  | { readonly kind: 'use'; readonly name: string; readonly test?: string } // → OpenedDataset, with the test images of another set
  | { readonly kind: 'list' }
  | ({
      readonly kind: 'import';
      readonly files: readonly { readonly path: string; readonly file: File }[];
    } & ImportSettings) // → OpenedDataset
  | { readonly kind: 'remove'; readonly name: string }
  | { readonly kind: 'rename'; readonly name: string; readonly to: string } // → OpenedDataset, under its new name
  | { readonly kind: 'hold-out'; readonly name: string; readonly share: number } // → OpenedDataset, with test images
  | { readonly kind: 'relabel'; readonly name: string } // → OpenedDataset, its second labelling in use
  | { readonly kind: 'channel-order'; readonly name: string; readonly order: ChannelOrder } // → OpenedDataset
  | { readonly kind: 'subset'; readonly name: string; readonly choice: SubsetChoice; readonly to: string } // → OpenedDataset, a set of its own
  | { readonly kind: 'examine'; readonly name: string } // → SetFacts
  | { readonly kind: 'stop-examining' }
  | { readonly kind: 'storage' } // → StorageUse | undefined
  | { readonly kind: 'cancel' };

/** What is made of files while they are read. */
export interface ImportSettings {
  /** Size, colour and order of pictures. */
  readonly images?: ImageSettings;
  /** Which classes of CIFAR-100. */
  readonly labels?: 'fine' | 'coarse';
  /** Name of the set that is read again, with other settings. */
  readonly inPlaceOf?: string;
}

/** What this page keeps in the browser, and how much it may. */
export interface StorageUse {
  readonly used: number;
  readonly quota: number;
}

/** Answer to open, use, import: the set itself (its arrays are shared memory where the page is isolated) and its mean. */
export interface OpenedDataset {
  readonly dataset: ImageDataset;
  readonly summary: DatasetSummary;
  /** Mean image [C, H, W] of the training split. */
  readonly mean: Float32Array;
}

export interface DataProgress {
  /** What is in the way of other requests, or an examination, which others may break off. */
  readonly kind: 'progress' | 'examining';
  readonly done: number;
  readonly total: number;
  readonly what: string;
}

/** Events of the data worker, unasked. A notice is a failure that did not stand in the way: the data can be used all the same. */
export type DataEvent = DataProgress | { readonly kind: 'notice'; readonly failure: WorkerFailure };

// ---- train worker ----------------------------------------------------------------------------------------------

export interface RunSpec {
  readonly netText: string;
  readonly solverText: string;
  /** Weights to start from, copied by layer name: a file in any form that is read. */
  readonly weights?: Uint8Array | Blob;
  /** A .solverstate to resume from; its weights come in `weights`. */
  readonly solverState?: Uint8Array | Blob;
  /** Tunes the kernels first, where there is a GPU; what is found is kept. A run that goes on keeps its own. */
  readonly tune?: boolean;
}

/** Which engine to train on; `auto` takes the GPU where there is a real one, else the processor. */
export type EngineChoice = 'auto' | 'webgpu' | 'wasm';

export interface EngineView {
  readonly info: EngineInfo;
  /** Why this one, as a sentence. */
  readonly reason: string;
}

export type TrainRequest =
  | { readonly kind: 'engine'; readonly choice: EngineChoice } // → EngineView; fails with code 'engine' when there is none
  | { readonly kind: 'data'; readonly opened: OpenedDataset }
  | { readonly kind: 'start'; readonly spec: RunSpec } // → RunStarted
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'step' } // one iteration, then paused
  | { readonly kind: 'stop' } // ends the run; a snapshot is kept
  | { readonly kind: 'snapshot' } // → SnapshotInfo
  | { readonly kind: 'snapshots' } // → SnapshotInfo[]
  | { readonly kind: 'snapshot-files'; readonly name: string } // → SnapshotFiles
  | { readonly kind: 'remove-snapshot'; readonly name: string }
  | { readonly kind: 'reset' } // forgets run and weights
  | { readonly kind: 'restore' } // → RestoredRun | undefined: curves of the last run, after a reload
  | { readonly kind: 'keep-compared'; readonly compared: ComparedCurves | undefined } // kept with the run; undefined forgets
  | { readonly kind: 'compared' } // → ComparedCurves | undefined
  | { readonly kind: 'weights' } // → Uint8Array: .caffemodel of the current weights
  | { readonly kind: 'load-weights'; readonly netText: string; readonly file: Blob } // → CopyReport
  | { readonly kind: 'time'; readonly netText: string } // → NetTimes: how long each layer takes
  | ({ readonly kind: 'kernels' } & KernelQuestion) // → LayerKernels
  | ({ readonly kind: 'augment' } & AugmentQuestion) // → AugmentedCopies
  | { readonly kind: 'forecast'; readonly netText: string; readonly solverText: string } // → MemoryForecast | undefined
  | { readonly kind: 'classify'; readonly netText: string; readonly image: ClassifyImage } // → Classification
  | ExportRequest // → ExportedFile
  | CancelExportRequest;

/** A kernel as the page shows it. */
export interface KernelView {
  /** As times name it; a kernel that does the work of several layers names all: `conv1/forward + relu1/forward`. */
  readonly label: string;
  readonly pass: 'forward' | 'backward';
  /** The tensor expression. */
  readonly expression: string;
  /** How the engine at hand computes it, in a few words. */
  readonly layout: string;
  /** What WebGPU is given; where the engine is another, what a graphics processor would be given. */
  readonly wgsl: string;
  /** Arithmetic of one run, and the bytes that it must read and write at least. */
  readonly flops: number;
  readonly bytes: number;
}

/** The kernels that serve a layer, in the order in which they run. */
export interface LayerKernels {
  readonly engine: 'webgpu' | 'wasm' | 'reference';
  readonly device: string;
  readonly kernels: readonly KernelView[];
}

export interface KernelQuestion {
  readonly netText: string;
  readonly phase: Phase;
  /** Name of the layer. */
  readonly layer: string;
}

/** Which image a data layer is to make copies of. */
export interface AugmentQuestion {
  readonly netText: string;
  /** Id of the data layer: its name, with `#k` for the k-th further layer of that name. */
  readonly layer: string;
  /** Of the split that the layer reads. */
  readonly index: number;
  readonly seed: number;
}

/** Copies of one image as a data layer makes them, planar, one after the other; nothing is subtracted or scaled. */
export interface AugmentedCopies {
  readonly phase: Phase;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly pixels: Uint8Array;
  /** Some are mixed with other images. */
  readonly mixes: boolean;
}

/** Asks for the current weights, or the whole run, as other programs take them. */
export interface ExportRequest {
  readonly kind: 'export';
  readonly form: 'onnx' | 'safetensors' | 'npz' | 'h5' | 'pytorch' | 'caffe' | 'verify';
  /** The document's name. */
  readonly name: string;
  readonly netText: string;
  readonly solverText: string;
}

/** Ends the export under way, which fails with code `cancelled`. */
export interface CancelExportRequest {
  readonly kind: 'cancel-export';
}

/** A file to be downloaded. */
export interface ExportedFile {
  readonly name: string;
  readonly content: Blob;
}

/** Pixels [C, H, W], planar, as the data set in use has them and at the data set's size, or a test image of the set in use. */
export type ClassifyImage =
  { readonly kind: 'test'; readonly index: number } | { readonly kind: 'pixels'; readonly data: Pixels };

export interface Classification {
  /** Best first, at most five. */
  readonly top: readonly { readonly label: number; readonly name: string; readonly probability: number }[];
  /** The label in the set, for a test image. */
  readonly truth: number | undefined;
}

export interface RunStarted {
  readonly record: RunRecord;
  readonly iteration: number;
  readonly maxIter: number;
  readonly copy: CopyReport | undefined;
}

export type SnapshotInfo = StoredSnapshot;

export interface SnapshotFiles {
  readonly caffemodel: Uint8Array;
  readonly solverstate: Uint8Array;
}

export interface RestoredRun {
  readonly curves: Curves;
  /** Undefined for a run that an older version kept. */
  readonly record: RunRecord | undefined;
  readonly iteration: number;
  readonly maxIter: number;
  readonly snapshot: SnapshotInfo | undefined;
}

/** Points so far, by iteration; arrays of one curve have equal lengths. */
export interface Curves {
  readonly train: {
    readonly iteration: readonly number[];
    readonly loss: readonly number[];
    readonly lr: readonly number[];
  };
  readonly test: {
    readonly iteration: readonly number[];
    readonly loss: readonly number[];
    readonly accuracy: readonly number[];
  };
}

export type RunState = 'idle' | 'preparing' | 'running' | 'testing' | 'paused' | 'stopping' | 'finished' | 'failed';

/** Events of the train worker, unasked. */
export type TrainEvent =
  | { readonly kind: 'state'; readonly state: RunState; readonly what: string | undefined }
  | { readonly kind: 'preparing'; readonly done: number; readonly total: number; readonly what: string }
  | {
      readonly kind: 'progress';
      readonly iteration: number;
      /** Training losses since the last event, one per iteration, the last of them belonging to `iteration` − 1. */
      readonly losses: Float32Array;
      readonly rates: Float32Array;
      readonly imagesPerSecond: number;
      readonly elapsedSeconds: number;
      readonly remainingSeconds: number | undefined;
    }
  | { readonly kind: 'test-progress'; readonly done: number; readonly total: number }
  | {
      readonly kind: 'tested';
      readonly iteration: number;
      readonly loss: number;
      readonly accuracy: number | undefined;
    }
  /** The engine was lost, and the run has been taken up again from its last snapshot. */
  | { readonly kind: 'resumed'; readonly started: RunStarted; readonly message: string }
  /** How far the export under way is; a total of 0 is an unknown one. */
  | { readonly kind: 'exporting'; readonly what: string; readonly done: number; readonly total: number }
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'snapshot'; readonly snapshot: SnapshotInfo }
  | { readonly kind: 'failure'; readonly failure: WorkerFailure };

// ---- stored-network worker -------------------------------------------------------------------------------------

/** Asks for the network in a `.caffemodel`; fails with code `weights` for a file that is none. */
export interface StoredNetworkRequest {
  readonly kind: 'stored-network';
  readonly file: File;
}

export interface StoredNetworkAnswer {
  /** As prototxt, in today's form. */
  readonly text: string;
}

// ---- layout worker ---------------------------------------------------------------------------------------------

export type { LayoutAnswer, LayoutEdge, LayoutGroup, LayoutNode, LayoutRequest } from './layout-protocol.ts';

export type Envelope<T> = { readonly id: number; readonly body: T };
export type Reply<T> =
  | { readonly id: number; readonly ok: true; readonly value: T }
  | { readonly id: number; readonly ok: false; readonly failure: WorkerFailure };
export type PhaseName = Phase;
