/**
 * Passes of nets with Filter layers. Before each one the host reads the selectors, counts the items that pass, and takes the
 * sequence for that number; the first time a number comes up, the sequence is compiled and joins the program. So every layer
 * behind a filter computes what Caffe computes, whatever it looks at across the batch, and the price is a wait per filter.
 */
import type { TrainingProgram } from '../compiler/compile-training.ts';
import { joinPrograms, sequenceProgram } from '../compiler/compile-training.ts';
import { countSelected, filtersOf, type Passing } from '../compiler/filtered-net.ts';
import { passSequence, selectorSequence, sequenceName, type NamedSequence } from '../compiler/filtered-sequences.ts';
import { PASS, SEED } from '../compiler/kernel-context.ts';
import { definitionOf } from '../layers/index.ts';
import type { Feed } from './feed.ts';
import type { GrowingExecutable } from './growing-executable.ts';
import { TrainingError } from './training-error.ts';

/** Passes whose numbers are remembered: more than may be in flight. */
const REMEMBERED = 1024;

export class CountedPasses {
  private readonly executable: GrowingExecutable;
  private readonly compiled: TrainingProgram;
  private readonly feed: Feed;
  private readonly seed: number;
  private program: TrainingProgram['program'];
  private readonly selectors = new Map<string, NamedSequence>();
  private readonly counted = new Map<number, Passing>();

  constructor(executable: GrowingExecutable, compiled: TrainingProgram, feed: Feed, seed: number) {
    this.executable = executable;
    this.compiled = compiled;
    this.feed = feed;
    this.seed = seed;
    this.program = compiled.program;
    for (const selector of compiled.selectors) this.selectors.set(selector.sequence, selector);
  }

  /** The sequence that computes a pass of a net. Throws TrainingError where no item passes, CompileError and EngineError. */
  async sequenceOf(name: string, pass: number): Promise<string> {
    const one = this.compiled.nets.get(name);
    if (one === undefined) throw new Error(`No net with the sequence ${name}.`);
    const passing = new Map<string, number>();
    for (const filter of filtersOf(one.net)) {
      const selector = await this.selector(name, filter.name, passing);
      this.feed.feed(this.executable, selector.net, pass);
      this.executable.run(selector.sequence, { [SEED]: this.seed, [PASS]: pass });
      const values = await this.executable.read(selector.net.dataBuffer(filter.selector));
      const count = countSelected(values);
      if (count === 0)
        throw new TrainingError(
          `No item of batch ${pass} passes the Filter layer "${filter.name}", and there is nothing to compute of no items: use a larger batch_size, so that some always pass.`,
          filter.name,
        );
      passing.set(filter.name, count);
    }
    if (name === 'train') this.remember(pass, passing);
    const sequence = sequenceName(one, passing);
    if (this.program.sequences[sequence] === undefined) await this.add(passSequence(one, passing, definitionOf));
    return sequence;
  }

  /** How many items passed in a training pass lately. */
  passingOf(pass: number): Passing {
    return this.counted.get(pass) ?? new Map<string, number>();
  }

  private async selector(name: string, filterName: string, passing: Passing): Promise<NamedSequence> {
    const one = this.compiled.nets.get(name);
    const filter = one && filtersOf(one.net).find((f) => f.name === filterName);
    if (one === undefined || filter === undefined) throw new Error(`No filter ${filterName} in ${name}.`);
    const known = this.selectors.get(`${sequenceName(one, passing)}?${filterName}`);
    if (known !== undefined) return known;
    const made = selectorSequence(one, filter, passing, definitionOf);
    this.selectors.set(made.sequence, made);
    await this.add(made);
    return made;
  }

  private async add(made: NamedSequence): Promise<void> {
    this.program = joinPrograms(this.program, sequenceProgram(made));
    await this.executable.grow(this.program);
  }

  private remember(pass: number, passing: Passing): void {
    this.counted.set(pass, passing);
    this.counted.delete(pass - REMEMBERED);
  }
}
