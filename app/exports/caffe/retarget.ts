/** A network's and a solver's text made to name the files of their new folder. All else stays as it was written. */
import type { TextEdit } from '../../caffe/diagnostics.ts';
import type { TypedNet } from '../../caffe/net/typed-net.ts';
import { applyEdits } from '../../caffe/text/apply-edits.ts';
import { parse } from '../../caffe/text/parse.ts';
import { messagesOf, type FieldNode, type MessageNode } from '../../caffe/text/tree.ts';

const fieldsIn = (message: MessageNode): readonly FieldNode[] =>
  message.fields.flatMap((field) => [field, ...messagesOf(field).flatMap(fieldsIn)]);

/** The network with its data layers reading `data/train_lmdb` and `data/test_lmdb`, and `data/mean.binaryproto`. */
export function retargetNet(text: string, nets: readonly TypedNet[]): string {
  const all = fieldsIn(parse(text).root);
  const edits = new Map<number, TextEdit>();
  for (const net of nets) {
    for (const layer of net.layers) {
      if (layer.type !== 'Data') continue;
      const own = all.filter(({ range }) => range.start >= layer.range.start && range.end <= layer.range.end);
      const backend = own.find(({ name }) => name === 'backend');
      for (const field of own) {
        const { range } = field;
        if (field.name === 'source') {
          const source = `source: "data/${net.phase === 'TRAIN' ? 'train' : 'test'}_lmdb"`;
          edits.set(range.start, { range, text: backend === undefined ? `${source} backend: LMDB` : source });
        } else if (field.name === 'mean_file')
          edits.set(range.start, { range, text: 'mean_file: "data/mean.binaryproto"' });
      }
      if (backend !== undefined) edits.set(backend.range.start, { range: backend.range, text: 'backend: LMDB' });
    }
  }
  return applyEdits(text, [...edits.values()]);
}

const NET_FIELDS = new Set(['net', 'net_param', 'train_net', 'train_net_param', 'test_net', 'test_net_param']);

/** The solver with the network in `net` and its snapshots under a name. */
export function retargetSolver(text: string, net: string, prefix: string): string {
  const { fields } = parse(text).root;
  const edits: TextEdit[] = [];
  let [named, prefixed] = [false, false];
  for (const { name, range } of fields) {
    if (NET_FIELDS.has(name)) {
      edits.push({ range, text: named ? '' : `net: "${net}"` });
      named = true;
    } else if (name === 'snapshot_prefix') {
      edits.push({ range, text: `snapshot_prefix: "${prefix}"` });
      prefixed = true;
    }
  }
  const missing = `${named ? '' : `net: "${net}"\n`}${prefixed ? '' : `snapshot_prefix: "${prefix}"\n`}`;
  return `${missing}${applyEdits(text, edits)}`;
}
