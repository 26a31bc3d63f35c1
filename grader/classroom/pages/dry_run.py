"""What a class run would grade: who with which files and from where, what is broken, unknown or missing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.classroom.records import ClassIntake, HandIn, Student
from grader.render.page import Page, cut
from grader.storage import to_plain
from grader.text.escape import one_line
from grader.text.formatting import clock, count

FILES = 24  # columns for the names of files, as wide as two of them
TRY = 3
WHEN = 16  # of `2026-01-31 23:59`
PLACE = 72  # of a place, which then takes a few lines
NARROW = 80  # with fewer columns the time is left out
MOST_TEXT = 2_000  # characters of one sentence
MOST_MISSING = 12  # names on the page; the JSON has them all


def as_dict(intake: ClassIntake) -> dict[str, Any]:
    """The hand-ins as plain values, without their bytes."""
    return {
        "layout": intake.layout,
        "hand_ins": [_hand_in(each) for each in intake.hand_ins],
        "missing": [to_plain(student) for student in intake.missing],
        "unknown": list(intake.unknown),
        "notes": list(intake.notes),
    }


def show(intake: ClassIntake, console: Console, zone: str = "") -> None:
    """Write who would be graded, then what stands in the way, then the totals."""
    page = Page(console)
    root = _root([each.place for each in intake.hand_ins])
    page.line((one_line(intake.layout) or "no hand-ins", "bold"), (f"  {one_line(root)}", "dim"))
    page.line()
    good = [each for each in intake.hand_ins if not each.problem]
    if good:
        _table(page, good, root, zone)
    broken = [f"{_name(each.student)}: {each.problem}" for each in intake.hand_ins if each.problem]
    _list(page, "Broken", broken, "red")
    _list(page, "Unknown", intake.unknown, "red")
    _list(page, "Missing", _few([_name(student) for student in intake.missing]), "yellow")
    _list(page, "Notes", [*_remarks(good), *intake.notes], "dim")
    _totals(page, intake)


def _table(page: Page, hand_ins: list[HandIn], root: str, zone: str) -> None:
    timed = page.width >= NARROW and any(each.submitted_at or each.late for each in hand_ins)
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.add_column(overflow="fold", ratio=1)
    table.add_column(justify="right", no_wrap=True, width=TRY)
    table.add_column(overflow="fold", width=FILES)
    if timed:
        table.add_column(no_wrap=True, width=WHEN)
    table.add_column(overflow="fold", ratio=1)
    heads = ["student", "try", "files", *(["handed in"] if timed else []), "from"]
    table.add_row(*(Text(head, "dim") for head in heads))
    for each in hand_ins:
        table.add_row(*_row(each, timed, root, zone))
    page.console.print(table, width=page.width)
    if timed:
        page.line((f"times are in {zone or 'UTC'}", "dim"))
    page.line()


def _row(hand_in: HandIn, timed: bool, root: str, zone: str) -> list[Text]:
    return [
        Text(_name(hand_in.student)),
        Text(str(hand_in.attempt)),
        Text(one_line(", ".join(hand_in.files))),
        *([_when(hand_in, zone)] if timed else []),
        Text(cut(one_line(hand_in.place.replace(root, "")), PLACE), "dim"),
    ]


def _when(hand_in: HandIn, zone: str) -> Text:
    time = clock(hand_in.submitted_at, zone, "%Y-%m-%d %H:%M") if hand_in.submitted_at else ""
    return Text("late" if hand_in.late and not time else time, "yellow" if hand_in.late else "")


def _root(places: list[str]) -> str:
    """The folder or archive that all places begin with."""
    roots = {place.partition("/")[0] for place in places if "/" in place}
    return f"{roots.pop()}/" if len(roots) == 1 else ""


def _list(page: Page, title: str, sentences: Iterable[str], style: str) -> None:
    listed = list(sentences)
    for number, sentence in enumerate(listed):
        page.labelled("" if number else title, sentence, style, most=MOST_TEXT)
    if listed:
        page.line()


def _few(names: list[str]) -> list[str]:
    if len(names) <= MOST_MISSING:
        return names
    return [*names[:MOST_MISSING], f"and {len(names) - MOST_MISSING} more"]


def _remarks(hand_ins: list[HandIn]) -> list[str]:
    return [f"{_name(each.student)}: {note}" for each in hand_ins for note in each.notes]


def _totals(page: Page, intake: ClassIntake) -> None:
    broken = {each.student.id for each in intake.hand_ins if each.problem}
    ready = {each.student.id for each in intake.hand_ins if not each.problem}
    attempts = sum(not each.problem for each in intake.hand_ins)
    parts = [
        f"{count(len(ready), 'student')} to grade with {count(attempts, 'attempt')}",
        f"{len(broken - ready)} unreadable",
        f"{len(intake.unknown)} unknown",
        f"{len(intake.missing)} missing",
    ]
    page.line((", ".join(parts), "bold"))


def _name(student: Student) -> str:
    """A student as a person reads it: the name, and the id where that is something else."""
    if not student.name or student.name == student.id:
        return one_line(student.id)
    return cut(one_line(f"{student.name} ({student.id})"), 60)


def _hand_in(hand_in: HandIn) -> dict[str, Any]:
    return {
        "student": to_plain(hand_in.student),
        "place": hand_in.place,
        "files": {name: len(data) for name, data in hand_in.files.items()},
        "submitted_at": hand_in.submitted_at.isoformat() if hand_in.submitted_at else None,
        "late": hand_in.late,
        "attempt": hand_in.attempt,
        "problem": hand_in.problem,
        "notes": list(hand_in.notes),
    }
