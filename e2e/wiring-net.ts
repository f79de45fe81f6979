/** A small net with two branches that are joined again, for the tests of wiring; it is looked at, not trained. */

const conv = (name: string, bottom: string): string => `layer {
  name: "${name}"
  type: "Convolution"
  bottom: "${bottom}"
  top: "${name}"
  convolution_param { num_output: 4 kernel_size: 3 pad: 1 }
}
`;

/** data → left, right → join → score. */
export const wiringNet = `name: "Wires"
layer {
  name: "data"
  type: "Input"
  top: "data"
  input_param { shape { dim: 1 dim: 4 dim: 8 dim: 8 } }
}
${conv('left', 'data')}${conv('right', 'data')}layer {
  name: "join"
  type: "Concat"
  bottom: "left"
  bottom: "right"
  top: "join"
}
layer {
  name: "score"
  type: "InnerProduct"
  bottom: "join"
  top: "score"
  inner_product_param { num_output: 10 }
}
`;
