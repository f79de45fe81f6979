/** A document with its analysis and a picture, without a worker: the nodes stand one below the other. */
import type { Phase } from '../../caffe/schema/net-messages.ts';
import { useDocument } from '../../store/document.ts';
import { useNotices } from '../../store/notices.ts';
import { useSidecar } from '../../store/sidecar.ts';
import type { LayoutAnswer } from '../../workers/protocol.ts';
import { useCanvas } from '../canvas-state.ts';
import { placeGraph } from '../placed-graph.ts';
import { NOTHING_MOVED } from '../placed.ts';
import { project, type CanvasGraph } from '../project.ts';
import { useWiring } from '../wiring-state.ts';
import { viewOf } from './nets.ts';

const BELOW = 100;

/** Analyses the text and draws it, keeping what can be kept of the graph before; returns the graph. */
export function draw(text: string, phase: Phase = 'TRAIN', previous?: CanvasGraph): CanvasGraph {
  const nets = { TRAIN: viewOf(text), TEST: viewOf(text, 'TEST') };
  useDocument.setState({ netText: text, nets, goodNets: nets, phase });
  const graph = project(nets[phase], previous, useSidecar.getState());
  const answer: LayoutAnswer = {
    nodes: graph.nodes.map(({ id }, i) => ({ id, x: 0, y: i * BELOW })),
    edges: [],
    groups: [],
  };
  const placed = placeGraph(graph, answer, NOTHING_MOVED);
  useCanvas.setState({ picture: { graph, request: graph.layout, answer, placed } });
  return graph;
}

/** Begins with a text: nothing selected, nothing said. */
export function show(text: string, phase: Phase = 'TRAIN'): CanvasGraph {
  useDocument.setState({ selection: [] });
  useNotices.setState({ notices: [] });
  useWiring.setState({ wire: undefined, edge: undefined, quick: undefined });
  return draw(text, phase);
}
