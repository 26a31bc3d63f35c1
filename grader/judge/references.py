"""The reference solutions and the known mistakes, loaded in the judge only.

Where a course was handed out without them the stub tells signatures and names, and there are no mistakes.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import importlib.util
import inspect
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.course import Course, Task
from grader.course.layout import SHARED_BY_SUITES
from grader.course.stub import trees_of
from grader.intake.topic_imports import imported_topics
from grader.suite.mistakes import Mistake, mistakes_in, offer_reference


def load_file(path: Path, name: str) -> types.ModuleType:
    """Execute a trusted file as a module called `name`."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded as a module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@functools.cache
def load_shared(file: Path) -> types.ModuleType:
    """Execute what the suites, or the known mistakes, of a topic share; once in a process."""
    return load_file(file, "_".join(["_torchgrade_shared", *file.parts[-3:-1]]))


class References:
    """Reference modules by topic, and what follows from them."""

    def __init__(self, course: Course) -> None:
        """Load nothing yet."""
        self._course = course
        self.module = functools.cache(self._module)
        self._trees = functools.cache(lambda slug: trees_of(course, slug))
        self.signatures = functools.cache(self._signatures)
        self.mistakes = functools.cache(self._mistakes)

    def _module(self, slug: str) -> types.ModuleType:
        with self._importable(self.tree(slug)):
            module = load_file(self._course.reference_file(slug), f"_torchgrade_reference_{slug}")
        offer_reference(slug, module)
        return module

    @contextlib.contextmanager
    def _importable(self, tree: ast.Module, **beside: types.ModuleType) -> Iterator[None]:
        """Let a file of ours import the references of other topics by their names, and what lies beside it."""
        others = beside | {slug: self.module(slug) for slug in imported_topics(tree, self._course.slugs)}
        before = {slug: sys.modules.get(slug) for slug in others}  # a submission's, where it runs in this process
        sys.modules.update(others)
        try:
            yield
        finally:
            for slug, module in before.items():
                if module is None:
                    del sys.modules[slug]
                else:
                    sys.modules[slug] = module

    def tree(self, slug: str) -> ast.Module:
        """Return the tree of a topic's reference."""
        return self._trees(slug)[0]

    def stub(self, slug: str) -> ast.Module:
        """Return the tree of its stub."""
        return self._trees(slug)[1]

    def _signatures(self, slug: str) -> dict[str, tuple[str, ...]]:
        public = {name: value for name, value in vars(self.module(slug)).items() if not name.startswith("_")}
        own = {name: _parameters(value) for name, value in public.items() if callable(value)}
        classes = [value for value in public.values() if inspect.isclass(value)]
        return own | {name: names for kind in classes for name, names in _methods(kind)}

    def _mistakes(self, task: Task) -> tuple[Mistake, ...]:
        if not self._course.has_solution(task.topic):
            return ()
        self.module(task.topic)
        name, file = f"_torchgrade_mistakes_{task.topic}_{task.name}", self._course.mistakes_file(task)
        tree, shared = ast.parse(file.read_text(encoding="utf-8")), file.with_name(SHARED_BY_SUITES)
        beside = {shared.stem: load_shared(shared)} if shared.is_file() else {}
        with self._importable(tree, **beside):
            return mistakes_in(vars(load_file(file, name)))

    def is_known(self, topic: str) -> bool:
        """Whether the reference of a topic is here, so that it can be played."""
        return self._course.has_solution(topic)

    def with_variant(self, task: Task, variant: Any) -> types.SimpleNamespace:
        """Return the reference with one task replaced."""
        return types.SimpleNamespace(**{**vars(self.module(task.topic)), task.name: variant})


def _methods(kind: type) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the parameters of each method as `Class.method`, and of a call of the object."""
    for name, method in vars(kind).items():
        if inspect.isfunction(method):
            called = "__call__" if name == "forward" else name
            yield from {f"{kind.__name__}.{each}": _parameters(method)[1:] for each in (name, called)}.items()


def _parameters(function: Any) -> tuple[str, ...]:
    try:
        return tuple(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return ()
