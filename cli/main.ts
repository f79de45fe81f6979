/** The command line's entry: finds the command, and turns how it ends into an exit code and a sentence on stderr. */
import { CommandError, UsageError, type Command, type Terminal } from './command.ts';

interface Entry {
  readonly summary: string;
  load(): Promise<Command>;
}

/** Loaded only when asked for, so that `shapes` does not wait for what `train` needs. */
const commands: Readonly<Record<string, Entry>> = {
  check: {
    summary: 'prints what is wrong in a network or solver',
    load: async () => (await import('./commands/check.ts')).check,
  },
  shapes: {
    summary: 'prints the shape of every blob and parameter of a network',
    load: async () => (await import('./commands/shapes.ts')).shapes,
  },
  cost: {
    summary: 'prints parameters, multiply-adds, memory and receptive field of every layer',
    load: async () => (await import('./commands/cost.ts')).cost,
  },
  layers: {
    summary: 'prints the layer types and whether they compute',
    load: async () => (await import('./commands/layers.ts')).layers,
  },
  fmt: {
    summary: 'lays a prototxt out evenly, keeping its comments',
    load: async () => (await import('./commands/fmt.ts')).fmt,
  },
  upgrade: {
    summary: 'brings an old prototxt to the current format, keeping its comments',
    load: async () => (await import('./commands/upgrade.ts')).upgrade,
  },
  run: {
    summary: 'computes recorded cases, to compare with what Caffe computed',
    load: async () => (await import('./commands/run.ts')).run,
  },
  train: {
    summary: 'trains a network as its solver says',
    load: async () => (await import('./commands/train.ts')).train,
  },
  test: {
    summary: 'prints loss and accuracy of trained weights',
    load: async () => (await import('./commands/test.ts')).test,
  },
  time: {
    summary: 'measures how long each layer takes, forward and backward',
    load: async () => (await import('./commands/time.ts')).time,
  },
  export: {
    summary: 'writes a trained net, or a whole run, for ONNX Runtime, Caffe, PyTorch and others',
    load: async () => (await import('./commands/export.ts')).exportCommand,
  },
  convert: {
    summary: 'converts weights and mean images from one file format into another',
    load: async () => (await import('./commands/convert.ts')).convert,
  },
  extract: {
    summary: 'writes the values of blobs for many images',
    load: async () => (await import('./commands/extract.ts')).extract,
  },
  data: {
    summary: 'prints what a data set holds',
    load: async () => (await import('./commands/data.ts')).data,
  },
  'check-cifar': {
    summary: "compares a run on CIFAR-10 with Caffe's",
    load: async () => (await import('./commands/check-cifar.ts')).checkCifar,
  },
};

/** Errors of the parts below whose message is a sentence for the user; by name, so that `--help` need not load those parts. */
const userErrors: ReadonlySet<string> = new Set([
  'DatasetError',
  'EngineError',
  'CompileError',
  'TrainingError',
  'Cancelled',
]);

/** Exit code of a failure that is not the user's (EX_SOFTWARE of sysexits). */
const bugExitCode = 70;

/** Runs the command line and resolves with the exit code. Does not throw. */
export async function main(args: readonly string[], terminal: Terminal = processTerminal()): Promise<number> {
  try {
    return await dispatch(args, terminal);
  } catch (error) {
    if (error instanceof CommandError) {
      terminal.err(error.message);
      return error.exitCode;
    }
    if (error instanceof Error && userErrors.has(error.name)) {
      terminal.err(error.message);
      return 1;
    }
    terminal.err(`This is a bug in Crema: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return bugExitCode;
  }
}

async function dispatch(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const widest = Math.max(...Object.keys(commands).map((key) => key.length));
    terminal.out('Usage: crema COMMAND [OPTIONS]\n');
    for (const [key, { summary }] of Object.entries(commands)) terminal.out(`  ${key.padEnd(widest)}  ${summary}`);
    terminal.out('\ncrema COMMAND --help shows how a command is used.');
    return name === undefined ? 2 : 0;
  }
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry === undefined) {
    throw new UsageError(`There is no command "${name}"; there are ${Object.keys(commands).join(', ')}.`);
  }
  const command = await entry.load();
  if (rest.includes('--help') || rest.includes('-h')) {
    terminal.out(command.help);
    return 0;
  }
  return command.run(rest, terminal);
}

/** The process's own output. A reader that stops early (`| head`) is no failure. */
function processTerminal(): Terminal {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  return {
    out: (line) => process.stdout.write(`${line}\n`),
    err: (line) => process.stderr.write(`${line}\n`),
  };
}
