/** What every field of the form needs: the layers it is about, what was found in them, and how to change them. */
import { createContext, useContext } from 'react';
import type { TextEdit } from '../caffe/diagnostics.ts';
import type { MessageType } from '../caffe/schema/dsl.ts';
import type { FieldPath } from '../caffe/text/edit-fields.ts';
import type { Findings } from './field-findings.ts';
import { findingsAt, looseAt } from './field-findings.ts';
import { resolvePath } from './field-values.ts';
import type { LayerSlice } from './layer-slice.ts';

export interface Form {
  /** The selected layers that the form can change. */
  readonly slices: readonly LayerSlice[];
  readonly findings: Findings;
  /** Changes every layer; one step of undo. */
  readonly change: (label: string, edit: (slice: LayerSlice) => readonly TextEdit[]) => void;
  /** Shows the explanation of a field at the foot of the form while it has the keyboard. */
  readonly explain: (doc: string | undefined) => void;
}

export const FormContext = createContext<Form | undefined>(undefined);

/** The form that a field stands in. */
export function useForm(): Form {
  const form = useContext(FormContext);
  if (form === undefined) throw new Error('A field stands outside of a form.');
  return form;
}

/** The findings at a path of the form. */
export function findingsFor(form: Form, path: FieldPath, deep = false) {
  const [slice] = form.slices;
  const resolved = slice && resolvePath(slice, path);
  return resolved === undefined ? [] : findingsAt(form.findings, resolved, deep);
}

/** The findings at a message that none of its fields shows. */
export function looseFindings(form: Form, path: FieldPath, type: MessageType | undefined) {
  const [slice] = form.slices;
  const resolved = slice && resolvePath(slice, path);
  return resolved === undefined ? [] : looseAt(form.findings, resolved, type?.fields ?? {});
}
