/** Follows the pointer and the selection: what the node there depends on, and what depends on it, is drawn a little stronger. */
import { useEffect } from 'react';
import { useDocument } from '../store/document.ts';
import { useCanvas } from './canvas-state.ts';
import { relatedTo } from './paths.ts';
import { useReading } from './reading-state.ts';
import { headOf } from './selection.ts';
import { useWiring } from './wiring-state.ts';

/** Rest of the pointer on a node before its ways show, in milliseconds: passing over the graph is not to make it flicker. */
const REST = 120;

/** Keeps `related` true while the canvas is on the page. */
export function useRelated(): void {
  const near = useWiring((state) => (state.wire === undefined ? state.near : undefined));
  const head = useDocument(({ selection }) => headOf(selection));
  const graph = useCanvas(({ picture }) => picture?.graph);
  useEffect(() => {
    const node = near ?? (head === undefined ? undefined : graph?.nodeOf.get(head));
    const timer = setTimeout(() => {
      const known = node !== undefined && graph?.nodes.some(({ id }) => id === node);
      const related = known === true ? relatedTo(graph?.edges ?? [], node) : undefined;
      if (related !== undefined || useReading.getState().related !== undefined) useReading.setState({ related });
    }, REST);
    return () => clearTimeout(timer);
  }, [near, head, graph]);
  useEffect(
    () =>
      useDocument.subscribe(({ selection }, before) => {
        // Ways lit up for a selection go out with it; those of a search stay while that is open.
        const { lit, query } = useReading.getState();
        if (selection !== before.selection && lit !== undefined && query === undefined) {
          useReading.setState({ lit: undefined });
        }
      }),
    [],
  );
}
