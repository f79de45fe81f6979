/** Says for a moment what was undone or done again: the gesture may have been anywhere. */
import { useEffect, useState } from 'react';
import { useHistory, type Travel } from '../store/history-store.ts';

/** How long it stays, in milliseconds. */
const STAYS = 2200;

/** The note at the foot of the work area; typing needs none, since the editor shows it. */
export function HistoryNote() {
  const travel = useHistory((state) => state.travel);
  const [faded, setFaded] = useState<Travel>();
  useEffect(() => {
    if (travel === undefined) return undefined;
    const timer = setTimeout(() => setFaded(travel), STAYS);
    return () => clearTimeout(timer);
  }, [travel]);
  const text = travel?.label === undefined || travel === faded ? '' : sentence(travel.direction, travel.label);
  return (
    <div className="history-note" role="status" data-shown={text !== ''}>
      {text !== '' && <span>{text}</span>}
    </div>
  );
}

const sentence = (direction: Travel['direction'], label: string): string =>
  `${direction === 'undo' ? 'Undone' : 'Done again'}: ${label}`;
