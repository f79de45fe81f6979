/** The layer boundaries of docs/architecture.md: dependencies point one way, and there is no cycle. */
const ban = (name, from, to) => ({
  name,
  severity: 'error',
  from: { path: from, pathNot: '(\\.test\\.tsx?$|/testing/)' },
  to: { path: to },
});
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    ban('caffe-is-pure', '^app/caffe', '^app/(?!caffe)'),
    ban('engine-is-pure', '^app/engine', '^app/(?!engine)'),
    ban('formats-are-pure', '^app/formats', '^app/(?!formats|caffe)'),
    ban('data-is-pure', '^app/data', '^app/(?!data|formats|caffe)'),
    ban('exports-need-no-page', '^app/exports', '^app/(?!exports|caffe|layers|formats|compiler|data|engine)'),
    ban('layers-join-caffe-and-engine', '^app/layers', '^app/(?!layers|caffe|engine/ir)'),
    ban('views-never-import-the-engine', '^app/(editor|canvas|inspector|monitor|store)', '^app/engine'),
    ban('views-meet-in-the-store', '^app/editor', '^app/(canvas|inspector|monitor)'),
    ban('views-meet-in-the-store-2', '^app/canvas', '^app/(editor|inspector|monitor)'),
    ban('views-meet-in-the-store-3', '^app/monitor', '^app/(editor|canvas|inspector)'),
    ban('views-meet-in-the-store-4', '^app/inspector', '^app/(editor|canvas|monitor)'),
    ban(
      'core-has-no-react',
      '^app/(caffe|engine|layers|data|formats|compiler|exports|trainer|workers)',
      'node_modules/(react|react-dom|monaco-editor|@xyflow|zustand)/',
    ),
    ban('core-has-no-views', '^app/(compiler|trainer|workers)', '^app/(editor|canvas|inspector|monitor|store)'),
    { name: 'nothing-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'browser', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.json'],
    },
  },
};
