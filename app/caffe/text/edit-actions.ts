/**
 * Everything that can be done to a network by gesture, as plain data: what `edits.ts` turns into text edits. Layers are
 * named by their ids, as in `NetLayer.id`; places among bottoms and tops by their index.
 */
import type { TextEdit } from '../diagnostics.ts';
import type { LayerInfo } from '../net/layer-table.ts';
import type { Phase } from '../schema/net-messages.ts';
import type { BlockTemplate } from './blocks/block-template.ts';
import type { FieldPath } from './edit-fields.ts';

/** What is to be known of a new layer; a `LayerInfo` will do. */
export type NewLayer = Pick<
  LayerInfo,
  'type' | 'template' | 'paramField' | 'bottoms' | 'tops' | 'loss' | 'inPlace' | 'differentiable'
>;

/** The end of an edge at the layer that makes the blob. What is read is the blob as the last in-place layer leaves it. */
export interface TopEnd {
  readonly layer: string;
  readonly top: number;
}

/** The end of an edge at the layer that reads the blob. Without an index, or one past the last, a new bottom is added. */
export interface BottomEnd {
  readonly layer: string;
  readonly bottom?: number;
}

/** What happens to the readers of a node's output when something is put behind it: they stay, or read the new one. */
export type Onto = 'branch' | 'chain';

/** Where a block goes: into an edge, behind a node, or at the end, joined to nothing. */
export type BlockPlace =
  | { readonly kind: 'edge'; readonly consumer: string; readonly bottomIndex: number }
  | { readonly kind: 'node'; readonly layer: string; readonly onto?: Onto }
  | { readonly kind: 'end' };

/** What happens to the items of a repeated field. Values as they stand in the text; `{ … }` for a message. */
export type ListChange =
  | { readonly kind: 'insert'; readonly index: number; readonly value: string }
  | { readonly kind: 'remove'; readonly index: number }
  | { readonly kind: 'move'; readonly from: number; readonly to: number }
  /** All of them at once; an empty list clears the field. */
  | { readonly kind: 'replace'; readonly values: readonly string[] };

/** A gesture. */
export type NetAction =
  /** Puts a layer behind another, or at the end, joined to nothing. */
  | { readonly kind: 'insert'; readonly layer: NewLayer; readonly after?: string }
  /** Puts a layer between a layer and the blob that one of its bottoms reads. */
  | { readonly kind: 'splice'; readonly layer: NewLayer; readonly consumer: string; readonly bottomIndex: number }
  /**
   * Puts a layer behind another and lets it read that one's first top. `chain` (when not given): what read that top
   * reads the new layer instead, in place where its type can. `branch`: it stands beside the other readers. Behind a
   * node that nobody reads, both are the same; losses and measures are always branches.
   */
  | { readonly kind: 'append'; readonly layer: NewLayer; readonly to: string; readonly onto?: Onto }
  /**
   * Takes layers out. What read their tops reads their bottoms instead; with `heal: false` it keeps the names it has, so
   * that each bottom keeps its place and what is missing is reported there.
   */
  | { readonly kind: 'delete'; readonly layers: readonly string[]; readonly heal?: boolean }
  /** Lets a layer read a top. A layer that stands before what it is to read moves behind it, with those that need it. */
  | { readonly kind: 'connect'; readonly from: TopEnd; readonly to: BottomEnd }
  /** Takes a bottom away; those behind it move up. */
  | { readonly kind: 'disconnect'; readonly consumer: string; readonly bottomIndex: number }
  /** Lets an edge start elsewhere (`from`), or end elsewhere (`to`). */
  | {
      readonly kind: 'reconnect';
      readonly consumer: string;
      readonly bottomIndex: number;
      readonly from?: TopEnd;
      readonly to?: BottomEnd;
    }
  /** Moves layers, in their order, before or behind another; refused where one would read another blob than before. */
  | { readonly kind: 'reorder'; readonly layers: readonly string[]; readonly before: string }
  | { readonly kind: 'reorder'; readonly layers: readonly string[]; readonly after: string }
  /** Renames a layer, with its twin of the other phase; `blobs` also the top that is called as the layer is. */
  | { readonly kind: 'rename-layer'; readonly layer: string; readonly name: string; readonly blobs?: boolean }
  /** Renames a blob wherever it is made or read, in both phases. */
  | { readonly kind: 'rename-blob'; readonly blob: string; readonly name: string }
  /** Copies layers with the wiring among them under fresh names; what they read from others they still read. */
  | { readonly kind: 'duplicate'; readonly layers: readonly string[] }
  /**
   * Puts layers given as text behind a layer or at the end, under fresh names. If they read a single blob that is not made
   * among them, they read the first top of that layer instead; else what they read from others keeps its name.
   */
  | { readonly kind: 'paste'; readonly text: string; readonly after?: string }
  /** Puts a ready-made block of layers somewhere. */
  | { readonly kind: 'block'; readonly block: BlockTemplate; readonly at: BlockPlace; readonly channels?: number }
  /** Makes layers of another type; settings that both types know stay, the others go. */
  | { readonly kind: 'retype'; readonly layers: readonly string[]; readonly layer: NewLayer }
  /** Limits layers to one phase, or (undefined) lets them take part in both. */
  | { readonly kind: 'phase'; readonly layers: readonly string[]; readonly phase: Phase | undefined }
  /** Lets layers change their first bottom in place, or make a top of their own. */
  | { readonly kind: 'in-place'; readonly layers: readonly string[]; readonly inPlace: boolean }
  /** Writes a value of a layer as it stands in the text (`3`, `"conv1"`, `MAX`); undefined clears the field. */
  | { readonly kind: 'set'; readonly layer: string; readonly path: FieldPath; readonly value: string | undefined }
  /** The same for several layers. */
  | {
      readonly kind: 'set-all';
      readonly layers: readonly string[];
      readonly path: FieldPath;
      readonly value: string | undefined;
    }
  /** Changes the items of a repeated field of layers; the path ends in the field's name. */
  | {
      readonly kind: 'list';
      readonly layers: readonly string[];
      readonly path: FieldPath;
      readonly change: ListChange;
    };

/** What a gesture does to the text, or a sentence why it cannot be done. */
export type EditPlan =
  { readonly ok: true; readonly edits: readonly TextEdit[] } | { readonly ok: false; readonly message: string };
