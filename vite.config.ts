import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

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

export default defineConfig({
  base: './',
  plugins: [react(), strictPage()],
  worker: { format: 'es' },
  // Nothing is put into a data: URL: fonts and files come from the host, as the policy asks.
  build: { target: 'es2023', chunkSizeWarningLimit: 6000, assetsInlineLimit: 0 },
  server: { headers: isolation },
  preview: { headers: isolation },
});
