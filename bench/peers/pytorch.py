"""PyTorch in the comparison, eager: reads a request a line on stdin (JSON) and answers each with a line on stdout.

{"open": {"plan", "images", "parameters", "labels", "kind"}} -> {"device", "software", "loss"}
{"pass": "step" | "forward", "count"} -> {"milliseconds"}, of all passes together
"""

import base64
import json
import sys
import time

import torch
import torch.nn.functional as F


def floats(text, shape):
    return torch.frombuffer(bytearray(base64.b64decode(text)), dtype=torch.float32).reshape(shape)


class Network:
    def __init__(self, plan, images, parameters, labels, kind):
        self.device = torch.device("cuda" if kind.startswith("cuda") else "cpu")
        # Convolutions would use TensorFloat-32 of their own accord; "fp32" means what it says, "tf32" asks for it.
        torch.backends.cudnn.allow_tf32 = kind == "cuda-tf32"
        torch.backends.cuda.matmul.allow_tf32 = kind == "cuda-tf32"
        torch.backends.cudnn.benchmark = True
        self.bf16 = kind.endswith("bf16")
        self.plan = plan
        self.images = floats(images, [plan["batch"], *plan["record"]]).to(self.device)
        self.labels = torch.tensor(labels).to(self.device)
        self.parameters = [
            torch.nn.Parameter(floats(text, given["shape"]).to(self.device))
            for text, given in zip(parameters, plan["params"])
        ]
        # Running statistics, which a training step keeps up to date.
        self.statistics = {}
        for layer in plan["layers"]:
            if layer["type"] == "normalisation":
                size = plan["params"][layer["params"][0]]["shape"][0]
                self.statistics[layer["top"]] = (
                    torch.zeros(size, device=self.device),
                    torch.ones(size, device=self.device),
                )
        self.optimizer = torch.optim.SGD(self.parameters, lr=0.001, momentum=0.9, weight_decay=0.004)

    def scores(self, training):
        blobs = {self.plan["input"]: self.images}
        for layer in self.plan["layers"]:
            x = [blobs[name] for name in layer["bottoms"]]
            p = [self.parameters[i] for i in layer["params"]]
            blobs[layer["top"]] = self.apply(layer, x, p, training)
        return blobs[self.plan["scores"]]

    def apply(self, layer, x, p, training):
        kind = layer["type"]
        if kind == "convolution":
            bias = p[1] if len(p) > 1 else None
            return F.conv2d(x[0], p[0], bias, layer["stride"], layer["pad"], groups=layer["group"])
        if kind == "pooling":
            pool = F.max_pool2d if layer["method"] == "max" else F.avg_pool2d
            return pool(x[0], layer["kernel"], layer["stride"], layer["pad"], ceil_mode=True)
        if kind == "relu":
            return F.relu(x[0])
        if kind == "add":
            return x[0] + x[1]
        if kind == "product":
            return F.linear(x[0].flatten(1), p[0], p[1])
        if kind == "normalisation":
            mean, variance = self.statistics[layer["top"]]
            return F.batch_norm(x[0], mean, variance, p[0], p[1], training, 0.001, layer["eps"])
        if kind == "response":
            energy = F.avg_pool2d(x[0].square(), layer["size"], 1, layer["size"] // 2)
            return x[0] * (1 + layer["alpha"] * energy).pow(-layer["beta"])
        raise ValueError(kind)

    def precision(self):
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.bf16)

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        with self.precision():
            loss = F.cross_entropy(self.scores(True), self.labels)
        loss.backward()
        self.optimizer.step()
        return loss

    def forward(self):
        with torch.no_grad(), self.precision():
            return self.scores(False)

    def done(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def describe(self):
        if self.device.type == "cuda":
            return torch.cuda.get_device_name()
        return f"{torch.get_num_threads()} threads"


def kinds():
    """Kinds that this machine can measure, best known first."""
    found = ["cpu-fp32"]
    if torch.cuda.is_available():
        found = ["cuda-fp32"]
        if torch.cuda.get_device_capability()[0] >= 8:
            found += ["cuda-tf32", "cuda-bf16"]
    return found


def main():
    if sys.argv[1:] == ["--kinds"]:
        print(json.dumps({"version": torch.__version__, "kinds": kinds()}))
        return
    network = None
    for line in sys.stdin:
        request = json.loads(line)
        if "open" in request:
            network = Network(**request["open"])
            answer = {"device": f"PyTorch {network.describe()}", "loss": network.step().item()}
        else:
            run = getattr(network, request["pass"])
            network.done()
            began = time.perf_counter()
            for _ in range(request["count"]):
                run()
            network.done()
            answer = {"milliseconds": 1000 * (time.perf_counter() - began)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
