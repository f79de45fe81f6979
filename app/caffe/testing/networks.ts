/** Networks of any depth, for tests and benchmarks that need a size which the gallery (`public/models`) does not have. */

/** Puts layers one behind the other and remembers the last blob. */
class Writer {
  #text: string;
  /** The blob that the next layer reads. */
  blob = 'data';

  constructor(name: string, side: number) {
    this.#text = `name: "${name}"\nlayer {\n  name: "data"\n  type: "Input"\n  top: "data"\n  input_param { shape { dim: 1 dim: 3 dim: ${side} dim: ${side} } }\n}\n`;
  }

  get text(): string {
    return this.#text;
  }

  /** A layer that reads the last blob, or those given. */
  layer(name: string, type: string, settings: readonly string[] = [], bottoms: readonly string[] = [this.blob]): this {
    const inPlace = type === 'ReLU' || type === 'BatchNorm' || type === 'Scale' || type === 'Dropout';
    const top = inPlace ? (bottoms[0] ?? name) : name;
    const lines = [
      `name: "${name}"`,
      `type: "${type}"`,
      ...bottoms.map((blob) => `bottom: "${blob}"`),
      `top: "${top}"`,
      ...settings,
    ];
    this.#text += `layer {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
    this.blob = top;
    return this;
  }

  conv(name: string, outputs: number, kernel: number, { stride = 1, pad = 0, group = 1, bias = true } = {}): this {
    return this.layer(name, 'Convolution', [
      'convolution_param {',
      `  num_output: ${outputs}`,
      `  kernel_size: ${kernel}`,
      ...(pad > 0 ? [`  pad: ${pad}`] : []),
      ...(stride > 1 ? [`  stride: ${stride}`] : []),
      ...(group > 1 ? [`  group: ${group}`] : []),
      ...(bias ? [] : ['  bias_term: false']),
      '}',
    ]);
  }

  /** BatchNorm and Scale in place. */
  norm(name: string): this {
    return this.layer(`bn_${name}`, 'BatchNorm', ['batch_norm_param {', '  use_global_stats: true', '}']).layer(
      `scale_${name}`,
      'Scale',
      ['scale_param {', '  bias_term: true', '}'],
    );
  }

  relu(name: string): this {
    return this.layer(`relu_${name}`, 'ReLU');
  }

  pool(name: string, method: 'MAX' | 'AVE', kernel: number, stride: number, pad = 0): this {
    const padding = pad > 0 ? ` pad: ${pad}` : '';
    return this.layer(name, 'Pooling', [
      `pooling_param { pool: ${method} kernel_size: ${kernel} stride: ${stride}${padding} }`,
    ]);
  }

  globalPool(name: string): this {
    return this.layer(name, 'Pooling', ['pooling_param { pool: AVE global_pooling: true }']);
  }

  full(name: string, outputs: number): this {
    return this.layer(name, 'InnerProduct', [`inner_product_param { num_output: ${outputs} }`]);
  }

  softmax(): this {
    return this.layer('prob', 'Softmax');
  }
}

/** ResNet with bottleneck blocks: 3, 4, 6, 3 of them make ResNet-50; 3, 8, 36, 3 make ResNet-152. */
export function resNet(blocks: readonly number[]): string {
  const w = new Writer(`ResNet-${2 + 3 * blocks.reduce((a, b) => a + b, 0)}`, 224);
  w.conv('conv1', 64, 7, { stride: 2, pad: 3, bias: false }).norm('conv1').relu('conv1').pool('pool1', 'MAX', 3, 2);
  blocks.forEach((count, stage) => {
    const width = 64 * 2 ** stage;
    for (let i = 0; i < count; i++) {
      const name = `res${stage + 2}_${i}`;
      const input = w.blob;
      const stride = i === 0 && stage > 0 ? 2 : 1;
      let shortcut = input;
      if (i === 0) {
        w.conv(`${name}_branch1`, 4 * width, 1, { stride, bias: false }).norm(`${name}_branch1`);
        shortcut = w.blob;
        w.blob = input;
      }
      w.conv(`${name}_branch2a`, width, 1, { stride, bias: false }).norm(`${name}_branch2a`).relu(`${name}_branch2a`);
      w.conv(`${name}_branch2b`, width, 3, { pad: 1, bias: false }).norm(`${name}_branch2b`).relu(`${name}_branch2b`);
      w.conv(`${name}_branch2c`, 4 * width, 1, { bias: false }).norm(`${name}_branch2c`);
      w.layer(name, 'Eltwise', [], [shortcut, w.blob]).relu(name);
    }
  });
  return w.globalPool('pool5').full('fc1000', 1000).softmax().text;
}

/** SqueezeNet 1.0. */
export function squeezeNet(): string {
  const w = new Writer('SqueezeNet', 227);
  const fire = (index: number, squeeze: number, expand: number): void => {
    const name = `fire${index}`;
    w.conv(`${name}/squeeze1x1`, squeeze, 1).relu(`${name}/squeeze1x1`);
    const input = w.blob;
    w.conv(`${name}/expand1x1`, expand, 1).relu(`${name}/expand1x1`);
    const small = w.blob;
    w.blob = input;
    w.conv(`${name}/expand3x3`, expand, 3, { pad: 1 }).relu(`${name}/expand3x3`);
    w.layer(`${name}/concat`, 'Concat', [], [small, w.blob]);
  };
  w.conv('conv1', 96, 7, { stride: 2 }).relu('conv1').pool('pool1', 'MAX', 3, 2);
  fire(2, 16, 64);
  fire(3, 16, 64);
  fire(4, 32, 128);
  w.pool('pool4', 'MAX', 3, 2);
  fire(5, 32, 128);
  fire(6, 48, 192);
  fire(7, 48, 192);
  fire(8, 64, 256);
  w.pool('pool8', 'MAX', 3, 2);
  fire(9, 64, 256);
  return w.layer('drop9', 'Dropout').conv('conv10', 1000, 1).relu('conv10').globalPool('pool10').softmax().text;
}
