// `npm test`: installs what is missing, then every check there is, cheapest first. Stops at the first that fails.
import { ensureChromium, ensurePackages, npm } from './setup.mjs';

ensurePackages();
ensureChromium();
const steps = ['format:check', 'lint', 'typecheck', 'boundaries', 'unit', 'gpu', 'build', 'e2e'];
const secondsSince = (start) => ((Date.now() - start) / 1000).toFixed(0);
const started = Date.now();
for (const step of steps) {
  const stepStarted = Date.now();
  console.log(`\n=== ${step}`);
  npm(['run', '--silent', step]);
  console.log(`=== ${step}: ${secondsSince(stepStarted)} s`);
}
console.log(`\nAll checks passed in ${secondsSince(started)} s.`);
