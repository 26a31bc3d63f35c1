"""Known mistakes: wrong variants of a task, each with a name and one sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Variant = TypeVar("Variant", bound=Callable[..., Any])

MARK = "__mistake__"
_references: dict[str, Any] = {}


@dataclass(frozen=True)
class Mistake:
    """One wrong variant of a task."""

    name: str
    sentence: str
    variant: Callable[..., Any]


def mistake(sentence: str, *, hint: str = "") -> Callable[[Variant], Variant]:
    """Mark a function or class as a wrong variant; `sentence` tells the learner what is wrong with the code.

    `hint` is what `grade hint` adds to it, a way to find the fault; it is read from the source: a plain text.
    """

    def mark(variant: Variant) -> Variant:
        setattr(variant, MARK, sentence)
        return variant

    return mark


def mistakes_in(namespace: dict[str, Any]) -> tuple[Mistake, ...]:
    """Return the marked variants of a module, in their order."""
    found = [(name, value) for name, value in namespace.items() if MARK in getattr(value, "__dict__", {})]
    return tuple(Mistake(name, getattr(value, MARK), value) for name, value in found)


def reference(topic: str) -> Any:
    """Return the reference module of a topic, for a variant that differs from it in one place."""
    return _references[topic]


def offer_reference(topic: str, module: Any) -> None:
    """Make a reference module known to the variants of its topic."""
    _references[topic] = module
