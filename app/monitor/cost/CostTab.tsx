/** The Cost tab: what the net costs layer by layer, with what is counted and how, a filter, and the table as a file. */
import { Download, Search } from 'lucide-react';
import { costCsv } from '../../caffe/net/cost-table.ts';
import type { NetCost } from '../../caffe/net/cost.ts';
import { Button, Hint, Segmented } from '../../look/controls.tsx';
import { download } from '../../shell/commands/download.ts';
import { useDocument } from '../../store/document.ts';
import { formatBytes, formatCount } from '../../store/format.ts';
import type { CostMode } from './cost-columns.ts';
import { useCostView, useFreshCost } from './cost-state.ts';
import { CostTable } from './CostTable.tsx';
import './cost.css';

/** The tab. */
export function CostTab() {
  useFreshCost();
  const cost = useCostView((state) => state.cost);
  if (cost === undefined) return <p className="empty">The net is being read.</p>;
  if (cost.layers.length === 0) {
    return (
      <div className="empty">
        <strong>Nothing to count</strong>
        <p>No layer takes part in {cost.phase}. Write a network, or open an example.</p>
      </div>
    );
  }
  return (
    <div className="cost">
      <CostHead cost={cost} />
      <CostTable cost={cost} />
    </div>
  );
}

function CostHead({ cost }: { readonly cost: NetCost }) {
  const { mode, unit, filter } = useCostView();
  return (
    <div className="cost-head">
      <label className="cost-filter">
        <Search aria-hidden />
        <input
          type="search"
          placeholder="Filter layers"
          aria-label="Filter layers by name or type"
          value={filter}
          onChange={({ currentTarget }) => useCostView.setState({ filter: currentTarget.value })}
        />
      </label>
      <Segmented
        small
        label="What a run does"
        value={mode}
        options={[
          { value: 'forward', label: 'Forward only' },
          { value: 'training', label: 'Training' },
        ]}
        onChange={(chosen) => useCostView.setState({ mode: chosen })}
      />
      {cost.batch !== undefined && cost.batch > 1 && (
        <Segmented
          small
          label="What the figures are for"
          value={unit}
          options={[
            { value: 'batch', label: `Batch of ${formatCount(cost.batch)}` },
            { value: 'image', label: 'One image' },
          ]}
          onChange={(chosen) => useCostView.setState({ unit: chosen })}
        />
      )}
      <CostNote cost={cost} mode={mode} />
      <Memory cost={cost} mode={mode} />
      <Button
        small
        icon={<Download />}
        title="All columns as comma-separated values: numbers in full, memory in bytes"
        onClick={() => {
          const { name, phase } = useDocument.getState();
          download(`${name}_cost_${phase.toLowerCase()}.csv`, costCsv(cost, unit));
        }}
      >
        CSV
      </Button>
    </div>
  );
}

/** What counts, or what stands in the way of exact totals. */
function CostNote({ cost, mode }: { readonly cost: NetCost; readonly mode: CostMode }) {
  const stale = useDocument((state) => state.nets?.[state.phase].parsed === false);
  if (stale) return <p className="cost-note cost-warning">The text has a mistake: figures are those from before it.</p>;
  if (!cost.complete) {
    return <p className="cost-note cost-warning">Some shapes are not known: totals cover only what is.</p>;
  }
  if (mode === 'training' && cost.totals.backwardMacs === 0) {
    return (
      <p className="cost-note">Nothing runs backward: in {cost.phase} this net has no loss that reaches a weight.</p>
    );
  }
  const note =
    'Multiply-adds are those of weights: convolutions, inner products, recurrent layers. Everything else is an operation each: a comparison, an addition, a quotient, an exp.';
  return (
    <p className="cost-note" title={note}>
      {note}
    </p>
  );
}

/** The memory of the whole net: the sum that decides whether it fits. */
function Memory({ cost: { totals }, mode }: { readonly cost: NetCost; readonly mode: CostMode }) {
  const what =
    mode === 'forward'
      ? 'Activations of a batch, and parameters.'
      : 'Activations of a batch, parameters, and the gradients of both. What the solver keeps, such as momentum, comes on top: one or two times the parameters.';
  return (
    <Hint text={what}>
      <span className="cost-memory" tabIndex={0}>
        Memory{' '}
        <span className="figures">{formatBytes(mode === 'forward' ? totals.forwardBytes : totals.trainingBytes)}</span>
      </span>
    </Hint>
  );
}
