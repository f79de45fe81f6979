/** The order of images in Python: what `app/data/order.ts` computes, for every exported program that walks through a data set. */

/** Functions `mix` and `permuted`; needs `import math`. */
export const IMAGE_ORDER_SOURCE = String.raw`def mix(x):
    x &= 0xFFFFFFFF
    x = ((x ^ (x >> 16)) * 0x7FEB352D) & 0xFFFFFFFF
    x = ((x ^ (x >> 15)) * 0x846CA68B) & 0xFFFFFFFF
    return x ^ (x >> 16)


def permuted(index, count, key):
    """The image at a place of an epoch: a permutation of 0 to count-1 that the key names."""
    half = max(1, math.ceil(math.log2(count) / 2))
    mask = (1 << half) - 1
    while True:
        left, right = index >> half, index & mask
        for r in range(6):
            left, right = right, (left ^ mix(right ^ mix(key + r))) & mask
        index = (left << half) | right
        if index < count:
            return index`;
