/** The addresses behind `#`: an example of the gallery, an empty editor, a shared document, the self-test. */

export type Route =
  | { readonly kind: 'none' }
  | { readonly kind: 'selftest' }
  | { readonly kind: 'editor' }
  | { readonly kind: 'preset'; readonly name: string; readonly form: 'train_test' | 'deploy' }
  | { readonly kind: 'share'; readonly payload: string }
  | { readonly kind: 'unknown'; readonly path: string };

/** Reads a location's hash. */
export function routeOf(hash: string): Route {
  const path = hash.replace(/^#\/?/, '');
  if (path === '') return { kind: 'none' };
  if (path === 'selftest') return { kind: 'selftest' };
  if (path === 'editor') return { kind: 'editor' };
  const [head, name, form, more] = path.split('/');
  if (head === 'share' && name !== undefined && form === undefined) return { kind: 'share', payload: name };
  if (head === 'preset' && name !== undefined && name !== '' && more === undefined) {
    if (form === undefined || form === 'deploy') {
      return { kind: 'preset', name: decoded(name), form: form === 'deploy' ? 'deploy' : 'train_test' };
    }
  }
  return { kind: 'unknown', path: path.slice(0, 80) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    // A percent sign that stands for itself.
    if (error instanceof URIError) return text;
    throw error;
  }
}
