"""What one of several paths looks like: one student's work, that of several, a system's download, a repository."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from enum import Enum, auto

from grader.classroom.reading import limits
from grader.classroom.reading.archives import ZIP, open_archive
from grader.classroom.reading.claims import Spot, students_of
from grader.classroom.reading.collect import wanted
from grader.classroom.reading.detect import SYSTEMS, choose_layout, levels
from grader.classroom.reading.git_repository import store_of
from grader.classroom.reading.name_layouts import FILES, ONE, claim_of, student_and_topic, telling
from grader.classroom.reading.names import is_archive, label, short, stem_of
from grader.classroom.reading.tree import ClassProblem, File, Node, Unreadable, walk
from grader.classroom.tables.roster import Roster
from grader.intake.topic_files import topic_of


def _sign_of_several(spot: Spot) -> str:
    """Return what shows that several students' work lies in a folder; nothing where it may be one student's."""
    finder = _TopicFinder(spot.topics)
    holders: dict[str, str] = {}  # topic -> the first name under which it lies
    loose: list[str] = []
    closed: list[str] = []
    for node, name in _named(spot):
        if isinstance(node, File) and not is_archive(node.name):
            loose.append(name)
        topics = finder.topics_of(node)
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


@dataclass
class _TopicFinder:
    """Looks for topics by the names of files; a few small zips are opened for it, and nothing else."""

    topics: Collection[str]
    left: int = limits.LOOKS

    def topics_of(self, node: Node) -> set[str] | None:
        """Return the topics that lie in a folder, an archive or a file; None where that cannot be seen."""
        if isinstance(node, File) and (told := student_and_topic(stem_of(node.name), self.topics)):
            return {told[1]}
        found: set[str] = set()
        try:
            return found if self._below([node], found, opened=False) or found else None
        except Unreadable:  # there is more than anybody hands in
            return found

    def _below(self, nodes: Iterable[Node], found: set[str], *, opened: bool) -> bool:
        """Add what lies below; return whether all of it was seen."""
        seen = True
        for _, file in walk(nodes):
            is_packed = is_archive(file.name)
            if topic := topic_of(f"{stem_of(file.name)}.py" if is_packed else file.name, self.topics):
                found.add(topic.topic)
            elif is_packed:
                seen = not opened and self._opened(file, found) and seen
        return seen

    def _opened(self, file: File, found: set[str]) -> bool:
        self.left -= 1
        try:
            data = file.read(limits.LOOKED) if self.left >= 0 else None
            if data is None or not data.startswith(ZIP):
                return False
            held = replace(file, open=lambda: io.BytesIO(data), on_disk=True)
            with ExitStack() as stack:
                folder = open_archive(held, stack, wanted(self.topics))
                return self._below(folder.children(), found, opened=True)
        except Unreadable:
            return False


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
        chosen = choose_layout(spot, "auto", alone=False)
    except ClassProblem:
        return seen
    if chosen.layout is ONE:
        return _work(seen, spot)
    if chosen.layout in SYSTEMS.values():
        return replace(seen, kind=PathKind.MADE, why=f"it is a {chosen.layout.title}")
    if why := _sign_of_several(chosen.spot):
        return replace(seen, kind=PathKind.MANY, why=why)
    return replace(seen, kind=PathKind.NAMED if chosen.layout is FILES else PathKind.FOLDERS)


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
