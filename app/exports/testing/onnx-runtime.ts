/** ONNX Runtime as the judge of what is written: runs a file's bytes on given inputs. */
import { InferenceSession, Tensor, env } from 'onnxruntime-web';

// One thread: the tests run beside others, and ONNX Runtime's own workers would outlive them.
env.wasm.numThreads = 1;

/** A value of an input, with its extents. */
export interface Given {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What ONNX Runtime's own checks and kernels make of a file: every output by name. */
export async function runOnnx(
  file: Uint8Array,
  inputs: ReadonlyMap<string, Given>,
): Promise<Map<string, { readonly shape: readonly number[]; readonly data: Float32Array }>> {
  const session = await InferenceSession.create(file, { executionProviders: ['wasm'] });
  try {
    const feeds = Object.fromEntries(
      [...inputs].map(([name, { shape, data }]) => [name, new Tensor('float32', data, [...shape])]),
    );
    const results = await session.run(feeds);
    return new Map(
      Object.entries(results).map(([name, { dims, data }]) => [
        name,
        { shape: dims, data: Float32Array.from(data as Float32Array) },
      ]),
    );
  } finally {
    await session.release();
  }
}
