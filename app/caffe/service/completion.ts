/** What may be written at a place of a text: fields, values, layer types with their blocks, blobs in scope. */
import type { Range } from '../diagnostics.ts';
import type { LayerInfo, LayerTable } from '../net/layer-table.ts';
import { readNet } from '../net/read-net.ts';
import { phasesOf } from '../net/rules.ts';
import { extensionName, isExtension, writtenName } from '../schema/dsl.ts';
import type { Field, MessageType } from '../schema/dsl.ts';
import { EXTENSION_TYPES } from '../solver/extensions.ts';
import { POLICIES, SOLVER_TYPES } from '../solver/solver-settings.ts';
import { sourceOf } from '../text/decode.ts';
import type { MessageNode } from '../text/tree.ts';
import { namesIn } from './names.ts';
import { isLayer, placeAt, schemaField, wordIn } from './place.ts';
import type { Place, TextKind } from './place.ts';

/** One thing to write. */
export interface Proposal {
  readonly label: string;
  readonly kind: 'field' | 'message' | 'value' | 'layer' | 'blob';
  /** Text to insert, as a snippet: `$0` where the cursor goes, `${1:name}` for what is to be filled in. */
  readonly insert: string;
  readonly doc: string;
  /** Proposals of a lower rank come first. */
  readonly rank: number;
}

/** Proposals, and the part of the text that they replace. */
export interface Completion {
  readonly range: Range;
  readonly proposals: readonly Proposal[];
}

/** Strings that a field takes although the schema only says string. */
const KNOWN_STRINGS: Readonly<Record<string, readonly string[]>> = {
  'FillerParameter.type': ['constant', 'uniform', 'gaussian', 'positive_unitball', 'xavier', 'msra', 'bilinear'],
  'SolverParameter.type': SOLVER_TYPES,
  'SolverParameter.crema:type': EXTENSION_TYPES,
  'SolverParameter.lr_policy': POLICIES,
  'SolverParameter.regularization_type': ['L1', 'L2'],
  'WindowDataParameter.crop_mode': ['warp', 'square'],
};

/** `name: "pref`: a value has been begun on the line. */
const VALUE = /([A-Za-z_]\w*)\s*:\s*(?:\[\s*(?:[^\]"'\s{}]+\s*,\s*)*)?("|')?([^"'\s{}[\]]*)$/;
/** The same in a comment for Crema, where the colon may be missing. */
const COMMENT_VALUE = /([A-Za-z_]\w*)\s*[:\s]\s*(?:\[\s*(?:[^\]"'\s{}]+\s*,\s*)*)?("|')?([^"'\s{}[\]]*)$/;
const IN_COMMENT = /^(?:[^"'#]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*#/;

/** A comment for Crema up to the cursor: what stands behind its colon. */
const FOR_CREMA = /^(?:[^"'#]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*#+\s*crema\s*:(.*)$/i;

/** Proposals for an offset of a text. The editor filters them by what is typed already. */
export function completionAt(kind: TextKind, text: string, offset: number, layers: LayerTable): Completion {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  const begun = /[A-Za-z_]\w*$/.exec(line)?.[0] ?? '';
  const word = { start: offset - begun.length, end: offset };
  const none = { range: word, proposals: [] };
  const comment = FOR_CREMA.exec(line)?.[1];
  if (comment === undefined && IN_COMMENT.test(line)) return none;
  const place = placeAt(kind, text, offset);
  if (place === undefined) return none;
  const value = (comment === undefined ? VALUE : COMMENT_VALUE).exec(comment ?? line);
  if (value === null || (comment !== undefined && schemaField(place.type, nameOfValue(place, value)) === undefined)) {
    if (comment !== undefined) return { range: word, proposals: extensionProposals(place, layers) };
    const fields = fieldProposals(place, layers);
    const blocks =
      kind === 'network' && place.message === place.document.root ? blockProposals(text, offset, layers) : [];
    return { range: word, proposals: [...fields, ...blocks] };
  }
  const [, , quote, typed = ''] = value;
  const fieldName = comment === undefined ? (value[1] ?? '') : nameOfValue(place, value);
  const field = schemaField(place.type, fieldName);
  if (field === undefined) return none;
  // A name in quotes may hold what no word does (`inception_3a/output`): all of it is replaced, up to the closing quote.
  const rest = quote === undefined ? '' : (/^[^"'\r\n\s{}]*(?=["'])/.exec(text.slice(offset, offset + 300))?.[0] ?? '');
  const range = { start: offset - typed.length, end: offset + rest.length };
  return { range, proposals: valueProposals({ kind, text, offset, place, fieldName, field, layers }, quote) };
}

/** The name of the field whose value is being written in a comment: `type Adam`, `rotation: 1`. */
function nameOfValue({ type }: Place, [, name = '']: RegExpExecArray): string {
  const own = extensionName(name);
  return schemaField(type, own) === undefined ? name : own;
}

/** What may stand in a comment for Crema: settings of the message around it, or fields of the setting that is begun. */
function extensionProposals(place: Place, layers: LayerTable): Proposal[] {
  const { type, message, layer } = place;
  if (!message.inComment) {
    const written = new Set(message.extensions.map(({ name }) => name));
    const read = layer && isLayer(type) ? (layers.get(wordIn(layer, 'type') ?? '')?.extensions ?? []) : undefined;
    return Object.entries(type.fields).flatMap(([name, field]): Proposal[] => {
      if (!isExtension(name) || written.has(name)) return [];
      const isMessage = typeof field.type === 'object' && field.type.kind === 'message';
      const label = writtenName(name);
      return [
        {
          label,
          kind: isMessage ? 'message' : 'field',
          insert: isMessage ? `${label} { $0 }` : `${label}: $0`,
          doc: field.doc,
          rank: read === undefined || read.some((known) => known === name) ? 0 : 2,
        },
      ];
    });
  }
  return fieldProposals(place, layers);
}

function fieldProposals({ message, type, layer }: Place, layers: LayerTable): Proposal[] {
  const written = new Set(message.fields.map(({ name }) => name));
  const ownParam = layer && layers.get(wordIn(layer, 'type') ?? '')?.paramField;
  return Object.entries(type.fields).flatMap(([name, field]): Proposal[] => {
    if (isExtension(name) || field.deprecated || (field.label !== 'repeated' && written.has(name))) return [];
    const isMessage = typeof field.type === 'object' && field.type.kind === 'message';
    const isOtherParam = isLayer(type) && name.endsWith('_param') && name !== ownParam;
    const quoted = field.type === 'string' || field.type === 'bytes';
    return [
      {
        label: name,
        kind: isMessage ? 'message' : 'field',
        insert: isMessage ? `${name} {\n\t$0\n}` : quoted ? `${name}: "$0"` : `${name}: $0`,
        doc: field.fork === undefined ? field.doc : `${field.doc} (From ${field.fork}.)`,
        rank: name === ownParam ? 0 : isOtherParam || field.fork !== undefined ? 2 : 1,
      },
    ];
  });
}

/** Whole layers, one for each type, with the settings that a new one begins with. */
function blockProposals(text: string, offset: number, layers: LayerTable): Proposal[] {
  if (readNet(text).message.layers.length > 0) return [];
  const blobs = blobsInScope(text, offset, undefined);
  return layers.all().map((info) => ({
    label: `${info.type} layer`,
    kind: 'layer',
    insert: blockOf(info, blobs),
    doc: info.doc,
    rank: 3,
  }));
}

function blockOf(info: LayerInfo, blobs: readonly string[]): string {
  const name = info.type.toLowerCase();
  const others = blobs.includes('label') ? ['label'] : [];
  const [nearest = 'data'] = blobs.filter((blob) => info.loss !== true || blob !== 'label');
  const bottoms = Array.from({ length: info.bottoms.min }, (_, i) => (i === 0 ? nearest : (others[i - 1] ?? nearest)));
  const lines = [
    `name: "\${1:${name}}"`,
    `type: "${info.type}"`,
    ...bottoms.map((blob, i) => `bottom: "\${${i + 2}:${snippetText(blob)}}"`),
    ...Array.from({ length: info.tops.min }, (_, i) => `top: "${i === 0 ? '$1' : `\${1}_${i}`}"`),
    ...(info.template ?? '')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map(snippetText),
  ];
  const body = lines.map((line) => {
    const blanks = /^ */.exec(line)?.[0].length ?? 0;
    return '\t'.repeat(1 + Math.floor(blanks / 2)) + line.trimStart();
  });
  return `layer {\n${body.join('\n')}\n}$0`;
}

/** A text as it stands in a snippet: its own `$` and `}` are no marks. */
const snippetText = (text: string): string => text.replace(/[\\$}]/g, '\\$&');

interface ValuePlace {
  readonly kind: TextKind;
  readonly text: string;
  readonly offset: number;
  readonly place: Place;
  readonly fieldName: string;
  readonly field: Field;
  readonly layers: LayerTable;
}

function valueProposals(at: ValuePlace, quote: string | undefined): Proposal[] {
  const { type } = at.field;
  const plain = (label: string): Proposal => ({ label, kind: 'value', insert: label, doc: '', rank: 0 });
  if (type === 'bool') return quote === undefined ? [plain('true'), plain('false')] : [];
  if (typeof type === 'object') {
    return type.kind === 'enum' && quote === undefined ? Object.keys(type.values).map(plain) : [];
  }
  if (type !== 'string') return [];
  return stringProposals(at).map((proposal) => {
    const text = snippetText(proposal.label);
    return { ...proposal, insert: quote === undefined ? `"${text}"` : text };
  });
}

function stringProposals({ kind, text, offset, place, fieldName, layers }: ValuePlace): Omit<Proposal, 'insert'>[] {
  const type: MessageType = place.type;
  if (kind === 'network' && isLayer(type) && place.layer) {
    if (type.name === 'LayerParameter' && fieldName === 'type') {
      return layers.all().map((info) => ({ label: info.type, kind: 'layer', doc: info.doc, rank: 0 }));
    }
    if (fieldName === 'bottom') return blobs(blobsInScope(text, offset, place.layer));
    if (fieldName === 'top') return topProposals(place.layer, layers);
  }
  if (kind === 'network' && type.name === 'ParamSpec' && fieldName === 'name') {
    return blobs([...new Set(namesIn(text).flatMap((use) => (use.kind === 'param' ? [use.name] : [])))]);
  }
  if (kind === 'network' && (fieldName === 'stage' || fieldName === 'not_stage')) {
    return blobs([...new Set(namesIn(text).flatMap((use) => (use.kind === 'stage' ? [use.name] : [])))]);
  }
  const known = KNOWN_STRINGS[`${type.name}.${fieldName}`] ?? [];
  return known.map((label) => ({ label, kind: 'value', doc: '', rank: 0 }));
}

/** Blobs in the order given: the first is the likeliest. */
const blobs = (names: readonly string[]): Omit<Proposal, 'insert'>[] =>
  names.map((label, rank) => ({ label, kind: 'blob', doc: '', rank }));

/** A top is called as its layer is, or as its bottom where the layer may work in place. */
function topProposals(layer: MessageNode, layers: LayerTable): Omit<Proposal, 'insert'>[] {
  const name = wordIn(layer, 'name');
  const bottom = wordIn(layer, 'bottom');
  const inPlace = layers.get(wordIn(layer, 'type') ?? '')?.inPlace === true;
  return blobs([...(inPlace && bottom !== undefined ? [bottom] : []), ...(name === undefined ? [] : [name])]);
}

/** Blobs that layers before an offset make, in a phase that the layer takes part in; the nearest first. */
function blobsInScope(text: string, offset: number, layer: MessageNode | undefined): string[] {
  const { layers, message } = readNet(text);
  const own = layers.find((other) => layer !== undefined && sourceOf(other.layer)?.node === layer);
  const phases = own ? phasesOf(own.layer) : ['TRAIN', 'TEST'];
  const before = layers.filter(
    (other) =>
      other !== own && other.range.start < offset && phasesOf(other.layer).some((phase) => phases.includes(phase)),
  );
  const tops = before.toReversed().flatMap((other) => other.layer.top.toReversed());
  return [...new Set([...tops, ...message.input])];
}
