"""The submission as a module, and small source that a suite ships."""

from __future__ import annotations

import functools
import linecache
import marshal
import math
import random
import sys
import types
from typing import Any

import numpy as np
import numpy.random  # here, so that no worker has to import it
import torch

from grader.device import choice
from grader.device.choice import computes_on_cuda


def compiled(slug: str, source: str) -> bytes:
    """Compile a submission's source without executing it; what comes out serves every later worker."""
    return marshal.dumps(compile(source, f"{slug}.py", "exec"))


def load(slug: str, source: str, code: bytes) -> types.ModuleType:
    """Execute compiled source as the module `slug`; whatever it raises comes out."""
    filename = f"{slug}.py"
    module = types.ModuleType(slug)
    module.__file__ = filename
    remember(filename, source)
    sys.modules[slug] = module
    exec(marshal.loads(code), module.__dict__)
    return module


def shipped(source: str, name: str) -> Any:
    """Return the function `name` that a suite's source defines."""
    filename = f"<{name}>"
    remember(filename, source)
    namespace: dict[str, Any] = {"torch": torch, "math": math, "np": np}
    exec(_code(source, filename), namespace)
    return namespace[name]


@functools.lru_cache
def _code(source: str, filename: str) -> types.CodeType:
    """Compile what a suite ships, which is often the same again."""
    return compile(source, filename, "exec")


def remember(filename: str, source: str) -> None:
    """Let tracebacks show lines of a file that lies nowhere."""
    linecache.cache[filename] = (lambda: source,)  # split into lines only when a traceback asks


def seed_everything(seed: int) -> None:
    """Seed the three generators that a submission may draw from."""
    torch.default_generator.manual_seed(
        seed
    )  # torch.manual_seed also queues work for devices that are not there
    if computes_on_cuda():
        choice.seed(seed)
    random.seed(seed)
    np.random.seed(seed % 2**32)
