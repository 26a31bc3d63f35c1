"""Verdicts, numbers, times and counts in words, as every page writes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from grader.report import Passage, TaskReport, TestReport, Verdict
from grader.text import say

MARKS = {
    Verdict.PASS: ("✓", "green"),
    Verdict.RIGHT: ("●", "cyan"),
    Verdict.FAIL: ("✗", "red"),
    Verdict.ERROR: ("!", "red"),
    Verdict.NOT_ATTEMPTED: ("·", "dim"),
    Verdict.TIMEOUT: ("◷", "red"),
    Verdict.MEMORY: ("▪", "red"),
    Verdict.FORBIDDEN: ("⊘", "red"),
    Verdict.SKIPPED: ("–", "dim"),
    Verdict.INTERNAL: ("?", "magenta"),
}


def word(verdict: Verdict) -> str:
    """The verdict in words: `not attempted`."""
    return verdict.value.replace("_", " ")


def passage(value: Passage) -> str:
    """What became of a part of a network, in words: `not reached`."""
    return say(f"passage.{value.value.replace(' ', '_')}")


def clock(moment: datetime, zone: str, form: str = "%Y-%m-%d %H:%M %Z") -> str:
    """A moment in the zone of its class, `2026-03-01 23:59 CET`; in UTC where the class or this machine has none."""
    try:
        return moment.astimezone(ZoneInfo(zone) if zone else UTC).strftime(form)
    except (KeyError, OSError, ValueError):  # a gradebook from a machine that knows more zones
        return moment.astimezone(UTC).strftime(form)


def number(value: float) -> str:
    """Points with at most two decimals, and no trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def earned(points: float, most: float) -> str:
    """Points earned of the most there were; what is not everything never rounds to everything."""
    shown = min(points, most - 0.01) if points < most - 1e-6 else most
    return number(max(shown, 0.0))


def scored(points: float, most: float) -> str:
    """Points earned of the most there were, `1.5 of 2 points`, as programs and notebooks are told them in English."""
    return f"{earned(points, most)} of {number(most)} points"


def share(points: float, most: float) -> int:
    """Points in whole percent, rounded down: only everything is 100."""
    return int(100 * points / most + 1e-6) if most else 0


def bar(points: float, most: float, width: int) -> str:
    """A bar that is full only for everything and empty only for nothing."""
    filled = width * points / most if most else 0.0
    full = max(1, int(filled + 1e-6)) if points > 0 else 0
    return "█" * full + "░" * (width - full)


def seconds(task: TaskReport) -> float:
    """The time that a task's tests took together."""
    return sum(test.seconds for test in task.tests)


def count(number_of: int, noun: str) -> str:
    """`1 task`, `2 tasks`."""
    return f"{number_of} {noun}" if number_of == 1 else f"{number_of} {noun}s"


def details(task: TaskReport) -> str:
    """`2 details open`, of a task that is right; nothing of any other, or where no detail was run."""
    if task.verdict is not Verdict.RIGHT or task.only_core:
        return ""
    return say("details.open", details=count(len(task.details_open), "detail"))


def tally(items: Iterable[TaskReport | TestReport]) -> str:
    """How many of each verdict: `3 pass, 1 fail`."""
    verdicts = [item.verdict for item in items]
    return ", ".join(f"{verdicts.count(each)} {word(each)}" for each in Verdict if each in verdicts)
