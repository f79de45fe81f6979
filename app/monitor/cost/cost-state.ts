/** What the cost table shows and how, for its controls and its rows; and the costs themselves, asked for while it is in front. */
import { useEffect } from 'react';
import { create } from 'zustand';
import type { CostUnit } from '../../caffe/net/cost-table.ts';
import type { NetCost } from '../../caffe/net/cost.ts';
import { attempt, language } from '../../shell/commands/workers.ts';
import { useDocument } from '../../store/document.ts';
import type { CostMode } from './cost-columns.ts';
import type { CostSort } from './cost-rows.ts';

export interface CostState {
  readonly mode: CostMode;
  readonly unit: CostUnit;
  readonly filter: string;
  readonly sort: CostSort | undefined;
  /** Of the last text without a syntax error; undefined until the worker has said. */
  readonly cost: NetCost | undefined;
}

/** Lives as long as the page: a table begins in the order of the text. */
export const useCostView = create<CostState>()(() => ({
  mode: 'forward',
  unit: 'batch',
  filter: '',
  sort: undefined,
  cost: undefined,
}));

/** Keeps the costs those of the net in the phase shown, for as long as the caller is on the page. */
export function useFreshCost(): void {
  const nets = useDocument((state) => state.nets);
  const phase = useDocument((state) => state.phase);
  useEffect(() => {
    // A text that cannot be read is no smaller net: the last figures stay.
    if (nets?.[phase].parsed !== true) return undefined;
    let current = true;
    void attempt(async () => {
      const cost = await language.call({ kind: 'cost', phase });
      if (current && cost !== undefined) useCostView.setState({ cost });
    });
    return () => {
      current = false;
    };
  }, [nets, phase]);
}
