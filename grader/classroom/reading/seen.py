"""What one of several paths looks like by itself, and what the roster knows of its names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from grader.classroom.reading.detect import SYSTEMS, choose, levels
from grader.classroom.reading.found import Spot
from grader.classroom.reading.git.repository import store_of
from grader.classroom.reading.layouts.by_name import claim_of, telling
from grader.classroom.reading.layouts.files import FILES
from grader.classroom.reading.layouts.one import ONE
from grader.classroom.reading.names import label, short, stem_of
from grader.classroom.reading.problems import ClassProblem
from grader.classroom.reading.several import several
from grader.classroom.reading.who import students_of
from grader.classroom.roster import Roster


class Kind(Enum):
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
class Seen:
    """A path as it looks."""

    place: str
    kind: Kind = Kind.UNCLEAR
    why: str = ""  # what shows that several students' work lies in it
    inner: str = ""  # the folder that holds the topic files of a wrapped path, unless both have one name
    depth: int = 0  # of the folder around that one
    owner: str = ""  # the id of the student whom its own name fits
    listed: tuple[str, ...] = ()  # the ids of students after whom something in it is called
    level: int = 0  # how many folders lie around those names

    @property
    def is_listed_class(self) -> bool:
        """Whether the roster says that it is a class; one name in a repository may be a student's own folder."""
        few = 1 if self.kind is Kind.CLONE else 0
        return not self.owner and self.kind is not Kind.MADE and len(self.listed) > few

    @property
    def many(self) -> bool:
        """Whether it is a class whatever the other paths are, and so tells what they may be."""
        return not self.owner and (self.kind in (Kind.MANY, Kind.MADE) or len(self.listed) > 1)

    @property
    def direct(self) -> bool:
        """Whether it is one student's work whatever the other paths are."""
        return bool(self.owner) or (self.kind in (Kind.ONE, Kind.CLONE) and not self.is_listed_class)


def look(spot: Spot, roster: Roster | None) -> Seen:
    """Return what a path looks like.

    Raises:
        Unreadable: it cannot be listed.
    """
    level, listed = _listed(spot, roster)
    owner = next(iter(_students(stem_of(spot.folder.name), roster)), "")
    seen = Seen(short(spot.place), owner=owner, listed=listed, level=level)
    if store_of(spot.folder.path):
        return replace(seen, kind=Kind.CLONE, why=several(spot))
    try:
        chosen = choose(spot, "auto", alone=False)
    except ClassProblem:
        return seen
    if chosen.layout is ONE:
        return _work(seen, spot)
    if chosen.layout in SYSTEMS.values():
        return replace(seen, kind=Kind.MADE, why=f"it is a {chosen.layout.title}")
    if why := several(chosen.spot):
        return replace(seen, kind=Kind.MANY, why=why)
    return replace(seen, kind=Kind.NAMED if chosen.layout is FILES else Kind.FOLDERS)


def _work(seen: Seen, spot: Spot) -> Seen:
    """Return what one student's work looks like; where the inner folder has the path's name, it is named once."""
    *around, last = levels(spot)
    if not around:
        return replace(seen, kind=Kind.ONE)
    inner = label(last.folder.name)
    same = inner == label(stem_of(spot.folder.name))
    return replace(seen, kind=Kind.WRAPPED, inner="" if same else inner, depth=len(around) - 1)


def _listed(spot: Spot, roster: Roster | None) -> tuple[int, tuple[str, ...]]:
    """Return the students of the roster after whom something is called, and how deep that lies."""
    for number, level in enumerate(levels(spot) if roster else ()):
        names = [telling(node, level.topics) for node in level.folder.children()]
        if found := [student for name in names if name for student in _students(name, roster)]:
            return number, tuple(dict.fromkeys(found))
    return 0, ()


def _students(name: str, roster: Roster | None) -> list[str]:
    """Return the id of the one student whom a name fits; a name that fits two tells nothing."""
    fitting = students_of(claim_of(name), roster) if roster else []
    return [student.id for student in fitting] if len(fitting) == 1 else []
