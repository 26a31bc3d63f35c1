"""Which layout a path has: told by what lies there, by itself, whatever the other paths are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from grader.classroom.reading.claims import Layout, Spot, students_of
from grader.classroom.reading.git_layouts import GIT_CLONES
from grader.classroom.reading.git_repository import store_of
from grader.classroom.reading.name_layouts import FOLDERS, ONE, WRAPPERS, claim_of, told_by
from grader.classroom.reading.names import short, stem_of
from grader.classroom.reading.system_layouts import CANVAS, GRADESCOPE, MOODLE
from grader.classroom.reading.tree import ClassProblem, Folder, Unreadable
from grader.classroom.tables.roster import Roster

# Layouts that a system made and names in a way that no person would.
SYSTEMS: Mapping[str, Layout] = {
    "canvas": CANVAS,
    "moodle": MOODLE,
    "gradescope": GRADESCOPE,
    "git-clones": GIT_CLONES,
}
LAYOUTS: Mapping[str, Layout] = {**SYSTEMS, "folders": FOLDERS, "one": ONE}
SUBMITTED = "submitted"  # where nbgrader keeps them in the folder of a course


LayoutChoice: TypeAlias = tuple[Layout, Spot]  # and the folder that it is of


def choose_layout(spot: Spot, layout: str, roster: Roster | None, *, alone: bool) -> LayoutChoice:
    """Return the layout of a path; `alone` where no other path was given, so that it is a class.

    Raises:
        ClassProblem: it could be one student's work or a class, or `layout` is not known.
        Unreadable: the folder cannot be listed.
    """
    if layout == "auto":
        return _detect(spot, roster, alone)
    if layout not in LAYOUTS:
        raise ClassProblem(f"there is no layout {short(layout)}: use auto, {', '.join(sorted(LAYOUTS))}")
    forced = LAYOUTS[layout]
    if forced is ONE:
        return ONE, spot  # a folder in it is no student's name, for the path has one of its own
    return forced, next((level for level in levels(spot) if forced.fits(level)), spot)


def _detect(spot: Spot, roster: Roster | None, alone: bool) -> LayoutChoice:
    if store_of(spot.folder.path):
        return _repository(spot, roster, alone)
    if is_listed(stem_of(spot.folder.name), roster):
        return ONE, spot
    if made := made_by_system(spot):
        return made
    nested = list(levels(spot))
    for level in nested:
        if any(is_listed(told_by(node, level.topics).student, roster) for node in level.folder.children()):
            return FOLDERS, level
    return _made_by_no_system(nested, alone)


def made_by_system(spot: Spot) -> LayoutChoice | None:
    """Return the system that named at least half of what lies in a folder; None where none did."""
    for level in levels(spot):
        system = max(SYSTEMS.values(), key=lambda each: each.fits(level))
        if (count := system.fits(level)) and 2 * count >= len(level.folder.children()):
            return system, level
    return None


def is_listed(name: str, roster: Roster | None) -> bool:
    """Whether the roster has one student whom a name fits; a name that fits two tells nothing."""
    return bool(name) and roster is not None and len(students_of(claim_of(name), roster)) == 1


def levels(spot: Spot) -> Iterator[Spot]:
    """Yield a folder, and the folders that only wrap the class, from the outside in."""
    while True:
        yield spot
        children = spot.folder.children()
        inner = [child for child in children if isinstance(child, Folder)]
        wrapped = [child for child in inner if child.name == SUBMITTED or len(children) == 1]
        if len(wrapped) != 1 or ONE.fits(spot):
            return
        try:
            wrapped[0].children()
        except Unreadable:
            return
        spot = Spot(wrapped[0], spot.at(wrapped[0].name), spot.topics)


def _made_by_no_system(nested: list[Spot], alone: bool) -> LayoutChoice:
    """Return the layout of a folder that no system made."""
    first, last = nested[0], nested[-1]
    if ONE.fits(last):
        if strangers := _students_beside(last):
            raise ClassProblem(
                f"{short(last.place)} holds topic files itself and folders that hold some ({strangers}): "
                "say --layout one for one student's work, --layout folders for a class"
            )
        if len(nested) == 1 or not alone:
            return ONE, first
        return FOLDERS, nested[-2]  # class/alice/losses.py: a class with one student
    return FOLDERS, next((level for level in reversed(nested) if FOLDERS.fits(level)), last)


def _students_beside(spot: Spot) -> str:
    """Return the names of folders that are a student's work, next to topic files."""
    topics = {topic.casefold() for topic in spot.topics}
    names = []
    for folder in spot.folder.folders():
        inner = Spot(folder, spot.at(folder.name), spot.topics)
        if folder.name.casefold() not in {*topics, *WRAPPERS} and ONE.fits(inner):
            names.append(folder.name)
    return ", ".join(short(name) for name in names[:3])


def _repository(spot: Spot, roster: Roster | None, alone: bool) -> LayoutChoice:
    """Return how to read a git repository: as one student's clone, or as it lies where a class is kept in it."""
    is_bare = store_of(spot.folder.path) == spot.folder.path
    if not alone or is_bare or ONE.fits(spot) or not FOLDERS.fits(spot):
        return GIT_CLONES, spot
    return _detect(Spot(Folder(spot.folder.name, spot.folder.listing), spot.place, spot.topics), roster, alone)
