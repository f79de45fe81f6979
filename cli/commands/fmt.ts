/** `crema fmt`: a prototxt laid out evenly. */
import { formatted } from '../../app/caffe/service/format.ts';
import { parse } from '../../app/caffe/text/parse.ts';
import { CommandError, UsageError, parseArguments, type Command } from '../command.ts';
import { readText, writeBytes } from '../files.ts';
import { firstError } from '../positions.ts';

const help = `Usage: crema fmt FILE [--check|--write|--json]

Prints a network or solver prototxt laid out evenly: one field a line, two blanks for each
brace. Comments stay, and the text says the same as before.

Options:
  --check   prints nothing but whether the file would change; the exit code is 1 if so
  --write   writes the file instead of printing
  --json    prints {"changed": true | false, "text": "..."}

Example:
  crema fmt train_val.prototxt --write`;

export const fmt: Command = {
  help,
  async run(args, terminal) {
    const { values, positionals } = parseArguments(
      args,
      { check: { type: 'boolean' }, write: { type: 'boolean' }, json: { type: 'boolean' } },
      { name: 'FILE', min: 1, max: 1 },
    );
    if ([values.check, values.write, values.json].filter((given) => given === true).length > 1) {
      throw new UsageError('Give only one of --check, --write and --json.');
    }
    const path = positionals[0] as string;
    const text = await readText(path);
    const error = firstError(path, text, parse(text).errors);
    if (error !== undefined) throw new CommandError(error);
    const after = formatted(text);
    const changed = after !== text;
    if (values.check === true) {
      if (changed) terminal.out(`${path} is not formatted.`);
      return changed ? 1 : 0;
    }
    if (values.write === true) {
      if (changed) {
        await writeBytes(path, after);
        terminal.out(`${path} formatted.`);
      }
    } else if (values.json === true) terminal.out(JSON.stringify({ changed, text: after }));
    else terminal.out(after.replace(/\r?\n$/, ''));
    return 0;
  },
};
