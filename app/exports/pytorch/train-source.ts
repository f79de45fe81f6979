/** The files `train.py`, `caffe_solver.py` and `data.py` of an exported PyTorch project. */
import { IMAGE_ORDER_SOURCE } from '../image-order-source.ts';

/** Caffe's solvers on PyTorch's tensors. */
export const SOLVER_SOURCE = String.raw`"""Caffe's update rules: momentum holds the learning rate, weight decay is a part of the gradient, rates are rounded to
single precision."""
import math

import numpy as np
import torch

HISTORIES = {"SGD": 1, "Nesterov": 1, "AdaGrad": 1, "RMSProp": 1, "AdaDelta": 2, "Adam": 2, "AdamW": 2}


def learning_rate(s, iteration):
    """The rate of an iteration (from 0)."""
    policy, gamma = s["lr_policy"], s["gamma"]
    if policy == "fixed":
        factor = 1.0
    elif policy == "step":
        factor = gamma ** (iteration // s["stepsize"])
    elif policy == "exp":
        factor = gamma**iteration
    elif policy == "inv":
        factor = (1 + gamma * iteration) ** -s["power"]
    elif policy == "multistep":
        reached = 0
        for value in s["stepvalue"]:  # in the order written, as Caffe takes them
            if iteration < value:
                break
            reached += 1
        factor = gamma**reached
    elif policy == "poly":
        factor = (1 - iteration / s["max_iter"]) ** s["power"]
    elif policy == "sigmoid":
        factor = 1 / (1 + math.exp(-gamma * (iteration - s["stepsize"])))
    else:
        raise ValueError(f"There is no lr_policy {policy!r}.")
    warmup = s["warmup_iter"]
    if iteration < warmup:
        factor *= (iteration + 1) / warmup
    return float(np.float32(np.float32(s["base_lr"]) * factor))


class CaffeSolver:
    """Updates parameters, given as {name: (parameter, lr_mult, decay_mult)}; names are Caffe's, LAYER/POSITION."""

    def __init__(self, settings, parameters):
        self.settings = settings
        self.parameters = {name: entry for name, entry in parameters.items() if entry[1] != 0}
        count = HISTORIES[settings["type"]]
        self.histories = {
            name: [torch.zeros_like(p) for _ in range(count)] for name, (p, _, _) in self.parameters.items()
        }

    @torch.no_grad()
    def step(self, iteration):
        s = self.settings
        rate = learning_rate(s, iteration)
        clip = 1.0
        if s["clip_gradients"] is not None:
            norm = math.sqrt(sum(float((p.grad * p.grad).sum()) for p, _, _ in self.parameters.values()))
            if norm > s["clip_gradients"]:
                clip = s["clip_gradients"] / norm
        for name, (p, lr_mult, decay_mult) in self.parameters.items():
            gradient = p.grad * (clip / s["iter_size"])
            decay = s["weight_decay"] * decay_mult
            local = rate * lr_mult
            pull = p if s["regularization"] == "L2" else torch.sign(p)
            if s["type"] == "AdamW":
                p.sub_(pull, alpha=local * decay)
            elif decay != 0:
                gradient = gradient.add(pull, alpha=decay)
            p.sub_(self._move(gradient, local, self.histories[name], iteration))
        return rate

    def _move(self, g, rate, histories, iteration):
        s, kind = self.settings, self.settings["type"]
        momentum, delta = s["momentum"], s["delta"]
        first = histories[0]
        if kind == "SGD":
            first.mul_(momentum).add_(g, alpha=rate)
            return first
        if kind == "Nesterov":
            old = first.clone()
            first.mul_(momentum).add_(g, alpha=rate)
            return first * (1 + momentum) - old * momentum
        if kind == "AdaGrad":
            first.add_(g * g)
            return rate * g / (first.sqrt() + delta)
        if kind == "RMSProp":
            first.mul_(s["rms_decay"]).add_(g * g, alpha=1 - s["rms_decay"])
            return rate * g / (first.sqrt() + delta)
        second = histories[1]
        if kind == "AdaDelta":
            first.mul_(momentum).add_(g * g, alpha=1 - momentum)
            move = g * ((second + delta) / (first + delta)).sqrt()
            second.mul_(momentum).add_(move * move, alpha=1 - momentum)
            return rate * move
        first.mul_(momentum).add_(g, alpha=1 - momentum)
        second.mul_(s["momentum2"]).add_(g * g, alpha=1 - s["momentum2"])
        root = math.sqrt(1 - s["momentum2"] ** (iteration + 1))
        correction = root / (1 - momentum ** (iteration + 1))
        return rate * correction * first / (second.sqrt() + (delta * root if kind == "AdamW" else delta))
`;

/** The data set, in Crema's order. */
export const DATA_SOURCE = String.raw`"""Images in the order that Crema trains in, prepared as Caffe's data layer prepares them."""
import math
import os

import numpy as np
import torch

from caffe_layers import run, uniform

HERE = os.path.dirname(os.path.abspath(__file__))


${IMAGE_ORDER_SOURCE}


def batch_indices(seed, pass_index, batch, count, shuffle):
    """Which images make up a pass, counted from 0."""
    positions = [pass_index * batch + i for i in range(batch)]
    if not shuffle:
        return [p % count for p in positions]
    return [permuted(p % count, count, mix((seed & 0xFFFFFFFF) ^ mix(p // count))) for p in positions]


class Split:
    """The images of a phase: values of 0 to 255, count x channels x height x width, and their labels."""

    def __init__(self, name, layer):
        self.images = np.load(os.path.join(HERE, "data", name + "_images.npy"), mmap_mode="r")
        self.labels = np.load(os.path.join(HERE, "data", name + "_labels.npy"))
        self.layer = layer
        self.mean = None
        if layer["mean_file"]:
            self.mean = torch.from_numpy(np.load(os.path.join(HERE, "data", "mean.npy")))
            if layer["reverse_channels"]:
                self.mean = self.mean.flip(0)
        elif layer["mean_value"]:
            self.mean = torch.tensor(layer["mean_value"], dtype=torch.float32).view(-1, 1, 1)

    def batch(self, seed, pass_index, shuffle, rank, world, training):
        """This process's share of a pass: images as the net takes them, and labels."""
        size = self.layer["batch_size"]
        if size % world != 0:
            raise SystemExit(f"A batch of {size} images cannot be shared among {world} processes: take a divisor.")
        share = size // world
        first = rank * share
        run.seed, run.pass_index, run.first_image = seed, pass_index, first
        picked = batch_indices(seed, pass_index, size, len(self.labels), shuffle)[first : first + share]
        images = torch.from_numpy(np.stack([self.images[i] for i in picked])).to(torch.float32)
        labels = torch.from_numpy(self.labels[picked].astype(np.int64))
        return self.prepare(images, first, training), labels

    def prepare(self, images, first, training):
        layer = self.layer
        _, _, height, width = images.shape
        rows, columns = layer["crop"] or (height, width)
        places = torch.arange(first, first + len(images), dtype=torch.int64) * 3
        draw = lambda which: uniform(run.seed, run.pass_index, layer["stream"], places + which)
        if training:
            tops = (draw(0) * (height - rows + 1)).to(torch.int64) if rows != height else torch.zeros_like(places)
            lefts = (draw(1) * (width - columns + 1)).to(torch.int64) if columns != width else torch.zeros_like(places)
        else:
            tops = torch.full_like(places, (height - rows) // 2)
            lefts = torch.full_like(places, (width - columns) // 2)
        mirrored = draw(2) < 0.5 if layer["mirror"] else torch.zeros(len(images), dtype=torch.bool)
        if layer["reverse_channels"]:
            images = images.flip(1)
        if self.mean is not None:
            images = images - self.mean
        out = []
        for image, top, left, flip in zip(images, tops.tolist(), lefts.tolist(), mirrored.tolist()):
            cut = image[:, top : top + rows, left : left + columns]
            out.append(cut.flip(2) if flip else cut)
        return torch.stack(out) * torch.tensor(layer["scale"], dtype=torch.float32).view(-1, 1, 1)
`;

/** The program. */
export const TRAIN_SOURCE = String.raw`"""Trains the network of model.py as Crema would: same weights, same order of images, same solver.

One process:            python3 train.py
All GPUs of a machine:  torchrun --nproc_per_node=gpu train.py
Several machines:       torchrun --nnodes=4 --nproc_per_node=8 --rdzv_backend=c10d --rdzv_endpoint=HOST:29500 train.py
Go on from a snapshot:  python3 train.py --resume snapshots/NAME_iter_1000

The batch of settings.json is the whole batch: processes share it. Snapshots are NumPy files with Caffe's names of blobs
(conv1/0): Crema loads them, and "crema convert" makes a .caffemodel of them. losses.csv holds the curves, in the form in which Crema
exports its own: drop it on Crema's page to see both on one chart."""
import argparse
import contextlib
import json
import os
import sys

import numpy as np
import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

from caffe_solver import CaffeSolver
from data import HERE, Split
from model import ACCURACY, MULTIPLIERS, SOME_UNUSED, Net


def save(path, arrays):
    """Writes a file whole or not at all."""
    with open(path + ".partial", "wb") as file:
        np.savez(file, **arrays)
    os.replace(path + ".partial", path)


def load_weights(net, path):
    with np.load(path) as file, torch.no_grad():
        for name, blob in net.caffe_blobs().items():
            if name not in file:
                raise SystemExit(f"{path} holds nothing for {name}.")
            blob.copy_(torch.from_numpy(np.asarray(file[name], dtype=np.float32)).reshape(blob.shape))


def snapshot(settings, net, solver, iteration):
    stem = os.path.join("snapshots", f"{settings['snapshot_prefix']}_iter_{iteration}")
    os.makedirs("snapshots", exist_ok=True)
    save(stem + ".npz", {name: blob.detach().cpu().numpy() for name, blob in net.caffe_blobs().items()})
    state = {"iteration": np.int64(iteration)}
    for name, histories in solver.histories.items():
        for k, history in enumerate(histories):
            state[f"{name}/{k}"] = history.cpu().numpy()
    save(stem + "_state.npz", state)
    print(f"Snapshot {stem}.npz", flush=True)


def restore(solver, path):
    with np.load(path) as file:
        for name, histories in solver.histories.items():
            for k, history in enumerate(histories):
                history.copy_(torch.from_numpy(file[f"{name}/{k}"]).reshape(history.shape))
        return int(file["iteration"])


class Curves:
    """losses.csv: a line for each iteration, with the test before it where there is one. What an earlier run wrote up to
    the iteration that this one begins at stays."""

    HEAD = "iteration,train_loss,learning_rate,test_loss,test_accuracy"

    def __init__(self, path, iteration):
        kept = []
        if iteration > 0 and os.path.exists(path):
            with open(path) as file:
                kept = [line for line in file.read().split("\n")[1:] if line and int(line.split(",")[0]) < iteration]
        self.file = open(path, "w")
        self.file.write("\n".join([self.HEAD] + kept) + "\n")
        self.test = None

    def tested(self, iteration, loss, accuracy):
        self.test = (iteration, f"{loss:.9g},{'' if accuracy is None else format(accuracy, '.9g')}")

    def trained(self, iteration, loss, rate, flush):
        self.file.write(f"{iteration},{loss:.9g},{rate:.9g},{self.test[1] if self.test else ','}\n")
        self.test = None
        if flush:
            self.file.flush()

    def close(self):
        if self.test is not None:
            self.file.write(f"{self.test[0]},,,{self.test[1]}\n")
        self.file.close()


def mean_over_processes(value, world):
    value = value.detach().clone()
    if world > 1:
        dist.all_reduce(value)
    return value / world


@torch.no_grad()
def test(settings, net, split, device, rank, world):
    """Caffe's test: batches from the start of the split, and the means of every output and of the loss over them."""
    sums, losses = {}, 0
    batches = settings["solver"]["test_iter"]
    for t in range(batches):
        images, labels = split.batch(settings["seed"], t, False, rank, world, False)
        found = net.forward_test(images.to(device), labels.to(device))
        losses = losses + mean_over_processes(found["loss"], world)
        for name, value in found["outputs"].items():
            if value.numel() == 1:
                sums[name] = sums.get(name, 0) + mean_over_processes(value.reshape(()), world)
    return {name: float(total) / batches for name, total in sums.items()}, float(losses) / batches


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--resume", help="a snapshot, without .npz")
    options.add_argument("--max-iter", type=int, help="stop after so many iterations")
    options.add_argument("--device", help="cpu, or cuda (default where there is one)")
    given = options.parse_args()
    with open(os.path.join(HERE, "settings.json")) as file:
        settings = json.load(file)
    s = settings["solver"]
    cuda = given.device != "cpu" and torch.cuda.is_available()
    world = int(os.environ.get("WORLD_SIZE", 1))
    rank = int(os.environ.get("RANK", 0))
    local = int(os.environ.get("LOCAL_RANK", 0))
    if world > 1:
        dist.init_process_group("nccl" if cuda else "gloo")
    device = torch.device(f"cuda:{local}" if cuda else "cpu")
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False

    net = Net().to(device)
    load_weights(net, os.path.join(HERE, "weights.npz") if given.resume is None else given.resume + ".npz")
    blobs = net.caffe_blobs()
    for name, (lr_mult, _) in MULTIPLIERS.items():
        blobs[name].requires_grad_(lr_mult != 0)
    solver = CaffeSolver(s, {name: (blobs[name], *multipliers) for name, multipliers in MULTIPLIERS.items()})
    iteration = 0 if given.resume is None else restore(solver, given.resume + "_state.npz")
    trained = DistributedDataParallel(
        net, device_ids=[local] if cuda else None, broadcast_buffers=False, find_unused_parameters=SOME_UNUSED
    ) if world > 1 else net
    train_split = Split("train", settings["train"])
    test_split = Split("test", settings["test"]) if settings["test"] is not None else None
    last = s["max_iter"] if given.max_iter is None else given.max_iter
    curves = Curves("losses.csv", iteration) if rank == 0 else None

    def run_test():
        found, loss = test(settings, net, test_split, device, rank, world)
        if rank == 0:
            print(f"Iteration {iteration}, test:", ", ".join(f"{k} = {v:.6g}" for k, v in found.items()), flush=True)
            curves.tested(iteration, loss, found.get(ACCURACY))

    tests = test_split is not None and s["test_interval"] > 0 and s["test_iter"] > 0
    while iteration < last:
        if tests and iteration % s["test_interval"] == 0 and (iteration > 0 or s["test_initialization"]):
            run_test()
        for p in net.parameters():
            p.grad = None
        total = torch.zeros((), device=device)
        for micro in range(s["iter_size"]):
            pass_index = iteration * s["iter_size"] + micro
            images, labels = train_split.batch(settings["seed"], pass_index, settings["shuffle"], rank, world, True)
            quiet = trained.no_sync() if world > 1 and micro + 1 < s["iter_size"] else contextlib.nullcontext()
            with quiet:
                loss = trained(images.to(device), labels.to(device))["loss"]
                loss.backward()
            total += mean_over_processes(loss, world) / s["iter_size"]
        for p, _, _ in solver.parameters.values():
            if p.grad is None:
                p.grad = torch.zeros_like(p)
        rate = solver.step(iteration)
        if curves is not None:
            shown = s["display"] and iteration % s["display"] == 0
            curves.trained(iteration, float(total), rate, shown)
            if shown:
                print(f"Iteration {iteration}, loss = {float(total):.6g}, lr = {rate:.6g}", flush=True)
        iteration += 1
        if rank == 0 and s["snapshot"] and iteration % s["snapshot"] == 0 and iteration < last:
            snapshot(settings, net, solver, iteration)
    if tests:
        run_test()
    if rank == 0:
        curves.close()
        snapshot(settings, net, solver, iteration)
    if world > 1:
        if cuda:
            dist.destroy_process_group()
        else:
            # Gloo's connections can wait for each other for ever while they are taken down: all is done, end at once.
            sys.stdout.flush()
            os._exit(0)


if __name__ == "__main__":
    main()
`;
