"""What one of several paths looks like: one student's work, that of several, a system's download, a repository."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto

from grader.classroom.reading.claims import Spot, students_of
from grader.classroom.reading.collect import topics_in
from grader.classroom.reading.detect import SYSTEMS, choose_layout, levels
from grader.classroom.reading.git_repository import store_of
from grader.classroom.reading.name_layouts import FILES, ONE, claim_of, student_and_topic, telling
from grader.classroom.reading.names import is_archive, label, short, stem_of
from grader.classroom.reading.tree import ClassProblem, File, Node
from grader.classroom.tables.roster import Roster


def _sign_of_several(spot: Spot) -> str:
    """Return what shows that several students' work lies in a folder; nothing where it may be one student's."""
    holders: dict[str, str] = {}  # topic -> the first name under which it lies
    loose: list[str] = []
    closed: list[str] = []
    for node, name in _named(spot):
        if isinstance(node, File) and not is_archive(node.name):
            loose.append(name)
        told = student_and_topic(stem_of(node.name), spot.topics) if isinstance(node, File) else None
        topics = {told[1]} if told else topics_in(node, spot.topics)
        if topics is None:
            closed.append(name)
        for topic in topics or ():
            if holders.setdefault(topic, name) != name:
                return f"{short(holders[topic])} and {short(name)} both hold {topic}"
    for names, what in ((loose, "files"), (closed, "archives")):
        if len(different := list(dict.fromkeys(names))) > 1:
            return f"there are {what} of {short(different[0])} and {short(different[1])}"
    return ""


def _named(spot: Spot) -> Iterator[tuple[Node, str]]:
    for node in spot.folder.children():
        name = telling(node, spot.topics)
        if name and not (isinstance(node, File) and node.refused):
            yield node, label(name)


class PathKind(Enum):
    """What a path looks like."""

    ONE = auto()  # topic files lie in it, or in folders named after topics
    WRAPPED = auto()  # topic files lie in the one folder that it holds
    MANY = auto()  # it holds the work of several students
    MADE = auto()  # a system made it, with names of its own
    CLONE = auto()  # it is a git repository itself
    NAMED = auto()  # it holds files that tell one student by their names
    FOLDERS = auto()  # it holds folders and archives: parts of one work, or students
    UNCLEAR = auto()  # it could be two layouts


@dataclass(frozen=True)
class PathTraits:
    """A path as it looks."""

    place: str
    kind: PathKind = PathKind.UNCLEAR
    why: str = ""  # what shows that several students' work lies in it
    inner: str = ""  # the folder that holds the topic files of a wrapped path, unless both have one name
    depth: int = 0  # of the folder around that one
    owner: str = ""  # the id of the student whom its own name fits
    listed: tuple[str, ...] = ()  # the ids of students after whom something in it is called
    level: int = 0  # how many folders lie around those names

    @property
    def is_listed_class(self) -> bool:
        """Whether the roster says that it is a class; one name in a repository may be a student's own folder."""
        few = 1 if self.kind is PathKind.CLONE else 0
        return not self.owner and self.kind is not PathKind.MADE and len(self.listed) > few

    @property
    def many(self) -> bool:
        """Whether it is a class whatever the other paths are, and so tells what they may be."""
        return not self.owner and (self.kind in (PathKind.MANY, PathKind.MADE) or len(self.listed) > 1)

    @property
    def direct(self) -> bool:
        """Whether it is one student's work whatever the other paths are."""
        return bool(self.owner) or (self.kind in (PathKind.ONE, PathKind.CLONE) and not self.is_listed_class)


def traits_of(spot: Spot, roster: Roster | None) -> PathTraits:
    """Return what a path looks like.

    Raises:
        Unreadable: it cannot be listed.
    """
    level, listed = _listed(spot, roster)
    owner = _student(stem_of(spot.folder.name), roster)
    seen = PathTraits(short(spot.place), owner=owner, listed=listed, level=level)
    if store_of(spot.folder.path):
        return replace(seen, kind=PathKind.CLONE, why=_sign_of_several(spot))
    try:
        layout, level_of_it = choose_layout(spot, "auto", alone=False)
    except ClassProblem:
        return seen
    if layout is ONE:
        return _work(seen, spot)
    if layout in SYSTEMS.values():
        return replace(seen, kind=PathKind.MADE, why=f"it is a {layout.title}")
    if why := _sign_of_several(level_of_it):
        return replace(seen, kind=PathKind.MANY, why=why)
    return replace(seen, kind=PathKind.NAMED if layout is FILES else PathKind.FOLDERS)


def _work(seen: PathTraits, spot: Spot) -> PathTraits:
    """Return what one student's work looks like; where the inner folder has the path's name, it is named once."""
    *around, last = levels(spot)
    if not around:
        return replace(seen, kind=PathKind.ONE)
    inner = label(last.folder.name)
    same = inner == label(stem_of(spot.folder.name))
    return replace(seen, kind=PathKind.WRAPPED, inner="" if same else inner, depth=len(around) - 1)


def _listed(spot: Spot, roster: Roster | None) -> tuple[int, tuple[str, ...]]:
    """Return the students of the roster after whom something is called, and how deep that lies."""
    for number, level in enumerate(levels(spot) if roster else ()):
        names = [telling(node, level.topics) for node in level.folder.children()]
        if found := [student for name in names if name and (student := _student(name, roster))]:
            return number, tuple(dict.fromkeys(found))
    return 0, ()


def _student(name: str, roster: Roster | None) -> str:
    """Return the id of the one student whom a name fits; a name that fits two tells nothing."""
    fitting = students_of(claim_of(name), roster) if roster else []
    return fitting[0].id if len(fitting) == 1 else ""
