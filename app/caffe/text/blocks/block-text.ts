/** Fills in a block's template. */
import type { BlockTemplate } from './block-template.ts';

/** The prototxt of a block: its name and its channels put in. `@in` stays, for whoever joins it. */
export function blockText(
  block: BlockTemplate,
  given: { readonly name: string; readonly channels?: number | undefined },
): string {
  const channels = given.channels ?? block.channels ?? 0;
  return block.text
    .replace(/@channels(?:([/*])([0-9]+))?/g, (_, operator: string | undefined, factor: string | undefined) => {
      const by = Number(factor ?? 1);
      return String(Math.max(1, operator === '/' ? Math.floor(channels / by) : channels * by));
    })
    .replaceAll('@name', given.name);
}
