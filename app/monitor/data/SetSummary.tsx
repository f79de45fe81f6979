/** What the set in use is: its mean, counts for each class, mean and deviation of each channel, and what can be done with it. */
import { Download, Pencil } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { DatasetSummary } from '../../data/dataset.ts';
import { IconButton, Segmented } from '../../look/controls.tsx';
import { examineData, orderChannels, relabelData, renameData } from '../../shell/commands/data.ts';
import { downloadMean } from '../../shell/commands/download-mean.ts';
import { useDataset } from '../../store/dataset.ts';
import { formatCount } from '../../store/format.ts';
import { SetActions } from './SetActions.tsx';
import { Thumbnail } from '../../look/Thumbnail.tsx';

interface SetSummaryProps {
  readonly summary: DatasetSummary;
  readonly mean: Float32Array;
}

/** The summary. */
export function SetSummary({ summary, mean }: SetSummaryProps) {
  const { channels, height, width, classNames, format, range } = summary;
  return (
    <div className="data-summary">
      <div className="data-head">
        <figure className="data-mean">
          <Thumbnail
            pixels={mean}
            {...{ channels, height, width }}
            form={summary}
            size={40}
            label="Mean image of the training images"
          />
          <figcaption>
            mean
            <IconButton label="Download the mean as .binaryproto" small onClick={() => downloadMean(summary, mean)}>
              <Download />
            </IconButton>
          </figcaption>
        </figure>
        <div>
          <SetName key={summary.name} summary={summary} />
          <p>
            {formatCount(summary.trainCount)} training, {formatCount(summary.testCount)} test images
          </p>
          <p>
            {channels}×{height}×{width}, {classNames.length} classes
          </p>
          <p className="data-form-of">
            {format ?? 'generated here'},{' '}
            {range === undefined ? 'bytes' : `floats ${short(range[0])} to ${short(range[1])}`}
          </p>
        </div>
      </div>
      <Statistics summary={summary} />
      <div className="data-tools">
        <SetActions summary={summary} />
        <Choices summary={summary} />
      </div>
      {summary.notes !== undefined && (
        <div className="data-notes">
          {summary.notes.map((note) => (
            <p key={note}>{note}</p>
          ))}
        </div>
      )}
      <ClassTable summary={summary} />
    </div>
  );
}

const short = (value: number): string => String(Number(value.toPrecision(3)));

/** Worked out when the set is first looked at. */
function Statistics({ summary }: Pick<SetSummaryProps, 'summary'>) {
  const { name, channels, channelOrder, range } = summary;
  const facts = useDataset((state) => state.facts[name]);
  const isIdle = useDataset((state) => state.job === undefined && state.examining === undefined);
  const asked = useRef<DatasetSummary>(undefined);
  useEffect(() => {
    // Once for each set: a person who stops it is not asked again and again.
    if (!isIdle || facts !== undefined || asked.current === summary) return;
    asked.current = summary;
    void examineData(name);
  }, [isIdle, facts, summary, name]);
  if (facts === undefined) return null;
  const shown = facts.train.mean.length > 0 ? facts.train : facts.test;
  const digits = range === undefined ? 1 : 3;
  const names =
    channels === 3 ? [...(channelOrder ?? 'RGB')] : channels === 1 ? ['all'] : shown.mean.map((_, c) => String(c));
  return (
    <table className="data-statistics" aria-label="Mean and deviation of each channel">
      <thead>
        <tr>
          <td />
          {names.map((channel) => (
            <th key={channel} scope="col">
              {channel}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {(['mean', 'deviation'] as const).map((what) => (
          <tr key={what}>
            <th scope="row">{what}</th>
            {names.map((channel, c) => (
              <td key={channel} className="figures">
                {shown[what][c]?.toFixed(digits)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Which labels, which order of colours: what the set may be taken for. */
function Choices({ summary }: Pick<SetSummaryProps, 'summary'>) {
  const { name, source, labellings, channels, channelOrder } = summary;
  if (source === 'generated') return null;
  return (
    <>
      {labellings !== undefined && (
        <Segmented
          small
          label="Classes"
          value={labellings[0]}
          options={labellings
            .toSorted()
            .reverse()
            .map((value) => ({ value, label: value }))}
          onChange={(chosen) => chosen !== labellings[0] && void relabelData(name)}
        />
      )}
      {channels === 3 && (
        <Segmented
          small
          label="Order of colours"
          value={channelOrder ?? 'RGB'}
          options={[
            { value: 'RGB', label: 'RGB' },
            { value: 'BGR', label: 'BGR' },
          ]}
          onChange={(order) => void orderChannels(name, order)}
        />
      )}
    </>
  );
}

function ClassTable({ summary }: Pick<SetSummaryProps, 'summary'>) {
  const { classNames, trainPerClass, testPerClass } = summary;
  const most = Math.max(1, ...trainPerClass, ...testPerClass);
  return (
    <table className="class-table">
      <thead className="visually-hidden">
        <tr>
          <th>Class</th>
          <th>Share</th>
          <th>Training images</th>
          <th>Test images</th>
        </tr>
      </thead>
      <tbody>
        {classNames.map((name, label) => (
          <tr key={`${label} ${name}`}>
            <th scope="row">{name}</th>
            <td>
              <span className="class-bar" style={{ width: `${((trainPerClass[label] ?? 0) / most) * 100}%` }} />
              <span
                className="class-bar class-bar-test"
                style={{ width: `${((testPerClass[label] ?? 0) / most) * 100}%` }}
              />
            </td>
            <td className="figures">{formatCount(trainPerClass[label] ?? 0)}</td>
            <td className="figures">{formatCount(testPerClass[label] ?? 0)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The name, to be changed where the set is the user's. */
function SetName({ summary }: Pick<SetSummaryProps, 'summary'>) {
  const [draft, setDraft] = useState<string>();
  const { name, source } = summary;
  if (draft === undefined) {
    return (
      <div className="data-name">
        <h3 className="copyable">{name}</h3>
        {source !== 'generated' && (
          <IconButton label={`Rename ${name}`} small onClick={() => setDraft(name)}>
            <Pencil />
          </IconButton>
        )}
      </div>
    );
  }
  return (
    <form
      className="data-rename"
      onSubmit={(event) => {
        event.preventDefault();
        setDraft(undefined);
        if (draft.trim() !== name) void renameData(name, draft);
      }}
    >
      <input
        className="data-rename-name"
        aria-label="Name of the data set"
        value={draft}
        autoFocus
        maxLength={80}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && setDraft(undefined)}
        onBlur={() => setDraft(undefined)}
      />
    </form>
  );
}
