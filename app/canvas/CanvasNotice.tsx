/** What the canvas says when there is no graph to show, or when the one it shows is not that of the text. */
import { useDocument } from '../store/document.ts';
import { useView } from '../store/view.ts';
import { useCanvas } from './canvas-state.ts';

export function CanvasNotice({ stale }: { readonly stale: boolean }) {
  const failure = useCanvas((state) => state.failure);
  const picture = useCanvas((state) => state.picture);
  const net = useDocument((state) => state.nets?.[state.phase]);
  const phase = useDocument((state) => state.phase);
  const isBlank = useDocument((state) => state.netText.trim() === '');
  const reveal = useView((state) => state.reveal);
  const deploy = useView((state) => state.deploy);

  if (failure !== undefined) {
    return (
      <div className="canvas-notice is-error" role="alert">
        {failure}
      </div>
    );
  }
  if (stale) {
    const mistake = net?.diagnostics.find(({ code }) => code === 'syntax');
    return (
      <div className="canvas-notice is-stale" role="status">
        <strong>Stale</strong>
        <span>The text has a mistake: this is the last good graph.</span>
        {mistake !== undefined && reveal !== undefined && (
          <button type="button" onClick={() => reveal('network', mistake.range)}>
            Show the mistake
          </button>
        )}
      </div>
    );
  }
  if (deploy && picture !== undefined && picture.graph.nodes.length > 0) {
    return (
      <div className="canvas-notice is-deploy" role="status">
        <strong>Deploy</strong>
        <span>The net as it is used after training: inputs for data, predictions for losses. To look at only.</span>
      </div>
    );
  }
  if (isBlank) {
    return (
      <div className="canvas-empty" role="status">
        <strong>No network yet</strong>
        <span>Paste a Caffe prototxt on the left, open an example, or drag a layer from the palette to begin.</span>
      </div>
    );
  }
  if (net !== undefined && net.layers.length === 0) {
    const other = phase === 'TRAIN' ? 'TEST' : 'TRAIN';
    return (
      <div className="canvas-empty" role="status">
        <strong>No layers in the {phase} phase</strong>
        <span>Every layer is left out here by its include or exclude rules, or there is none. Look at {other}.</span>
      </div>
    );
  }
  if (picture === undefined) {
    return (
      <div className="canvas-empty" role="status">
        <span>Reading the network…</span>
      </div>
    );
  }
  return null;
}
