/** Reads a sidecar that comes from storage or from a link: what is not as it should be is left out. */
import { PLAIN_SIDECAR, type Sidecar } from './sidecar.ts';

/** The most entries of one kind that are taken: a hostile link must not fill the page's memory. */
const MOST = 20_000;

/** A sidecar from plain data of any kind. */
export function sidecarOf(value: unknown): Sidecar {
  if (!isRecord(value)) return PLAIN_SIDECAR;
  const { moved, collapsed, unfolded, direction } = value;
  return {
    moved: entriesOf(moved, (place) =>
      isRecord(place) && isNumber(place['x']) && isNumber(place['y']) ? { x: place['x'], y: place['y'] } : undefined,
    ),
    collapsed: entriesOf(collapsed, (closed) => (typeof closed === 'boolean' ? closed : undefined)),
    unfolded: Array.isArray(unfolded)
      ? unfolded.filter((id): id is string => typeof id === 'string').slice(0, MOST)
      : PLAIN_SIDECAR.unfolded,
    direction: direction === 'right' ? 'right' : 'down',
  };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function entriesOf<T>(value: unknown, read: (value: unknown) => T | undefined): Readonly<Record<string, T>> {
  if (!isRecord(value)) return {};
  const entries = Object.entries(value)
    .slice(0, MOST)
    .flatMap(([key, entry]) => {
      const taken = read(entry);
      return taken === undefined ? [] : ([[key, taken]] as const);
    });
  return Object.fromEntries(entries);
}
