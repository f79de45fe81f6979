/** The link to the document, for others to open. */
import { notify, remark } from '../../store/notices.ts';
import { keeper } from '../documents/documents.ts';
import { encodeShare, ShareError } from '../share/share-link.ts';

/** Puts a link with the whole document in it on the clipboard. */
export async function copyLink(): Promise<void> {
  try {
    const { origin, pathname, search } = location;
    const link = `${origin}${pathname}${search}#/share/${encodeShare(keeper.current())}`;
    await navigator.clipboard.writeText(link);
    remark(
      `A link with the whole document in it is on the clipboard (${link.length.toLocaleString('en')} characters).`,
    );
  } catch (error) {
    if (error instanceof ShareError) notify({ code: 'net', message: error.message });
    else if (error instanceof DOMException) {
      notify({
        code: 'net',
        message: `The browser keeps the clipboard from this page (${error.message}): allow it, then copy the link again.`,
      });
    } else throw error;
  }
}
