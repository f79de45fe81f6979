/** Which set each data layer of the network reads, by the source that it names, with a menu to choose another. */
import { PenLine, TriangleAlert } from 'lucide-react';
import { classes, IconButton } from '../../look/controls.tsx';
import { bindSource, renameSource } from '../../shell/commands/data.ts';
import { boundSet, dataLayersOf, useBindings } from '../../store/data-bindings.ts';
import { useDataset } from '../../store/dataset.ts';
import { useDocument } from '../../store/document.ts';

interface DataLayersProps {
  /** Above the sets stands what needs a choice, below them what is settled. */
  readonly place: 'above' | 'below';
}

/** A row for each source; nothing where the network names none. */
export function DataLayers({ place }: DataLayersProps) {
  const nets = useDocument((state) => state.nets);
  const sets = useDataset((state) => state.sets);
  const inUse = useDataset((state) => state.opened?.summary.name);
  const chosen = useBindings((state) => state.chosen);
  const layers = dataLayersOf(nets);
  const sources = [...new Set(layers.map(({ source }) => source))];
  if (sources.length === 0 || sets.length === 0) return null;
  const isOpen = sources.some((source) => boundSet(source, sets, chosen) === undefined);
  if (isOpen !== (place === 'above')) return null;
  return (
    <section className={classes('data-layers', `data-layers-${place}`)} aria-label="What the data layers read">
      <h4>The network reads</h4>
      {sources.map((source) => {
        const readers = layers.filter((layer) => layer.source === source);
        const bound = boundSet(source, sets, chosen);
        const phases = [...new Set(readers.map(({ phase }) => phase))].join(', ');
        return (
          <div
            key={source}
            className={classes('data-layer', bound === undefined && inUse === undefined && 'data-layer-unbound')}
          >
            <span className="data-layer-source" title={`${phases}: ${readers.map(({ layer }) => layer).join(', ')}`}>
              <span className="data-layer-phase">{phases}</span> {source.replace(/\/+$/, '').replace(/.*\//, '')}
            </span>
            <span className="data-layer-choice">
              <select
                className="select"
                aria-label={`Data set for ${source}`}
                value={bound ?? ''}
                onChange={(event) => void bindSource(source, event.target.value)}
              >
                {bound === undefined && (
                  <option value="">{inUse === undefined ? 'not found' : `${inUse} (stands in)`}</option>
                )}
                {sets.map(({ name }) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </select>
              {bound !== undefined && bound !== source && (
                <IconButton
                  label={`Write “${bound}” into the network as the source`}
                  small
                  onClick={() => renameSource(source, bound)}
                >
                  <PenLine />
                </IconButton>
              )}
            </span>
          </div>
        );
      })}
      {isOpen && (
        <p className={classes('data-layers-note', inUse === undefined && 'data-layers-missing')}>
          {inUse === undefined && <TriangleAlert aria-hidden />}
          No set here is called so{inUse === undefined ? '' : `, and ${inUse} stands in`}. Choose one, or drop its files
          on the page.
        </p>
      )}
    </section>
  );
}
