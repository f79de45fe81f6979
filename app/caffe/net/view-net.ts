/** Makes the plain view of a typed net that travels to the page; see `net-view.ts`. */
import type { Diagnostic } from '../diagnostics.ts';
import type { Field, FieldType, MessageType } from '../schema/dsl.ts';
import { EXPLICIT } from '../schema/dsl.ts';
import { LayerParameter } from '../schema/net-messages.ts';
import { attachment } from '../text/attached.ts';
import { contentOf } from '../text/decode.ts';
import { scalarText } from '../text/print-message.ts';
import type { BlobView, LayerView, NetView, SettingView } from './net-view.ts';
import { summarise } from './summary.ts';
import type { NetLayer, TypedNet } from './typed-net.ts';

/** Fields of a layer that the view shows by themselves, or that are no settings. */
const NOT_SETTINGS: ReadonlySet<string> = new Set(['name', 'type', 'bottom', 'top', 'phase', 'param', 'blobs']);

const isMessage = (type: FieldType): type is MessageType => typeof type === 'object' && type.kind === 'message';

const entries = new WeakMap<MessageType, readonly (readonly [string, Field])[]>();

/** The fields of a message, listed once: a net has hundreds of layers, and a layer some eighty fields. */
function entriesOf(type: MessageType): readonly (readonly [string, Field])[] {
  let known = entries.get(type);
  if (!known) entries.set(type, (known = Object.entries(type.fields)));
  return known;
}

const defaults = new Map<string, SettingView>();

/** A field that is not written: the same object each time, so that a view with thousands of them travels light. */
function defaultSetting(path: string, field: Field, type: Exclude<FieldType, MessageType>): SettingView {
  let known = defaults.get(path);
  if (!known) defaults.set(path, (known = { path, value: scalarText(field.defaultValue, type), explicit: false }));
  return known;
}

const wasWritten = (message: object, name: string): boolean =>
  (message as { readonly [EXPLICIT]: ReadonlySet<string> })[EXPLICIT].has(name);

function writtenSettings(
  message: object,
  type: MessageType,
  prefix: string,
  skip?: ReadonlySet<string>,
): SettingView[] {
  const settings: SettingView[] = [];
  for (const [name, field] of entriesOf(type)) {
    if (!wasWritten(message, name) || skip?.has(name) === true) continue;
    const value = (message as Record<string, unknown>)[name];
    const values = field.label === 'repeated' ? [...(value as Iterable<unknown>)] : [value];
    settings.push(...settingsOf(values, field, `${prefix}${name}`));
  }
  return settings;
}

function settingsOf(values: readonly unknown[], field: Field, path: string): SettingView[] {
  const { type } = field;
  if (isMessage(type)) return values.flatMap((value) => writtenSettings(value as object, type, `${path}.`));
  return [{ path, value: values.map((value) => scalarText(value, type)).join(', '), explicit: true }];
}

/** The defaults that hold because the text says nothing, in the message that the layer type reads. */
function defaultSettings(layer: NetLayer): SettingView[] {
  const paramField = layer.info?.paramField;
  if (paramField === undefined) return [];
  const { type } = LayerParameter.fields[paramField] as Field;
  if (!isMessage(type)) return [];
  const message = layer.parameter[paramField] as object | undefined;
  const settings: SettingView[] = [];
  for (const [name, field] of entriesOf(type)) {
    const { type: scalar, defaultValue, deprecated } = field;
    if (defaultValue === undefined || deprecated || isMessage(scalar)) continue;
    if (message !== undefined && wasWritten(message, name)) continue;
    settings.push(defaultSetting(`${paramField}.${name}`, field, scalar));
  }
  return settings;
}

/** What a view shows of a layer's own text. */
interface Written {
  readonly info: NetLayer['info'];
  readonly summary: string;
  readonly settings: readonly SettingView[];
}

const written = attachment<Written>();

/** The same for both phases, and for as long as the layer's text stays the same. */
function writtenIn(layer: NetLayer): Written {
  const { info, parameter } = layer;
  const content = contentOf(parameter);
  const known = written.get(content);
  if (known && known.info === info) return known;
  const made: Written = {
    info,
    summary: info?.summary(parameter) ?? '',
    settings: [...writtenSettings(parameter, LayerParameter, '', NOT_SETTINGS), ...defaultSettings(layer)],
  };
  written.set(content, made);
  return made;
}

function viewLayer(layer: NetLayer): LayerView {
  const { info } = layer;
  const { summary, settings } = writtenIn(layer);
  return {
    id: layer.id,
    name: layer.name,
    type: layer.type,
    family: info?.family ?? 'unknown',
    doc: info?.doc ?? '',
    summary,
    range: layer.range,
    bottoms: layer.bottoms,
    tops: layer.tops,
    inPlace: layer.inPlace,
    params: layer.params.map(({ role, shape, lrMult, decayMult }) => ({ role, shape, lrMult, decayMult })),
    settings,
    macs: layer.cost?.macs,
    problem: layer.problem,
  };
}

const isSyntaxError = ({ code, severity }: Diagnostic): boolean => code === 'syntax' && severity === 'error';

/**
 * The view of a net. Plain data: it survives `postMessage`. What a view made before shows alike, such as the other phase's
 * layers, is taken from there, so that it travels once.
 */
export function viewNet(net: TypedNet, other?: NetView): NetView {
  const { params, macs, forwardBytes } = summarise(net);
  const blobs = [...net.blobs.values()].map(({ id, name, shape, producer, consumers }): BlobView => ({
    id,
    name,
    shape,
    producer,
    consumers,
  }));
  return {
    name: net.name,
    phase: net.phase,
    layers: alike(net.layers.map(viewLayer), other?.layers),
    blobs: alike(blobs, other?.blobs),
    outputs: net.outputs,
    diagnostics: net.diagnostics,
    totals: { parameters: params, macs, activationBytes: forwardBytes },
    complete: net.complete,
    parsed: !net.diagnostics.some(isSyntaxError),
  };
}

/** The items, with those of another list in the place of equal ones. */
function alike<Item extends { readonly id: string }>(items: Item[], others: readonly Item[] | undefined): Item[] {
  if (!others) return items;
  const byId = new Map(others.map((item) => [item.id, item]));
  return items.map((item) => {
    const other = byId.get(item.id);
    return other && isEqual(item, other) ? other : item;
  });
}

/** Are two pieces of plain data equal? Those that are objects have the same fields. */
function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, i) => isEqual(one, (b as unknown[])[i]));
  for (const key in a) {
    if (!isEqual((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key])) return false;
  }
  return true;
}
