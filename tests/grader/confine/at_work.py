"""Runs in a process of its own: torch at work in a confined worker, each piece of work reported as JSON."""

from __future__ import annotations

import gc
import inspect
import json
import linecache
import os
import statistics
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path

import torch

from grader.process.kernel import in_child
from grader.worker.confine import default_policy, prepare


def matmul():
    return float((torch.ones(300, 300) @ torch.ones(300, 300)).sum())


def backward():
    x = torch.ones(3, requires_grad=True)
    (x * x).sum().backward()
    return x.grad.tolist()


def gradcheck():
    x = torch.randn(3, 4, dtype=torch.float64, requires_grad=True)
    return torch.autograd.gradcheck(torch.softmax, (x, 1)) and torch.autograd.gradgradcheck(
        torch.softmax, (x, 1)
    )


def save_and_load():
    model = torch.nn.Linear(3, 2)
    torch.save(model.state_dict(), "model.pt")
    torch.save(model.weight, os.path.join(tempfile.gettempdir(), "weight.pt"))
    return sorted(torch.load("model.pt")), list(torch.load("weight.pt").shape)


def train():
    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Flatten(), torch.nn.LazyLinear(2)
    )
    model(torch.randn(2, 1, 8, 8))
    optimiser = torch.optim.Adam(model.parameters())
    data = torch.utils.data.TensorDataset(torch.randn(10, 1, 8, 8), torch.zeros(10, dtype=torch.long))
    batches = torch.utils.data.DataLoader(data, batch_size=5, shuffle=True)
    for x, y in batches:
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(model(x), y).backward()
        optimiser.step()
    return len(batches)


def recurrent_and_attention():
    y, _ = torch.nn.LSTM(3, 4)(torch.randn(5, 2, 3))
    return list(y.shape), list(
        torch.nn.TransformerEncoderLayer(8, 2, batch_first=True)(torch.randn(2, 3, 8)).shape
    )


def late_imports():
    import asyncio
    import concurrent.futures
    import decimal
    import sqlite3
    import ssl
    import unittest

    import numpy.fft
    import numpy.random
    import sympy
    import torch.distributions
    import torch.func
    import torch.testing
    import torch.utils.checkpoint

    modules = (
        asyncio,
        concurrent.futures,
        decimal,
        sqlite3,
        ssl,
        unittest,
        numpy,
        sympy,
        torch.func,
        torch.testing,
    )
    return len(modules)


def source_of_torch():
    return inspect.getsource(torch.nn.Linear).startswith("class Linear"), len(
        linecache.getlines(inspect.__file__)
    ) > 100


def threads():
    torch.set_num_threads(2)
    found = []
    thread = threading.Thread(
        target=lambda: found.append(float((torch.ones(600, 600) @ torch.ones(600, 600)).sum()))
    )
    thread.start()
    thread.join()
    return found


def linear_algebra():
    return torch.linalg.svdvals(torch.eye(3)).tolist(), list(torch.fft.fft(torch.ones(4)).shape)


def whereabouts():
    from importlib.metadata import version

    return time.localtime().tm_year > 2000, (os.cpu_count() or 0) > 0, bool(version("torch"))


def too_much_memory():
    try:
        torch.empty(1 << 34, dtype=torch.float64)
    except RuntimeError as refusal:
        return "can't allocate memory" in str(refusal)
    return "allocated"


WORK = (
    matmul,
    backward,
    gradcheck,
    save_and_load,
    train,
    recurrent_and_attention,
    late_imports,
    source_of_torch,
)
WORK += (threads, linear_algebra, whereabouts, too_much_memory)


def main(folder: str) -> None:
    """Play every piece of work in a worker of its own, then measure what confinement costs."""
    prepared = prepare(default_policy(Path(folder)), dedicated=True)
    gc.collect()
    gc.freeze()
    answers = {}
    for work in WORK:
        answers[work.__name__] = in_child(lambda keep, work=work: played(prepared, work, keep))
        prepared.sweep()
    print(json.dumps({"work": answers, "milliseconds": measured(prepared)}))


def played(prepared, work, keep) -> str:
    prepared.apply(keep)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            return repr((work(), [str(warning.message) for warning in said]))
        except Exception as problem:
            return repr(problem)


def measured(prepared, rounds: int = 100) -> float:
    """The median time that one worker takes to be confined."""
    times = []
    for _ in range(rounds):
        times.append(float(in_child(lambda keep: timed(prepared, keep)) or "nan"))
        prepared.sweep()
    return 1000 * statistics.median(times)


def timed(prepared, keep) -> str:
    started = time.perf_counter()
    prepared.apply(keep)
    return str(time.perf_counter() - started)


if __name__ == "__main__":
    main(sys.argv[1])
