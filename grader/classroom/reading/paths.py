"""How each of several paths is read, as one student's work or as a class: decided for all of them together.

The roster comes first: a path called after a student is that student's, and one with students' names in it is a
class. Where it tells nothing, what lies in the paths does, and a note says what else it could be. Downloads of a system
may lie in the folder, or in the archive, that was given in their place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from enum import Enum, auto

from grader.classroom.reading import limits
from grader.classroom.reading.archives import open_archive
from grader.classroom.reading.claims import Spot, students_of
from grader.classroom.reading.collect import topics_in, wanted
from grader.classroom.reading.detect import SYSTEMS, LayoutChoice, by_names, choose_layout, levels
from grader.classroom.reading.git_repository import store_of
from grader.classroom.reading.name_layouts import FILES, ONE, OTTER, claim_of, told_by
from grader.classroom.reading.names import ARCHIVES, is_archive, label, short, stem_of
from grader.classroom.reading.tree import ClassProblem, File, Unreadable
from grader.classroom.tables.roster import Roster


def _sign_of_several(spot: Spot) -> str:
    """Return what shows that several students' work lies in a folder; nothing where it may be one student's."""
    holders: dict[str, str] = {}  # topic -> the first name under which it lies
    loose: list[str] = []
    closed: list[str] = []
    for node in spot.folder.children():
        student, topic = told_by(node, spot.topics)
        if not student or (isinstance(node, File) and node.refused):
            continue
        name = label(student)
        if isinstance(node, File) and not is_archive(node.name):
            loose.append(name)
        topics = {topic} if topic else topics_in(node, spot.topics)
        if topics is None:
            closed.append(name)
        for topic in topics or ():
            if holders.setdefault(topic, name) != name:
                return f"{short(holders[topic])} and {short(name)} both hold {topic}"
    for names, what in ((loose, "files"), (closed, "archives")):
        if len(different := list(dict.fromkeys(names))) > 1:
            return f"there are {what} of {short(different[0])} and {short(different[1])}"
    return ""


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
        names = [told_by(node, level.topics).student for node in level.folder.children()]
        if found := [student for name in names if name and (student := _student(name, roster))]:
            return number, tuple(dict.fromkeys(found))
    return 0, ()


def _student(name: str, roster: Roster | None) -> str:
    """Return the id of the one student whom a name fits; a name that fits two tells nothing."""
    fitting = students_of(claim_of(name), roster) if roster else []
    return fitting[0].id if len(fitting) == 1 else ""


NAMES = "\0"  # stands for names in the paths, which a note lists for all that it is about
MOST_NAMED = 3  # paths, and names, in a note
OTHER_ONE = "--layout one reads every path as one student's work; a roster of these names decides for each"
OTHER_CLASS = "--layout folders reads every path as a class; a roster of these names decides for each"


def downloads_in(spot: Spot, roster: Roster | None, stack: ExitStack) -> tuple[list[Spot], str]:
    """Return the downloads in a folder that holds nothing else of anybody, to be read in its place, and a note.

    They stay open as long as `stack`. Beside the work of students an archive is a student's, whatever names lie in it:
    nobody hands in for others by them.
    """
    *_, spot = levels(spot)
    nodes = spot.folder.children()
    files = [node for node in nodes if isinstance(node, File) and not node.refused]
    archives = [file for file in files if file.name.casefold().endswith(ARCHIVES)]
    if not 0 < len(archives) <= limits.LOOKS:
        return [], ""
    others = [node for node in nodes if node not in archives]
    alone = not any(told_by(node, spot.topics).student or is_archive(node.name) for node in others)
    found = list[Spot]()
    for node in archives:
        try:
            folder = open_archive(node, stack, wanted(spot.topics), of_class=True)
            inner = Spot(folder, spot.at(node.name), spot.topics)
            is_class = _is_class(inner, roster, sole=alone and len(archives) == 1)
        except Unreadable:
            return [], ""
        if not is_class:
            return [], ""
        if not alone:
            text = "looks like a download of a whole class: give that file itself, and not the folder around it"
            return [], f"{short(spot.at(node.name))} {text}"
        found.append(inner)
    return found, ""


def _is_class(spot: Spot, roster: Roster | None, *, sole: bool) -> bool:
    """Whether an archive is a system's download, or else the only thing there and holds several students' work."""
    seen = traits_of(spot, roster)
    if seen.owner:
        return False
    made = seen.kind is PathKind.MADE and not OTTER.fits(spot)
    return made or (sole and (seen.many or seen.is_listed_class))


@dataclass(frozen=True)
class PathReading:
    """How a path is read: by a layout, or as a class whose students lie so many folders inside."""

    layout: str = "auto"
    level: int | None = None
    alone: bool = False
    why: str = ""  # for a note: what decided, and what says the other; nothing where it cannot be two
    inner: str = ""  # for a note: names in the path

    @property
    def may_hold_downloads(self) -> bool:
        """Whether archives in it may be downloads of a class: a layout by which a student is told was not said."""
        return self.level is None and self.layout in ("auto", *SYSTEMS)

    def choice(self, spot: Spot) -> LayoutChoice:
        """Return the layout of the path.

        Raises:
            ClassProblem: it has none, or more than one.
            Unreadable: it cannot be listed.
        """
        if self.level is None:
            return choose_layout(spot, self.layout, alone=self.alone)
        return by_names(list(levels(spot))[self.level])


def decide(seen: Sequence[PathTraits | None]) -> tuple[list[PathReading], list[str]]:
    """Return how each path is read, and notes; one that cannot be opened decides nothing."""
    known = [each for each in seen if each]
    many = next((each for each in known if each.many), None)
    direct = next((each for each in known if each.direct), None)
    mixed = any(not each.many for each in known)
    taken = [_taken(each, many, direct, mixed) if each else PathReading() for each in seen]
    return taken, list(_notes(zip(seen, taken, strict=True)))


def _taken(seen: PathTraits, many: PathTraits | None, direct: PathTraits | None, mixed: bool) -> PathReading:
    if seen.owner:
        return _owned(seen)
    if seen.is_listed_class:
        return PathReading(level=seen.level)
    match seen.kind:
        case PathKind.WRAPPED if not seen.inner:
            return PathReading()  # zoe.zip with zoe/losses.py in it is zoe's either way
        case PathKind.WRAPPED if many is None:
            why = f"as one student's work, and not as a class with {NAMES} in it: {OTHER_CLASS}"
            return PathReading(why=why, inner=seen.inner)
        case PathKind.WRAPPED if many:
            is_one = f"for {many.place} is a class ({many.why or 'the roster has its names'})"
            why = f"as a class with {NAMES} in it, {is_one}: {OTHER_ONE}"
            return PathReading(level=seen.depth, why=why, inner=seen.inner)
        case PathKind.FOLDERS if direct and not many:
            return PathReading("one", why=f"as one student's work, for {direct.place} is: {OTHER_CLASS}")
        case PathKind.FOLDERS:
            return PathReading(why=f"as a class: {OTHER_ONE}")
        case PathKind.MANY if mixed:
            return PathReading(why=f"as a class, for {NAMES}: {OTHER_ONE}", inner=seen.why)
        case PathKind.CLONE if seen.why:
            return PathReading(why=f"as one student's clone, though {NAMES}: {OTHER_CLASS}", inner=seen.why)
    return PathReading()


def _owned(seen: PathTraits) -> PathReading:
    """Return how a student's own path is read: a repository and files with the student's name as what they are."""
    others = [student for student in seen.listed if student != seen.owner]
    if seen.kind is PathKind.CLONE or (seen.kind is PathKind.NAMED and seen.listed and not others):
        return PathReading()
    if len(others) < 2:
        return PathReading("one")
    why = f"as one student's work, for it has the name of one, though {NAMES} lie in it: {OTHER_CLASS}"
    return PathReading("one", why=why, inner=_few(others))


def _notes(pairs: Iterable[tuple[PathTraits | None, PathReading]]) -> Iterator[str]:
    """Yield a note for each thing that decided, with the paths for which it did."""
    told = dict[str, tuple[dict[str, None], dict[str, None]]]()  # the places and the names in them, each once
    for seen, taken in pairs:
        if seen and taken.why:
            places, names = told.setdefault(taken.why, ({}, {}))
            places[seen.place] = names[taken.inner] = None
    for why, (places, names) in told.items():
        verb = "is" if len(places) == 1 else "are"
        yield f"{_few(list(places))} {verb} read {why.replace(NAMES, _few(list(names)))}"


def _few(names: Sequence[str]) -> str:
    """Return names as a list: "a, b and 7 more"."""
    if len(names) > MOST_NAMED:
        return f"{', '.join(names[:MOST_NAMED])} and {len(names) - MOST_NAMED} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
