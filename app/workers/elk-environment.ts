/**
 * elkjs looks at the global scope when its first instance is made: in a worker without a `document` it takes `onmessage` for itself. It
 * is to be a library here, so it is shown an empty document until then: import this before it, and call
 * `hideDocument()` after.
 */
const scope = globalThis as { document?: unknown };
const stubbed = scope.document === undefined;
if (stubbed) scope.document = {};

/** Takes the stub away again. */
export function hideDocument(): void {
  if (stubbed) delete scope.document;
}
