// `npm test`: installs what is missing, then every check there is, cheapest first. Stops at the first that fails.
import { ensureChromium, ensurePackages, run } from './setup.mjs';

ensurePackages();
ensureChromium();
const steps = ['format:check', 'lint', 'typecheck', 'boundaries', 'unit', 'gpu', 'build', 'e2e'];
const started = Date.now();
for (const step of steps) {
  const t = Date.now();
  console.log(`\n=== ${step}`);
  run('npm', ['run', '--silent', step]);
  console.log(`=== ${step}: ${((Date.now() - t) / 1000).toFixed(0)} s`);
}
console.log(`\nAll checks passed in ${((Date.now() - started) / 1000).toFixed(0)} s.`);
