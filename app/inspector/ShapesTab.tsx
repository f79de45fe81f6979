/** What goes in and out of a layer, what it learns, and what it costs. */
import { useEffect, useState } from 'react';
import type { LayerCost } from '../caffe/net/cost.ts';
import type { LayerView, NetView } from '../caffe/net/net-view.ts';
import type { ReceptiveField } from '../caffe/net/receptive-field.ts';
import { attempt, language } from '../shell/commands/workers.ts';
import { useDocument } from '../store/document.ts';
import { formatBytes, formatCount, formatLarge, formatShape } from '../store/format.ts';
import { BlobLinks } from './BlobLinks.tsx';

interface ShapesTabProps {
  readonly net: NetView;
  readonly layer: LayerView;
}

const FLOAT_BYTES = 4;
const countOf = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

export function ShapesTab({ net, layer }: ShapesTabProps) {
  const cost = useLayerCost(net, layer.id);
  const parameters = layer.params.reduce((sum, { shape }) => sum + countOf(shape), 0);
  return (
    <>
      <BlobLinks net={net} layer={layer} />
      {layer.params.length > 0 && (
        <section className="facts" aria-label="Parameters">
          <h3>Parameters</h3>
          <dl>
            {layer.params.map(({ role, shape }, i) => (
              <Fact key={i} name={role} value={`${formatShape(shape)} = ${formatCount(countOf(shape))}`} />
            ))}
            <Fact name="together" value={formatCount(parameters)} />
          </dl>
        </section>
      )}
      <section className="facts" aria-label="Cost">
        <h3>Cost of a batch</h3>
        <dl>
          <Fact name="multiply-adds, forward" value={figure(layer.macs)} />
          {cost?.backwardMacs !== undefined && cost.backwardMacs > 0 && (
            <Fact name="multiply-adds, backward" value={formatLarge(cost.backwardMacs)} />
          )}
          {cost !== undefined && (
            <Fact
              name="memory of tops"
              value={cost.activationBytes === 0 && layer.inPlace ? 'in place' : formatBytes(cost.activationBytes)}
            />
          )}
          {cost !== undefined && cost.gradientBytes > 0 && (
            <Fact name="memory of gradients" value={formatBytes(cost.gradientBytes)} />
          )}
          {parameters > 0 && <Fact name="memory of parameters" value={formatBytes(parameters * FLOAT_BYTES)} />}
          {cost?.receptiveField !== undefined && (
            <Fact name="sees of the input" value={fieldText(cost.receptiveField)} />
          )}
        </dl>
      </section>
    </>
  );
}

const figure = (value: number | undefined): string => (value === undefined ? 'unknown' : formatLarge(value));

/** `14×14, every 2×2` */
function fieldText(field: ReceptiveField): string {
  const sizes = field.map(({ size }) => size).join('×');
  const strides = field.map(({ stride }) => stride);
  return strides.every((stride) => stride !== undefined) && strides.some((stride) => stride !== 1)
    ? `${sizes}, every ${strides.join('×')}`
    : sizes;
}

/** The costs of a layer in the phase shown; undefined until the worker has said. */
function useLayerCost(net: NetView, id: string): LayerCost | undefined {
  const nets = useDocument((state) => state.nets);
  const [cost, setCost] = useState<LayerCost>();
  useEffect(() => {
    if (nets?.[net.phase].parsed !== true) return undefined;
    let current = true;
    void attempt(async () => {
      const answer = await language.call({ kind: 'cost', phase: net.phase });
      if (current) setCost(answer?.layers.find((layer) => layer.id === id));
    });
    return () => {
      current = false;
    };
  }, [nets, net.phase, id]);
  return cost?.id === id ? cost : undefined;
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd className="figures copyable">{value}</dd>
    </div>
  );
}
