/**
 * What a program's kernels are on a WebGPU device, for whoever shows or measures them: expression, WGSL, schedule, and
 * how much each computes and moves. Nothing is compiled or run, so that it may be asked without a device.
 */
import type { Kernel } from '../ir/kernel.ts';
import { printKernel } from '../ir/print.ts';
import type { ScheduledProgram } from './schedule-program.ts';
import { sourceOf } from './kernel-source.ts';
import { layoutOf, type Schedule } from './schedule.ts';
import { flopsOf, trafficOf } from './work-estimate.ts';

/** One kernel of a sequence. */
export interface KernelReport {
  readonly sequence: string;
  /** As timings name it (`KernelTime.label`), and at the same place in the sequence: `conv1/forward + relu1/forward`. */
  readonly label: string;
  /** Name of the layer whose work it does first; undefined for the solver's own. */
  readonly layer: string | undefined;
  /** The tensor expression, as `printKernel` writes it. */
  readonly expression: string;
  readonly schedule: Schedule;
  /** The schedule in a few words: `8×8 registers, unroll 5`. */
  readonly layout: string;
  /** The text that the driver is given. */
  readonly wgsl: string;
  /** Arithmetic on floats in one run; a multiply-add is two. */
  readonly flops: number;
  /** Bytes that must cross memory at least: each element touched counts once, read or written. */
  readonly bytes: number;
}

/** Every kernel of a scheduled program, sequence by sequence, in order. */
export function reportKernels(scheduled: ScheduledProgram): KernelReport[] {
  const { program, schedules } = scheduled;
  return Object.entries(program.sequences).flatMap(([sequence, kernels]) =>
    kernels.map((kernel): KernelReport => {
      const schedule = schedules.get(kernel);
      if (schedule === undefined) throw new Error(`${kernel.label} has no schedule.`);
      return {
        sequence,
        label: kernel.label,
        layer: layerOf(kernel),
        expression: printKernel(kernel),
        schedule,
        layout: layoutOf(schedule),
        wgsl: sourceOf(kernel, schedule, program).wgsl,
        flops: flopsOf(kernel),
        bytes: trafficOf(kernel, program),
      };
    }),
  );
}

/** The layer a kernel's label begins with; a parameter's update belongs to the layer that owns it. */
export function layerOf({ label }: Pick<Kernel, 'label'>): string | undefined {
  return /^(.+?)\/(?:forward|backward)(?=[/,\s]|$)/.exec(label)?.[1] ?? /^param:(.+?)\/\d+\//.exec(label)?.[1];
}
