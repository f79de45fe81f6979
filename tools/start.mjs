// `npm start`: installs what is missing, builds, serves on localhost and prints the address.
import { ensurePackages, run } from './setup.mjs';

ensurePackages();
run('npm', ['run', '--silent', 'build']);
const { preview } = await import('vite');
const server = await preview({ preview: { host: '127.0.0.1', port: Number(process.env.PORT ?? 4173), strictPort: false } });
console.log(`\nCrema is at ${server.resolvedUrls?.local[0] ?? 'http://127.0.0.1:4173/'}  (Ctrl+C stops it)`);
