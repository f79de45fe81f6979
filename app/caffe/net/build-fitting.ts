/**
 * A net to look at while a data set is open that it may not be made for: ImageNet's networks crop 227 pixels, and the images
 * at hand may have 32. Such a net is shown as it is meant, with one finding that says why it cannot train on these images.
 */
import type { Diagnostic } from '../diagnostics.ts';
import { buildNet } from './build-net.ts';
import type { BuildOptions } from './build-net.ts';
import { placeIn } from './drafts.ts';
import type { TypedNet } from './typed-net.ts';

const isError = ({ severity }: Diagnostic): boolean => severity === 'error';

/**
 * Builds a net for the data set's images (`record`), and where their shape is all that is wrong, for those it takes by
 * itself. The result is then whole, and warns at its data layer.
 */
export function buildFitting(text: string, options: BuildOptions): TypedNet {
  const net = buildNet(text, options);
  const { record } = options;
  const [error] = net.diagnostics.filter(isError);
  if (record === undefined || error?.code !== 'shape') return net;
  const meant = buildNet(text, { ...options, record: undefined });
  const data = meant.layers.find(({ info, type }) => info?.source === true && type !== 'Input');
  if (data === undefined || !meant.complete || meant.diagnostics.some(isError)) return net;
  const shape = meant.blobs.get(data.tops[0] ?? '')?.shape?.slice(1) ?? [];
  const misfit: Diagnostic = {
    code: 'misfit',
    severity: 'warning',
    range: placeIn(data),
    message: `This network is not made for the open data set, whose images are ${record.join('×')}, and cannot train on it. It is shown for images of ${shape.join('×')}.`,
    related: [{ range: error.range, message: error.message }],
  };
  const diagnostics = [...meant.diagnostics, misfit].toSorted((a, b) => a.range.start - b.range.start);
  return { ...meant, diagnostics };
}
