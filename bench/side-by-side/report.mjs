// The comparison as tables.
import { duration, figure, table } from '../common/figures.mjs';

const PASSES = { step: 'training step', forward: 'inference' };
const percent = (part) => (part === undefined ? '–' : `${(part * 100).toFixed(part < 0.1 ? 1 : 0)}%`);
const times = (ratio) => (ratio === undefined ? '–' : `${figure(ratio)}×`);

/** A table for each device and pass of one net's results. */
export function printResults(results) {
  const [{ net, batch }] = results;
  for (const on of ['gpu', 'processor'])
    for (const [pass, title] of Object.entries(PASSES)) {
      const rows = results.filter((r) => r.on === on && r.pass === pass);
      if (rows.length === 0) continue;
      const where = on === 'gpu' ? 'graphics adapter' : 'processor';
      console.log(`\n${net}, batch ${batch}, ${title} on the ${where}, ${figure(rows[0].gflop)} GFLOP`);
      console.log(
        table([
          ['', 'median', 'images/s', 'beside Crema', 'GFLOPS', 'of peak', 'least MB', 'GB/s', ''],
          ...rows.map((r) => [
            r.name,
            duration(r.milliseconds),
            figure(r.imagesPerSecond),
            r.system.startsWith('crema') ? '' : times(r.timesCrema),
            figure(r.gflops),
            percent(r.fractionOfPeak),
            r.bytesMoved === undefined ? '' : figure(r.bytesMoved / 1e6),
            r.gigabytesPerSecond === undefined ? '' : figure(r.gigabytesPerSecond),
            r.agrees === false ? `computes something else: loss ${figure(r.loss)}` : '',
          ]),
        ]),
      );
    }
  for (const { name, reason } of results) if (reason !== undefined) console.log(`${name}: left out, ${reason}`);
  const peaks = results.filter((r) => r.peak !== undefined && r.pass === 'step');
  for (const { name, peak } of peaks) console.log(`${name}: a plain product does ${figure(peak)} GFLOPS`);
}
