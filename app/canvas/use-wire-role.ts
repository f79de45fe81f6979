/** What a node is to the line that is held, as a class: it fits, does not, or is where the line is. */
import { useWiring } from './wiring-state.ts';

/** The class to add to the node's own; empty while no line is held. */
export function useWireRole(id: string): string {
  return useWiring(({ wire }) => {
    if (wire === undefined || ('node' in wire.held && wire.held.node === id)) return '';
    const verdict = wire.target === id ? wire.verdict?.possible : undefined;
    if (verdict !== undefined) return verdict ? ' is-wire-target' : ' is-wire-refused';
    const fits = wire.fits.get(id);
    return fits === undefined ? '' : fits ? ' can-wire' : ' cannot-wire';
  });
}
