/** `crema upgrade`: an old prototxt in the current format. */
import { readNet } from '../../app/caffe/net/read-net.ts';
import { applyEdits } from '../../app/caffe/text/apply-edits.ts';
import { parse } from '../../app/caffe/text/parse.ts';
import { upgradeNetEdits, upgradeSolverEdits } from '../../app/caffe/text/upgrade-edits.ts';
import { CommandError, UsageError, parseArguments, type Command } from '../command.ts';
import { readText, writeBytes } from '../files.ts';
import { firstError } from '../positions.ts';
import { kindOf } from '../text-kind.ts';

const help = `Usage: crema upgrade FILE [--write|--json]

Prints a network with "layers", "input_dim" or old data transformations, or a solver with
"solver_type", in the current format. It means the same to Caffe; comments stay.

Options:
  --write   writes the file instead of printing
  --json    prints {"changed": true | false, "text": "..."}

Example:
  crema upgrade VGG_ILSVRC_16_layers_deploy.prototxt --write`;

export const upgrade: Command = {
  help,
  async run(args, terminal) {
    const { values, positionals } = parseArguments(
      args,
      { write: { type: 'boolean' }, json: { type: 'boolean' } },
      { name: 'FILE', min: 1, max: 1 },
    );
    if (values.write === true && values.json === true) throw new UsageError('Give --write or --json, not both.');
    const path = positionals[0] as string;
    const text = await readText(path);
    const isNet = kindOf(text) === 'net';
    // What only a person can decide is not upgraded: syntax errors, and a net with layers of both forms.
    const blocking = isNet
      ? readNet(text).diagnostics.filter(({ code }) => code === 'old-format' || code === 'syntax')
      : parse(text).errors;
    const error = firstError(path, text, blocking);
    if (error !== undefined) throw new CommandError(error);
    const after = applyEdits(text, isNet ? upgradeNetEdits(text) : upgradeSolverEdits(text));
    const changed = after !== text;
    if (values.write === true) {
      if (changed) await writeBytes(path, after);
      terminal.out(`${path} ${changed ? 'upgraded' : 'is in the current format already'}.`);
    } else if (values.json === true) terminal.out(JSON.stringify({ changed, text: after }));
    else terminal.out(after.replace(/\r?\n$/, ''));
    return 0;
  },
};
