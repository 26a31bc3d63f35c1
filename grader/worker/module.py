"""The submission's files as modules that can import one another, and small source that a suite ships."""

from __future__ import annotations

import functools
import importlib
import linecache
import marshal
import math
import random
import sys
import types
from collections.abc import Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import Any

import numpy as np
import numpy.random  # here, so that no worker has to import it
import torch

from grader.device import cuda
from grader.device.choice import computes_on_cuda


def compiled(slug: str, source: str) -> bytes:
    """Compile a submission's source without executing it; what comes out serves every later worker."""
    return marshal.dumps(compile(source, f"{slug}.py", "exec"))


class _Files(MetaPathFinder, Loader):
    """Finds the files of one submission, which lie nowhere, whenever a module of their name is imported."""

    def __init__(self) -> None:
        self.sources: Mapping[str, str] = {}
        self.codes: Mapping[str, types.CodeType] = {}

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: object = None) -> ModuleSpec | None:
        """Answer for the names of the files alone."""
        return ModuleSpec(fullname, self, origin=f"{fullname}.py") if fullname in self.sources else None

    def exec_module(self, module: types.ModuleType) -> None:
        """Execute a file, whose lines tracebacks can show."""
        module.__file__ = filename = f"{module.__name__}.py"
        remember(filename, self.sources[module.__name__])
        exec(self.codes[module.__name__], module.__dict__)

    def forget(self) -> None:
        """Let each module be executed anew when it is imported next."""
        for slug in self.sources:
            sys.modules.pop(slug, None)


_files = _Files()


def keep(sources: Mapping[str, str], codes: Mapping[str, bytes]) -> None:
    """Keep compiled files for each `load` that follows, in place of those kept before."""
    forget()
    _files.sources, _files.codes = sources, {slug: marshal.loads(code) for slug, code in codes.items()}


def load(slug: str) -> types.ModuleType:
    """Execute the file `slug` anew, which may import the others that are kept; whatever it raises comes out."""
    forget()  # also whatever else may have such a name
    if _files not in sys.meta_path:
        sys.meta_path.insert(0, _files)
    return importlib.import_module(slug)


def forget() -> None:
    """Let go of the modules that the last `load` brought."""
    _files.forget()


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
    # torch.manual_seed also queues work for devices that are not there
    torch.default_generator.manual_seed(seed)
    if computes_on_cuda():
        cuda.seed(seed)
    random.seed(seed)
    np.random.seed(seed % 2**32)
