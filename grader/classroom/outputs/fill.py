"""Filling in somebody else's table: which student a row means, the changes so far, and what a person is told."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from grader.classroom.records import Outcome, Standing, Student
from grader.render.escape import one_line
from grader.render.words import count

NAME, EMAIL, OWN = "name", "email", "id"  # kinds of keys beside those in `Student.ids`
SURE = ("canvas", "moodle")  # a system's own number: who has another one is somebody else, whatever the name
Key = tuple[str, str]  # kind and value


class TwoStudents(ValueError):
    """A row fits two students of the class; the message names both."""


@dataclass
class Matcher:
    """The students of a class, found by what other systems call them."""

    standings: Iterable[Standing]
    _by_key: dict[Key, list[Standing]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for standing in self.standings:
            for key in set(_keys(standing.student)):
                self._by_key.setdefault(key, []).append(standing)

    def find(self, keys: Iterable[Key]) -> Standing | None:
        """Return the student that the first fitting key means; None if no key fits.

        Raises:
            TwoStudents: that key fits two of them.
        """
        sure: dict[str, str] = {}
        for kind, value in keys:
            if kind in SURE and value.strip():
                sure[kind] = _plain(value)
            found = self._by_key.get((kind, _plain(value)), []) if value.strip() else []
            found = [standing for standing in found if not _is_another(standing.student, sure)]
            if len(found) > 1:
                listed = " and ".join(standing.student.id for standing in found[:2])
                raise TwoStudents(f"{value!r} fits {listed}")
            if found:
                return found[0]
        return None


def name_keys(*names: str) -> list[Key]:
    """The keys of a name, which may be written as `Lovelace, Ada`."""
    return [(NAME, form) for name in names for form in (name, _turned(name)) if form.strip()]


def _keys(student: Student) -> Iterable[Key]:
    yield OWN, _plain(student.id)
    yield from ((kind, _plain(value)) for kind, value in student.ids.items() if value.strip())
    if student.email.strip():
        yield EMAIL, _plain(student.email)
    for form in (student.name, _turned(student.name)):
        if form.strip():
            yield NAME, _plain(form)


def _is_another(student: Student, sure: dict[str, str]) -> bool:
    """Whether a system's own number says that this is not the student of the row."""
    return any(_plain(student.ids.get(kind, "") or value) != value for kind, value in sure.items())


def _turned(name: str) -> str:
    """`Ada Lovelace` of `Lovelace, Ada`; nothing if there is no comma."""
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma else ""


def _plain(text: str) -> str:
    """`text` for comparing: composed, in lower case, blanks collapsed."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


WHY_LEFT = {
    Outcome.INCOMPLETE: "the grading is incomplete, by a fault of ours",
    Outcome.UNREADABLE: "the upload could not be read",
    Outcome.MISSING: "nothing was handed in",
}
MOST_NAMED = 20


@dataclass
class Filling:
    """The changes to a table, and the students that were found in it."""

    matcher: Matcher
    changes: dict[tuple[int, int], str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _without: list[str] = field(default_factory=list)  # rows that nobody of the class fits
    _left: dict[Outcome, list[str]] = field(default_factory=dict)

    def find(self, name: str, keys: Iterable[Key]) -> Standing | None:
        """Return the student of a row; remember who was found, and which row fits nobody or two."""
        try:
            standing = self.matcher.find(keys)
        except TwoStudents as problem:
            self.remarks.append(f"the row of {_shown(name)} is left as it was: {one_line(str(problem))}")
            return None
        if standing is None:
            self._without.append(_shown(name))
        elif standing.student.id in self._seen:
            who = _shown(standing.student.id)
            self.remarks.append(f"{_shown(name)} is a second row of {who} and is left as it was")
            return None
        else:
            self._seen.add(standing.student.id)
        return standing

    def kept(self, standing: Standing, why: str) -> None:
        """Say why the cell of a student stays as it was."""
        self.remarks.append(f"{_who(standing)}: {one_line(why)}")

    def left(self, standing: Standing) -> None:
        """Remember a student who gets no grade; no zero is written that a person has not decided."""
        self._left.setdefault(standing.outcome, []).append(_who(standing))

    def notes(self, standings: Iterable[Standing]) -> tuple[str, ...]:
        """Everything that a person should know, each in one sentence."""
        absent = [_who(standing) for standing in standings if standing.student.id not in self._seen]
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
    student = standing.student
    return _shown(f"{student.name} ({student.id})" if student.name else student.id)


def _shown(name: str) -> str:
    return one_line(name)[:100] or "an empty name"
