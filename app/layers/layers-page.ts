/**
 * The page `docs/layers.md`: every layer type with what it takes, its settings and what is refused, read off the
 * definitions and the schema, so that it says what is so. Printed by `crema layers --markdown`; a test holds the file to it.
 */
import type { Arity } from '../caffe/net/layer-table.ts';
import { buildNet } from '../caffe/net/build-net.ts';
import { isExtension, writtenName } from '../caffe/schema/dsl.ts';
import type { Field, MessageType } from '../caffe/schema/dsl.ts';
import { LayerParameter } from '../caffe/schema/net-messages.ts';
import { messageOf } from '../caffe/schema/values.ts';
import type { LayerDefinition } from './definition.ts';
import { definitionOf, layerTable } from './index.ts';
import { sampleOf } from './sample-bottoms.ts';

const INTRODUCTION = `# Layer types

Generated from the definitions in \`app/layers\` and the schema in \`app/caffe/schema\` by
\`npm run -s crema -- layers --markdown > docs/layers.md\`. A test fails when this file is out of date.

Every layer runs on WebGPU, on the processor (WebAssembly) and in the double-precision interpreter. "Backward" says whether
a gradient passes to the bottoms; parameters of a layer learn wherever it has any, unless said otherwise. Settings are the
fields of the message that is named; \`loss_weight\`, \`param\`, \`include\` and the other fields of a layer are Caffe's.
Settings beyond Caffe's stand in comments inside the layer, each whole on one line, \`# crema: augment { rotation: 15 }\`, so
that Caffe still reads the file.
`;

/** The page as Markdown. */
export function layersPage(): string {
  const messages = new Map<string, MessageType>();
  const definitions = layerTable.all().flatMap((info) => {
    const definition = definitionOf(info.type);
    return definition === undefined ? [] : [definition];
  });
  const sections = [...definitions]
    .sort((a, b) => (a.type.toLowerCase() < b.type.toLowerCase() ? -1 : 1))
    .map((definition) => section(definition, messages));
  const index = table(
    ['Type', 'Bottoms', 'Tops', 'Forward', 'Backward'],
    definitions.map((d) => [
      `[${d.type}](#${d.type.toLowerCase()})`,
      arity(d.bottoms),
      arity(d.tops),
      d.forward === undefined && d.hostTops !== true ? 'no' : 'yes',
      backward(d),
    ]),
  );
  const shared: string[] = [];
  for (const message of messages.values())
    shared.push(`### ${message.name}\n\n${message.doc}\n\n${fields(message, messages)}`);
  return [INTRODUCTION, index, ...sections, '## Messages within settings\n', ...shared].join('\n');
}

function section(d: LayerDefinition, messages: Map<string, MessageType>): string {
  const facts = [
    `Bottoms: ${arity(d.bottoms)}. Tops: ${arity(d.tops)}.${d.inPlace === true ? ' May work in place.' : ''}`,
    `Backward: ${backward(d)}.`,
  ];
  const parameters = parametersOf(d);
  if (parameters.length > 0) facts.push(`Parameters: ${parameters.join(', ')}.`);
  for (const reason of refusalsOf(d)) facts.push(`Refused: ${reason}`);
  const lines = [`## ${d.type}`, '', d.doc, '', ...facts.map((fact) => `- ${fact}`), ''];
  for (const name of [...(d.paramField === undefined ? [] : [d.paramField]), ...(d.extensions ?? [])]) {
    const field: Field = LayerParameter.fields[name];
    const { type } = field;
    if (typeof type === 'object' && type.kind === 'message')
      lines.push(`\`${shownName(name)}\`: ${type.doc}`, '', fields(type, messages));
    else lines.push(`\`${shownName(name)}\` (${typeText(field)}, default ${defaultText(field)}): ${field.doc}`, '');
  }
  return lines.join('\n');
}

/** A field as it is written: in a comment, where it is beyond Caffe's. */
const shownName = (name: string): string => (isExtension(name) ? `# crema: ${writtenName(name)}` : name);

/** A table of a message's fields; messages that these hold are added to those that the page describes. */
function fields(message: MessageType, messages: Map<string, MessageType>): string {
  const rows = Object.entries(message.fields).map(([name, field]) => {
    const { type } = field;
    if (typeof type === 'object' && type.kind === 'message') messages.set(type.name, type);
    return [
      `\`${shownName(name)}\``,
      typeText(field),
      defaultText(field),
      `${field.doc}${field.deprecated ? ' (Old form.)' : ''}`,
    ];
  });
  return rows.length === 0 ? 'No settings.\n' : table(['Field', 'Type', 'Default', ''], rows);
}

function typeText({ type, label }: Field): string {
  const own =
    typeof type !== 'object'
      ? type
      : type.kind === 'enum'
        ? Object.keys(type.values).join(' \\| ')
        : `[${type.name}](#${type.name.toLowerCase()})`;
  return label === 'repeated' ? `${own}, repeated` : own;
}

const defaultText = ({ defaultValue }: Field): string =>
  defaultValue === undefined ? '' : `\`${defaultValue === '' ? '""' : String(defaultValue)}\``;

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return `${[line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}

function arity({ min, max }: Arity): string {
  if (min === max) return String(min);
  return max === Infinity ? `${min} or more` : `${min} to ${max}`;
}

function backward(d: LayerDefinition): string {
  if (d.backward === undefined) return d.forward === undefined && d.hostTops !== true ? 'no' : 'none to give';
  const fixed = d.noGradientBottoms ?? [];
  return fixed.length === 0 ? 'yes' : `yes, but not to bottom ${fixed.map((i) => i + 1).join(', ')}`;
}

/** Parameter blobs with the settings of the template, by role. */
function parametersOf(d: LayerDefinition): string[] {
  const { bottoms, tops } = sampleOf(d);
  const inputs = bottoms.map(
    (shape, i) =>
      `layer { name: "i${i}" type: "Input" top: "b${i}" input_param { shape { ${shape.map((n) => `dim: ${n}`).join(' ')} } } }`,
  );
  const blobs = [...bottoms.map((_, i) => `bottom: "b${i}"`), ...tops.map((t) => `top: "${t}"`)].join(' ');
  const text = [...inputs, `layer { name: "l" type: "${d.type}" ${blobs} ${d.template ?? ''} }`].join('\n');
  const layer = buildNet(text, { phase: 'TRAIN', layers: layerTable }).layers.at(-1);
  return (layer?.params ?? []).map(({ role, learnable }) => (learnable === false ? `${role} (not learned)` : role));
}

/** Every reason for which a layer of this type may be refused, found by asking about one setting after the other. */
function refusalsOf(d: LayerDefinition): string[] {
  if (d.supports === undefined) return [];
  const { paramField: field } = d;
  const many = Array.from({ length: 32 }, (_, i) => `b${i}`);
  const settings: (Readonly<Record<string, string | readonly string[]>> | undefined)[] = [undefined];
  const message = field === undefined ? undefined : LayerParameter.fields[field].type;
  if (typeof message === 'object' && message.kind === 'message')
    for (const [name, { type, label }] of Object.entries((message as MessageType).fields)) {
      const values =
        type === 'string' ? ['x'] : typeof type === 'object' && type.kind === 'enum' ? Object.keys(type.values) : [];
      for (const value of values) settings.push({ [name]: label === 'repeated' ? [value] : value });
    }
  const reasons = new Set<string>();
  for (const bottom of [['b0'], ['b0', 'b1'], many])
    for (const given of settings) {
      const own =
        given === undefined || field === undefined ? {} : { [field]: messageOf(message as MessageType, given) };
      const layer = messageOf(LayerParameter, { name: 'l', type: d.type, bottom, top: ['y'], ...own });
      const reason = d.supports(layer, 'TRAIN');
      if (reason !== undefined) reasons.add(reason);
    }
  return [...reasons];
}
