/** Which form of the net the graph shows. */
import type { Phase } from '../../caffe/schema/net-messages.ts';
import { useDocument } from '../../store/document.ts';
import { useView } from '../../store/view.ts';

/** A phase, or the net as it is used after training: the TEST phase without data, labels and losses. */
export type ShownPhase = Phase | 'DEPLOY';

/** Shows one of the three. */
export function showPhase(shown: ShownPhase): void {
  useView.setState({ deploy: shown === 'DEPLOY' });
  useDocument.setState({ phase: shown === 'TRAIN' ? 'TRAIN' : 'TEST' });
}
