"""Filling in somebody else's table: which student a row means, the changes so far, and what a person is told."""

from __future__ import annotations

from collections.abc import Iterable

from grader.classroom.records import Outcome, Standing, Student
from grader.classroom.tables.roster import Roster, roster_key
from grader.render.formatting import count
from grader.text.escape import one_line

NAME, EMAIL, OWN = "name", "email", "id"  # kinds of keys beside those in `Student.ids`
SURE = ("canvas", "moodle")  # a system's own number: who has another one is somebody else, whatever the name
Key = tuple[str, str]  # kind and value
WHY_LEFT = {
    Outcome.INCOMPLETE: "the grading is incomplete, by a fault of ours",
    Outcome.UNREADABLE: "the upload could not be read",
    Outcome.MISSING: "nothing was handed in",
}
MOST_NAMED = 20


def name_key_of(name: str) -> Key:
    """Return the key of a name, which may be written as `Lovelace, Ada`."""
    last, comma, first = name.partition(",")
    return NAME, f"{first.strip()} {last.strip()}" if comma else name


def _is_another(student: Student, sure: dict[str, str]) -> bool:
    """Whether a system's own number says that this is not the student of the row."""
    return any(roster_key(kind, student.ids.get(kind, "") or value) != value for kind, value in sure.items())


class Filling:
    """The changes to a table, and the students of a class that were found in it by what other systems call them."""

    def __init__(self, standings: Iterable[Standing]) -> None:
        """Begin a table for a class."""
        self.changes: dict[tuple[int, int], str] = {}
        self.remarks: list[str] = []
        self._standings = {standing.student.id: standing for standing in standings}
        self._roster = Roster(tuple(standing.student for standing in self._standings.values()))
        self._seen: set[str] = set()
        self._without: list[str] = []  # rows that nobody of the class fits
        self._left: dict[Outcome, list[str]] = {}

    def find(self, name: str, keys: Iterable[Key]) -> Standing | None:
        """Return the student of a row, by its first key that fits; remember which row fits nobody or two."""
        value, found = self._fitting(keys)
        if len(found) > 1:
            why = one_line(f"{value!r} fits {' and '.join(student.id for student in found[:2])}")
            self.remarks.append(f"the row of {_shown(name)} is left as it was: {why}")
            return None
        standing = self._standings[found[0].id] if found else None
        if standing is None:
            self._without.append(_shown(name))
        elif standing.student.id in self._seen:
            who = _shown(standing.student.id)
            self.remarks.append(f"{_shown(name)} is a second row of {who} and is left as it was")
            return None
        else:
            self._seen.add(standing.student.id)
        return standing

    def _fitting(self, keys: Iterable[Key]) -> tuple[str, list[Student]]:
        """Return the first value by which anybody is called, and who is called so."""
        sure: dict[str, str] = {}
        for kind, value in keys:
            if kind in SURE and value.strip():
                sure[kind] = roster_key(kind, value)
            found = [each for each in self._roster.all_with(kind, value) if not _is_another(each, sure)]
            if found:
                return value, found
        return "", []

    def kept(self, standing: Standing, why: str) -> None:
        """Say why the cell of a student stays as it was."""
        self.remarks.append(f"{_who(standing)}: {one_line(why)}")

    def left(self, standing: Standing) -> None:
        """Remember a student who gets no grade; no zero is written that a person has not decided."""
        self._left.setdefault(standing.outcome, []).append(_who(standing))

    def notes(self) -> tuple[str, ...]:
        """Everything that a person should know, each in one sentence."""
        absent = [_who(standing) for name, standing in self._standings.items() if name not in self._seen]
        left = [
            f"no grade for {_listed(names)}: {WHY_LEFT.get(outcome, outcome.value)}"
            for outcome, names in self._left.items()
        ]
        found = [f"{count(len({row for row, _ in self.changes}), 'row')} filled in"]
        rows = [f"nobody of the class fits {_rows(self._without)}"] if self._without else []
        missing = [f"the table has no row for {_listed(absent)}"] if absent else []
        return (*found, *self.remarks, *left, *rows, *missing)


def _rows(names: list[str]) -> str:
    return f"the row of {names[0]}" if len(names) == 1 else f"{len(names)} rows: {_listed(names)}"


def _listed(names: list[str]) -> str:
    rest = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _who(standing: Standing) -> str:
    return _shown(standing.student.named)


def _shown(name: str) -> str:
    return one_line(name)[:100] or "an empty name"
