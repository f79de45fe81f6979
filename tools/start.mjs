// `npm start`: installs what is missing, builds, serves on localhost and prints the address.
import { ensurePackages, npm, refuse, ROOT } from './setup.mjs';

const port = Number(process.env.PORT ?? 4173);
if (!Number.isInteger(port) || port < 1 || port > 65535) {
  refuse(`PORT is "${process.env.PORT}": give a number from 1 to 65535, or leave it out for 4173.`);
}
ensurePackages();
console.log('Building …');
npm(['run', '--silent', 'build', '--', '--logLevel', 'warn']);
const { preview } = await import('vite');
// Where the port is taken, vite goes on to the next that is free. COOP and COEP headers are in vite.config.ts.
const server = await preview({
  root: ROOT,
  logLevel: 'warn',
  preview: { host: '127.0.0.1', port, strictPort: false },
});
const address = server.resolvedUrls?.local[0] ?? `http://127.0.0.1:${port}/`;
if (new URL(address).port !== String(port)) console.log(`Port ${port} is taken by another program.`);
console.log(`\n  Crema is ready at ${address}\n  Open it in Chrome or Edge. Ctrl+C stops the server.\n`);
