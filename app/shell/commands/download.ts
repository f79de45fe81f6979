/** Gives the user a file that the page made. */

/** Starts the download of `content` under a file name. */
export function download(name: string, content: Uint8Array | Blob | string): void {
  // A copy where the bytes are shared memory, which a Blob does not take.
  const part = content instanceof Uint8Array ? new Uint8Array(content) : content;
  const url = URL.createObjectURL(new Blob([part]));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the content over by the next task.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}
