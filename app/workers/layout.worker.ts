/**
 * The layout worker: places graphs off the page's thread. The newest request wins: one that was overtaken while another
 * was being placed is answered as cancelled.
 */
import { layoutGraph } from './layout-graph.ts';
import type { LayoutAnswer, LayoutRequest } from './layout-protocol.ts';
import { answerNewest } from './newest-wins.ts';

answerNewest<LayoutRequest, LayoutAnswer>((request) => layoutGraph(request));
