"""Layouts that tell students by the names of folders, archives and files."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from grader.classroom.reading.claims import Claim, ClaimedWork, Layout, LayoutFindings, Spot, WorkPart
from grader.classroom.reading.names import is_archive, label, short, stem_of
from grader.classroom.reading.tree import File, Folder, Node, Unreadable
from grader.intake.topic_files import suffix_of, topic_of, without_ending

EMAIL = re.compile(r"[^@\s/]+@[^@\s/]+\.[^@\s/]+")

WRAPPERS = ("exercises",)  # folders of the course that students pack along


# Whose an entry of a folder is, and what it is: a file beside those of others, a folder, or a part of its own.
OwnedEntry: TypeAlias = tuple[Claim, File | Folder | WorkPart]


def by_student(spot: Spot, told: Callable[[Node, Spot], OwnedEntry | None]) -> list[tuple[Claim, list[WorkPart]]]:
    """Return what each student handed in, where the entries of a folder tell whose they are."""
    students = dict[str, tuple[Claim, list[File], list[WorkPart]]]()
    for node in spot.folder.children():
        if entry := told(node, spot):
            _, files, parts = students.setdefault(entry[0].id, (entry[0], [], []))
            match entry[1]:
                case File() as file:
                    files.append(file)
                case Folder() as folder:
                    parts.append(part_inside(folder, spot.at(node.name)))
                case part:
                    parts.append(part)
    for claim, files, parts in students.values():
        if files:
            parts.insert(0, WorkPart(tuple(files), f"{spot.place} ({claim.text}'s files)"))
    return [(claim, parts) for claim, _, parts in students.values()]


def claim_of(name: str) -> Claim:
    """Return the claim that a bare name makes: it may be an id, an address or a name."""
    text = label(name)
    email = text if EMAIL.fullmatch(text) else ""
    return Claim(text, text, name=text.replace("_", " "), email=email, bare=True)


class Told(NamedTuple):
    """What the name of a folder, an archive or a file tells."""

    student: str = ""
    topic: str = ""  # where it tells one beside the student: `alice_losses`, `losses_alice`


def told_by(node: Node, topics: Collection[str]) -> Told:
    """Return whose something is by its name, and of what topic."""
    if isinstance(node, Folder):
        return Told(node.name)
    stem, is_packed = stem_of(node.name), is_archive(node.name)
    if topic_of(f"{stem}.py" if is_packed else node.name, topics):
        return Told()
    if not is_packed and not suffix_of(node.name):
        return Told(node.name if node.refused and "." not in node.name else "")
    plain, found = without_ending(stem)[0], set[Told]()
    for topic in topics:
        name = re.escape(topic)
        for pattern in (rf"(?P<who>.+)[-_ ]{name}", rf"{name}[-_ ](?P<who>.+)"):
            if told := re.fullmatch(pattern, plain, re.IGNORECASE):
                found.add(Told(told["who"].strip("-_ "), topic))
    return found.pop() if len(found) == 1 else Told(stem if is_packed else "")


def read_by_name(spot: Spot) -> LayoutFindings:
    """Return what each student of a folder handed in."""
    found = by_student(spot, _entry)
    findings = LayoutFindings([ClaimedWork((who,), tuple(parts), ordered=len(parts) == 1) for who, parts in found])
    for node in spot.folder.children():
        if told_by(node, spot.topics).student:
            continue
        if topic_of(node.name, spot.topics) or is_archive(node.name):
            findings.unknown.append(f"{short(spot.at(node.name))} does not tell which student it is from")
        else:
            findings.notes.append(spot.left_out(node))
    return findings


def _entry(node: Node, spot: Spot) -> OwnedEntry | None:
    student, topic = told_by(node, spot.topics)
    if not student:
        return None
    if isinstance(node, Folder):
        return claim_of(student), node
    if is_archive(node.name) or node.refused:
        return claim_of(student), WorkPart((node,), spot.at(node.name))
    stem = stem_of(node.name)  # it is read under the name that it would have in a folder of its own: losses-1.py
    return claim_of(student), replace(node, name=f"{topic}{without_ending(stem)[1]}{node.name[len(stem) :]}")


def part_inside(folder: Folder, place: str) -> WorkPart:
    """Return all of a student's folder, as it lies."""
    whole = WorkPart.of(folder, place)
    if folder.path is None or not (folder.path / ".git").is_dir() or whole.problem:
        return whole
    return replace(whole, notes=("it holds a git repository; its files are read as they lie",))


def _telling(spot: Spot) -> list[Node]:
    """Return what tells its student: folders, archives, and files that tell student and topic."""
    return [node for node in spot.folder.children() if told_by(node, spot.topics).student]


FOLDERS = Layout(
    "folders, archives or files named after students", lambda spot: len(_telling(spot)), read_by_name
)


def _find_one(spot: Spot) -> LayoutFindings:
    """Return everything as one hand-in."""
    claim = claim_of(stem_of(spot.folder.name))
    return LayoutFindings([ClaimedWork((claim,), (part_inside(spot.folder, spot.place),))])


def _is_work_of_one(folder: Folder, topics: Collection[str]) -> bool:
    """Whether a folder is one student's work; one that cannot be opened is not."""

    def holds_any(inner: Folder) -> bool:
        return any(topic_of(file.name, topics) for file in inner.files())

    folded = {topic.casefold() for topic in topics}
    try:
        return holds_any(folder) or any(
            (inner.name.casefold() in folded and holds_any(inner))
            or (inner.name.casefold() in WRAPPERS and _is_work_of_one(inner, topics))
            for inner in folder.folders()
        )
    except Unreadable:
        return False


# Topic files lie directly in it, or in folders named after topics.
ONE = Layout("one student's work", lambda spot: int(_is_work_of_one(spot.folder, spot.topics)), _find_one)
