// Where a system is measured: on a page of one browser, in a process of Node, or in one of Python. Each host answers
// `call(name, options)` with what measuring.js answers, and `close()` ends it, whatever it is doing.
import { fork, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { browserBundle, nodeBundle, serve, THREAD, threadBundle } from '../common/scripts.mjs';
import { ROOT } from '../../tools/setup.mjs';
import { openBrowser } from '../common/browser.mjs';
import { readFileSync } from 'node:fs';
import { images, labels, parameter } from '../peers/values.js';

const PEERS = `${ROOT}bench/peers/`;
/** Where pages find tfjs's WebAssembly. */
const TFJS_WASM = '/tfjs-wasm/';
const TFJS_WASM_FILES = `${PEERS}node_modules/@tensorflow/tfjs-backend-wasm/dist/`;

/** One browser for the whole comparison, with a page for each system that is open. */
export async function browserHosts(modules) {
  const files = {
    [`/${THREAD}`]: await threadBundle(),
    '/measuring.js': await browserBundle('bench/side-by-side/measuring.js'),
  };
  for (const module of modules)
    files[`/${module}.js`] = await browserBundle(
      module === 'crema' ? 'bench/crema/browser.ts' : `bench/peers/${module}.js`,
    );
  const server = await serve(files, (pathname) =>
    pathname.startsWith(TFJS_WASM) ? readFileSync(`${TFJS_WASM_FILES}${pathname.split('/').at(-1)}`) : undefined,
  );
  const browser = await openBrowser({ webgpu: true });
  return {
    where: `Chromium ${browser.version()}`,
    /** A page of its own: nobody inherits another's heap, threads or compiled code. */
    async host(module) {
      const page = await browser.newPage();
      await page.goto(server.address);
      await page.evaluate(async (path) => {
        const { measuring } = await import('/measuring.js');
        globalThis.measured = measuring(await import(path));
      }, `/${module}.js`);
      return {
        call: (name, options) =>
          page.evaluate(
            ([method, given]) => globalThis.measured[method](given),
            [name, name === 'open' ? { ...options, wasmPath: TFJS_WASM } : options],
          ),
        close: () => page.close(),
      };
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}

/** A process of Node for each system. */
export async function nodeHosts() {
  const crema = await nodeBundle('bench/crema/node.ts');
  return {
    where: `Node ${process.versions.node}`,
    async host(module) {
      const path = module === 'crema' ? crema : `${PEERS}${module}.js`;
      const child = fork(`${ROOT}bench/side-by-side/node-process.mjs`, [path, crema], {
        cwd: ROOT,
        serialization: 'advanced',
        // What packages greet with is not of interest; what goes wrong is.
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      const waiting = [];
      child.on('message', ({ value, error }) => {
        const { resolve, reject } = waiting.shift();
        if (error === undefined) resolve(value);
        else reject(new Error(error));
      });
      child.on('exit', (code, signal) => {
        for (const { reject } of waiting) reject(new Error(`its process ended with ${signal ?? code}`));
      });
      return {
        call: (name, options) =>
          new Promise((resolve, reject) => {
            waiting.push({ resolve, reject });
            child.send({ name, options: name === 'open' ? { ...options, wasmPath: TFJS_WASM_FILES } : options });
          }),
        close: () => void child.kill('SIGKILL'),
      };
    },
    async close() {},
  };
}

const base64 = (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');

/** A process of Python for each kind of PyTorch; `python` is the interpreter that has it. */
export function pythonHost(python) {
  const child = spawn(python, [`${PEERS}pytorch.py`], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = [];
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift().resolve(JSON.parse(line)));
  child.on('exit', (code) => {
    for (const { reject } of waiting) reject(new Error(`its process ended with ${code}`));
  });
  const ask = (request) =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      child.stdin.write(`${JSON.stringify(request)}\n`);
    });
  let loss;
  const calls = {
    async open({ kind, plan }) {
      const opened = await ask({
        open: {
          kind,
          plan,
          images: base64(images(plan)),
          parameters: plan.params.map((_, i) => base64(parameter(plan, i))),
          labels: [...labels(plan)],
        },
      });
      loss = opened.loss;
      return { device: opened.device, passes: ['step', 'forward'] };
    },
    pass: async ({ name, count }) => (await ask({ pass: name, count })).milliseconds,
    loss: async () => loss,
  };
  return { call: (name, options) => calls[name](options), close: () => void child.kill('SIGKILL') };
}
