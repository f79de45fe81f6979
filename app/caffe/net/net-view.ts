/**
 * The typed net as the views see it: plain data that survives `postMessage`, made from a TypedNet in the language
 * worker (`view-net.ts`), so that the page's thread never parses.
 */
import type { Diagnostic, Range } from '../diagnostics.ts';
import type { Phase } from '../schema/net-messages.ts';
import type { Family, Shape } from './layer-table.ts';

/** One setting of a layer as written or by default: for hover cards. */
export interface SettingView {
  /** `convolution_param.kernel_size` */
  readonly path: string;
  readonly value: string;
  /** False when it is Caffe's default. */
  readonly explicit: boolean;
}

export interface ParamView {
  readonly role: string;
  readonly shape: Shape;
  readonly lrMult: number;
  readonly decayMult: number;
}

export interface LayerView {
  /** `NetLayer.id`. */
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly family: Family | 'unknown';
  readonly doc: string;
  readonly summary: string;
  readonly range: Range;
  readonly bottoms: readonly string[];
  readonly tops: readonly string[];
  readonly inPlace: boolean;
  readonly params: readonly ParamView[];
  readonly settings: readonly SettingView[];
  readonly macs: number | undefined;
  readonly problem: string | undefined;
}

export interface BlobView {
  readonly id: string;
  readonly name: string;
  readonly shape: Shape | undefined;
  readonly producer: number;
  readonly consumers: readonly { readonly layer: number; readonly bottomIndex: number }[];
}

export interface NetTotals {
  readonly parameters: number;
  /** Multiply-adds of one forward pass of the whole batch. */
  readonly macs: number;
  /** Bytes of all blobs of one forward pass. */
  readonly activationBytes: number;
}

export interface NetView {
  readonly name: string;
  readonly phase: Phase;
  readonly layers: readonly LayerView[];
  readonly blobs: readonly BlobView[];
  readonly outputs: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  readonly totals: NetTotals;
  /** Every layer is known and has shapes. */
  readonly complete: boolean;
  /** False on a syntax error: layers before the mistake may be missing, so the canvas keeps its last good graph. */
  readonly parsed: boolean;
}
