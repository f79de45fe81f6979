/**
 * Whatever is done on the canvas, one action upon the other: the text stays prototxt, the picture is that of the text, and
 * taking every step back gives the text of the beginning, byte for byte.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { TextEdit } from '../caffe/diagnostics.ts';
import { readNet } from '../caffe/net/read-net.ts';
import { applyEdits, invertEdits } from '../caffe/text/apply-edits.ts';
import { layerBlocks } from '../caffe/text/blocks/layer-blocks.ts';
import { layerTable } from '../layers/index.ts';
import { useDocument } from '../store/document.ts';
import { useSidecar } from '../store/sidecar.ts';
import { layersText, pasteText } from './clipboard.ts';
import { followSelection } from './follow-selection.ts';
import { addAtLine, deleteLayers, dropEntry, duplicateLayers, limitToPhase, setInPlace } from './gestures.ts';
import { blockEntry, layerEntry, type PaletteEntry } from './palette-entry.ts';
import { exitsOf } from './ports.ts';
import { groupNodeId, project, type CanvasEdge, type CanvasGraph, type CanvasNode } from './project.ts';
import { BRANCHES, CHAIN, RESIDUAL } from './testing/nets.ts';
import { draw, show } from './testing/show.ts';
import { disconnect, join } from './wiring.ts';
import type { Held } from './wiring-state.ts';

const entries: readonly PaletteEntry[] = [...layerTable.all().map(layerEntry), ...layerBlocks.map(blockEntry)];

/** Numbers that choose an action and what it is done to. */
interface Draw {
  readonly what: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

const pick = <T>(list: readonly T[], n: number): T | undefined => list[n % list.length];

function exitOf(node: CanvasNode | undefined, n: number): Extract<Held, { kind: 'exit' }> | undefined {
  const { goodNets, phase } = useDocument.getState();
  const view = goodNets?.[phase];
  const exit = node && view && pick(exitsOf(node, view), n);
  return node && exit && { kind: 'exit', node: node.id, layer: exit.layer, top: exit.top, blob: exit.blob };
}

/** Layers that are seen one by one in the graph. */
function act({ what, a, b, c }: Draw, { nodes, edges }: CanvasGraph): void {
  const entry = pick(entries, a) as PaletteEntry;
  const [node, other] = [pick(nodes, b), pick(nodes, c)];
  const edge: CanvasEdge | undefined = pick(edges, b);
  const { netText } = useDocument.getState();
  const actions: readonly (() => unknown)[] = [
    () => dropEntry(entry, { kind: 'canvas' }),
    () => node && dropEntry(entry, { kind: 'node', id: node.id }),
    () => edge && dropEntry(entry, { kind: 'edge', id: edge.id }),
    () => {
      const held = exitOf(node, a);
      return held && addAtLine(entry, held);
    },
    () => node && addAtLine(entry, { kind: 'entry', node: node.id, layer: node.id }),
    () => {
      const held = exitOf(node, a);
      return held && other && join(held, other.id);
    },
    () => node && other && join({ kind: 'entry', node: node.id, layer: node.id }, other.id),
    () => edge && other && join({ kind: 'reader', edge }, other.id),
    () => edge && other && join({ kind: 'source', edge }, other.id),
    () => edge && disconnect(edge),
    () => node && deleteLayers([node.id]),
    () => node && other && deleteLayers([node.id, other.id]),
    () => node && deleteLayers([node.id], false),
    () => node && other && duplicateLayers([node.id, other.id]),
    () => node && other && pasteText(layersText(netText, [node.id, other.id])),
    () => node && limitToPhase([node.id], pick(['TRAIN', 'TEST', undefined] as const, a)),
    () => node && setInPlace([node.id], a % 2 === 0),
  ];
  pick(actions, what)?.();
}

const start = useDocument.getState();
const sidecar = useSidecar.getState();
// As on the page: a closed group that is selected stands for its layers.
const stop = followSelection();
afterAll(() => {
  stop();
  useDocument.setState(start, true);
  useSidecar.setState(sidecar, true);
});

describe('any hundred actions on the canvas', () => {
  it.each([
    ['a chain', CHAIN],
    ['residual blocks', RESIDUAL],
    ['branches', BRANCHES],
    ['nothing', ''],
  ])(
    'leave prototxt that is drawn as it stands, and are undone byte for byte: %s',
    (_name, text) => {
      const n = fc.nat(9_999);
      const draws = fc.array(fc.record({ what: n, a: n, b: n, c: n }), { minLength: 100, maxLength: 100 });
      fc.assert(
        fc.property(draws, (sequence) => {
          const undo: TextEdit[][] = [];
          useDocument.setState({
            applyEdits: (_text, edits) => {
              const { netText } = useDocument.getState();
              undo.push(invertEdits(netText, edits));
              useDocument.setState({ netText: applyEdits(netText, edits) });
            },
          });
          let graph = show(text);
          for (const one of sequence) {
            const steps = undo.length;
            act(one, graph);
            expect(undo.length - steps).toBeLessThanOrEqual(1);
            const { netText, selection } = useDocument.getState();
            const read = readNet(netText);
            expect(read.document.errors).toEqual([]);
            const ids = new Set(read.layers.map(({ id }) => id));
            for (const id of selection) expect(ids).toContain(id);
            graph = draw(netText, 'TRAIN', graph);
            const { nets } = useDocument.getState();
            if (nets !== undefined) expect(graph.nodes).toEqual(project(nets.TRAIN).nodes);
            if (nets !== undefined) expect(graph.edges).toEqual(project(nets.TRAIN).edges);
            // What has grown large is begun anew: the time goes into many actions, not into long nets.
            if (graph.nodes.length > 60) {
              deleteLayers(graph.nodes.slice(20).map(({ id }) => id));
              graph = draw(useDocument.getState().netText, 'TRAIN', graph);
            }
          }
          let { netText } = useDocument.getState();
          for (const edits of undo.toReversed()) netText = applyEdits(netText, edits);
          expect(netText).toBe(text);
        }),
        // Making four hundred numbers smaller, each by trying a hundred actions, would take hours: the seed tells as much.
        { numRuns: 3, endOnFailure: true },
      );
    },
    120_000,
  );
});

describe('a layer behind a closed group', () => {
  it('once deleted leaves the layers of the group selected, not a node that the text does not know', () => {
    const names = Array.from({ length: 100 }, (_, i) => `block/relu${i}`);
    const relu = (name: string, bottom: string): string =>
      `layer { name: "${name}" type: "ReLU" bottom: "${bottom}" top: "${name}" }\n`;
    const input = 'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 } } }\n';
    const layers = names.map((name, i) => relu(name, names[i - 1] ?? 'data')).join('');
    useDocument.setState({
      applyEdits: (_text, edits) =>
        useDocument.setState({ netText: applyEdits(useDocument.getState().netText, edits) }),
    });
    const { nodes } = show(`${input}${layers}${relu('last', names.at(-1) ?? '')}`);
    expect(nodes.map(({ id }) => id)).toEqual(['data', groupNodeId('block'), 'last']);
    deleteLayers(['last']);
    expect(useDocument.getState().selection).toEqual(names);
  });
});
