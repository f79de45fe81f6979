/**
 * The golden layer cases as a check that any engine can be put to: what BVLC Caffe 1.0 computed for one small net each.
 * Runs in Node, where the fixtures are files.
 */
import { readFileSync, readdirSync } from 'node:fs';
import type { Engine } from '../engine/engine.ts';
import { readSafetensors } from '../formats/safetensors.ts';
import { caseErrors } from './golden-errors.ts';

const folder = new URL('../layers/fixtures/golden/', import.meta.url);

/** Names of the cases. */
export const goldenNames = (): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.safetensors'))
    .map((name) => name.replace('.safetensors', ''));

/** Runs a case; the relative error of every result that Caffe recorded, by name. */
export const goldenErrors = (engine: Engine, name: string): Promise<ReadonlyMap<string, number>> =>
  caseErrors(readSafetensors(readFileSync(new URL(`${name}.safetensors`, folder))), engine);
