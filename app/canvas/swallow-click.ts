/** The click that comes with the end of a drag, which means nothing else. */

/** Lets the next click do nothing, if it comes before any timer. */
export function swallowClick(): void {
  const end = new AbortController();
  window.addEventListener('click', (event) => event.stopPropagation(), { capture: true, signal: end.signal });
  setTimeout(() => end.abort(), 0);
}
