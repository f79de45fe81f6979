/**
 * The messages of an ONNX file that are written here, with the field names and numbers of onnx.proto (IR version 8). The
 * encoder of Caffe's files writes them.
 */
import { message, optional, repeated, type Infer } from '../../caffe/schema/dsl.ts';

/** Element types of tensors. */
export const ONNX_TYPES = { FLOAT: 1, UINT8: 2, INT64: 7 } as const;

/** Which field of an attribute is set. */
export const ATTRIBUTE_TYPES = { FLOAT: 1, INT: 2, STRING: 3, FLOATS: 6, INTS: 7 } as const;

/** Weights and constants. */
export const TensorProto = message('TensorProto', 'An array with its values.', {
  dims: repeated(1, 'int64', 'Extents.'),
  data_type: optional(2, 'int32', 'One of ONNX_TYPES.'),
  name: optional(8, 'string', 'Name of the value.'),
  raw_data: optional(9, 'bytes', 'The values, little endian, last axis fastest.'),
});
/** Weights and constants. */
export type TensorProto = Infer<typeof TensorProto>;

/** A setting of a node. */
export const AttributeProto = message('AttributeProto', 'A setting of a node.', {
  name: optional(1, 'string', 'Its name.'),
  f: optional(2, 'float', 'Its value as a number.'),
  i: optional(3, 'int64', 'Its value as a whole number.'),
  s: optional(4, 'bytes', 'Its value as text.'),
  floats: repeated(7, 'float', 'Its values as numbers.'),
  ints: repeated(8, 'int64', 'Its values as whole numbers.'),
  type: optional(20, 'int32', 'One of ATTRIBUTE_TYPES.'),
});
/** A setting of a node. */
export type AttributeProto = Infer<typeof AttributeProto>;

/** One operation. */
export const NodeProto = message('NodeProto', 'One operation.', {
  input: repeated(1, 'string', 'Names of the values it reads; empty where an optional one is left out.'),
  output: repeated(2, 'string', 'Names of the values it makes.'),
  name: optional(3, 'string', 'Its own name.'),
  op_type: optional(4, 'string', 'The operator.'),
  attribute: repeated(5, AttributeProto, 'Its settings.'),
});
/** One operation. */
export type NodeProto = Infer<typeof NodeProto>;

const Dimension = message('Dimension', 'One extent.', {
  dim_value: optional(1, 'int64', 'The extent.'),
  dim_param: optional(2, 'string', 'A name for an extent that is not fixed.'),
});

const TensorShapeProto = message('TensorShapeProto', 'Extents.', { dim: repeated(1, Dimension, 'Each extent.') });

const TensorType = message('Tensor', 'Type of a tensor.', {
  elem_type: optional(1, 'int32', 'One of ONNX_TYPES.'),
  shape: optional(2, TensorShapeProto, 'Its extents.'),
});

const TypeProto = message('TypeProto', 'Type of a value.', { tensor_type: optional(1, TensorType, 'A tensor.') });

/** An input or output. */
export const ValueInfoProto = message('ValueInfoProto', 'An input or output of the graph.', {
  name: optional(1, 'string', 'Its name.'),
  type: optional(2, TypeProto, 'Its type.'),
  doc_string: optional(3, 'string', 'What it holds.'),
});
/** An input or output. */
export type ValueInfoProto = Infer<typeof ValueInfoProto>;

/** The network. */
export const GraphProto = message('GraphProto', 'The network.', {
  node: repeated(1, NodeProto, 'Operations, each after those it reads from.'),
  name: optional(2, 'string', 'Name of the network.'),
  initializer: repeated(5, TensorProto, 'Weights and constants.'),
  doc_string: optional(10, 'string', 'What it does.'),
  input: repeated(11, ValueInfoProto, 'Inputs.'),
  output: repeated(12, ValueInfoProto, 'Outputs.'),
});

const OperatorSetIdProto = message('OperatorSetIdProto', 'The operators used.', {
  domain: optional(1, 'string', "Empty for ONNX's own."),
  version: optional(2, 'int64', 'Their version.'),
});

const StringStringEntryProto = message('StringStringEntryProto', 'A text by key.', {
  key: optional(1, 'string', 'The key.'),
  value: optional(2, 'string', 'The text.'),
});

/** The whole file. */
export const ModelProto = message('ModelProto', 'The whole file.', {
  ir_version: optional(1, 'int64', 'Version of the format.'),
  producer_name: optional(2, 'string', 'The program that wrote it.'),
  producer_version: optional(3, 'string', 'Its version.'),
  doc_string: optional(6, 'string', 'What the model does.'),
  graph: optional(7, GraphProto, 'The network.'),
  opset_import: repeated(8, OperatorSetIdProto, 'The operators used.'),
  metadata_props: repeated(14, StringStringEntryProto, 'Texts by key.'),
});

export { Dimension, OperatorSetIdProto, StringStringEntryProto, TensorShapeProto, TensorType, TypeProto };
