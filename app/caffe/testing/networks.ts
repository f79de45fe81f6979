/** Well-known networks, written as a person would write their deploy prototxt: for tests and benchmarks of real sizes. */

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

/** AlexNet as Caffe's zoo has it: two groups, normalisation before pooling. */
export function alexNet(): string {
  const w = new Writer('AlexNet', 227);
  const lrn = (name: string) => w.layer(name, 'LRN', ['lrn_param { local_size: 5 alpha: 0.0001 beta: 0.75 }']);
  w.conv('conv1', 96, 11, { stride: 4 }).relu('1');
  lrn('norm1').pool('pool1', 'MAX', 3, 2);
  w.conv('conv2', 256, 5, { pad: 2, group: 2 }).relu('2');
  lrn('norm2').pool('pool2', 'MAX', 3, 2);
  w.conv('conv3', 384, 3, { pad: 1 }).relu('3');
  w.conv('conv4', 384, 3, { pad: 1, group: 2 }).relu('4');
  w.conv('conv5', 256, 3, { pad: 1, group: 2 }).relu('5').pool('pool5', 'MAX', 3, 2);
  w.full('fc6', 4096).relu('6').layer('drop6', 'Dropout').full('fc7', 4096).relu('7').layer('drop7', 'Dropout');
  return w.full('fc8', 1000).softmax().text;
}

/** VGG-16. */
export function vgg16(): string {
  const w = new Writer('VGG-16', 224);
  [2, 2, 3, 3, 3].forEach((count, block) => {
    for (let i = 1; i <= count; i++) {
      w.conv(`conv${block + 1}_${i}`, Math.min(512, 64 * 2 ** block), 3, { pad: 1 }).relu(`${block + 1}_${i}`);
    }
    w.pool(`pool${block + 1}`, 'MAX', 2, 2);
  });
  return w.full('fc6', 4096).relu('6').full('fc7', 4096).relu('7').full('fc8', 1000).softmax().text;
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

/** MobileNet v1, with a convolution of as many groups as channels. */
export function mobileNet(): string {
  const w = new Writer('MobileNet', 224);
  w.conv('conv1', 32, 3, { stride: 2, pad: 1, bias: false }).norm('conv1').relu('conv1');
  let channels = 32;
  const rows: readonly (readonly [number, number])[] = [
    [64, 1],
    [128, 2],
    [128, 1],
    [256, 2],
    [256, 1],
    [512, 2],
    [512, 1],
    [512, 1],
    [512, 1],
    [512, 1],
    [512, 1],
    [1024, 2],
    [1024, 1],
  ];
  rows.forEach(([outputs, stride], i) => {
    w.conv(`conv${i + 2}/dw`, channels, 3, { stride, pad: 1, group: channels, bias: false })
      .norm(`conv${i + 2}/dw`)
      .relu(`conv${i + 2}/dw`);
    w.conv(`conv${i + 2}/sep`, outputs, 1, { bias: false })
      .norm(`conv${i + 2}/sep`)
      .relu(`conv${i + 2}/sep`);
    channels = outputs;
  });
  return w.globalPool('pool6').conv('fc7', 1000, 1).softmax().text;
}

/** MobileNet v2: narrow blobs joined over wide ones. */
export function mobileNetV2(): string {
  const w = new Writer('MobileNetV2', 224);
  w.conv('conv1', 32, 3, { stride: 2, pad: 1, bias: false }).norm('conv1').relu('conv1');
  let channels = 32;
  const rows: readonly (readonly [number, number, number, number])[] = [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
  ];
  rows.forEach(([factor, outputs, count, first], stage) => {
    for (let i = 0; i < count; i++) {
      const name = `block${stage + 1}_${i + 1}`;
      const input = w.blob;
      const stride = i === 0 ? first : 1;
      const wide = channels * factor;
      if (factor > 1) w.conv(`${name}/expand`, wide, 1, { bias: false }).norm(`${name}/expand`).relu(`${name}/expand`);
      w.conv(`${name}/dwise`, wide, 3, { stride, pad: 1, group: wide, bias: false })
        .norm(`${name}/dwise`)
        .relu(`${name}/dwise`);
      w.conv(`${name}/linear`, outputs, 1, { bias: false }).norm(`${name}/linear`);
      if (stride === 1 && channels === outputs) w.layer(name, 'Eltwise', [], [input, w.blob]);
      channels = outputs;
    }
  });
  return w
    .conv('conv_last', 1280, 1, { bias: false })
    .norm('conv_last')
    .relu('conv_last')
    .globalPool('pool')
    .conv('fc', 1000, 1)
    .softmax().text;
}

/** DenseNet-121: each layer reads all before it in its block. */
export function denseNet121(): string {
  const w = new Writer('DenseNet-121', 224);
  w.conv('conv1', 64, 7, { stride: 2, pad: 3, bias: false }).norm('conv1').relu('conv1').pool('pool1', 'MAX', 3, 2, 1);
  let channels = 64;
  /** Normalises into a blob of its own: the one it reads is still needed. */
  const normAside = (name: string): void => {
    w.layer(`${name}/copy`, 'Power').norm(name).relu(name);
  };
  [6, 12, 24, 16].forEach((count, block) => {
    for (let i = 1; i <= count; i++) {
      const name = `conv${block + 2}_${i}`;
      const input = w.blob;
      normAside(`${name}/x1`);
      w.conv(`${name}/x1`, 128, 1, { bias: false }).norm(`${name}/x2`).relu(`${name}/x2`);
      w.conv(`${name}/x2`, 32, 3, { pad: 1, bias: false });
      w.layer(`concat_${block + 2}_${i}`, 'Concat', [], [input, w.blob]);
      channels += 32;
    }
    w.norm(`conv${block + 2}_blk`).relu(`conv${block + 2}_blk`);
    if (block === 3) return;
    channels /= 2;
    w.conv(`conv${block + 2}_blk`, channels, 1, { bias: false }).pool(`pool${block + 2}`, 'AVE', 2, 2);
  });
  return w.globalPool('pool5').conv('fc6', 1000, 1).softmax().text;
}
