"""Reading course.toml: every key is known and checked, so that no rule is lost by a slip."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from grader.classroom.policy.course_policy import (
    SEEDS,
    Counts,
    Dates,
    Extension,
    Late,
    Policy,
    PolicyProblem,
    Visibility,
)
from grader.course import CourseError
from grader.course.topics import Table

EXAMPLE_TIME = "2026-03-01T23:59:00+01:00"
KEYS = (
    "title", "zone", "due", "closes", "counts", "seed", "published", "drop", "bonus", "late", "points", "visibility",
    "extensions", "missing", "needs",
)  # fmt: skip
UNITS = {"day": timedelta(days=1), "hour": timedelta(hours=1)}


@dataclass(frozen=True)
class Fields(Table):
    """A table of a course.toml, and the zone of times that are written without an offset."""

    zone: ZoneInfo | None = None

    def number(self, key: str, *, usual: int, most: int | None = None) -> Fraction:
        """Return a number from 0 on, exactly as it is written; what is usual when the key is absent."""
        remedy = f"it must be a number {'of at least 0' if most is None else f'from 0 to {most}'}"
        return Fraction(str(self.fitting(key, lambda value: _is_number(value, most), remedy, usual)))

    def moment(self, key: str) -> datetime | None:
        """Return a date with its time and the offset of its zone, None when the key is absent."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, datetime):
            fault = "has no time" if isinstance(value, date) else "is no date"
            raise self.fail(key, f"is {_shown(value)} and {fault}", f"write it like {EXAMPLE_TIME}")
        if value.tzinfo is not None:
            return value
        if self.zone is None:
            remedy = f'write it with its offset, like {EXAMPLE_TIME}, or name a zone = "Europe/Berlin"'
            raise self.fail(key, f"is {_shown(value)} and has no time zone", remedy)
        return self._local(key, value, self.zone)

    def _local(self, key: str, value: datetime, zone: ZoneInfo) -> datetime:
        """Return a local time; one that the zone has twice, or never, as the clocks are changed, is refused."""
        first, second = (value.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
        if second.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != value:
            remedy = "the clocks are put forward over it: write an earlier or a later time"
            raise self.fail(key, f"is {_shown(value)}, which does not exist in {zone.key}", remedy)
        if first.utcoffset() != second.utcoffset():
            readings = " or ".join(
                f"{each.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" for each in (first, second)
            )
            remedy = f"write it with its offset, {first.isoformat()} or {second.isoformat()}"
            raise self.fail(key, f"is {_shown(value)}, which {zone.key} has twice ({readings})", remedy)
        return value.replace(tzinfo=timezone(first.utcoffset() or timedelta(0)))

    def sub(self, key: str) -> Fields:
        """Return the table of a key, an empty one when the key is absent."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.fail(key, f"is {_shown(value)}", f"it must be a table, [{self.place}{key}]")
        return Fields(self.file, f"{self.place}{key}.", value, self.zone)

    def subs(self) -> Iterator[tuple[str, Fields]]:
        """Return each key of this table with the table that it stands for."""
        for key in self.values:
            yield key, self.sub(key)

    def flat(self) -> Fields:
        """Return this table with `losses.softmax`, which TOML takes for a table in a table, as one key."""
        return Fields(self.file, self.place, dict(_flat(self.values)), self.zone)


def _is_number(value: Any, most: int | None) -> bool:
    is_one = type(value) in (int, float) and math.isfinite(value)
    return is_one and 0 <= value <= (value if most is None else most)


def _flat(values: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from ((f"{key}.{inner}", deeper) for inner, deeper in _flat(value))
        else:
            yield key, value


def _shown(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else repr(value)


def read_policy(path: Path | None) -> Policy:
    """Read a course.toml; without one nothing is due, and everything counts.

    Raises:
        PolicyProblem: the file cannot be read, or breaks a rule.
    """
    if path is None:
        return Policy()
    try:
        return parse_policy(path.read_text(encoding="utf-8-sig"), path)
    except (OSError, UnicodeDecodeError) as problem:
        raise PolicyProblem(f"{path}: cannot be read: {problem}") from problem


def parse_policy(text: str, path: Path = Path("course.toml")) -> Policy:
    """Return the policy of a course.toml's text; `path` is for messages.

    Raises:
        PolicyProblem: the text breaks a rule.
    """
    try:
        return _policy(Fields(path, "", tomllib.loads(text)))
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise PolicyProblem(f"{path}: cannot be read as TOML: {problem}") from problem
    except CourseError as problem:  # what the shared reading of tables raises
        raise PolicyProblem(str(problem)) from problem


def _policy(bare: Fields) -> Policy:
    bare.refuse_unknown(KEYS)
    table = Fields(bare.file, "", bare.values, _zone(bare))
    return Policy(
        place=str(table.file),
        title=table.maybe_text("title"),
        zone=table.maybe_text("zone"),
        dates=_dates(table),
        late=_late(table.sub("late")),
        counts=Counts(table.choice("counts", [*Counts], usual=Counts.LAST)),
        dropped=table.texts("drop"),
        bonus=table.texts("bonus"),
        points=_points(table.sub("points").flat()),
        visibility=_visibility(table.sub("visibility").flat()),
        seed=_seed(table),
        extensions={student: _extension(given) for student, given in table.sub("extensions").subs()},
        needs=table.flag("needs", usual=True),
        missing_is_zero=_missing(table),
        **_published(table),
    )


def _zone(table: Fields) -> ZoneInfo | None:
    name = table.maybe_text("zone")
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, OSError, ValueError) as problem:  # no such zone, a folder of zones, a way out of them
        remedy = (
            'this machine knows no such zone: write one like "Europe/Berlin", or each time with its offset'
        )
        raise table.fail("zone", f"is {name!r}", remedy) from problem


def _dates(table: Fields) -> Dates:
    found = Dates(table.moment("due"), table.moment("closes"))
    if found.due and found.closes and found.closes < found.due:
        fault = f"makes it close at {found.closes.isoformat()}, before it is due at {found.due.isoformat()}"
        raise table.fail("closes", fault, "mend one of the two dates")
    return found


def _late(table: Fields) -> Late:
    table.refuse_unknown(("percent", "per", "most", "grace", "of"))
    return Late(
        percent=table.number("percent", usual=0, most=100),
        unit=UNITS[table.choice("per", tuple(UNITS), usual="day")],
        most=table.number("most", usual=100, most=100),
        grace=timedelta(minutes=float(table.number("grace", usual=0))),
        of_possible=table.choice("of", ("earned", "possible"), usual="earned") == "possible",
    )


def _points(table: Fields) -> dict[str, Fraction]:
    found = {task: table.number(task, usual=0) for task in table.values}
    for task, points in found.items():
        if not points:
            raise table.fail(task, "is 0", "drop the task, if it is not to count")
    return found


def _visibility(table: Fields) -> dict[str, Visibility]:
    words = [*Visibility]
    return {name: Visibility(table.choice(name, words, usual="")) for name in table.values}


def _seed(table: Fields) -> int | None:
    remedy = "it must be a whole number below 2**63; leave it out, and one is drawn"
    if "seed" not in table.values:
        return None
    seed: int = table.fitting("seed", lambda value: type(value) is int and 0 <= value < SEEDS, remedy, 0)
    return seed


def _missing(table: Fields) -> bool:
    """Whether nothing handed in is 0 points: `missing = 0`."""
    remedy = "it may be 0; leave it out, and who is missing has no grade"
    table.fitting("missing", lambda value: value == 0 and not isinstance(value, bool), remedy, 0)
    return "missing" in table.values


def _published(table: Fields) -> dict[str, Any]:
    if isinstance(table.values.get("published"), date):
        return {"published_at": table.moment("published")}
    remedy = f"it must be true, false or a date, like {EXAMPLE_TIME}"
    return {"published": table.fitting("published", lambda value: isinstance(value, bool), remedy, False)}


def _extension(table: Fields) -> Extension:
    table.refuse_unknown(("due", "why"))
    due = table.moment("due")
    if due is None:
        raise table.fail("due", "is missing", "give the student's new date")
    return Extension(due, table.maybe_text("why"))
