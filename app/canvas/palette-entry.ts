/** What the palette offers: a type of layer, or a ready-made block of layers. */
import type { Family, LayerInfo } from '../caffe/net/layer-table.ts';
import type { BlockTemplate } from '../caffe/text/blocks/block-template.ts';

export type PaletteEntry =
  | {
      readonly kind: 'layer';
      readonly id: string;
      readonly title: string;
      readonly doc: string;
      readonly layer: LayerInfo;
    }
  | {
      readonly kind: 'block';
      readonly id: string;
      readonly title: string;
      readonly doc: string;
      readonly block: BlockTemplate;
    };

/** A type of layer as an entry. */
export const layerEntry = (layer: LayerInfo): PaletteEntry => ({
  kind: 'layer',
  id: layer.type,
  title: layer.type,
  doc: layer.doc,
  layer,
});

/** A block as an entry. */
export const blockEntry = (block: BlockTemplate): PaletteEntry => ({
  kind: 'block',
  id: `block ${block.id}`,
  title: block.title,
  doc: block.doc,
  block,
});

/** Whose colour an entry has; blocks have one of their own. */
export const familyOf = (entry: PaletteEntry): Family | 'block' =>
  entry.kind === 'block' ? 'block' : entry.layer.family;
