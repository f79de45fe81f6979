/** The whole page takes dropped files and folders; while they hover, it says what can be dropped. */
import { useEffect, useState } from 'react';
import { openKnown } from './commands/files.ts';
import { attempt } from './commands/workers.ts';
import { filesOfDrop } from './dropped-files.ts';

/** Listens to the page's drops and shows a veil while files hover. */
export function DropZone() {
  const [hovering, setHovering] = useState(false);
  useEffect(() => {
    // Entering a child leaves its parent: only the count tells when the page is left.
    let depth = 0;
    const ofFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    const enter = (event: DragEvent) => {
      if (!ofFiles(event)) return;
      depth++;
      setHovering(true);
    };
    const leave = (event: DragEvent) => {
      if (!ofFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setHovering(false);
    };
    const over = (event: DragEvent) => {
      if (!ofFiles(event)) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'copy';
    };
    const drop = (event: DragEvent) => {
      if (!ofFiles(event) || event.dataTransfer === null) return;
      event.preventDefault();
      event.stopPropagation();
      depth = 0;
      setHovering(false);
      const files = filesOfDrop(event.dataTransfer);
      void attempt(async () => {
        await openKnown(await files);
      });
    };
    // In the capture phase, since the editor would take a dropped file as text.
    const options = { capture: true };
    addEventListener('dragenter', enter, options);
    addEventListener('dragleave', leave, options);
    addEventListener('dragover', over, options);
    addEventListener('drop', drop, options);
    return () => {
      removeEventListener('dragenter', enter, options);
      removeEventListener('dragleave', leave, options);
      removeEventListener('dragover', over, options);
      removeEventListener('drop', drop, options);
    };
  }, []);
  if (!hovering) return null;
  return (
    <div className="drop-veil" role="status">
      <div>
        <strong>Drop to open</strong>
        <p>Networks and solvers (.prototxt) · weights and states (.caffemodel, .solverstate, .h5)</p>
        <p>Data: CIFAR, MNIST, LMDB, HDF5, Parquet, NumPy, CSV, folders of pictures · one image, to classify it</p>
      </div>
    </div>
  );
}
