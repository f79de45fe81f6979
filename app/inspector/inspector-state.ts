/** What is open in the inspector: kept while one goes from layer to layer, forgotten with the page. */
import { create } from 'zustand';

export interface InspectorState {
  /** Id of the tab in front. */
  readonly tab: string;
  /** Folds that the user opened or closed, by their titles. */
  readonly folds: Readonly<Record<string, boolean>>;
  /** The name field is to take the keyboard as soon as it is there. */
  readonly nameWanted: boolean;
  /** Layers that were renamed here, new id to the id their form goes on under: it keeps its focus. */
  readonly renamed: Readonly<Record<string, string>>;
}

export const useInspector = create<InspectorState>()(() => ({
  tab: 'settings',
  folds: {},
  nameWanted: false,
  renamed: {},
}));

/** What a layer's form is told apart by: its id, or the one it had before it was renamed here. */
export const formKey = (id: string, renamed: InspectorState['renamed']): string => renamed[id] ?? id;
