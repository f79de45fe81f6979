/** Shows the in-place layers of nodes one by one, or folds them again. */
import { useSidecar } from '../store/sidecar.ts';

/** Sets it for nodes, by the ids of their own layers. */
export function setUnfolded(ids: readonly string[], unfold: boolean): void {
  useSidecar.setState(({ unfolded }) => {
    const rest = unfolded.filter((id) => !ids.includes(id));
    return { unfolded: unfold ? [...rest, ...ids] : rest };
  });
}
