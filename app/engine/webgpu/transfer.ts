/** Copies host data into GPU buffers, at any byte. */
import type { HostArray } from '../engine.ts';
import type { StorageType } from '../ir/expr.ts';
import { BUFFER } from './gpu-constants.ts';

const PATCH = `
struct Patch { word: u32, mask: u32, bits: u32, unused: u32 }
@group(0) @binding(0) var<storage, read_write> target_words: array<u32>;
@group(0) @binding(1) var<storage, read> patch_data: Patch;
@compute @workgroup_size(1)
fn main() {
  let i = patch_data.word;
  target_words[i] = (target_words[i] & ~patch_data.mask) | patch_data.bits;
}
`;

export class Uploader {
  private readonly device: GPUDevice;
  private patchPipeline: GPUComputePipeline | undefined;
  private patchData: GPUBuffer | undefined;

  constructor(device: GPUDevice) {
    this.device = device;
  }

  /** Queues a copy of data to element `offset`. Numbers are converted to the buffer's type. */
  write(buffer: GPUBuffer, dtype: StorageType, data: HostArray, offset: number): void {
    const source = converted(data, dtype);
    if (dtype !== 'u8') {
      this.device.queue.writeBuffer(buffer, offset * 4, source);
      return;
    }
    const bytes = source as Uint8Array<ArrayBuffer>;
    // WebGPU writes whole words; the bytes of a word that is shared with others are merged on the GPU, in queue order.
    const head = Math.min(bytes.length, (4 - (offset % 4)) % 4);
    const tail = (bytes.length - head) % 4;
    if (head > 0) this.patch(buffer, offset, bytes.subarray(0, head));
    const middle = bytes.subarray(head, bytes.length - tail);
    if (middle.length > 0) this.device.queue.writeBuffer(buffer, offset + head, middle);
    if (tail > 0) this.patch(buffer, offset + bytes.length - tail, bytes.subarray(bytes.length - tail));
  }

  dispose(): void {
    this.patchData?.destroy();
  }

  /** Up to three bytes within one word. */
  private patch(buffer: GPUBuffer, at: number, bytes: Uint8Array): void {
    const { device } = this;
    this.patchPipeline ??= device.createComputePipeline({
      label: 'byte patch',
      layout: 'auto',
      compute: { module: device.createShaderModule({ code: PATCH }), entryPoint: 'main' },
    });
    this.patchData ??= device.createBuffer({
      label: 'byte patch',
      size: 16,
      usage: BUFFER.storage | BUFFER.copyTarget,
    });
    const words = new Uint8Array(16);
    new DataView(words.buffer).setUint32(0, Math.floor(at / 4), true);
    bytes.forEach((byte, i) => {
      words[4 + (at % 4) + i] = 0xff;
      words[8 + (at % 4) + i] = byte;
    });
    device.queue.writeBuffer(this.patchData, 0, words);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.patchPipeline);
    pass.setBindGroup(
      0,
      device.createBindGroup({
        layout: this.patchPipeline.getBindGroupLayout(0),
        entries: [
          { binding: 0, resource: { buffer } },
          { binding: 1, resource: { buffer: this.patchData } },
        ],
      }),
    );
    pass.dispatchWorkgroups(1);
    pass.end();
    device.queue.submit([encoder.finish()]);
  }
}

/** Host data in the buffer's own type; never a view of memory that may be shared. */
function converted(data: HostArray, dtype: StorageType): HostArray & ArrayBufferView<ArrayBuffer> {
  const Wanted = { f32: Float32Array, i32: Int32Array, u32: Uint32Array, u8: Uint8Array }[dtype];
  if (data instanceof Wanted && data.buffer instanceof ArrayBuffer)
    return data as HostArray & ArrayBufferView<ArrayBuffer>;
  return Wanted.from(data);
}
