/** What may be written at a place of a text: fields of the message there, or values of the field. */
import type { LayerTable } from '../caffe/net/layer-table.ts';
import { readNet } from '../caffe/net/read-net.ts';
import type { Field, MessageType } from '../caffe/schema/dsl.ts';
import type { TextName } from '../store/document.ts';
import { fieldOf, schemaPlace, stringIn, type SchemaPlace } from './schema-place.ts';

export interface Proposal {
  readonly label: string;
  readonly kind: 'field' | 'message' | 'value' | 'layer' | 'blob';
  /** Text to insert, with `$0` where the cursor goes. */
  readonly insert: string;
  readonly doc: string;
  /** Proposals of a lower rank come first. */
  readonly rank: number;
}

/** Strings that a field takes although the schema only says string. */
const KNOWN_STRINGS: Readonly<Record<string, readonly string[]>> = {
  'FillerParameter.type': ['constant', 'uniform', 'gaussian', 'positive_unitball', 'xavier', 'msra', 'bilinear'],
  'SolverParameter.type': ['SGD', 'Nesterov', 'AdaGrad', 'RMSProp', 'AdaDelta', 'Adam'],
  'SolverParameter.lr_policy': ['fixed', 'step', 'exp', 'inv', 'multistep', 'poly', 'sigmoid'],
  'SolverParameter.regularization_type': ['L1', 'L2'],
};

/** `name: "pref`: a value has been begun on the line. */
const VALUE = /([A-Za-z_]\w*)\s*:\s*("|')?([^"'\s{}]*)$/;
const IN_COMMENT = /^(?:[^"'#]|"[^"]*"|'[^']*')*#/;

/** Proposals for an offset of a text. The editor filters them by what is typed already. */
export function proposalsAt(name: TextName, text: string, offset: number, layers: LayerTable): Proposal[] {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  if (IN_COMMENT.test(line)) return [];
  const place = schemaPlace(name, text, offset);
  if (place === undefined) return [];
  const value = VALUE.exec(line);
  if (value === null) return fieldProposals(place, layers);
  const [, fieldName = '', quote] = value;
  const field = fieldOf(place.type, fieldName);
  return field === undefined ? [] : valueProposals({ name, text, place, fieldName, field, layers }, quote);
}

function fieldProposals({ message, type, layer }: SchemaPlace, layers: LayerTable): Proposal[] {
  const written = new Set(message.fields.map(({ name }) => name));
  const layerType = layer === undefined ? undefined : stringIn(layer, 'type');
  const ownParam = layerType === undefined ? undefined : layers.get(layerType)?.paramField;
  return Object.entries(type.fields as Readonly<Record<string, Field>>).flatMap(([name, field]): Proposal[] => {
    if (field.deprecated || (field.label !== 'repeated' && written.has(name))) return [];
    const isMessage = typeof field.type === 'object' && field.type.kind === 'message';
    const isOtherParam = type.name === 'LayerParameter' && name.endsWith('_param') && name !== ownParam;
    return [
      {
        label: name,
        kind: isMessage ? 'message' : 'field',
        insert: isMessage ? `${name} {\n\t$0\n}` : field.type === 'string' ? `${name}: "$0"` : `${name}: $0`,
        doc: field.doc,
        rank: name === ownParam ? 0 : isOtherParam ? 2 : 1,
      },
    ];
  });
}

interface ValuePlace {
  readonly name: TextName;
  readonly text: string;
  readonly place: SchemaPlace;
  readonly fieldName: string;
  readonly field: Field;
  readonly layers: LayerTable;
}

function valueProposals(at: ValuePlace, quote: string | undefined): Proposal[] {
  const { type } = at.field;
  const plain = (label: string, doc = ''): Proposal => ({ label, kind: 'value', insert: label, doc, rank: 0 });
  if (type === 'bool') return quote === undefined ? [plain('true'), plain('false')] : [];
  if (typeof type === 'object') {
    return type.kind === 'enum' && quote === undefined ? Object.keys(type.values).map((label) => plain(label)) : [];
  }
  if (type !== 'string') return [];
  const quoted = (label: string): string => (quote === undefined ? `"${label}"` : label);
  return stringProposals(at).map((proposal) => ({ ...proposal, insert: quoted(proposal.label) }));
}

function stringProposals({ name, text, place, fieldName, layers }: ValuePlace): Omit<Proposal, 'insert'>[] {
  const type: MessageType = place.type;
  if (type.name === 'LayerParameter' && fieldName === 'type') {
    return layers.all().map((info) => ({ label: info.type, kind: 'layer', doc: info.doc, rank: 0 }));
  }
  if (name === 'network' && type.name === 'LayerParameter' && fieldName === 'bottom') {
    const tops = readNet(text).layers.flatMap(({ layer }) => layer.top);
    return [...new Set(tops)].map((label) => ({ label, kind: 'blob', doc: '', rank: 0 }));
  }
  const known = KNOWN_STRINGS[`${type.name}.${fieldName}`] ?? [];
  return known.map((label) => ({ label, kind: 'value', doc: '', rank: 0 }));
}
