/**
 * The layout worker: places graphs off the page's thread. The newest request wins: one that was overtaken while another
 * was being placed is answered as cancelled.
 */
import { hideDocument } from './elk-environment.ts';
import { layoutGraph } from './layout-graph.ts';
import { answerNewest } from './newest-wins.ts';
import type { LayoutAnswer, LayoutRequest } from './protocol.ts';

hideDocument();
answerNewest<LayoutRequest, LayoutAnswer>((request) => layoutGraph(request));
