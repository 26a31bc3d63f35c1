"""A trick that saves time at the start of processes: torch's kernels for the device "meta" are put off.

Importing them is a third of importing torch, and every process that grades starts with that. They serve the device
"meta" alone, so the first tensor that is made there brings them, and so does the first import of what they are built
on. Everything is then as torch's own import leaves it.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable, Sequence
from typing import Any

from grader.device.internals import META_KERNELS, generator_metaclass, has, part

NAME = "torch._meta_registrations"
BUILT_ON = ("torch._decomp", "torch._prims", "torch._refs", "torch.utils._content_store")
MAKERS = ("empty.memory_format", "empty_strided")  # whatever makes a tensor comes to one of them
DEVICE = "Meta"


class _Absent(types.ModuleType):
    """Stands for a part of torch that torch's own import would have brought: `torch._refs.f` brings it, too."""

    def __init__(self, name: str, bring: Callable[[], None]) -> None:
        """Wait for the first look at what is in it."""
        super().__init__(name)
        self._bring = bring

    def __getattr__(self, name: str) -> Any:
        """Bring the module, and look there."""
        if name.startswith("__"):
            raise AttributeError(name)
        self._bring()
        return getattr(importlib.import_module(self.__name__), name)


class _Later(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Stands in for the module when torch imports it, and gives way to it when it is needed."""

    def __init__(self) -> None:
        """Wait for torch."""
        self._stands_in = False
        self._library: Any = None

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Take over torch's own import of the module, and any later one of what it is built on."""
        ours = name.startswith(BUILT_ON) if self._stands_in else name == NAME
        return importlib.machinery.ModuleSpec(name, self) if ours else None

    def exec_module(self, module: types.ModuleType) -> None:
        """Watch for the first tensor without data in place of the module's own code; or let the originals come."""
        if module.__name__ == NAME and not (has(META_KERNELS) and generator_metaclass()):
            sys.meta_path.remove(self)
            del sys.modules[NAME]  # an import takes what then stands there
            importlib.import_module(NAME)
        elif module.__name__ == NAME:
            self._stands_in = True
            for name in BUILT_ON[:3]:
                setattr(sys.modules["torch"], name.rpartition(".")[2], _Absent(name, self._give_way))
            self._watch()
        else:
            del sys.modules[module.__name__]  # an import takes what then stands there
            self._give_way()
            importlib.import_module(module.__name__)

    def _watch(self) -> None:
        library, set_metaclass, _ = map(part, META_KERNELS.parts)
        set_metaclass(generator_metaclass())  # the one thing besides that torch expects of this import
        self._library = library("IMPL", "aten", DEVICE, __file__, 0)
        for maker in MAKERS:
            self._library.impl(maker, DEVICE, self._first(maker), False)

    def _first(self, maker: str) -> Callable[..., Any]:
        """Return what is called in place of a maker of tensors, once."""

        def make(*args: Any, **kwargs: Any) -> Any:
            import torch

            self._give_way()
            name, _, overload = maker.partition(".")
            return getattr(getattr(torch.ops.aten, name), overload or "default")(*args, **kwargs)

        return make

    def _give_way(self) -> None:
        """Let torch's own kernels come back, and import the module, whatever mode we are called in."""
        if not self._stands_in:
            return
        self._stands_in = False
        sys.meta_path.remove(self)
        del sys.modules[NAME]
        self._library.reset()
        with part(META_KERNELS.parts[2])():
            importlib.import_module(NAME)


def put_off() -> None:
    """Put them off, for this process and what it forks; without effect once torch has been imported."""
    if "torch" not in sys.modules and not any(isinstance(finder, _Later) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Later())

