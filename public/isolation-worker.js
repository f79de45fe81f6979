/**
 * Makes the page cross-origin isolated on hosts that cannot set headers: threads share memory only on such a page. This
 * service worker passes every request of the page on to the host and adds the two headers to what comes back. It keeps
 * nothing. `app/shell/isolation.ts` registers it, and only where the host itself does not isolate the page.
 */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => {
  const { request } = event;
  // Other origins must say themselves that they may be embedded.
  if (new URL(request.url).origin !== location.origin) return;
  // A request for the cache alone cannot be repeated from here.
  if (request.cache === 'only-if-cached' && request.mode !== 'same-origin') return;
  event.respondWith(isolated(request));
});

async function isolated(request) {
  const response = await fetch(request);
  // A redirect that the browser is to follow itself has no readable answer.
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(isolation)) headers.set(name, value);
  const { status, statusText, body } = response;
  return new Response(body, { status, statusText, headers });
}
