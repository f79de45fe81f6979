/** The Problems tab: what the language says of both texts; a click shows the place. */
import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import { useMemo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { useDocument } from '../store/document.ts';
import { listProblems, type Problem } from '../store/problems.ts';
import { useView } from '../store/view.ts';

/** The list of findings. */
export function ProblemsTab() {
  const document = useDocument(
    useShallow(({ nets, solver, netText, solverText }) => ({ nets, solver, netText, solverText })),
  );
  const problems = useMemo(() => listProblems(document), [document]);
  if (problems.length === 0) {
    return (
      <div className="empty">
        <strong>No problems</strong>
        <p>Network and solver are read as you type; what is wrong with them is listed here, with its place.</p>
      </div>
    );
  }
  return (
    <ul className="problems">
      {problems.map((problem, i) => (
        <li key={`${problem.text} ${problem.diagnostic.code} ${problem.diagnostic.range.start} ${i}`}>
          <ProblemRow problem={problem} />
        </li>
      ))}
    </ul>
  );
}

const icons = { error: CircleAlert, warning: TriangleAlert, info: Info } as const;

function ProblemRow({ problem: { text, diagnostic, line, column } }: { readonly problem: Problem }) {
  const Icon = icons[diagnostic.severity];
  return (
    <button
      type="button"
      className="problem"
      onClick={() => {
        const { reveal, showText } = useView.getState();
        showText(text);
        reveal?.(text, diagnostic.range);
      }}
    >
      <Icon className={`problem-icon problem-${diagnostic.severity}`} aria-label={diagnostic.severity} />
      <span className="problem-message">{diagnostic.message}</span>
      <span className="problem-code">{diagnostic.code}</span>
      <span className="problem-place figures">
        {text}:{line}:{column}
      </span>
    </button>
  );
}
