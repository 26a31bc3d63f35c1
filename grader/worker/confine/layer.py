"""What the layers have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

LAYERS = (
    "files",
    "network",
    "processes",
    "system calls",
    "identity",
    "environment",
    "memory",
    "cpu",
    "open files",
    "file size",
    "threads",
)


@dataclass(frozen=True)
class Start:
    """What is known of a worker only once it has been forked."""

    keep: tuple[int, ...]  # descriptors that stay open
    folder: str  # its own scratch folder


class Layer(Protocol):
    """One means of the system, which gives one or several layers."""

    @property
    def names(self) -> tuple[str, ...]:
        """The layers that hold once it is applied."""

    def apply(self, start: Start) -> None:
        """Confine this process for good; raises OSError or ValueError where the system refuses."""
