/** The size of an element, kept up to date. */
import { useEffect, useRef, useState, type RefObject } from 'react';

/** A ref to put on an element, and its inner size in pixels; 0×0 before it is on the page. */
export function useSize<Element extends HTMLElement>(): [
  RefObject<Element | null>,
  { readonly width: number; readonly height: number },
] {
  const ref = useRef<Element>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry === undefined) return;
      const { width, height } = entry.contentRect;
      setSize({ width, height });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, size];
}
