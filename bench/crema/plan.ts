/**
 * A network as the comparison gives it to everyone: one list of simple layers, made from Crema's typed net, which each peer
 * builds in its own terms. So all of them compute the same, from the same first weights; and what cannot be said in such
 * a list is not compared.
 */
import { buildNet } from '../../app/caffe/net/build-net.ts';
import { costOf } from '../../app/caffe/net/cost.ts';
import type { Shape } from '../../app/caffe/net/layer-table.ts';
import type { NetLayer, TypedNet } from '../../app/caffe/net/typed-net.ts';
import { setting } from '../../app/caffe/schema/values.ts';
import { spatialAxes } from '../../app/layers/convolution-geometry.ts';
import { layerTable } from '../../app/layers/index.ts';
import { poolAxes } from '../../app/layers/pooling-geometry.ts';

/** A parameter and its first values: random in (-bound, bound), or the same value everywhere. */
export interface PlanParam {
  readonly shape: Shape;
  readonly bound?: number;
  readonly value?: number;
}

/** Extents over height and width. */
type Pair = readonly [number, number];

interface Common {
  /** Ids of blobs. */
  readonly bottoms: readonly string[];
  readonly top: string;
  /** Indices into `Plan.params`, in Caffe's order. */
  readonly params: readonly number[];
}

export type PlanLayer = Common &
  (
    | { readonly type: 'convolution'; readonly stride: Pair; readonly pad: Pair; readonly group: number }
    | {
        readonly type: 'pooling';
        readonly method: 'max' | 'average';
        readonly kernel: Pair;
        readonly stride: Pair;
        readonly pad: Pair;
        /** What lies beyond the last row and column, for Caffe rounds up. */
        readonly overhang: Pair;
      }
    | { readonly type: 'relu' | 'add' | 'product' }
    /** params: gamma, beta. */
    | { readonly type: 'normalisation'; readonly eps: number }
    /** x · (1 + alpha · mean over size × size of x²)^-beta */
    | { readonly type: 'response'; readonly size: number; readonly alpha: number; readonly beta: number }
  );

export interface Plan {
  readonly batch: number;
  /** Channels, height, width. */
  readonly record: Shape;
  /** Blob that images go into, and the blob of scores. */
  readonly input: string;
  readonly scores: string;
  readonly classes: number;
  /** What bytes of images are multiplied by. */
  readonly scale: number;
  readonly params: readonly PlanParam[];
  readonly layers: readonly PlanLayer[];
  /** 10⁹ operations of one pass over the batch; a multiply-add is two. */
  readonly gflop: { readonly step: number; readonly forward: number };
}

export const SCALE = 1 / 256;

/**
 * A network's text as it is measured: with this batch, and with images that are only scaled. Peers are given images that
 * were scaled beforehand, Crema does it in its step.
 */
export const measuredText = (text: string, batch: number): string =>
  text
    .replace(/batch_size:\s*\d+/g, `batch_size: ${batch}`)
    .replace(/transform_param\s*\{[^{}]*\}/g, `transform_param { scale: ${SCALE} }`);

/** The net of a phase. @throws Error where it has a mistake */
export function measuredNet(text: string, phase: 'TRAIN' | 'TEST', record: Shape): TypedNet {
  const net = buildNet(text, { phase, layers: layerTable, record });
  const error = net.diagnostics.find(({ severity }) => severity === 'error');
  if (error !== undefined) throw new Error(error.message);
  return net;
}

/** The plan of a text already made ready by `measuredText`. @throws Error for a layer that no plan can hold */
export function planOf(text: string, record: Shape): Plan {
  const net = measuredNet(text, 'TRAIN', record);
  const [data] = net.layers;
  const loss = net.layers.find(({ type }) => type === 'SoftmaxWithLoss');
  const [input, labels] = data?.tops ?? [];
  const [scores] = loss?.bottoms ?? [];
  if (input === undefined || labels === undefined || scores === undefined)
    throw new Error(`${net.name}: the comparison is for nets that begin with Data and end with SoftmaxWithLoss.`);
  const batch = net.blobs.get(input)?.shape?.[0] ?? 0;
  const params: PlanParam[] = [];
  const layers: PlanLayer[] = [];
  for (const layer of net.layers) {
    if (layer === data || layer === loss) continue;
    // BatchNorm and the Scale behind it are one layer to everybody else.
    const last = layers.at(-1);
    if (layer.type === 'Scale' && last?.type === 'normalisation' && layer.bottoms[0] === last.top) {
      layers[layers.length - 1] = { ...last, top: top(layer), params: parametersOf(layer, params) };
      continue;
    }
    layers.push({ bottoms: layer.bottoms, top: top(layer), ...formOf(net, layer, params) });
  }
  const training = costOf(net).totals;
  const inference = costOf(measuredNet(text, 'TEST', record)).totals;
  return {
    batch,
    record,
    input,
    scores,
    classes: net.blobs.get(scores)?.shape?.[1] ?? 0,
    scale: SCALE,
    params,
    layers,
    gflop: {
      step: (2 * (training.forwardMacs + training.backwardMacs)) / 1e9,
      forward: (2 * inference.forwardMacs) / 1e9,
    },
  };
}

const top = (layer: NetLayer): string => layer.tops[0] ?? '';

/** First values of a layer's parameters that keep values at one size from layer to layer, whatever the fillers say. */
function parametersOf(layer: NetLayer, params: PlanParam[]): number[] {
  return layer.params.map(({ shape, role }) => {
    const inputs = shape.slice(1).reduce((n, d) => n * d, 1);
    params.push(
      shape.length > 1
        ? { shape, bound: Math.sqrt(6 / inputs) }
        : { shape, value: layer.type === 'Scale' && role === 'scale' ? 1 : 0 },
    );
    return params.length - 1;
  });
}

type Form = PlanLayer extends infer Each ? (Each extends PlanLayer ? Omit<Each, 'bottoms' | 'top'> : never) : never;

function formOf(net: TypedNet, layer: NetLayer, params: PlanParam[]): Form {
  const [, , height = 1, width = 1] = net.blobs.get(layer.bottoms[0] ?? '')?.shape ?? [];
  switch (layer.type) {
    case 'Convolution': {
      const [h, w] = spatialAxes(layer.parameter, 2);
      if (h === undefined || w === undefined || h.dilation > 1 || w.dilation > 1) break;
      const { group } = setting(layer.parameter, 'convolution_param');
      return {
        type: 'convolution',
        stride: [h.stride, w.stride],
        pad: [h.pad, w.pad],
        group,
        params: parametersOf(layer, params),
      };
    }
    case 'Pooling': {
      const axes = poolAxes(layer.parameter, height, width);
      const pair = (of: (a: (typeof axes)[number]) => number): Pair => [of(axes[0]), of(axes[1])];
      return {
        type: 'pooling',
        method: setting(layer.parameter, 'pooling_param').pool === 'MAX' ? 'max' : 'average',
        kernel: pair((a) => a.kernel),
        stride: pair((a) => a.stride),
        pad: pair((a) => a.pad),
        overhang: pair((a) => Math.max(0, (a.pooled - 1) * a.stride + a.kernel - a.extent - 2 * a.pad)),
        params: [],
      };
    }
    case 'ReLU':
      return { type: 'relu', params: [] };
    case 'Eltwise':
      if (setting(layer.parameter, 'eltwise_param').operation !== 'SUM') break;
      return { type: 'add', params: [] };
    case 'InnerProduct':
      return { type: 'product', params: parametersOf(layer, params) };
    case 'BatchNorm':
      return { type: 'normalisation', eps: setting(layer.parameter, 'batch_norm_param').eps, params: [] };
    case 'LRN': {
      const p = setting(layer.parameter, 'lrn_param');
      if (p.norm_region !== 'WITHIN_CHANNEL') break;
      return { type: 'response', size: p.local_size, alpha: p.alpha, beta: p.beta, params: [] };
    }
  }
  throw new Error(`${net.name}: the comparison cannot describe layer "${layer.name}" (${layer.type}) to others.`);
}
