/**
 * elkjs looks at the global scope when an instance is made: in a worker without a `document` it takes `onmessage` for itself.
 * It is to be a library here, so it is shown an empty document meanwhile.
 */
const scope = globalThis as { document?: unknown };

/** Runs `make` with something that looks like a document in the global scope. */
export function withDocument<T>(make: () => T): T {
  if (scope.document !== undefined) return make();
  scope.document = {};
  try {
    return make();
  } finally {
    delete scope.document;
  }
}
