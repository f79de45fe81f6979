/** Whether four neighbours in a workgroup are a quad of the device: WGSL leaves it open, and drivers have had it wrong. */
import { BUFFER, MAP_READ } from './gpu-constants.ts';

const LANES = 32;

const PROBE = `enable subgroups;
@group(0) @binding(0) var<storage, read_write> seen: array<u32, ${2 * LANES}>;
@compute @workgroup_size(${LANES})
fn main(@builtin(local_invocation_index) lane: u32) {
  seen[lane] = quadSwapX(lane);
  seen[lane + ${LANES}u] = quadSwapY(lane);
}
`;

/** Runs a small kernel on a device with subgroups: true when swaps reach the neighbours that schedules count on. */
export async function quadsAreNeighbours(device: GPUDevice): Promise<boolean> {
  const bytes = 8 * LANES;
  device.pushErrorScope('validation');
  const pipeline = device.createComputePipeline({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code: PROBE }), entryPoint: 'main' },
  });
  const seen = device.createBuffer({ size: bytes, usage: BUFFER.storage | BUFFER.copySource });
  const staging = device.createBuffer({ size: bytes, usage: BUFFER.mapRead | BUFFER.copyTarget });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer: seen } }],
    }),
  );
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(seen, 0, staging, 0, bytes);
  device.queue.submit([encoder.finish()]);
  try {
    if ((await device.popErrorScope()) !== null) return false;
    await staging.mapAsync(MAP_READ);
    const found = new Uint32Array(staging.getMappedRange());
    return found.every((lane, i) => lane === (i < LANES ? i ^ 1 : (i - LANES) ^ 2));
  } finally {
    seen.destroy();
    staging.destroy();
  }
}
