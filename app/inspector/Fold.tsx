/** A group under a heading that opens and closes, and stays as it was left from layer to layer. */
import { ChevronRight } from 'lucide-react';
import { useId } from 'react';
import type { ReactNode } from 'react';
import { classes } from '../look/controls.tsx';
import { useInspector } from './inspector-state.ts';

interface FoldProps {
  readonly title: string;
  /** Its accessible name, where others have the same title. */
  readonly label?: string;
  /** What it is remembered by. */
  readonly name: string;
  /** As long as the user has not opened or closed it. */
  readonly open: boolean;
  /** Said in short while it is closed, and faintly while it is open. */
  readonly summary?: ReactNode;
  /** Marks beside the title, buttons at the end of the heading. */
  readonly mark?: ReactNode;
  readonly actions?: ReactNode;
  /** Within another group. */
  readonly inner?: boolean;
  readonly children: ReactNode;
}

export function Fold({ title, label = title, name, open, summary, mark, actions, inner = false, children }: FoldProps) {
  const chosen = useInspector((state) => state.folds[name]);
  const isOpen = chosen ?? open;
  const body = useId();
  const toggle = () => useInspector.setState(({ folds }) => ({ folds: { ...folds, [name]: !isOpen } }));
  return (
    <section className={classes('fold', inner && 'fold-inner')} aria-label={label}>
      <div className="fold-row">
        <button type="button" className="fold-head" aria-expanded={isOpen} aria-controls={body} onClick={toggle}>
          <ChevronRight className={classes('fold-mark', isOpen && 'is-open')} aria-hidden />
          <span className="fold-title">{title}</span>
          {mark}
          {summary !== undefined && <span className="fold-summary">{summary}</span>}
        </button>
        {actions}
      </div>
      <div id={body} className="fold-body" hidden={!isOpen}>
        {isOpen && children}
      </div>
    </section>
  );
}
