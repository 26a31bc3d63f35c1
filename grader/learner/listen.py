"""Which calls of a task its suite makes: the reference is played, and what is asked of it is noted.

A call is noted as steps that can be played again in any worker: the source that the suite ships, plain arguments, and
the steps that made the objects among them.
"""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from grader.judge.references import References
from grader.judge.subject import NamespaceSubject
from grader.learner.play import Play, Scratch, Step, leaves_of, steps_in
from grader.proxy.handle import Handle
from grader.proxy.session import Session
from grader.sandbox.loopback import Loopback

Note = Callable[[Play], None]


class Unfit(Exception):
    """An object among the arguments was made in a way that is not noted. Remedy: another call."""


class Ear(NamespaceSubject):
    """The reference of one topic in this process; what is asked of one task is noted."""

    def __init__(self, references: References, topic: str, name: str, note: Note) -> None:
        """Call `note` with each request that reached the task and did not raise."""
        self._module, self._note = _Listening(references.module(topic), name), note
        super().__init__(self._module, references)

    @contextlib.contextmanager
    def open(self, topic: str, seed: int, seconds: float, room: str = "") -> Iterator[Session]:
        """Start a loopback worker whose requests are heard."""
        transport = Loopback(self._module)
        try:
            session = _Heard(transport, self._references.signatures(topic), self._module, self._note)
            session.seed(seed)
            yield session
        finally:
            transport.close()


class _Listening:
    """A module that counts how often one of its names was asked for."""

    def __init__(self, module: Any, name: str) -> None:
        self._module, self._name, self.asked = module, name, 0

    def __getattr__(self, name: str) -> Any:
        self.asked += name == self._name
        return getattr(self._module, name)


class _Heard(Session):
    """A conversation that is noted."""

    def __init__(
        self, transport: Loopback, signatures: Mapping[str, Sequence[str]], module: _Listening, note: Note
    ) -> None:
        super().__init__(transport, signatures)
        self._module, self._note = module, note
        self._count = itertools.count(1)
        self._origins: dict[int, Step] = {}  # of the worker's objects, by their number
        self._of_task: set[int] = set()  # numbers of steps that reached the task
        self._writing: list[Step] = []

    def ask(self, header: dict[str, Any], **values: Any) -> Any:
        """Ask, and remember where an object came from."""
        self._module.asked = 0
        result = super().ask(header, **values)
        with contextlib.suppress(Unfit):
            if header["op"] == "global":
                self._remember(result, "global", (header["name"],))
            elif header["op"] == "attribute":
                self._remember(result, "attribute", (self._origin(header["handle"]), header["attribute"]))
        return result

    def call(
        self,
        header: dict[str, Any],
        name: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        may_change: frozenset[str] = frozenset(),
    ) -> Any:
        """Call, and note it where it reached the task."""
        self._module.asked = 0
        try:
            parts = self._parts(header, args, kwargs)  # before the call, which may change them
        except Unfit:
            return super().call(header, name, args, kwargs, may_change)
        started = time.perf_counter()
        result = super().call(header, name, args, kwargs, may_change)
        seconds = time.perf_counter() - started
        step = self._remember(result, header["op"], parts)
        if step.number in self._of_task:
            writes = any(isinstance(part, Scratch) for part in leaves_of(step))
            before = tuple(self._writing) if writes else ()
            made = sum(part.numel() for part in leaves_of(result) if isinstance(part, Tensor))
            self._note(Play(step, before, seconds, self._module.asked, made))
        elif any(isinstance(part, Scratch) for part in leaves_of(step)):
            self._writing.append(step)
        return result

    def _parts(self, header: dict[str, Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        copies: dict[int, Any] = {}
        kept = self._kept(list(args), copies), self._kept(dict(kwargs), copies)
        if header["op"] == "run":
            return header["source"], header["name"], header["scenario"], *kept
        if "name" in header:
            return Step(next(self._count), "global", (header["name"],)), *kept
        return self._origin(header["handle"]), *kept

    def _origin(self, number: int) -> Step:
        if number not in self._origins:
            raise Unfit
        return self._origins[number]

    def _remember(self, result: Any, kind: str, parts: tuple[Any, ...]) -> Step:
        step = Step(next(self._count), kind, parts)
        if self._module.asked or any(part.number in self._of_task for part in steps_in(parts)):
            self._of_task.add(step.number)
        if isinstance(result, Handle):
            self._origins[vars(result)["_number"]] = step
        return step

    def _kept(self, value: Any, copies: dict[int, Any]) -> Any:
        """Return a copy of an argument, and for an object of the worker the step that made it."""
        if isinstance(value, Handle):
            return self._origin(vars(value)["_number"])
        if type(value) in (list, tuple):
            return type(value)(self._kept(part, copies) for part in value)
        if type(value) is dict:
            return {key: self._kept(part, copies) for key, part in value.items()}
        if isinstance(value, str) and "/" in value and value.startswith(self.transport.scratch):
            return Scratch(value.removeprefix(self.transport.scratch))
        if isinstance(value, Tensor):
            return copies.setdefault(id(value), _copy(value))
        return value.clone_state() if isinstance(value, torch.Generator) else value


def _copy(value: Tensor) -> Tensor:
    copy = value.detach().clone()
    if isinstance(value, torch.nn.Parameter):
        copy = torch.nn.Parameter(copy, value.requires_grad)
    elif value.requires_grad:
        copy.requires_grad_()
    if value.is_leaf and value.grad is not None:
        copy.grad = value.grad.clone()
    return copy
