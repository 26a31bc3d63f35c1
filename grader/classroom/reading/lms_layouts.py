"""Layouts of learning systems: the downloads of all submissions of Canvas and of Moodle.

Canvas: `<name>[_LATE]_<user id>_<attachment id>_<file>`, flat in one zip. It numbers attachments as they come in, so a
later file of a student has a higher number, also in another download; that number is not in a student's hands.

Moodle: `<name>_<id>_assignsubmission_file`, a folder each or flat in one zip.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from grader.classroom.reading.claims import Claim, ClaimedWork, Layout, LayoutFindings, Spot, WorkPart
from grader.classroom.reading.name_layouts import parts_inside
from grader.classroom.reading.names import is_archive, label, otter_stamp, short
from grader.classroom.reading.tree import File, Folder, Node, Unreadable, walk
from grader.intake.file_names import topic_of

CANVAS_TITLE = "Canvas download"
# How a name begins: with whom Canvas hides, or with a name and a number.
WHOS = (
    r"(?P<name>)(?:(?P<late>LATE)_)?(?P<user>anon_[A-Za-z0-9]+)",
    r"(?P<name>.+?)_(?:(?P<late>LATE)_)?(?P<user>\d+)",
)
UPLOADS = tuple(re.compile(rf"{who}_(?P<number>\d+)_(?P<file>.+)", re.DOTALL) for who in WHOS)
# An address or text that was typed in; Canvas adds a number where two names are the same.
TYPED_UPLOADS = tuple(re.compile(rf"{who}_(?P<kind>text|link)(?:-\d+)?\.html", re.DOTALL) for who in WHOS)
TYPED_IN = {"text": "text that was typed into Canvas", "link": "a web address"}
MOODLE_TITLE = "Moodle download"
OWNER = r"(?P<name>.*?)(?:_(?P<id>\d+))?_assignsubmission_(?P<kind>[a-z]+)"
FOLDER = re.compile(OWNER + "_?", re.DOTALL)  # before Moodle 4.1 the name ended in an underscore
FLAT = re.compile(OWNER + "_(?P<file>.+)", re.DOTALL)
BLIND = "participant"  # stands for the name where Moodle hides it
TYPED = "text typed into Moodle was handed in, which cannot be graded: hand in the file itself"


@dataclass(frozen=True)
class _Entry:
    user: str
    name: str
    number: int
    part: WorkPart


def _fits_canvas(spot: Spot) -> int:
    """Count the files that are named as Canvas names them."""
    return sum(_entry(file, spot) is not None for file in spot.folder.files())


def _find_canvas(spot: Spot) -> LayoutFindings:
    """Return each student's uploads in the order in which Canvas took them."""
    reading, students = LayoutFindings(), dict[str, list[_Entry]]()
    for node in spot.folder.children():
        entry = _entry(node, spot) if isinstance(node, File) else None
        if entry:
            students.setdefault(entry.user, []).append(entry)
        else:
            reading.notes.append(f"{short(spot.at(node.name))} is not named as Canvas does: it is left out")
    reading.found = [_canvas_found(user, entries) for user, entries in students.items()]
    return reading


def _entry(file: File, spot: Spot) -> _Entry | None:
    place, stamp = spot.at(file.name), otter_stamp(file.name)
    if told := _first(UPLOADS, file.name):
        if stamp and not _first(UPLOADS, stamp[0]):
            return None  # the numbers are those of the time
        user, number, name = _shifted(told, spot.topics)
        order = (CANVAS_TITLE, float(number))
        late, named = told["late"] is not None, replace(file, name=name)
        part = WorkPart((named,), place, late=late, upload=file.name, order=order)
        return _Entry(user, told["name"], int(number), part)
    if told := _first(TYPED_UPLOADS, file.name):
        problem = f"{TYPED_IN[told['kind']]} was handed in, which cannot be graded: hand in the file itself"
        part = WorkPart((), place, late=told["late"] is not None, problem=problem)
        return _Entry(told["user"], told["name"], 0, part)
    return None


def _first(patterns: Iterable[re.Pattern[str]], name: str) -> re.Match[str] | None:
    return next((told for pattern in patterns if (told := pattern.fullmatch(name))), None)


def _shifted(told: re.Match[str], topics: Collection[str]) -> tuple[str, str, str]:
    """Return user, number and file; a name that ends in a number, as a group's may, shifts them by one."""
    user, number, name = told["user"], told["number"], told["file"]
    first, _, rest = name.partition("_")
    is_known = topic_of(name, topics) or is_archive(name)
    if not is_known and first.isdecimal() and (topic_of(rest, topics) or is_archive(rest)):
        return number, first, rest
    return user, number, name


def _canvas_found(user: str, entries: list[_Entry]) -> ClaimedWork:
    entries.sort(key=lambda entry: (entry.number, entry.part.place))
    return ClaimedWork((_canvas_claim(user, entries[0].name),), tuple(entry.part for entry in entries))


def _canvas_claim(user: str, name: str) -> Claim:
    text = f"{name} ({user})" if name else user
    return Claim(user, label(text), name=label(name), ids={"canvas": user}, squashed=True)


CANVAS = Layout(CANVAS_TITLE, _fits_canvas, _find_canvas)


@dataclass
class _Student:
    claim: Claim
    files: list[File] = field(default_factory=list)
    parts: list[WorkPart] = field(default_factory=list)


def _fits_moodle(spot: Spot) -> int:
    """Count what is named as Moodle names it."""
    return sum(_told(node) is not None for node in spot.folder.children())


def _find_moodle(spot: Spot) -> LayoutFindings:
    """Return what each student or team handed in."""
    reading, students = LayoutFindings(), dict[str, _Student]()
    for node in spot.folder.children():
        told = _told(node)
        if told is None:
            reading.notes.append(f"{short(spot.at(node.name))} is not named as Moodle does: it is left out")
            continue
        claim = _moodle_claim(told)
        _add(students.setdefault(claim.id, _Student(claim)), node, told, spot)
    reading.found = [_moodle_found(student, spot) for student in students.values()]
    return reading


def _told(node: Node) -> re.Match[str] | None:
    return (FOLDER if isinstance(node, Folder) else FLAT).fullmatch(node.name)


def _moodle_claim(told: re.Match[str]) -> Claim:
    name, number = label(told["name"]), told["id"] or ""
    if name.casefold() == BLIND:
        return Claim(number, f"Participant {number}", ids={"moodle": number})
    ids = {"moodle": number} if number else {}
    return Claim(number or name, f"{name} ({number})" if number else name, name=name, ids=ids)


def _add(student: _Student, node: Node, told: re.Match[str], spot: Spot) -> None:
    if told["kind"] != "file":
        student.parts.append(WorkPart((), spot.at(node.name), problem=TYPED))
    elif isinstance(node, Folder):
        student.parts += parts_inside(node, spot.at(node.name))
    else:
        student.files.append(replace(node, name=told["file"]))


def _moodle_found(student: _Student, spot: Spot) -> ClaimedWork:
    parts = list(student.parts)
    if student.files:
        parts.append(WorkPart(tuple(student.files), f"{spot.place} ({student.claim.text}'s files)"))
    stamps = [stamp for part in parts if (stamp := _stamp(part.nodes)) is not None]
    order = (MOODLE_TITLE, max(stamps)) if stamps else None
    number, name = student.claim.ids.get("moodle", ""), student.claim.name.replace("_", " ") or BLIND.title()
    upload = f"{name}_{number}_assignsubmission_file" if number else ""
    return ClaimedWork((student.claim,), tuple(replace(part, upload=upload, order=order) for part in parts))


def _stamp(nodes: tuple[Node, ...]) -> float | None:
    """Return when Moodle got the last of some files, as it says in the zip that it makes."""
    try:
        files = [node for _, node in walk(nodes) if isinstance(node, File)]
    except Unreadable:
        return None
    return max((file.stamp for file in files if file.stamp is not None), default=None)


MOODLE = Layout(MOODLE_TITLE, _fits_moodle, _find_moodle)
