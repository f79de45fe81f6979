/** The Log tab: the run's lines as Caffe prints them. It stays at the end unless one scrolls up. */
import { useEffect, useRef } from 'react';
import { useRun } from '../store/run.ts';

/** The lines, the newest at the foot. */
export function LogTab() {
  const lines = useRun((state) => state.log);
  const place = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  useEffect(() => {
    const element = place.current;
    if (element !== null && following.current) element.scrollTop = element.scrollHeight;
  }, [lines]);
  if (lines.length === 0) {
    return (
      <div className="empty">
        <strong>No log yet</strong>
        <p>
          A run writes here what Caffe would print: a line every <code>display</code> iterations, and one for each test.
        </p>
      </div>
    );
  }
  return (
    <div
      ref={place}
      className="log"
      role="log"
      aria-label="Training log"
      tabIndex={0}
      onScroll={({ currentTarget: at }) => {
        following.current = at.scrollHeight - at.scrollTop - at.clientHeight < 24;
      }}
    >
      <pre>{lines.join('\n')}</pre>
    </div>
  );
}
