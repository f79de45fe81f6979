/** The file `make_lmdb.py` of an exported Caffe folder. */
import { IMAGE_ORDER_SOURCE } from '../image-order-source.ts';

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
    """A record as Caffe's Datum: channels, height, width, values (bytes, or floats one by one), label."""
    head = b"".join(bytes([8 * (i + 1)]) + varint(extent) for i, extent in enumerate(image.shape))
    tail = b"\x28" + varint(int(label))
    if image.dtype == np.uint8:
        data = image.tobytes()
        return head + b"\x22" + varint(len(data)) + data + tail
    keyed = np.full((image.size, 5), 0x35, np.uint8)
    keyed[:, 1:] = np.ascontiguousarray(image, "<f4").reshape(-1, 1).view(np.uint8)
    return head + tail + keyed.tobytes()


${IMAGE_ORDER_SOURCE}


def write(name, order):
    path = os.path.join(HERE, "data", name + "_lmdb")
    images = np.load(os.path.join(HERE, "data", name + "_images.npy"), mmap_mode="r")
    labels = np.load(os.path.join(HERE, "data", name + "_labels.npy"))
    size = images.size * (1 if images.dtype == np.uint8 else 5) + 4096 * (len(images) + 1024)
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
