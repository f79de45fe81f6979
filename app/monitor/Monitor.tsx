/** The monitor at the foot of the page: what the run does, the data, and what is wrong. */
import { Tabs } from 'radix-ui';
import { useMemo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { useDocument } from '../store/document.ts';
import { listProblems } from '../store/problems.ts';
import { useRun } from '../store/run.ts';
import { useView, type MonitorTab } from '../store/view.ts';
import { ChartControls, ChartsTab } from './charts/ChartsTab.tsx';
import { ClassifyTab } from './ClassifyTab.tsx';
import { DataTab } from './data/DataTab.tsx';
import { CostTab } from './cost/CostTab.tsx';
import { LogTab } from './LogTab.tsx';
import { ProblemsTab } from './ProblemsTab.tsx';
import { RunPanel } from './RunPanel.tsx';
import { SnapshotsTab } from './SnapshotsTab.tsx';
import './monitor.css';

const titles: Readonly<Record<MonitorTab, string>> = {
  charts: 'Charts',
  cost: 'Cost',
  data: 'Data',
  classify: 'Classify',
  snapshots: 'Snapshots',
  log: 'Log',
  problems: 'Problems',
};
const order = Object.keys(titles) as readonly MonitorTab[];

/** Tabs at the left, the run at the right whatever tab is in front. */
export function Monitor() {
  const kept = useView((state) => state.monitorTab);
  const tab = order.includes(kept) ? kept : 'charts';
  return (
    <div className="monitor">
      <div className="monitor-row">
        <Tabs.Root
          className="monitor-tabs"
          value={tab}
          onValueChange={(value) => useView.setState({ monitorTab: value as MonitorTab })}
        >
          <div className="tabs-row">
            <Tabs.List className="tabs" aria-label="Monitor">
              {order.map((name) => (
                <Tabs.Trigger key={name} value={name} className="tab">
                  {titles[name]}
                  {name === 'problems' && <ProblemCount />}
                  {name === 'snapshots' && <SnapshotCount />}
                </Tabs.Trigger>
              ))}
            </Tabs.List>
            {tab === 'charts' && <ChartControls />}
          </div>
          {order.map((name) => (
            <Tabs.Content key={name} value={name} className="tab-content" tabIndex={-1}>
              <TabBody tab={name} />
            </Tabs.Content>
          ))}
        </Tabs.Root>
        <RunPanel />
      </div>
    </div>
  );
}

function TabBody({ tab }: { readonly tab: MonitorTab }) {
  switch (tab) {
    case 'charts':
      return <ChartsTab />;
    case 'cost':
      return <CostTab />;
    case 'data':
      return <DataTab />;
    case 'classify':
      return <ClassifyTab />;
    case 'snapshots':
      return <SnapshotsTab />;
    case 'log':
      return <LogTab />;
    case 'problems':
      return <ProblemsTab />;
  }
}

function ProblemCount() {
  const document = useDocument(
    useShallow(({ nets, solver, netText, solverText }) => ({ nets, solver, netText, solverText })),
  );
  // Remarks are listed, but nothing to be counted as trouble.
  const problems = useMemo(
    () => listProblems(document).filter(({ diagnostic }) => diagnostic.severity !== 'info'),
    [document],
  );
  if (problems.length === 0) return null;
  const severe = problems.some(({ diagnostic }) => diagnostic.severity === 'error');
  return <span className={severe ? 'tab-count tab-count-error' : 'tab-count'}>{problems.length}</span>;
}

function SnapshotCount() {
  const count = useRun((state) => state.snapshots.length);
  return count === 0 ? null : <span className="tab-count">{count}</span>;
}
