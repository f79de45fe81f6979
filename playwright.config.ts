import { defineConfig } from '@playwright/test';

// Another port and another built page, for whoever runs these tests beside a running server or while the page is being rebuilt.
const port = process.env['CREMA_E2E_PORT'] ?? '4319';
const built = process.env['CREMA_E2E_DIST'] ?? 'dist';

export default defineConfig({
  testDir: 'e2e',
  testMatch: '*.spec.ts',
  workers: 1,
  timeout: 180_000,
  expect: { timeout: 30_000 },
  forbidOnly: true,
  // A machine that does other work now and then stalls for seconds; a test that needs its second try is reported as flaky.
  retries: process.env['CI'] === undefined ? 0 : 2,
  reporter: 'list',
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env['CREMA_CHROMIUM'] ?? '/usr/bin/chromium',
      // The software adapter stands in for a GPU; the rest keeps Chromium off the network.
      args: [
        '--no-sandbox',
        '--enable-unsafe-webgpu',
        '--use-webgpu-adapter=swiftshader',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        '--disable-quic',
      ],
    },
  },
  webServer: {
    command: `npx vite preview --host 127.0.0.1 --port ${port} --strictPort --outDir ${built}`,
    url: `http://127.0.0.1:${port}`,
    reuseExistingServer: false,
  },
});
