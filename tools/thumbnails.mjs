// Draws the small pictures of the gallery: `node tools/thumbnails.mjs` writes public/models/NAME/thumbnail.svg for every entry
// of the manifest, and names them there. What it writes depends on the networks and the layout alone.
import { build } from 'esbuild';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = new URL('..', import.meta.url).pathname;
const models = join(root, 'public/models');
const folder = mkdtempSync(join(tmpdir(), 'crema-thumbnails-'));
const outfile = join(folder, 'draw.mjs');
await build({
  stdin: {
    contents: `
      export { buildNet } from './app/caffe/net/build-net.ts';
      export { viewNet } from './app/caffe/net/view-net.ts';
      export { layerTable } from './app/layers/index.ts';
      export { PLAIN, project } from './app/canvas/project.ts';
      export { thumbnailOf, thumbnailRequest, thumbnailWidth } from './app/canvas/thumbnail.ts';
      export { layoutGraph } from './app/workers/layout-graph.ts';
    `,
    resolveDir: root,
    loader: 'ts',
  },
  bundle: true,
  format: 'esm',
  platform: 'node',
  outfile,
  // elkjs is CommonJS and asks for what Node has.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
});

/** The colours of the families, each halfway between the light and the dark theme: they have to stand on both. */
function middleColours() {
  const css = readFileSync(join(root, 'app/look/tokens.css'), 'utf8');
  const colours = new Map();
  for (const [, family, hex] of css.matchAll(/--family-(\w+): #([0-9a-f]{6})/g)) {
    const rgb = [0, 2, 4].map((i) => Number.parseInt(hex.slice(i, i + 2), 16));
    colours.set(family, [...(colours.get(family) ?? []), rgb]);
  }
  const middle = (all) => [0, 1, 2].map((i) => Math.round(all.reduce((sum, rgb) => sum + rgb[i], 0) / all.length));
  const hex = (rgb) => `#${rgb.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
  return Object.fromEntries([...colours].map(([family, all]) => [family, hex(middle(all))]));
}

try {
  const families = middleColours();
  const draw = await import(pathToFileURL(outfile).href);
  const file = join(models, 'manifest.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  for (const { name, files } of manifest.models) {
    const text = readFileSync(join(models, files.train_test ?? files.deploy), 'utf8');
    const net = draw.buildNet(text, { phase: 'TRAIN', layers: draw.layerTable, record: [3, 32, 32] });
    const graph = draw.project(draw.viewNet(net));
    const width = draw.thumbnailWidth(await draw.layoutGraph(draw.thumbnailRequest(graph)));
    const places = await draw.layoutGraph(draw.thumbnailRequest(graph, width));
    const svg = draw.thumbnailOf(graph, places, families, width);
    writeFileSync(join(models, name, 'thumbnail.svg'), svg);
    files.thumbnail = `${name}/thumbnail.svg`;
    console.log(`${name}: ${graph.nodes.length} nodes, ${svg.length} bytes`);
  }
  writeFileSync(file, `${JSON.stringify(manifest, undefined, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
