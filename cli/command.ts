/** What a command of the command line is, and how it reports the user's mistakes and reads its arguments. */
import { parseArgs, type ParseArgsConfig } from 'node:util';

/** Where a command writes: lines of its answer, and notices and errors beside it. */
export interface Terminal {
  /** One line on stdout. */
  out(line: string): void;
  /** One line on stderr. */
  err(line: string): void;
}

/** A subcommand, such as `crema shapes`. */
export interface Command {
  /** Shown by `--help`: usage, options and an example. */
  readonly help: string;
  /** Resolves with the exit code. Mistakes of the user throw a {@link CommandError}. */
  run(args: readonly string[], terminal: Terminal): Promise<number>;
}

/** A failure that is the user's to mend: the message is a sentence, printed on stderr without a stack. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
  /** What the process exits with. */
  readonly exitCode: number = 1;
}

/** A command line that cannot be understood; exit code 2. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError';
  override readonly exitCode = 2;
}

type Options = NonNullable<ParseArgsConfig['options']>;

/** How many file names and the like a command takes besides its options. */
interface Positionals {
  /** Shown when one is missing: `NET`. */
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

/**
 * Reads a command's arguments: only the given options, each with the value it needs, and the right number of others.
 *
 * @throws UsageError with a sentence that names the argument.
 */
export function parseArguments<O extends Options>(args: readonly string[], options: O, positionals: Positionals) {
  const parsed = parseStrictly(args, options);
  const { length } = parsed.positionals;
  if (length < positionals.min) throw new UsageError(`${positionals.name} is missing; --help shows the usage.`);
  if (length > positionals.max) {
    const unexpected = parsed.positionals[positionals.max] ?? '';
    throw new UsageError(`"${unexpected}" is not expected here; --help shows the usage.`);
  }
  return parsed;
}

function parseStrictly<O extends Options>(args: readonly string[], options: O) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (cause) {
    if (!(cause instanceof TypeError) || !('code' in cause)) throw cause;
    const option = /'(-[^' ]*)/.exec(cause.message)?.[1] ?? '';
    if (cause.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
      const known = Object.keys(options).map((name) => `--${name}`);
      throw new UsageError(`There is no option ${option} here; there are ${[...known, '--help'].join(', ')}.`, {
        cause,
      });
    }
    if (cause.code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') {
      const flag = options[option.replace(/^-+/, '')]?.type === 'boolean';
      throw new UsageError(`The option ${option} ${flag ? 'takes no value' : 'needs a value'}.`, { cause });
    }
    throw cause;
  }
}

/**
 * The value of an option that must be a whole number from `min` on; undefined when it is not given.
 *
 * @throws UsageError
 */
export function wholeNumber(option: string, text: string | undefined, min: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < min) {
    throw new UsageError(`--${option} is "${text}": give a whole number from ${min} on.`);
  }
  return value;
}

/**
 * The value of an option that must be one of a few words.
 *
 * @throws UsageError
 */
export function oneOf<const T extends string>(option: string, text: string, words: readonly T[]): T {
  const found = words.find((word) => word === text);
  if (found === undefined) throw new UsageError(`--${option} is "${text}": give ${words.join(' or ')}.`);
  return found;
}
