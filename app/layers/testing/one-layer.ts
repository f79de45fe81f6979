/** Texts of small nets for tests: Input layers, and one layer that reads them. */

const names = 'abcdefghi';

const dims = (shape: readonly number[]): string => shape.map((d) => `dim: ${d}`).join(' ');

/** Input layers called `in0`, `in1` … with tops `a`, `b` …, and a layer `op` over them with top `y`. */
export function oneLayer(
  type: string,
  bottoms: readonly (readonly number[])[],
  settings = '',
  tops: readonly string[] = ['y'],
): string {
  const inputs = bottoms.map(
    (shape, i) => `layer { name: "in${i}" type: "Input" top: "${names[i]}" input_param { shape { ${dims(shape)} } } }`,
  );
  const reads = [...names.slice(0, bottoms.length)].map((n) => `bottom: "${n}"`);
  const makes = tops.map((t) => `top: "${t}"`);
  return [...inputs, `layer { name: "op" type: "${type}" ${[...reads, ...makes].join(' ')} ${settings} }`].join('\n');
}
