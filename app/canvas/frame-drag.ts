/** Dragging an open group by its name. */
import { useSidecar } from '../store/sidecar.ts';
import { moveFrame, showNoGuides } from './arrange.ts';
import type { Point } from './edge-path.ts';
import { followPress, type Press } from './follow-press.ts';
import { swallowClick } from './swallow-click.ts';
import { useCanvas } from './canvas-state.ts';

/** Follows the pointer from its press on the name of an open group, by id. */
export function startFrameDrag(group: string, press: Press, toGraph: (at: Point) => Point): void {
  const { moved: before } = useSidecar.getState();
  const placed = useCanvas.getState().picture?.placed.frames.find(({ frame }) => frame.id === group);
  if (placed === undefined) return;
  const from = toGraph({ x: press.clientX, y: press.clientY });
  const stop = (): void => {
    end();
    showNoGuides();
  };
  const end = followPress(press, {
    move: (client, isDragged) => {
      if (!isDragged) return;
      const at = toGraph(client);
      moveFrame(group, { x: placed.x + at.x - from.x, y: placed.y + at.y - from.y });
    },
    up: (_, isDragged) => {
      if (isDragged) swallowClick();
      stop();
    },
    abandon: () => {
      swallowClick();
      stop();
      useSidecar.setState({ moved: before });
    },
  });
}
