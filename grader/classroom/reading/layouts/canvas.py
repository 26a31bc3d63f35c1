"""Canvas's download of all submissions: `<name>[_LATE]_<user id>_<attachment id>_<file>`, flat in one zip.

Canvas numbers attachments as they come in, so a later file of a student has a higher number, also in another download;
that number is not in a student's hands.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from grader.classroom.reading.found import Claim, Found, Layout, Part, Reading, Spot
from grader.classroom.reading.names import is_archive, label, short
from grader.classroom.reading.stamps import otter_stamp
from grader.classroom.reading.tree import File
from grader.intake.file_names import topic_of

CANVAS_TITLE = "Canvas download"
UPLOAD = re.compile(
    r"(?P<name>.+?)_(?:(?P<late>LATE)_)?(?P<user>\d+)_(?P<number>\d+)_(?P<file>.+)", re.DOTALL
)
ANONYMOUS = re.compile(
    r"(?:(?P<late>LATE)_)?(?P<user>anon_[A-Za-z0-9]+)_(?P<number>\d+)_(?P<file>.+)", re.DOTALL
)
# An address or text that was typed in; Canvas adds a number where two names are the same.
TYPED_UPLOAD = re.compile(
    r"(?P<name>.+?)_(?:(?P<late>LATE)_)?(?P<user>\d+)_(?P<kind>text|link)(?:-\d+)?\.html", re.DOTALL
)
ANONYMOUS_TYPED = re.compile(
    r"(?:(?P<late>LATE)_)?(?P<user>anon_[A-Za-z0-9]+)_(?P<kind>text|link)(?:-\d+)?\.html", re.DOTALL
)
TYPED_IN = {"text": "text that was typed into Canvas", "link": "a web address"}


@dataclass(frozen=True)
class _Entry:
    user: str
    name: str
    number: int
    part: Part


def _fits_canvas(spot: Spot) -> int:
    """Count the files that are named as Canvas names them."""
    return sum(_entry(file, spot) is not None for file in spot.folder.files())


def _find_canvas(spot: Spot) -> Reading:
    """Return each student's uploads in the order in which Canvas took them."""
    reading, students = Reading(), dict[str, list[_Entry]]()
    for node in spot.folder.children():
        entry = _entry(node, spot) if isinstance(node, File) else None
        if entry:
            students.setdefault(entry.user, []).append(entry)
        else:
            reading.notes.append(f"{short(spot.at(node.name))} is not named as Canvas does: it is left out")
    reading.found = [_canvas_found(user, entries) for user, entries in students.items()]
    return reading


def _entry(file: File, spot: Spot) -> _Entry | None:
    place = spot.at(file.name)
    told = ANONYMOUS.fullmatch(file.name) or UPLOAD.fullmatch(file.name)
    stamp = otter_stamp(file.name)
    if told and stamp and not UPLOAD.fullmatch(stamp[0]) and not ANONYMOUS.fullmatch(stamp[0]):
        return None  # the numbers are those of the time
    if told:
        user, number, name = _shifted(told, spot.topics)
        order = (CANVAS_TITLE, float(number))
        late, named = told["late"] is not None, replace(file, name=name)
        part = Part((named,), place, late=late, upload=file.name, order=order)
        return _Entry(user, told.groupdict().get("name", ""), int(number), part)
    told = ANONYMOUS_TYPED.fullmatch(file.name) or TYPED_UPLOAD.fullmatch(file.name)
    if told:
        problem = f"{TYPED_IN[told['kind']]} was handed in, which cannot be graded: hand in the file itself"
        part = Part((), place, late=told["late"] is not None, problem=problem)
        return _Entry(told["user"], told.groupdict().get("name", ""), 0, part)
    return None


def _shifted(told: re.Match[str], topics: Collection[str]) -> tuple[str, str, str]:
    """Return user, number and file; a name that ends in a number, as a group's may, shifts them by one."""
    user, number, name = told["user"], told["number"], told["file"]
    first, _, rest = name.partition("_")
    is_known = topic_of(name, topics) or is_archive(name)
    if not is_known and first.isdecimal() and (topic_of(rest, topics) or is_archive(rest)):
        return number, first, rest
    return user, number, name


def _canvas_found(user: str, entries: list[_Entry]) -> Found:
    entries.sort(key=lambda entry: (entry.number, entry.part.place))
    return Found((_canvas_claim(user, entries[0].name),), tuple(entry.part for entry in entries))


def _canvas_claim(user: str, name: str) -> Claim:
    text = f"{name} ({user})" if name else user
    return Claim(user, label(text), name=label(name), ids={"canvas": user}, squashed=True)


CANVAS = Layout(CANVAS_TITLE, _fits_canvas, _find_canvas)
