/**
 * What a number of a setting may be and how far one step goes: counts are whole and start at 1, paddings at 0, ratios lie
 * between 0 and 1, multipliers go up by one. The schema knows only the types; the rest is Caffe's own checks.
 */
import type { Field } from '../caffe/schema/dsl.ts';

/** The numbers that a field takes. */
export interface Limits {
  readonly whole: boolean;
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** Of one step; undefined where it follows the size of the number. */
  readonly step: number | undefined;
}

const FROM_ONE: ReadonlySet<string> = new Set([
  'num_output',
  'input_dim',
  'kernel_size',
  'kernel_h',
  'kernel_w',
  'stride',
  'stride_h',
  'stride_w',
  'dilation',
  'group',
  'batch_size',
  'local_size',
  'top_k',
  'pyramid_height',
  'tiles',
  'pooled_h',
  'pooled_w',
  'channels',
  'height',
  'width',
  'num_classes',
  'zoom_factor',
  'shrink_factor',
]);

const RATIOS: ReadonlySet<string> = new Set([
  'dropout_ratio',
  'moving_average_fraction',
  'fg_fraction',
  'fg_threshold',
  'bg_threshold',
  'overlap_threshold',
  'nms_threshold',
  'confidence_threshold',
  'visualize_threshold',
  'neg_overlap',
  'min_jaccard_overlap',
  'max_jaccard_overlap',
  'min_sample_coverage',
  'max_sample_coverage',
  'min_object_coverage',
  'max_object_coverage',
  'prob',
  'brightness_prob',
  'contrast_prob',
  'saturation_prob',
  'hue_prob',
  'random_order_prob',
]);

const MULTIPLIERS: ReadonlySet<string> = new Set(['lr_mult', 'decay_mult', 'blobs_lr', 'weight_decay']);

const NOT_NEGATIVE: ReadonlySet<string> = new Set(['std', 'eps', 'margin', 'spatial_scale', 'min_size', 'max_size']);

const LARGEST: Readonly<Record<string, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  uint64: [0, Number.MAX_SAFE_INTEGER],
};

/** The limits of a number field. */
export function limitsOf(name: string, field: Field): Limits {
  const [least, most] = field.limits ?? [];
  if (least !== undefined && most !== undefined) {
    const whole = typeof field.type === 'string' && field.type.includes('int');
    return { whole, min: least, max: most, step: whole ? 1 : most <= 1 ? 0.05 : undefined };
  }
  const range = typeof field.type === 'string' ? LARGEST[field.type] : undefined;
  if (range !== undefined) {
    // A default of 0 (`height` of Interp) says that 0 has a meaning there; boxes are unlimited at a `top_k` of -1.
    const zero = field.defaultValue === 0 || (name === 'top_k' && field.type === 'int32');
    const fromOne = name === 'num_output' || (FROM_ONE.has(name) && !zero);
    const min = fromOne ? 1 : name === 'dim' ? -1 : range[0];
    return { whole: true, min, max: range[1], step: name === 'local_size' ? 2 : 1 };
  }
  if (RATIOS.has(name)) return { whole: false, min: 0, max: 1, step: 0.05 };
  if (MULTIPLIERS.has(name)) return { whole: false, min: 0, max: undefined, step: 1 };
  return { whole: false, min: NOT_NEGATIVE.has(name) ? 0 : undefined, max: undefined, step: undefined };
}

/** What came of a typed text: how it is written in the network's text, or a sentence on what is wrong. */
export type Verdict =
  { readonly ok: true; readonly literal: string } | { readonly ok: false; readonly message: string };

const WHOLE = /^[+-]?\d+$/;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** Checks a number as it was typed. */
export function checkNumber(name: string, limits: Limits, typed: string): Verdict {
  const text = typed.trim();
  const { whole, min, max } = limits;
  if (!(whole ? WHOLE : DECIMAL).test(text)) {
    const example = whole ? `${Math.max(min ?? 0, name === 'kernel_size' ? 3 : 1)}` : '0.01';
    return { ok: false, message: `${name} takes a ${whole ? 'whole number' : 'number'}, such as ${example}.` };
  }
  const number = Number(text);
  if (whole && !Number.isSafeInteger(number)) return { ok: false, message: `${name} cannot be as large as that.` };
  if (min !== undefined && number < min) return { ok: false, message: `${name} must be at least ${min}.` };
  if (max !== undefined && number > max) return { ok: false, message: `${name} must be at most ${max}.` };
  const plain = text.replace(/^\+/, '');
  return { ok: true, literal: whole ? String(number) : plain };
}

/** A number one step up or down (ten with `large`), within the limits; `from` where there is none yet. */
export function stepNumber(limits: Limits, from: string, direction: 1 | -1, large: boolean): string {
  const { min, max } = limits;
  const now = Number(from);
  const start = from.trim() === '' || !Number.isFinite(now) ? (min ?? 0) : now;
  const step = (limits.step ?? naturalStep(start, direction)) * (large ? 10 : 1);
  const next = Math.min(max ?? Infinity, Math.max(min ?? -Infinity, start + direction * step));
  // Binary fractions do not add up to decimals: 0.1 + 0.2 is to be 0.3.
  return String(Number(next.toPrecision(9)));
}

/** A tenth of the number's power of ten: 0.01 → 0.001, 1 → 0.1, 250 → 10. On the way down from a power, that of the numbers below. */
function naturalStep(value: number, direction: 1 | -1): number {
  if (value === 0) return 0.1;
  const size = Math.abs(value);
  const power = Math.floor(Math.log10(size) + 1e-9);
  const falls = Math.abs(size - 10 ** power) < 1e-9 * size && Math.sign(value) !== direction;
  return 10 ** (power - (falls ? 2 : 1));
}
