"""A class list, and finding students in it by what systems and people call them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from grader.classroom.records import Student

SYSTEMS = ("canvas", "moodle", "sis", "gradescope", "github", "login")
COLUMNS = ("id", "name", "email", *SYSTEMS)


@dataclass(frozen=True)
class Roster:
    """The students of a class, in the order of their ids."""

    students: tuple[Student, ...]
    _by: Mapping[tuple[str, str], tuple[Student, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by: dict[tuple[str, str], tuple[Student, ...]] = {}
        for student in self.students:
            for key in _keys(student):
                by[key] = (*by.get(key, ()), student)
        object.__setattr__(self, "_by", by)

    def all_with(self, column: str, value: str) -> tuple[Student, ...]:
        """Return everybody who has this value in a column: any of COLUMNS, or "squashed" for a name."""
        key = roster_key(column, value)
        return self._by.get((column, key), ()) if key else ()

    def has(self, column: str) -> bool:
        """Whether any student has a value in a column."""
        return any(student.ids.get(column) for student in self.students)


def name_key(name: str) -> str:
    """Return a name for comparing: accents in one form, no case, and "Last, First" as "First Last"."""
    name = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    last, comma, first = name.partition(",")
    return " ".join((f"{first} {last}" if comma else name).split())


def squashed_keys(name: str) -> list[str]:
    """Return a name as Canvas writes it, letters only and the last name first, for every place to divide it."""
    words = [_letters(word) for word in name_key(name).split()]
    return list(dict.fromkeys("".join(words[cut:] + words[:cut]) for cut in range(len(words)) if any(words)))


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum() or char == "_" or unicodedata.combining(char))


def roster_key(column: str, value: str) -> str:
    """Return a value of a column for comparing it with others."""
    if column == "name":
        return name_key(value)
    if column == "squashed":
        return _letters(name_key(value))
    text = unicodedata.normalize("NFC", value).strip().casefold()
    return text.removeprefix("participant").strip() if column == "moodle" else text


def _keys(student: Student) -> Iterator[tuple[str, str]]:
    values = [("id", student.id), ("email", student.email), ("name", student.name), *student.ids.items()]
    yield from ((column, roster_key(column, value)) for column, value in values if value)
    yield from (("squashed", key) for key in squashed_keys(student.name))
