/** A key stroke, drawn as keys. */
import { isMac, strokeKeys } from '../../store/key-strokes.ts';

/** The keys of one stroke. */
export function Keys({ stroke }: { readonly stroke: string }) {
  return (
    <span className="keys">
      {strokeKeys(stroke, isMac()).map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}
    </span>
  );
}
