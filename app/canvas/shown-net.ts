/** The net that the canvas shows: that of the phase, or the one for inference. */
import { deployView } from '../caffe/net/deploy-view.ts';
import type { NetView } from '../caffe/net/net-view.ts';
import { useDocument, type DocumentState } from '../store/document.ts';
import { useView } from '../store/view.ts';

const deployed = new WeakMap<NetView, NetView>();

function deployOf(test: NetView): NetView {
  const known = deployed.get(test);
  if (known !== undefined) return known;
  const made = deployView(test);
  deployed.set(test, made);
  return made;
}

/** The last good net of the phase shown; undefined before the first. */
export function shownNet({ goodNets, phase }: DocumentState, deploy: boolean): NetView | undefined {
  if (goodNets === undefined) return undefined;
  return deploy ? deployOf(goodNets.TEST) : goodNets[phase];
}

/** The net shown, for components. */
export function useShownNet(): NetView | undefined {
  const deploy = useView((state) => state.deploy);
  return useDocument((state) => shownNet(state, deploy));
}
