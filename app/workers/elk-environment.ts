/**
 * elkjs looks at the global scope while it loads: in a worker without a `document` it takes `onmessage` for itself. It
 * is to be a library here, so it is shown an empty document for as long as it loads; import this before it and
 * `hideDocument()` after.
 */
const scope = globalThis as { document?: unknown };
const stubbed = scope.document === undefined;
if (stubbed) scope.document = {};

/** Takes the stub away again. */
export function hideDocument(): void {
  if (stubbed) delete scope.document;
}
