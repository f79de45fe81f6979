/** Gives each parameter blob its owner and multipliers: `Net::AppendParam` of Caffe's net.cpp. */
import type { Diagnostic } from '../diagnostics.ts';
import { has } from '../schema/dsl.ts';
import { ParamSpec } from '../schema/net-messages.ts';
import { emptyMessage } from '../schema/values.ts';
import { rangeOf } from '../text/decode.ts';
import { calledLayer, placeIn, shapeText } from './drafts.ts';
import type { LayerDraft, NetReport } from './drafts.ts';
import type { ParamDeclaration } from './layer-table.ts';
import type { NetParam, OwnedParam } from './typed-net.ts';

interface Owner {
  readonly layer: LayerDraft;
  readonly position: number;
  readonly declaration: ParamDeclaration;
  lrMult: number | undefined;
  decayMult: number | undefined;
}

/** Fills in `params` of the layers and returns the owned blobs, in order of appearance. */
export function shareParams(layers: readonly LayerDraft[], report: NetReport): OwnedParam[] {
  const owners: Owner[] = [];
  const byName = new Map<string, number>();
  /** The owner of each blob of each layer. */
  const uses = layers.map((layer) => {
    const specs = layer.parameter.param;
    const { declarations } = layer;
    if (specs.length > declarations.length && layer.problem === undefined) {
      report.refuse(
        layer,
        'param-count',
        `${calledLayer(layer)} has ${declarations.length} parameter blobs but ${specs.length} "param". Remove those too many.`,
        `param.${declarations.length}`,
      );
    }
    return declarations.map((declaration, position) => {
      const use: Owner = { layer, position, declaration, lrMult: undefined, decayMult: undefined };
      return ownerOf(use, specs[position] ?? emptyMessage(ParamSpec), owners, byName, report);
    });
  });
  layers.forEach((layer, i) => {
    layer.params = (uses[i] ?? []).map((owner, position) => {
      const declaration = layer.declarations[position] as ParamDeclaration;
      const name = layer.parameter.param[position]?.name || undefined;
      return paramOf(declaration, owners[owner] as Owner, name, owner);
    });
  });
  return owners.map((owner) => ({
    layer: owner.layer.index,
    position: owner.position,
    declaration: owner.declaration,
    lrMult: lrMultOf(owner),
    decayMult: decayMultOf(owner),
  }));
}

/** A blob as a layer sees it. (Field by field: spread, these objects were the most memory that a net took.) */
function paramOf(declaration: ParamDeclaration, owner: Owner, name: string | undefined, index: number): NetParam {
  const { shape, role, filler, initial, learnable } = declaration;
  const param: { -readonly [Key in keyof NetParam]: NetParam[Key] } = {
    shape,
    role,
    filler,
    lrMult: lrMultOf(owner),
    decayMult: decayMultOf(owner),
    name,
    owner: index,
  };
  if (initial !== undefined) param.initial = initial;
  if (learnable !== undefined) param.learnable = learnable;
  return param;
}

const lrMultOf = ({ declaration, lrMult }: Owner): number => (declaration.learnable === false ? 0 : (lrMult ?? 1));

const decayMultOf = ({ declaration, decayMult }: Owner): number =>
  declaration.learnable === false ? 0 : (decayMult ?? 1);

/** The fix that gives a multiplier another value, where it is written in today's form. */
function changeTo(spec: ParamSpec, field: 'lr_mult' | 'decay_mult', value: number): Pick<Diagnostic, 'fixes'> {
  const range = rangeOf(spec, field);
  if (!range) return {};
  return { fixes: [{ title: `Change ${field} to ${value}`, edits: [{ range, text: String(value) }] }] };
}

function ownerOf(use: Owner, spec: ParamSpec, owners: Owner[], byName: Map<string, number>, report: NetReport): number {
  const { layer, position, declaration } = use;
  const place = `param.${position}`;
  if (declaration.learnable === false && has(spec, 'lr_mult') && spec.lr_mult !== 0) {
    report.refuse(
      layer,
      'param-count',
      `The ${declaration.role} of ${calledLayer(layer)} is kept by the layer and cannot learn: its lr_mult must be 0.`,
      `${place}.lr_mult`,
      changeTo(spec, 'lr_mult', 0),
    );
  }
  const name = spec.name ?? '';
  const known = name === '' ? undefined : byName.get(name);
  const owner = known === undefined ? undefined : owners[known];
  if (known === undefined || !owner) {
    owners.push({
      ...use,
      lrMult: has(spec, 'lr_mult') ? spec.lr_mult : undefined,
      decayMult: has(spec, 'decay_mult') ? spec.decay_mult : undefined,
    });
    if (name !== '') byName.set(name, owners.length - 1);
    return owners.length - 1;
  }
  const related = {
    related: [{ range: placeIn(owner.layer, `param.${owner.position}`), message: `"${name}" belongs here.` }],
  };
  const mine = declaration.shape;
  const theirs = owner.declaration.shape;
  const count = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);
  const fits = spec.share_mode === 'PERMISSIVE' ? count(mine) === count(theirs) : shapeText(mine) === shapeText(theirs);
  if (!fits) {
    report.refuse(
      layer,
      'param-shape',
      `${calledLayer(layer)} shares "${name}" with ${calledLayer(owner.layer)}, but needs ${shapeText(mine)} where that has ${shapeText(theirs)}.`,
      place,
      related,
    );
  }
  const agree = (field: 'lr_mult' | 'decay_mult', before: number | undefined): number | undefined => {
    if (!has(spec, field)) return before;
    if (before !== undefined && before !== spec[field]) {
      report.refuse(
        layer,
        'param-shape',
        `The shared parameter "${name}" has ${field} ${before} in ${calledLayer(owner.layer)} and ${spec[field]} here. Make them equal.`,
        `${place}.${field}`,
        { ...related, ...changeTo(spec, field, before) },
      );
    }
    return before ?? spec[field];
  };
  owner.lrMult = agree('lr_mult', owner.lrMult);
  owner.decayMult = agree('decay_mult', owner.decayMult);
  return known;
}
