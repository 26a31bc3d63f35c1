"""What a suite asked of a task, as steps that can be taken again in any worker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from torch import Tensor

MOST_OF_A_NUMBER = 100  # what a whole number counts for: it may be the size of something, or a seed


@dataclass(frozen=True)
class Scratch:
    """A place in the worker's private folder."""

    below: str


@dataclass(frozen=True)
class Step:
    """Something that was asked of the worker; in one run it is done once."""

    number: int
    kind: str  # global, attribute, call, run
    parts: tuple[Any, ...]


@dataclass(frozen=True)
class Play:
    """A request that reached the task, with what it needs."""

    step: Step
    before: tuple[Step, ...]  # what it finds in its folder was written by these
    seconds: float  # that the reference took, with all around it
    asked: int  # how often it reached for the task by its name
    made: int = 0  # how many numbers came out

    @property
    def is_call(self) -> bool:
        """Whether the suite called the task itself, and not a scenario."""
        return self.step.kind == "call"

    @property
    def size(self) -> int:
        """How many numbers go in; a small whole one may be a size itself."""
        return sum(map(_size, leaves_of(self.step)))

    @property
    def work(self) -> tuple[int, int]:
        """How large a play is: of a call by what comes out, as a kernel as large as its image gives one number."""
        return self.made if self.is_call else 0, self.size

    @property
    def objects(self) -> int:
        """What a class is ranked by: with tensors one object is best followed alone, without them many together."""
        has_tensors = any(isinstance(part, Tensor) for part in leaves_of(self.step))
        return self.asked if has_tensors else -self.asked

    @property
    def has_graph(self) -> bool:
        """Whether one of its tensors asks for a gradient."""
        return any(isinstance(part, Tensor) and part.requires_grad for part in leaves_of(self.step))


def packed(value: Any, scratch: str) -> Any:
    """Return steps as plain values that a message can carry, for a worker with the private folder `scratch`."""
    if isinstance(value, Step):
        parts = (packed(part, scratch) for part in value.parts)
        return {"a step of the play": [value.number, value.kind, *parts]}
    if isinstance(value, Scratch):
        return scratch + value.below
    if type(value) in (list, tuple):
        return type(value)(packed(part, scratch) for part in value)
    return {key: packed(part, scratch) for key, part in value.items()} if type(value) is dict else value


def steps_in(value: Any) -> Iterator[Step]:
    """Return the steps among the parts of a value, the outermost of each branch."""
    if isinstance(value, Step):
        yield value
    elif isinstance(value, (list, tuple, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from steps_in(part)


def leaves_of(value: Any) -> Iterator[Any]:
    """Return what is neither a step nor a container."""
    if isinstance(value, Step):
        value = value.parts
    if not isinstance(value, (list, tuple, dict)):
        yield value
        return
    for part in value.values() if isinstance(value, dict) else value:
        yield from leaves_of(part)


def _size(value: Any) -> int:
    if isinstance(value, Tensor):
        return value.numel()
    return 1 + min(abs(value), MOST_OF_A_NUMBER) if type(value) is int else int(type(value) is float)
