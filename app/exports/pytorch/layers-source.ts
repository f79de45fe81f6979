/** The file `caffe_layers.py` of an exported PyTorch project: what Caffe's layers do that PyTorch's own do not. */

/** Works with PyTorch 1.13 and later. */
export const LAYERS_SOURCE = String.raw`"""Caffe's layers where PyTorch has none like them: pooling with sizes rounded up, batch statistics in three blobs,
losses divided as Caffe divides them, and random numbers that are a function of what they are for."""
import torch
import torch.distributed as dist
import torch.nn as nn
import torch.nn.functional as F


class Run:
    """Where the run is: random numbers depend on it. Set by train.py before each pass."""

    seed = 0
    pass_index = 0
    first_image = 0  # index in the whole batch of this process's first image


run = Run()


def world_size():
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def all_sum(value):
    """The sum over all processes; gradients pass."""
    if world_size() == 1:
        return value
    from torch.distributed.nn.functional import all_reduce

    return all_reduce(value)


# ---- random numbers ------------------------------------------------------------------------------------------------

_MASK = 0xFFFFFFFF


def _finalise(h):
    h = h ^ (h >> 16)
    h = (h * 0x7FEB352D) & _MASK
    h = h ^ (h >> 15)
    h = (h * 0x846CA68B) & _MASK
    return h ^ (h >> 16)


def uniform(seed, iteration, stream, index):
    """Numbers of [0, 1) for an int64 tensor of indices, the same in any order and on any device."""
    h = _finalise(((seed & _MASK) * 0x9E3779B9 + 0xC2B2AE3D) & _MASK)
    h = _finalise(h ^ (((stream & _MASK) * 0xC2B2AE3D + 0x27D4EB2F) & _MASK))
    h = _finalise(h ^ (((iteration & _MASK) * 0x85EBCA77 + 0x9E3779B9) & _MASK))
    h = _finalise(h ^ ((index * 0x27D4EB2F + 0x85EBCA77) & _MASK))
    return (h >> 8).to(torch.float32) * 2.0**-24


def dropout(x, ratio, stream):
    """Zeroes values at random and scales the others up; the same values however many processes share the batch."""
    per_image = x[0].numel()
    index = torch.arange(x.numel(), device=x.device, dtype=torch.int64) + run.first_image * per_image
    keep = uniform(run.seed, run.pass_index, stream, index).view_as(x) >= ratio
    return torch.where(keep, x * (1.0 / (1.0 - ratio)), torch.zeros_like(x))


# ---- pooling and neighbours ----------------------------------------------------------------------------------------


def _end_padding(x, kernel, stride, pad, out):
    return [max(0, (out[d] - 1) * stride[d] + kernel[d] - x.shape[2 + d] - pad[d]) for d in (0, 1)]


def max_pool(x, kernel, stride, pad, out):
    """Caffe's MAX pooling to a size of out: the last window may hang over the edge."""
    end = _end_padding(x, kernel, stride, pad, out)
    padded = F.pad(x, (pad[1], end[1], pad[0], end[0]), value=float("-inf"))
    return F.max_pool2d(padded, kernel, stride)[:, :, : out[0], : out[1]]


def average_pool(x, kernel, stride, pad, out):
    """Caffe's AVE pooling: padding counts in the divisor, what lies behind it does not."""
    end = _end_padding(x, kernel, stride, pad, out)
    lengths = []
    for d in (0, 1):
        starts = torch.arange(out[d], device=x.device) * stride[d] - pad[d]
        ends = torch.clamp(starts + kernel[d], max=x.shape[2 + d] + pad[d])
        lengths.append((ends - starts).to(x.dtype))
    sums = F.avg_pool2d(F.pad(x, (pad[1], end[1], pad[0], end[0])), kernel, stride)[:, :, : out[0], : out[1]]
    return sums * (kernel[0] * kernel[1]) / (lengths[0][:, None] * lengths[1][None, :])


def lrn_within(x, size, alpha, beta):
    """LRN over a square of the same channel; values outside the image count as zeros."""
    mean = F.avg_pool2d(x * x, size, 1, (size - 1) // 2, count_include_pad=True)
    return x * (1 + alpha * mean) ** -beta


def mvn(x, across_channels, normalize_variance, eps):
    """Each image, or each of its channels, to mean 0 and variance 1."""
    axes = list(range(1 if across_channels else 2, x.dim()))
    centred = x - x.mean(axes, keepdim=True)
    if not normalize_variance:
        return centred
    return centred / ((centred * centred).mean(axes, keepdim=True).sqrt() + eps)


# ---- layers with blobs ---------------------------------------------------------------------------------------------


class BatchNorm(nn.Module):
    """Caffe's BatchNorm: mean, variance and the factor that both are scaled by. Statistics are of the whole batch, over
    all processes."""

    def __init__(self, channels, momentum=0.999, eps=1e-5, use_global_stats=None):
        super().__init__()
        self.momentum, self.eps, self.use_global_stats = momentum, eps, use_global_stats
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("variance", torch.zeros(channels))
        self.register_buffer("factor", torch.zeros(1))

    def forward(self, x, training):
        shape = [1, -1] + [1] * (x.dim() - 2)
        stored = self.use_global_stats if self.use_global_stats is not None else not training
        if stored:
            scale = torch.where(self.factor == 0, self.factor, 1 / self.factor)
            mean, variance = self.mean * scale, self.variance * scale
        else:
            axes = [d for d in range(x.dim()) if d != 1]
            world = world_size()
            mean = all_sum(x.mean(axes)) / world
            centred = x - mean.view(shape)
            variance = all_sum((centred * centred).mean(axes)) / world
            if training:
                count = x.numel() // x.shape[1] * world
                correction = count / (count - 1) if count > 1 else 1
                with torch.no_grad():
                    self.mean.mul_(self.momentum).add_(mean)
                    self.variance.mul_(self.momentum).add_(variance * correction)
                    self.factor.mul_(self.momentum).add_(1)
        return (x - mean.view(shape)) / (variance + self.eps).sqrt().view(shape)


class Scale(nn.Module):
    """A learned factor, and a bias where there is one, for some axes of x."""

    def __init__(self, shape, trailing, bias):
        super().__init__()
        self.trailing = trailing
        self.weight = nn.Parameter(torch.ones(shape))
        self.bias = nn.Parameter(torch.zeros(shape)) if bias else None

    def forward(self, x):
        y = x * spread(self.weight, self.trailing)
        return y if self.bias is None else y + spread(self.bias, self.trailing)


class Bias(nn.Module):
    """A learned bias for some axes of x."""

    def __init__(self, shape, trailing):
        super().__init__()
        self.trailing = trailing
        self.weight = nn.Parameter(torch.zeros(shape))

    def forward(self, x):
        return x + spread(self.weight, self.trailing)


def spread(small, trailing):
    """A blob with axes of extent 1 behind it, so that it lies on the axes that it covers."""
    return small.reshape(list(small.shape) + [1] * trailing)


class InnerProduct(nn.Module):
    """Outputs x inputs as nn.Linear, or inputs x outputs where transposed."""

    def __init__(self, inputs, outputs, bias=True, axis=1, transpose=False):
        super().__init__()
        self.axis, self.transpose = axis, transpose
        self.weight = nn.Parameter(torch.zeros((inputs, outputs) if transpose else (outputs, inputs)))
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None

    def forward(self, x):
        return F.linear(x.flatten(self.axis), self.weight.t() if self.transpose else self.weight, self.bias)


class Embed(nn.Module):
    """A learned vector for each integer."""

    def __init__(self, inputs, outputs, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(inputs, outputs))
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None

    def forward(self, x):
        y = F.embedding(x.long(), self.weight)
        return y if self.bias is None else y + self.bias


class PReLU(nn.Module):
    """A rectifier with a learned slope for each channel, or one for all."""

    def __init__(self, slopes):
        super().__init__()
        self.weight = nn.Parameter(torch.full(slopes, 0.25))

    def forward(self, x):
        return F.prelu(x, self.weight.reshape(-1))


# ---- losses --------------------------------------------------------------------------------------------------------


def _divisor(mode, positions, batch, valid):
    """What Caffe divides a summed loss by. Processes average their gradients, so each divides by its share."""
    world = world_size()
    if mode == "NONE":
        return 1.0 / world
    if mode == "BATCH_SIZE":
        return max(1, batch)
    if mode == "FULL" or valid is None:
        return max(1, positions)
    return torch.clamp(all_sum(valid.to(torch.float32)), min=1) / world


def softmax_loss(scores, labels, axis=1, ignore=None, mode="VALID", smoothing=0.0):
    scores = scores.movedim(axis, -1)
    classes = scores.shape[-1]
    labels = labels.reshape(-1).long()
    scores = scores.reshape(-1, classes)
    ignored = -100 if ignore is None else ignore
    losses = F.cross_entropy(scores, labels, reduction="sum", ignore_index=ignored, label_smoothing=smoothing)
    valid = None if ignore is None else (labels != ignore).sum()
    return losses / _divisor(mode, labels.numel(), run_batch(labels, scores), valid)


def run_batch(labels, scores):
    return scores.shape[0] if labels.dim() == 1 else labels.shape[0]


def sigmoid_loss(scores, targets, ignore=None, mode="BATCH_SIZE"):
    targets = targets.reshape(scores.shape).to(scores.dtype)
    losses = F.binary_cross_entropy_with_logits(scores, targets, reduction="none")
    valid = None
    if ignore is not None:
        counted = targets != ignore
        losses, valid = losses * counted, counted.sum()
    return losses.sum() / _divisor(mode, scores.numel(), scores.shape[0], valid)


def euclidean_loss(a, b):
    return ((a - b.reshape(a.shape)) ** 2).sum() / (2 * a.shape[0])


def hinge_loss(scores, labels, norm):
    labels = labels.reshape(-1).long()
    scores = scores.flatten(1)
    sign = torch.ones_like(scores).scatter(1, labels[:, None], -1.0)
    margins = torch.clamp(1 + sign * scores, min=0)
    return (margins if norm == "L1" else margins**2).sum() / scores.shape[0]


def accuracy(scores, labels, axis=1, top_k=1, ignore=None):
    scores = scores.movedim(axis, -1)
    scores = scores.reshape(-1, scores.shape[-1])
    labels = labels.reshape(-1).long()
    own = scores.gather(1, labels.clamp(0, scores.shape[1] - 1)[:, None])
    right = (scores >= own).sum(1) <= top_k
    counted = torch.ones_like(right) if ignore is None else labels != ignore
    return (right & counted).sum().to(torch.float32) / counted.sum().clamp(min=1)
`;
