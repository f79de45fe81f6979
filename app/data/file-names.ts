/** Names and sizes as the readers compare and print them. */

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The folders of a path, without the last part; empty for a bare name. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

const collator = new Intl.Collator('en', { numeric: true });

/** Orders names as people count: data_batch_2 before data_batch_10. */
export function compareNames(a: string, b: string): number {
  return collator.compare(a, b);
}

/** A whole number with its thousands set apart: 30,730,000. */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US');
}

/** A size in bytes as people read it: 162.2 MB. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
