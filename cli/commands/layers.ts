/** `crema layers`: which layer types there are, from the definitions themselves. */
import { definitionOf, layerTable } from '../../app/layers/index.ts';
import { layersPage } from '../../app/layers/layers-page.ts';
import { parseArguments, type Command } from '../command.ts';

const help = `Usage: crema layers [--markdown]

Prints the layer types, one a line: the type, whether it computes forward and backward,
and what it does.

Options:
  --markdown   prints the whole page of layer types with their settings: docs/layers.md

Example:
  crema layers | grep -i pool`;

export const layers: Command = {
  help,
  run(args, terminal) {
    const { values } = parseArguments(
      args,
      { markdown: { type: 'boolean', default: false } },
      { name: 'argument', min: 0, max: 0 },
    );
    if (values.markdown) {
      // The page ends with a line break of its own.
      terminal.out(layersPage().replace(/\n$/, ''));
      return Promise.resolve(0);
    }
    for (const { type, doc } of layerTable.all()) {
      const definition = definitionOf(type);
      const computes =
        definition?.forward === undefined
          ? 'drawn only'
          : definition.backward === undefined
            ? 'forward'
            : 'forward, backward';
      terminal.out(`${type.padEnd(24)} ${computes.padEnd(18)} ${doc}`);
    }
    return Promise.resolve(0);
  },
};
