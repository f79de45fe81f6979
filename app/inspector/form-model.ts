/**
 * The form of a layer, read off the schema: which messages its type reads, their fields in the order people think of
 * them, the control that fits each, and which are seldom needed. No layer type has a form of its own.
 */
import type { LayerInfo } from '../caffe/net/layer-table.ts';
import { isExtension } from '../caffe/schema/dsl.ts';
import type { Field, FieldType, MessageType } from '../caffe/schema/dsl.ts';
import { FillerParameter, LayerParameter, ParamSpec, V1LayerParameter } from '../caffe/schema/net-messages.ts';
import { scalarText } from '../caffe/text/print-message.ts';

/** How a field is shown. Lists hold one of the first four in each row; `sections` is a list of messages. */
export type Control = 'number' | 'switch' | 'menu' | 'text' | 'list' | 'section' | 'sections';

/** One field of a form. */
export interface FormField {
  readonly name: string;
  /** From the layer's body; `OWN` stands first for the settings of the layer's own type. */
  readonly path: readonly (string | number)[];
  readonly field: Field;
  readonly control: Control;
  /** Seldom needed: folded away until asked for. */
  readonly more: boolean;
}

/** A group of fields under a heading. */
export interface FormSection {
  readonly title: string;
  readonly path: readonly (string | number)[];
  readonly doc: string;
  readonly fork: string | undefined;
  readonly fields: readonly FormField[];
}

/** The first step of a path into a layer's own settings: several layers may keep them under different names. */
export const OWN = '*';

/** Messages that types read besides their own. */
const ALSO_READ: Readonly<Record<string, readonly string[]>> = {
  AnnotatedData: ['data_param', 'transform_param'],
  Data: ['transform_param'],
  ImageData: ['transform_param'],
  MemoryData: ['transform_param'],
  WindowData: ['transform_param'],
};

/** The messages of LayerParameter that a layer type reads besides its own. */
export function alsoRead(info: LayerInfo | undefined): readonly string[] {
  if (info === undefined) return [];
  return [...(ALSO_READ[info.type] ?? []), ...(info.loss === true ? ['loss_param'] : []), ...(info.extensions ?? [])];
}

/** Asked first, whatever their numbers in the schema. */
const FIRST: readonly string[] = [
  'type',
  'pool',
  'operation',
  'source',
  'backend',
  'batch_size',
  'num_output',
  'kernel_size',
  'stride',
  'pad',
  'dilation',
  'group',
  'global_pooling',
  'lr_mult',
  'decay_mult',
  'phase',
];

/** Seldom needed where a message has more than a handful of fields. */
const SELDOM: ReadonlySet<string> = new Set([
  'kernel_h',
  'kernel_w',
  'stride_h',
  'stride_w',
  'pad_h',
  'pad_w',
  'axis',
  'num_axes',
  'round_mode',
  'transpose',
  'rand_skip',
  'prefetch',
  'force_color',
  'force_gray',
  'force_encoded_color',
  'cache_images',
  'root_folder',
  'context_pad',
  'crop_mode',
  'debug_info',
  'expose_hidden',
  'share_mode',
  'min_level',
  'max_level',
  'not_stage',
  'k',
  'norm_region',
  'img_size',
  'img_h',
  'img_w',
  'step',
  'step_h',
  'step_w',
  'offset',
  'visualize',
  'visualize_threshold',
  'save_file',
  'save_output_param',
  'use_difficult_gt',
  'map_object_to_agnostic',
  'ignore_cross_boundary_bbox',
  'bp_inside',
  'sample_size',
  'use_prior_for_nms',
  'new_height',
  'new_width',
]);

/** Without any effect here, or on anything but old files. */
const NEVER_FIRST: ReadonlySet<string> = new Set(['engine', 'force_nd_im2col', 'share_in_parallel', 'legacy_version']);

const HANDFUL = 4;

/** The fields of a message, those asked first at the front, messages behind plain values, the seldom needed marked. */
export function fieldsOf(type: MessageType, path: readonly (string | number)[]): readonly FormField[] {
  const entries = Object.entries(type.fields);
  const current = entries.filter(([, field]) => !field.deprecated);
  const small = current.length <= HANDFUL;
  const fields = entries.map(([name, field]): FormField => {
    const more =
      field.deprecated ||
      NEVER_FIRST.has(name) ||
      (type === ParamSpec && name !== 'lr_mult' && name !== 'decay_mult') ||
      (!small && SELDOM.has(name)) ||
      (field.fork !== undefined && type !== LayerParameter);
    return { name, path: [...path, name], field, control: controlOf(field), more };
  });
  return fields.toSorted((a, b) => rank(a) - rank(b));
}

function rank({ name, control }: FormField): number {
  const first = FIRST.indexOf(name);
  if (first >= 0) return first;
  return FIRST.length + (control === 'section' || control === 'sections' ? 1 : 0);
}

/** Is the type a message? */
export const isMessage = (type: FieldType): type is MessageType => typeof type === 'object' && type.kind === 'message';

/** The control of a field. */
export function controlOf(field: Field): Control {
  if (isMessage(field.type)) return field.label === 'repeated' ? 'sections' : 'section';
  return field.label === 'repeated' ? 'list' : controlOfValue(field);
}

/** The control of one value of a field that holds no message. A boolean with no default has three states: a menu. */
export function controlOfValue(field: Field): 'number' | 'switch' | 'menu' | 'text' {
  if (typeof field.type === 'object') return 'menu';
  if (field.type === 'bool') return field.defaultValue === undefined && field.label !== 'repeated' ? 'menu' : 'switch';
  return field.type === 'string' || field.type === 'bytes' ? 'text' : 'number';
}

/** The sections of a layer's own and further messages. `written` are the names of the fields that its text has. */
export function sectionsOf(info: LayerInfo | undefined, written: readonly string[], old: boolean): FormSection[] {
  const sections: FormSection[] = [];
  const own = info?.paramField;
  if (own !== undefined) sections.push(...section(own, [OWN], 'Settings', old));
  const others = [...alsoRead(info), ...written.filter((name) => name.endsWith('_param'))];
  for (const name of new Set(others)) {
    if (name !== own) sections.push(...section(name, [name], TITLES[name] ?? name, old));
  }
  return sections;
}

const TITLES: Readonly<Record<string, string>> = {
  transform_param: 'Transformation',
  loss_param: 'Loss',
  'crema:augment': 'Augmentation',
  'crema:pixels': 'Pixels',
};

function section(name: string, path: readonly string[], title: string, old: boolean): FormSection[] {
  const type: MessageType = old ? V1LayerParameter : LayerParameter;
  const field = type.fields[name];
  if (field === undefined) return [];
  const { doc, fork } = field;
  if (isMessage(field.type)) return [{ title, path, doc, fork, fields: fieldsOf(field.type, path) }];
  // A setting of its own, in a comment of its own.
  if (!isExtension(name)) return [];
  return [
    {
      title: 'Training',
      path: [],
      doc,
      fork,
      fields: [{ name, path: [name], field, control: controlOf(field), more: false }],
    },
  ];
}

/** What several forms have in common: the sections and fields that all of them have, of one type. */
export function sharedSections(forms: readonly (readonly FormSection[])[]): readonly FormSection[] {
  const [first = [], ...others] = forms;
  return first.flatMap((candidate) => {
    const twins = others.map((form) => form.find(({ path }) => path[0] === candidate.path[0]));
    const fields = candidate.fields.flatMap((field) => sharedField(field, twins) ?? []);
    return fields.length === 0 ? [] : [{ ...candidate, fields }];
  });
}

function sharedField(field: FormField, sections: readonly (FormSection | undefined)[]): FormField | undefined {
  let more = field.more;
  let label = field.field.label;
  for (const other of sections) {
    const twin = other?.fields.find(({ name }) => name === field.name);
    if (twin === undefined || !sameType(twin.field.type, field.field.type)) return undefined;
    more = more && twin.more;
    // A list in one and a single value in the other (kernel_size of Convolution and Pooling) meet in the first value.
    if (twin.field.label !== label) label = 'optional';
  }
  if (label === field.field.label) return { ...field, more };
  const single: Field = { ...field.field, label };
  return { ...field, field: single, control: controlOf(single), more };
}

function sameType(a: FieldType, b: FieldType): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  if (a.kind === 'message' || b.kind === 'message') return a === b;
  return Object.keys(a.values).join() === Object.keys(b.values).join();
}

/** What an empty field stands for, as a person reads it: its default, or what Caffe takes. */
export function defaultText(name: string, { type, defaultValue }: Field): string {
  if (isMessage(type)) return '';
  if (defaultValue === undefined) return TAKEN[name] ?? '';
  return type === 'string' || type === 'bytes' ? String(defaultValue) : scalarText(defaultValue, type);
}

/** What Caffe takes where the schema declares no default. */
const TAKEN: Readonly<Record<string, string>> = { pad: '0', stride: '1', dilation: '1', share_mode: 'STRICT' };

/** Rules of fillers and other words that a string field may hold. */
export function wordsOf(name: string, owner: MessageType | undefined): readonly string[] | undefined {
  if (owner === FillerParameter && name === 'type') {
    return ['constant', 'uniform', 'gaussian', 'positive_unitball', 'xavier', 'msra', 'bilinear'];
  }
  if (name === 'crop_mode') return ['warp', 'square'];
  return undefined;
}

/** The values that matter to each rule of a filler. */
const OF_FILLER: Readonly<Record<string, readonly string[]>> = {
  constant: ['value'],
  uniform: ['min', 'max'],
  gaussian: ['mean', 'std', 'sparse'],
  positive_unitball: [],
  xavier: ['variance_norm'],
  msra: ['variance_norm'],
  bilinear: [],
};

/** Does a filler of the rule read the value? */
export const fillerReads = (rule: string, name: string): boolean =>
  name === 'type' || isExtension(name) || (OF_FILLER[rule]?.includes(name) ?? true);
