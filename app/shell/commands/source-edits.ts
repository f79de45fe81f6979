/** Writing another source into the data layers that name one. */
import type { TextEdit } from '../../caffe/diagnostics.ts';
import { parse } from '../../caffe/text/parse.ts';
import { textOfLiterals } from '../../caffe/text/strings.ts';
import type { MessageNode } from '../../caffe/text/tree.ts';

/** The edits that make every `source` of this value in the settings of a layer another. */
export function sourceEdits(text: string, from: string, to: string): TextEdit[] {
  const edits: TextEdit[] = [];
  const visit = (message: MessageNode) => {
    for (const { name, value } of message.fields) {
      if (value?.kind === 'message') visit(value);
      else if (name === 'source' && value?.kind === 'scalar' && value.form === 'string') {
        if (textOfLiterals(value.parts) === from) edits.push({ range: value.range, text: JSON.stringify(to) });
      }
    }
  };
  visit(parse(text).root);
  return edits;
}
