// Has Crema become slower? Its passes beside a plain matrix product of the same minute, against what was kept of this adapter.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { table } from '../common/figures.mjs';
import { ROOT } from '../../tools/setup.mjs';

const FILE = `${ROOT}bench/baseline.json`;
/** A ratio may fall by so much: two runs on a quiet machine differ by about half of it. */
const TOLERANCE = 0.1;

const keyOf = ({ net, batch, pass }) => `${net}, batch ${batch}, ${pass}`;
const rounded = (value) => Number(value.toPrecision(4));

/** Compares with the baseline, or keeps a new one. Gives the code that the process ends with. */
export function check(results, adapter, where, keep) {
  const baseline = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {};
  const measured = results.filter(({ fractionOfPeak }) => fractionOfPeak !== undefined);
  const placeOf = (on) => `${where}, ${on === 'gpu' ? adapter.device : 'processor'}`;
  const unmeasured = results.filter(({ reason }) => reason !== undefined);
  if (keep) {
    for (const result of measured)
      (baseline[placeOf(result.on)] ??= {})[keyOf(result)] = rounded(result.fractionOfPeak);
    writeFileSync(FILE, `${JSON.stringify(baseline, undefined, 2)}\n`);
    console.log('Kept as the baseline of this adapter.');
    return 0;
  }
  const rows = measured.map((result) => {
    const before = baseline[placeOf(result.on)]?.[keyOf(result)];
    const change = before === undefined ? undefined : result.fractionOfPeak / before - 1;
    return { result, before, change, slower: change !== undefined && change < -TOLERANCE };
  });
  console.log('\nBeside a plain product:');
  console.log(
    table([
      ['', 'baseline', 'now', 'change', ''],
      ...rows.map(({ result, before, change, slower }) => [
        `${result.name}: ${keyOf(result)}`,
        before?.toFixed(3) ?? '–',
        result.fractionOfPeak.toFixed(3),
        change === undefined ? 'nothing kept' : `${change > 0 ? '+' : ''}${(change * 100).toFixed(0)}%`,
        slower ? 'SLOWER' : '',
      ]),
    ]),
  );
  if (rows.every(({ before }) => before === undefined)) {
    console.log('Nothing is kept of this adapter with these batches: `npm run bench -- --check --keep` keeps it.');
    return 2;
  }
  return rows.some(({ slower }) => slower) || unmeasured.length > 0 ? 1 : 0;
}
