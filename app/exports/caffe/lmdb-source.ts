/** The file `make_lmdb.py` of an exported Caffe folder. */

/** Makes the data bases of the NumPy arrays beside it; needs NumPy and python-lmdb, and nothing of Caffe. */
export const LMDB_SOURCE = String.raw`"""Makes data/train_lmdb and data/test_lmdb of the NumPy arrays in data/, as Caffe's convert_imageset writes them.

Caffe reads a data base from its beginning to its end, again and again. The training images lie in the order in which
Crema's first epoch takes them."""
import json
import math
import os

import lmdb
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def datum(image, label):
    """A record as Caffe's Datum: channels, height, width, bytes, label."""
    data = image.tobytes()
    head = b"".join(bytes([8 * (i + 1)]) + varint(extent) for i, extent in enumerate(image.shape))
    return head + b"\x22" + varint(len(data)) + data + b"\x28" + varint(int(label))


def mix(x):
    x &= 0xFFFFFFFF
    x = ((x ^ (x >> 16)) * 0x7FEB352D) & 0xFFFFFFFF
    x = ((x ^ (x >> 15)) * 0x846CA68B) & 0xFFFFFFFF
    return x ^ (x >> 16)


def permuted(index, count, key):
    half = max(1, math.ceil(math.log2(count) / 2))
    mask = (1 << half) - 1
    while True:
        left, right = index >> half, index & mask
        for r in range(6):
            left, right = right, (left ^ mix(right ^ mix(key + r))) & mask
        index = (left << half) | right
        if index < count:
            return index


def write(name, order):
    path = os.path.join(HERE, "data", name + "_lmdb")
    images = np.load(os.path.join(HERE, "data", name + "_images.npy"), mmap_mode="r")
    labels = np.load(os.path.join(HERE, "data", name + "_labels.npy"))
    size = images.size + 4096 * (len(images) + 1024)
    with lmdb.open(path, map_size=2 * size) as base, base.begin(write=True) as transaction:
        for place in range(len(images)):
            i = order(place, len(images))
            transaction.put(b"%08d" % place, datum(images[i], labels[i]))
    print(f"{path}: {len(images)} images")


def main():
    with open(os.path.join(HERE, "data", "order.json")) as file:
        order = json.load(file)
    key = mix((order["seed"] & 0xFFFFFFFF) ^ mix(0))
    write("train", (lambda i, n: permuted(i, n, key)) if order["shuffle"] else (lambda i, n: i))
    if os.path.exists(os.path.join(HERE, "data", "test_images.npy")):
        write("test", lambda i, n: i)


if __name__ == "__main__":
    main()
`;
