/** The search over the graph: what is found stands out, and Enter goes from one find to the next. */
import { ChevronDown, ChevronUp, X } from 'lucide-react';
import { useEffect, useMemo, useRef } from 'react';
import type { KeyboardEvent, RefObject } from 'react';
import { useCanvas } from './canvas-state.ts';
import { familyColour } from './LayerNode.tsx';
import { useReading } from './reading-state.ts';
import { findLayers, type Find } from './search.ts';
import { select } from './selection.ts';
import { useShownNet } from './shown-net.ts';

export function FindBar({ pane }: { readonly pane: RefObject<HTMLElement | null> }) {
  const isOpen = useReading(({ query }) => query !== undefined);
  return isOpen ? <OpenBar pane={pane} /> : null;
}

const step = (at: number, by: number, count: number): number => (count === 0 ? 0 : (at + by + count) % count);

function OpenBar({ pane }: { readonly pane: RefObject<HTMLElement | null> }) {
  const query = useReading((state) => state.query ?? '');
  const at = useReading((state) => state.at);
  const view = useShownNet();
  const nodeOf = useCanvas(({ picture }) => picture?.graph.nodeOf);
  const field = useRef<HTMLInputElement>(null);
  const finds = useMemo(() => (view === undefined ? [] : findLayers(view, query)), [view, query]);
  const families = useMemo(() => new Map(view?.layers.map(({ id, family }) => [id, family])), [view]);

  useEffect(() => {
    field.current?.focus();
    field.current?.select();
    return () => useReading.setState({ lit: undefined });
  }, []);
  useEffect(() => {
    const lit = new Set(finds.flatMap(({ layer }) => nodeOf?.get(layer) ?? []));
    useReading.setState({ lit: query.trim() === '' ? undefined : lit });
  }, [finds, nodeOf, query]);

  const goTo = (index: number): void => {
    const find = finds[index];
    if (find === undefined) return;
    useReading.setState({ at: index });
    select([find.layer]);
  };
  const close = (): void => {
    useReading.setState({ query: undefined, at: 0 });
    pane.current?.focus({ preventScroll: true });
  };
  const started = useRef(false);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') close();
    else if (event.key === 'Enter' || event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const by = event.key === 'ArrowUp' || (event.key === 'Enter' && event.shiftKey) ? -1 : 1;
      goTo(started.current ? step(at, by, finds.length) : step(0, by > 0 ? 0 : -1, finds.length));
      started.current = true;
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const none = query.trim() !== '' && finds.length === 0;
  return (
    <search className="find-bar" aria-label="Search in the graph">
      <div className="find-line">
        <input
          ref={field}
          type="text"
          role="combobox"
          aria-label="Find layers by name, type or blob"
          aria-expanded={finds.length > 0}
          aria-controls="find-list"
          aria-activedescendant={finds[at] === undefined ? undefined : `find-${at}`}
          placeholder="Name, type or blob"
          spellCheck={false}
          autoComplete="off"
          value={query}
          onChange={(event) => {
            started.current = false;
            useReading.setState({ query: event.target.value, at: 0 });
          }}
          onKeyDown={onKeyDown}
        />
        <span className="find-count" role="status">
          {query.trim() === '' ? '' : none ? 'nothing' : `${at + 1} of ${finds.length}`}
        </span>
        <button
          type="button"
          aria-label="Previous find"
          title="Previous (Shift+Enter)"
          disabled={finds.length === 0}
          onClick={() => goTo(step(at, -1, finds.length))}
        >
          <ChevronUp aria-hidden />
        </button>
        <button
          type="button"
          aria-label="Next find"
          title="Next (Enter)"
          disabled={finds.length === 0}
          onClick={() => goTo(step(at, 1, finds.length))}
        >
          <ChevronDown aria-hidden />
        </button>
        <button type="button" aria-label="Close the search" title="Close (Escape)" onClick={close}>
          <X aria-hidden />
        </button>
      </div>
      {finds.length > 0 && (
        <ul id="find-list" className="find-list" role="listbox" aria-label="Finds">
          {finds.map((find, i) => (
            <Item
              key={find.layer}
              id={`find-${i}`}
              find={find}
              colour={familyColour(families.get(find.layer) ?? 'unknown')}
              isAt={i === at}
              onChoose={() => goTo(i)}
            />
          ))}
        </ul>
      )}
    </search>
  );
}

interface ItemProps {
  readonly id: string;
  readonly find: Find;
  readonly colour: string;
  readonly isAt: boolean;
  readonly onChoose: () => void;
}

function Item({ id, find, colour, isAt, onChoose }: ItemProps) {
  const item = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isAt) item.current?.scrollIntoView({ block: 'nearest' });
  }, [isAt]);
  return (
    // The keyboard stays in the field, as in every list of this kind.
    <li
      ref={item}
      id={id}
      role="option"
      aria-selected={isAt}
      className={isAt ? 'is-at' : ''}
      onPointerDown={(event) => event.preventDefault()}
      onClick={onChoose}
    >
      <span className="find-mark" style={{ background: colour }} />
      <span className="find-name">{find.name}</span>
      <span className="find-type">{find.blob === undefined ? find.type : `${find.type}, ${find.blob}`}</span>
    </li>
  );
}
