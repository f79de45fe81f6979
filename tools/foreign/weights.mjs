// Files of weights: h5py and NumPy read what Crema writes, and find it built as Caffe builds its own.
import { join } from 'node:path';
import { ROOT } from '../setup.mjs';
import { JUDGED, crema, python } from './programs.mjs';

/** Weights in HDF5, NumPy and safetensors, read by others. */
export function judgeWeights(folder) {
  const [{ iterations }] = JUDGED;
  const model = join(folder, `opening_iter_${iterations}.caffemodel`);
  for (const form of ['caffemodel.h5', 'npz', 'safetensors']) crema('convert', model, join(folder, `opening.${form}`));
  const same = `
import h5py, json, numpy as np, struct, sys
h5, npz, raw = h5py.File(sys.argv[1], 'r'), np.load(sys.argv[2]), open(sys.argv[3], 'rb').read()
[size] = struct.unpack('<Q', raw[:8])
head = json.loads(raw[8:8 + size])
assert len(npz.files) == 10, npz.files
for name in npz.files:
    assert np.array_equal(h5['data/' + name][()], npz[name]), name
    first, end = head[name]['data_offsets']
    own = np.frombuffer(raw[8 + size + first:8 + size + end], '<f4').reshape(head[name]['shape'])
    assert np.array_equal(own, npz[name]), name
print('h5py, NumPy and a reader of safetensors find the same', len(npz.files), 'blobs')`;
  console.log(python(same, ...['caffemodel.h5', 'npz', 'safetensors'].map((form) => join(folder, `opening.${form}`))));
  const state = join(folder, `opening_iter_${iterations}.solverstate`);
  crema('convert', state, `${state}.h5`);
  const built = `
import h5py, sys
f = h5py.File(sys.argv[1], 'r')
assert f['iter'][()].dtype == 'int32' and int(f['iter'][()].reshape(-1)[0]) == int(sys.argv[2])
assert f['learned_net'][()].startswith(b'opening_iter_' + sys.argv[2].encode()), f['learned_net'][()]
assert len(f['history']) == 10 and all(d.dtype == 'float32' for d in f['history'].values())
print('h5py reads a solver state of', len(f['history']), 'histories')`;
  console.log(python(built, `${state}.h5`, String(iterations)));
}

/** The files of Caffe itself and those of Crema have the same fields, by a parser that knows only protobuf. */
export function judgeStructure(folder) {
  const fixtures = join(ROOT, 'app', 'caffe', 'wire', 'fixtures');
  const ours = join(folder, 'depthwise_iter_40.caffemodel');
  const structure = `
import sys

def varint(b, at):
    value = shift = 0
    while True:
        byte = b[at]; at += 1
        value |= (byte & 127) << shift; shift += 7
        if byte < 128: return value, at

# Messages inside, by path of field numbers: NetParameter.layer, its blobs and their shape, and the settings of layers.
INNER = {(100,), (100, 7), (100, 7, 7), (100, 6)} | {(100, n) for n in range(101, 150)}

def fields(b, path=()):
    at, order = 0, []
    while at < len(b):
        key, at = varint(b, at)
        number, wire = key >> 3, key & 7
        here = path + (number,)
        order.append(number)
        if wire == 0: value, at = varint(b, at)
        elif wire == 1: at += 8
        elif wire == 5: at += 4
        elif wire == 2:
            size, at = varint(b, at)
            assert at + size <= len(b), here
            piece, at = b[at:at + size], at + size
            if here in INNER: yield from fields(piece, here)
        else: raise AssertionError((here, wire))
        yield here, wire
    # protobuf's writer puts fields in the order of their numbers
    assert order == sorted(order), (path, order)

caffe, crema = [set(fields(open(p, 'rb').read())) for p in sys.argv[1:3]]
wires = dict(caffe)
for path, wire in crema:
    if path in wires: assert wires[path] == wire, path
blobs = {(p, w) for p, w in caffe if p[:2] == (100, 7)}
assert blobs and blobs == {(p, w) for p, w in crema if p[:2] == (100, 7)}
assert {p[0] for p, _ in caffe} == {p[0] for p, _ in crema} == {1, 100}
print('Fields and wire types are those of a file that Caffe wrote;', len(blobs), 'of blobs')`;
  console.log(python(structure, join(fixtures, 'sgd_iter_10.caffemodel'), ours));
}
