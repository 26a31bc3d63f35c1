"""Moodle's download of all submissions: `<name>_<id>_assignsubmission_file`, a folder each or flat in one zip."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from grader.classroom.reading.found import Claim, Found, Layout, Part, Reading, Spot
from grader.classroom.reading.layouts.by_name import parts_inside
from grader.classroom.reading.names import label, short
from grader.classroom.reading.problems import Unreadable
from grader.classroom.reading.tree import File, Folder, Node, walk

MOODLE_TITLE = "Moodle download"
OWNER = r"(?P<name>.*?)(?:_(?P<id>\d+))?_assignsubmission_(?P<kind>[a-z]+)"
FOLDER = re.compile(OWNER + "_?", re.DOTALL)  # before Moodle 4.1 the name ended in an underscore
FLAT = re.compile(OWNER + "_(?P<file>.+)", re.DOTALL)
BLIND = "participant"  # stands for the name where Moodle hides it
TYPED = "text typed into Moodle was handed in, which cannot be graded: hand in the file itself"


@dataclass
class _Student:
    claim: Claim
    files: list[File] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)


def _fits_moodle(spot: Spot) -> int:
    """Count what is named as Moodle names it."""
    return sum(_told(node) is not None for node in spot.folder.children())


def _find_moodle(spot: Spot) -> Reading:
    """Return what each student or team handed in."""
    reading, students = Reading(), dict[str, _Student]()
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
        student.parts.append(Part((), spot.at(node.name), problem=TYPED))
    elif isinstance(node, Folder):
        student.parts += parts_inside(node, spot.at(node.name))
    else:
        student.files.append(replace(node, name=told["file"]))


def _moodle_found(student: _Student, spot: Spot) -> Found:
    parts = list(student.parts)
    if student.files:
        parts.append(Part(tuple(student.files), f"{spot.place} ({student.claim.text}'s files)"))
    stamps = [stamp for part in parts if (stamp := _stamp(part.nodes)) is not None]
    order = (MOODLE_TITLE, max(stamps)) if stamps else None
    number, name = student.claim.ids.get("moodle", ""), student.claim.name.replace("_", " ") or BLIND.title()
    upload = f"{name}_{number}_assignsubmission_file" if number else ""
    return Found((student.claim,), tuple(replace(part, upload=upload, order=order) for part in parts))


def _stamp(nodes: tuple[Node, ...]) -> float | None:
    """Return when Moodle got the last of some files, as it says in the zip that it makes."""
    try:
        files = [node for _, node in walk(nodes) if isinstance(node, File)]
    except Unreadable:
        return None
    return max((file.stamp for file in files if file.stamp is not None), default=None)


MOODLE = Layout(MOODLE_TITLE, _fits_moodle, _find_moodle)
