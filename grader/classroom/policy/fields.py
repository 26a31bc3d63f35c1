"""Typed access to the tables of a course.toml, beyond what a topic.toml needs."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from difflib import get_close_matches
from fractions import Fraction
from zoneinfo import ZoneInfo

from grader.course.fields import Table

EXAMPLE_TIME = "2026-03-01T23:59:00+01:00"


@dataclass(frozen=True)
class Fields(Table):
    """A table of a course.toml, and the zone of times that are written without an offset."""

    zone: ZoneInfo | None = None

    def maybe_text(self, key: str) -> str:
        """Return a text that is not blank; empty when the key is absent."""
        return self.text(key) if key in self.values else ""

    def number(self, key: str, *, usual: int, least: int = 0, most: int | None = None) -> Fraction:
        """Return a number between two bounds, exactly as it is written; what is usual when the key is absent."""
        value = self.values.get(key, usual)
        known = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        number = Fraction(str(value)) if known else None
        if number is None or number < least or (most is not None and number > most):
            bounds = f"of at least {least}" if most is None else f"from {least} to {most}"
            raise self.fail(key, f"is {value!r}", f"it must be a number {bounds}")
        return number

    def choice(self, key: str, choices: Collection[str], *, usual: str) -> str:
        """Return one of some words; what is usual when the key is absent."""
        value = self.values.get(key, usual)
        if not isinstance(value, str) or value not in choices:
            near = get_close_matches(str(value), choices, n=1)
            remedy = f"did you mean {near[0]}?" if near else f"it must be one of {', '.join(choices)}"
            raise self.fail(key, f"is {value!r}", remedy)
        return value

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


def _flat(values: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from ((f"{key}.{inner}", deeper) for inner, deeper in _flat(value))
        else:
            yield key, value


def _shown(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else repr(value)
