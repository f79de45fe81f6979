/** In which phases the selected layers take part: two switches, and the rules behind them for what those cannot say. */
import { useId } from 'react';
import { LayerParameter } from '../caffe/schema/net-messages.ts';
import type { Phase } from '../caffe/schema/net-messages.ts';
import { FieldRow } from './FormFields.tsx';
import { Fold } from './Fold.tsx';
import { useForm } from './form-context.ts';
import { controlOf, type FormField } from './form-model.ts';
import { hasFinerRules, PHASES, phaseEdits, phasesIn } from './phase-rules.ts';
import { Toggle } from './ValueInput.tsx';

const rules = (['include', 'exclude'] as const).map((name): FormField => {
  const field = LayerParameter.fields[name];
  return { name, path: [name], field, control: controlOf(field), more: false };
});

export function PhaseSwitches() {
  const { slices } = useForm();
  const finer = slices.some(hasFinerRules);
  return (
    <Fold title="Phases" name="phases" open summary={phasesText(slices.map(phasesIn))}>
      {PHASES.map((phase) => (
        <PhaseSwitch key={phase} phase={phase} />
      ))}
      {finer && <p className="fold-doc">Rules below also ask for stages or levels.</p>}
      <Fold inner title="Rules" name="rules" open={finer}>
        {rules.map((item) => (
          <FieldRow key={item.name} item={item} />
        ))}
      </Fold>
    </Fold>
  );
}

function phasesText(all: readonly (readonly Phase[])[]): string {
  const texts = new Set(all.map((phases) => (phases.length === 2 ? 'both' : (phases[0] ?? 'none'))));
  return texts.size > 1 ? 'mixed' : ([...texts][0] ?? '');
}

function PhaseSwitch({ phase }: { readonly phase: Phase }) {
  const id = useId();
  const { slices, change } = useForm();
  const states = slices.map((slice) => phasesIn(slice));
  const on = states.filter((phases) => phases.includes(phase)).length;
  // A layer in no phase would be nowhere: delete it instead.
  const last = states.every((phases) => phases.length === 1 && phases[0] === phase);
  return (
    <div className="field is-explicit">
      <label className="field-label" htmlFor={id}>
        {phase}
      </label>
      <div className="field-control">
        <Toggle
          id={id}
          label={phase}
          on={on === slices.length}
          mixed={on > 0 && on < slices.length}
          disabled={last}
          describedBy={`${id}-doc`}
          onChange={(next) => change(`Phase ${phase}`, (slice) => phaseEdits(slice, phase, next))}
        />
      </div>
      <span id={`${id}-doc`} className="visually-hidden">
        {last
          ? 'The only phase of the layer: turn the other one on first, or delete the layer.'
          : `Whether the layer takes part in the ${phase} net.`}
      </span>
    </div>
  );
}
