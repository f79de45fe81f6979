/** What goes into a layer and what comes out, with the layers at the other ends. */
import type { LayerView, NetView } from '../caffe/net/net-view.ts';
import { useDocument } from '../store/document.ts';
import { formatShape } from '../store/format.ts';

interface BlobLinksProps {
  readonly net: NetView;
  readonly layer: LayerView;
}

/** The shapes of a layer's first bottom and first top, in one line. */
export function ShapeLine({ net, layer }: BlobLinksProps) {
  const shape = (id: string | undefined) => net.blobs.find((blob) => blob.id === id)?.shape;
  const [bottom, top] = [layer.bottoms[0], layer.tops[0]];
  const ends = [bottom, top].filter((id) => id !== undefined);
  if (ends.length === 0) return null;
  return <p className="inspector-shapes figures">{ends.map((id) => formatShape(shape(id))).join(' → ')}</p>;
}

export function BlobLinks({ net, layer }: BlobLinksProps) {
  return (
    <>
      <BlobGroup title="In" ids={layer.bottoms} net={net} neighbours={(blob) => [blob.producer]} verb="from" />
      <BlobGroup
        title="Out"
        ids={layer.tops}
        net={net}
        neighbours={(blob) => [...new Set(blob.consumers.map((consumer) => consumer.layer))]}
        verb="to"
      />
    </>
  );
}

interface BlobGroupProps {
  readonly title: string;
  readonly ids: readonly string[];
  readonly net: NetView;
  readonly neighbours: (blob: NetView['blobs'][number]) => readonly number[];
  readonly verb: string;
}

function BlobGroup({ title, ids, net, neighbours, verb }: BlobGroupProps) {
  if (ids.length === 0) return null;
  return (
    <section className="facts" aria-label={title}>
      <h3>{title}</h3>
      <ul>
        {ids.map((id, i) => {
          const blob = net.blobs.find((candidate) => candidate.id === id);
          const layers = blob === undefined ? [] : neighbours(blob).flatMap((index) => net.layers[index] ?? []);
          return (
            <li key={i} className="blob">
              <span className="blob-line">
                <span className="blob-name copyable">{blob?.name ?? id}</span>
                <span className="figures copyable">{formatShape(blob?.shape)}</span>
              </span>
              {layers.length > 0 && (
                <span className="blob-neighbours">
                  {verb}
                  {layers.map((neighbour) => (
                    <button
                      key={neighbour.id}
                      type="button"
                      className="blob-link"
                      aria-label={`Select ${neighbour.name}`}
                      onClick={() => useDocument.setState({ selection: [neighbour.id] })}
                    >
                      {neighbour.name}
                    </button>
                  ))}
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
