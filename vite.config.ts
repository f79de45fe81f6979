import { readdirSync, readFileSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { goldenSetFile, packGoldenSet } from './app/selftest/golden-set.ts';

/** Cross-origin isolation: `SharedArrayBuffer` for thread pools, and precise timers. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/**
 * What the built page may load and run: its own files and nothing else. WebAssembly is compiled in the browser; Monaco and
 * the graph set styles from scripts. A page from the development server has scripts within its HTML and goes without.
 */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

function strictPage(): Plugin {
  return {
    name: 'crema-strict-page',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy },
        injectTo: 'head-prepend',
      },
    ],
  };
}

/** The golden cases as one file beside the page, for the self-test. */
function goldenSet(): Plugin {
  const folder = new URL('./app/layers/fixtures/golden/', import.meta.url);
  const pack = () => {
    const names = readdirSync(folder).filter((name) => name.endsWith('.safetensors'));
    return packGoldenSet(
      new Map(names.map((name) => [name.replace('.safetensors', ''), readFileSync(new URL(name, folder))])),
    );
  };
  return {
    name: 'crema-golden-set',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: goldenSetFile, source: pack() });
    },
    configureServer(server) {
      server.middlewares.use(`/${goldenSetFile}`, (_, response) => {
        response.end(pack());
      });
    },
  };
}

export default defineConfig({
  base: './',
  plugins: [react(), strictPage(), goldenSet()],
  worker: { format: 'es' },
  // Nothing is put into a data: URL: fonts and files come from the host, as the policy asks.
  build: { target: 'es2023', chunkSizeWarningLimit: 6000, assetsInlineLimit: 0 },
  server: { headers: isolation },
  preview: { headers: isolation },
});
