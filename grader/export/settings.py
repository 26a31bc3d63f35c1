"""What an instructor decides when an autograder is exported; it travels as `settings.json`."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field

EACH, FRESH = "each", "fresh"
LARGEST_SEED = 2**63 - 1


@dataclass(frozen=True)
class Settings:
    """The choices of one assignment."""

    title: str = "torchgrade"
    tasks: tuple[str, ...] = ()  # ids and topics; all of the course if empty
    points: float | None = None  # what the assignment is worth; None: what its tasks are worth
    seed: int = 0
    seeds: str = (
        ""  # "": the same inputs for everybody; "each": others for each student; "fresh": in each run
    )
    visibility: str = "visible"
    shown: Mapping[str, str] = field(default_factory=dict)  # visibility of single tasks and topics
    late_percent: float = 0.0  # of the points, for each day begun after the due date
    grace_minutes: float = 0.0
    attempts_per_day: int | None = None
    minutes: float = 10.0  # that Gradescope gives a run
    sandbox: str = "auto"
    jobs: int = 1
    needs: bool = True  # a task that fails is skipped while a task that it builds on has not passed

    def seed_for(self, students: Collection[str]) -> int:
        """The seed of a run for these students, who hand in together."""
        if self.seeds == FRESH:
            return secrets.randbits(31)
        if self.seeds == EACH:
            text = json.dumps([self.seed, sorted(students)])
            return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1
        return self.seed


def to_text(settings: Settings) -> str:
    """The settings as JSON that a person may edit."""
    return json.dumps(asdict(settings), indent=2) + "\n"


def from_text(text: str) -> Settings:
    """The settings that were exported.

    Raises:
        ValueError: they are none.
    """
    values = json.loads(text)
    try:
        return Settings(**{**values, "tasks": tuple(values.get("tasks", ()))})
    except TypeError as problem:
        raise ValueError(f"settings.json: {problem}") from None
