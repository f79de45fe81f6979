/** A text file of the person's own that the page may read, and write to with their leave. */

/** The part of a file handle that is needed. */
export interface TextFileHandle {
  readonly name: string;
  getFile(): Promise<File>;
  createWritable(): Promise<{ write(data: string): Promise<void>; close(): Promise<void> }>;
  /** Of a handle that was kept over a reload, the person is asked once more. Only Chromium has the two. */
  queryPermission?(mode: { readonly mode: 'readwrite' }): Promise<PermissionState>;
  requestPermission?(mode: { readonly mode: 'readwrite' }): Promise<PermissionState>;
}
