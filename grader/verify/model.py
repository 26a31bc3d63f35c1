"""What a verification found: plain frozen data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MistakeProof:
    """One known mistake and the tests that catch it."""

    name: str
    sentence: str
    caught_by: tuple[str, ...]
    alike: tuple[str, ...]  # other mistakes that do the same on every test
    broken: str = ""  # why the variant itself cannot run: a name that is not there

    @property
    def named(self) -> bool:
        """Whether a submission with this mistake would be told so."""
        return bool(self.caught_by) and not self.alike


@dataclass(frozen=True)
class TaskProof:
    """One task: its mistakes, its stub, its solution, its seeds."""

    id: str
    tests: int
    mistakes: int
    caught: int
    named: int
    alike: tuple[str, ...]  # "one = other"
    stub: str  # the verdict
    solution: str  # the verdict
    seeds: int  # under which the tests that do not depend on luck were played
    seeds_passed: int
    problems: tuple[str, ...]
    rows: tuple[MistakeProof, ...] = ()
    statistical: int = 0  # tests whose passing depends on luck
    statistical_seeds: int = 0  # under which those were played; 0 where there are none
    statistical_seeds_passed: int = 0


@dataclass(frozen=True)
class TopicProof:
    """One topic."""

    slug: str
    tasks: tuple[TaskProof, ...]


@dataclass(frozen=True)
class Verification:
    """Everything that was verified."""

    topics: tuple[TopicProof, ...]
    problems: tuple[str, ...]  # of the course as a whole: layout, stubs
    ok: bool
