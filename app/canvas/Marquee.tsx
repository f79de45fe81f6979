/** The rectangle that is drawn over nodes to select them. */
import { createPortal } from 'react-dom';
import { useWiring } from './wiring-state.ts';

export function Marquee() {
  const box = useWiring((state) => state.marquee);
  if (box === undefined) return null;
  const { from, to } = box;
  return createPortal(
    <div
      className="marquee"
      style={{
        left: Math.min(from.x, to.x),
        top: Math.min(from.y, to.y),
        width: Math.abs(from.x - to.x),
        height: Math.abs(from.y - to.y),
      }}
    />,
    document.body,
  );
}
