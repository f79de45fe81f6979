/** The gallery's networks as they are shown: by task, narrowed by a search. */
import type { GalleryModel } from '../../store/gallery.ts';

export interface GalleryGroup {
  readonly task: string;
  readonly models: readonly GalleryModel[];
}

/** Networks that fit every word of a query, by task in the order of the list; those that are called so before the others. */
export function galleryGroups(models: readonly GalleryModel[], query: string): readonly GalleryGroup[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const fits = (...parts: readonly (string | number | undefined)[]) => {
    const text = parts.join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const called = models.filter(({ name, title }) => fits(name, title));
  const others = models.filter((model) => {
    const { name, title, description, task, authors, year, trainable } = model;
    return !called.includes(model) && fits(name, title, description, task, authors, year, trainable);
  });
  const groups = new Map<string, GalleryModel[]>();
  for (const model of [...called, ...others]) {
    const { task } = model;
    const group = groups.get(task);
    if (group === undefined) groups.set(task, [model]);
    else group.push(model);
  }
  return [...groups].map(([task, members]) => ({ task, models: members }));
}

/** A card's place on the screen. */
export interface CardPlace {
  readonly left: number;
  readonly top: number;
}

/** The card that an arrow key leads to from one of them: the nearest in that direction; the same one at an end. */
export function cardTowards(places: readonly CardPlace[], from: number, key: string): number {
  const here = places[from];
  if (here === undefined) return 0;
  if (key === 'ArrowRight') return Math.min(places.length - 1, from + 1);
  if (key === 'ArrowLeft') return Math.max(0, from - 1);
  const down = key === 'ArrowDown';
  const beyond = places
    .map((place, index) => ({ ...place, index }))
    .filter(({ top }) => (down ? top > here.top : top < here.top));
  const rows = beyond.map(({ top }) => top);
  const row = down ? Math.min(...rows) : Math.max(...rows);
  const [nearest] = beyond
    .filter(({ top }) => top === row)
    .sort((a, b) => Math.abs(a.left - here.left) - Math.abs(b.left - here.left));
  return nearest?.index ?? from;
}
