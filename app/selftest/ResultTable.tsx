/** What each engine did, in a row, and below it each case that failed with its numbers. */
import { classes } from '../look/controls.tsx';
import { failureText, formatError, formatGflops } from './report.ts';
import { isGood, type EngineResult } from './result.ts';

/** The table of the engines; `ended` when none of them is still at work. */
export function ResultTable({
  engines,
  ended,
}: {
  readonly engines: readonly EngineResult[];
  readonly ended: boolean;
}) {
  if (engines.length === 0) return null;
  return (
    <>
      <table className="selftest-table copyable" aria-label="Results">
        <thead>
          <tr>
            <th scope="col">Engine</th>
            <th scope="col">Device</th>
            <th scope="col">Result</th>
            <th scope="col" className="selftest-number">
              Cases right
            </th>
            <th scope="col" className="selftest-number">
              Worst error
            </th>
            <th scope="col">In</th>
            <th scope="col" className="selftest-number">
              GFLOPS
            </th>
          </tr>
        </thead>
        <tbody>
          {engines.map((engine) => (
            <Row key={engine.id} engine={engine} ended={ended} />
          ))}
        </tbody>
      </table>
      {engines.map((engine) => (
        <Trouble key={engine.id} engine={engine} />
      ))}
    </>
  );
}

function Row({ engine, ended }: { readonly engine: EngineResult; readonly ended: boolean }) {
  const { title, device, done, passed, total, worst, product } = engine;
  const { word, tone } = verdict(engine, ended);
  return (
    <tr>
      <th scope="row">{title}</th>
      <td>{device ?? ''}</td>
      <td className={classes('selftest-verdict', `selftest-${tone}`)}>{word}</td>
      <td className="figures selftest-number">{done === 0 ? '' : `${passed} / ${total}`}</td>
      <td className="figures selftest-number">{worst === undefined ? '' : formatError(worst.error)}</td>
      <td className="figures">{worst === undefined ? '' : `${worst.name} ${worst.tensor}`}</td>
      <td className="figures selftest-number">
        {product === undefined ? '' : `${formatGflops(product.gflops)} (${product.size}³)`}
      </td>
    </tr>
  );
}

function verdict(
  engine: EngineResult,
  ended: boolean,
): { readonly word: string; readonly tone: 'good' | 'bad' | 'open' } {
  if (isGood(engine)) return { word: 'Right', tone: 'good' };
  if (engine.failures.length > 0 || (engine.product?.wrong ?? 0) > 0) return { word: 'Wrong', tone: 'bad' };
  if (engine.state === 'running') return { word: ended ? 'Not finished' : 'Running', tone: 'open' };
  return engine.device === undefined ? { word: 'Not available', tone: 'open' } : { word: 'Stopped', tone: 'bad' };
}

function Trouble({ engine }: { readonly engine: EngineResult }) {
  const { title, problem, failures, product } = engine;
  const lines = failures.map(failureText);
  if (product !== undefined && product.wrong > 0) {
    lines.push(`matrix product: ${product.wrong} of ${product.checked} elements that were checked are wrong`);
  }
  if (problem === undefined && lines.length === 0) return null;
  return (
    <section className="selftest-trouble copyable" aria-label={`Trouble with ${title}`}>
      <h2>{title}</h2>
      {problem !== undefined && <p>{problem}</p>}
      <ul className="figures">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  );
}
