"""Doing once in the server what every worker would else do first."""

from __future__ import annotations

from typing import Any

from grader.worker.module import compiled
from grader.worker.worker import Worker

SOURCE = """
import torch

def example(x):
    return torch.nn.functional.relu(x) * 2

def failing(x):
    raise ValueError("an example")
"""
TENSOR = {"dtype": "float32", "shape": [2], "stride": [1], "offset": 0, "device": "cpu", "storage": 0}
ARGUMENT = {"argument": {"number": 1, "tensor": {**TENSOR, "requires_grad": False}}}


def warm_up() -> None:
    """Load a module, call it and let it fail; no backward pass, which would not survive a fork."""
    worker = Worker()
    example = {"slug": "torchgrade_example", "source": SOURCE, "seed": 0, "code": {"bytes": 0}}
    worker.handle({"op": "load", **example}, [bytearray(compiled("torchgrade_example", SOURCE))])
    for name in ("example", "failing"):
        call: dict[str, Any] = {
            "op": "call",
            "name": name,
            "args": {"list": [ARGUMENT]},
            "kwargs": {"dict": []},
            "record": True,
        }
        worker.handle(call, [bytearray(8)])
