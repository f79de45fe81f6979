// What runs beside a system that is measured, in a page or in a process of Node: opens it and takes its time.

/**
 * @param module its `open` makes a net ready and gives a session (`Session` in crema/session.ts); Crema's also has `adapter`,
 * which says what WebGPU computes on here
 */
export function measuring({ open, adapter }) {
  let session;
  return {
    adapter,
    /** What the session says of itself, without its functions. */
    async open(options) {
      session = await open(options);
      const told = Object.fromEntries(Object.entries(session).filter(([, value]) => typeof value !== 'function'));
      return { ...told, passes: ['step', 'forward'].filter((name) => name in session) };
    },
    /** Milliseconds of a number of passes that need not wait for one another. */
    async pass({ name, count }) {
      await session.done();
      const began = performance.now();
      for (let i = 0; i < count; i++) await session[name]();
      await session.done();
      return performance.now() - began;
    },
    loss: async () => session.loss(),
    product: () => session.product(),
  };
}
