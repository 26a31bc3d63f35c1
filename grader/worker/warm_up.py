"""What a process does before it serves: the first use of a part of torch costs time, which is no learner's."""

from __future__ import annotations

import functools

from grader.process.prepare import keep_compiler_away, stand_in
from grader.worker.module import compiled
from grader.worker.worker import Worker

SOURCE = """
import copy
import io

import torch
from torch.utils.data import DataLoader, TensorDataset, random_split

def example(x):
    return torch.nn.functional.relu(x) * 2

def failing(x):
    raise ValueError("an example")

def training(x):
    model = torch.nn.Linear(2, 1)
    optimiser = torch.optim.Adam(model.parameters())
    scheduler = torch.optim.lr_scheduler.StepLR(optimiser, 1)
    data = random_split(TensorDataset(x.expand(2, 2)), [1, 1])[0]
    for (batch,) in DataLoader(data, batch_size=1, shuffle=True):
        model.weight.grad, model.bias.grad = torch.zeros(1, 2), torch.zeros(1)
        optimiser.step()
        optimiser.zero_grad()
        scheduler.step()
    file = io.BytesIO()
    torch.save(optimiser.state_dict(), file)
    file.seek(0)
    optimiser.load_state_dict(torch.load(file))
    return repr(copy.deepcopy(model)(x))

def layers(x):
    torch.nn.LSTM(4, 6)(x.new_ones(5, 3, 4))  # smaller ones take another way, and warm nothing up
    return torch.nn.Conv2d(2, 3, 3)(x.new_ones(4, 2, 5, 5)).relu()
"""
TENSOR = {"dtype": "float32", "shape": [2], "stride": [1], "offset": 0, "device": "cpu", "storage": 0}
ARGUMENT = {"argument": {"number": 1, "tensor": {**TENSOR, "requires_grad": False}}}


@functools.cache
def warm_up() -> None:
    """Load a module, call it, let it fail and train; no backward pass, which would not survive a fork.

    Once in a process: what is forked from one that has done it is warm too.
    """
    keep_compiler_away()
    stand_in()
    worker = Worker()
    name = "torchgrade_example"
    code = {"dict": [[name, {"bytes": 0}]]}
    files = {"op": "files", "sources": {name: SOURCE}, "codes": code}
    worker.handle(files, [bytearray(compiled(name, SOURCE))])
    worker.handle({"op": "load", "slug": name, "seed": 0}, [])
    for name in ("example", "failing", "training", "layers"):
        arguments = {"args": {"list": [ARGUMENT]}, "kwargs": {"dict": []}}
        worker.handle({"op": "call", "name": name, **arguments, "record": ["softmax"]}, [bytearray(8)])
