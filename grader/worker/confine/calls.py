"""Which system calls a worker may not make (`system_calls.toml` says why), and which it may under conditions."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OWN_PROCESS = -1  # stands for the worker's own process id, known only after the fork
HIGHEST = 462  # mseal, Linux 6.10; a call that came later is answered as if the kernel did not know it

# Machine name of the kernel -> the audit architecture that seccomp reports, and where the table has its numbers.
ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}


@functools.cache
def _table() -> dict[str, dict[str, dict[str, int | list[int]]]]:
    """What is answered -> why -> call -> its number, or those of the architectures in their order."""
    return tomllib.loads(Path(__file__).with_name("system_calls.toml").read_text(encoding="utf-8"))


def calls(answer: str) -> Iterator[str]:
    """The names of the calls that are `refused`, `unknown` or `limited`."""
    return (name for group in _table()[answer].values() for name in group)


def numbers_on(machine: str) -> dict[str, int]:
    """The numbers of the calls that this machine has."""
    _, place = ARCHITECTURES[machine]
    rows = [row for groups in _table().values() for group in groups.values() for row in group.items()]
    known = {name: [number] * len(ARCHITECTURES) if isinstance(number, int) else number for name, number in rows}
    return {name: numbers[place] for name, numbers in known.items() if place < len(numbers)}


@dataclass(frozen=True)
class Check:
    """One condition on an argument: `argument & mask` is among `values` (or, `among=False`, is not)."""

    argument: int
    values: tuple[int, ...]
    mask: int = 0xFFFFFFFF
    among: bool = True
    high: bool = False  # look at the upper 32 bits instead of the lower
    other: tuple[tuple[int, tuple[int, ...]], ...] = ()  # or, under each of these masks, is among these values


@dataclass(frozen=True)
class Rule:
    """Calls that are allowed when every check holds."""

    reason: str
    names: tuple[str, ...]
    checks: tuple[Check, ...]


_CLONE_THREAD = 0x00010000
_TRUNCATE, _ACCESS_MODE = 0o1000, 0o3
# TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX
PYTHONS_CONTROLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)

LIMITED = (
    Rule("threads, not processes", ("clone",), (Check(0, (_CLONE_THREAD,), mask=_CLONE_THREAD),)),
    Rule(
        "signals only to itself: abort() needs that",
        ("kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"),
        (Check(0, (OWN_PROCESS,)),),
    ),
    Rule(
        "its own limits, read only",
        ("prlimit64",),
        (Check(0, (0, OWN_PROCESS)), Check(2, (0,)), Check(2, (0,), high=True)),
    ),
    Rule(
        "PR_SET_NAME, PR_GET_NAME, PR_SET_VMA (names of mappings), PR_CAPBSET_READ and three PR_GET_",
        ("prctl",),
        (Check(0, (15, 16, 3, 23, 21, 39, 0x53564D41)),),
    ),
    Rule(
        "what Python asks of any descriptor", ("ioctl",), (Check(1, PYTHONS_CONTROLS),)
    ),
    Rule(
        "not F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY: they make the kernel send signals",
        ("fcntl",),
        (Check(1, (8, 10, 15, 1024, 1026), among=False),),
    ),
    Rule(
        "truncation on a descriptor for reading: old Landlock lets it pass",
        ("open",),
        (Check(1, (_TRUNCATE,), mask=_TRUNCATE | _ACCESS_MODE, among=False),),
    ),
    Rule(
        "the same, relative to a folder",
        ("openat",),
        (Check(2, (_TRUNCATE,), mask=_TRUNCATE | _ACCESS_MODE, among=False),),
    ),
)
