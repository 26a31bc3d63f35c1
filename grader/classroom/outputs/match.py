"""Which student of a class a row of somebody else's table means."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from grader.classroom.model import Standing, Student

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
