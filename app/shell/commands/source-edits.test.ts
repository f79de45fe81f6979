/** What is edited when a data layer is made to read another source. */
import { expect, it } from 'vitest';
import { applyTextEdits } from '../../store/document.ts';
import { sourceEdits } from './source-edits.ts';

it('changes the sources of one value, and nothing around them', () => {
  const text = `# source: "a"
layer { type: "Data" data_param { source: "a" batch_size: 4 } } # "a"
layer { type: "Data" data_param { source: 'b' } }
layer { type: "HDF5Data" hdf5_data_param { source: "a" } }
`;
  expect(applyTextEdits(text, sourceEdits(text, 'a', 'My "set"'))).toBe(`# source: "a"
layer { type: "Data" data_param { source: "My \\"set\\"" batch_size: 4 } } # "a"
layer { type: "Data" data_param { source: 'b' } }
layer { type: "HDF5Data" hdf5_data_param { source: "My \\"set\\"" } }
`);
});
