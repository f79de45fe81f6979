/** The net on the canvas, for what is not a component. */
import type { NetView } from '../caffe/net/net-view.ts';
import { useDocument } from '../store/document.ts';
import { useView } from '../store/view.ts';
import { shownNet } from './shown-net.ts';

/** The net that the canvas shows now; undefined before the first. */
export const viewNow = (): NetView | undefined => shownNet(useDocument.getState(), useView.getState().deploy);
