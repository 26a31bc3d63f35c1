"""Which layout a folder has: told by what lies there, and reported where it could be two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from grader.classroom.reading.claims import Layout, LayoutFindings, Spot
from grader.classroom.reading.git_layouts import GIT_BRANCHES, GIT_CLONES, GIT_COMMITS
from grader.classroom.reading.git_repository import store_of
from grader.classroom.reading.name_layouts import FILES, FOLDERS, ONE, OTTER, WRAPPERS
from grader.classroom.reading.names import short
from grader.classroom.reading.system_layouts import CANVAS, GRADESCOPE, MOODLE, NBGRADER
from grader.classroom.reading.tree import ClassProblem, Folder, Unreadable

# Layouts that a system made and names in a way that no person would.
SYSTEMS: Mapping[str, Layout] = {
    "canvas": CANVAS,
    "moodle": MOODLE,
    "gradescope": GRADESCOPE,
    "nbgrader": NBGRADER,
    "otter": OTTER,
    "git-clones": GIT_CLONES,
}
LAYOUTS: Mapping[str, Layout] = {
    **SYSTEMS,
    "files": FILES,
    "folders": FOLDERS,
    "one": ONE,
    "git-branches": GIT_BRANCHES,
    "git-commits": GIT_COMMITS,
}
INSIDE = "otter"  # names that Otter gave may stand inside those of another system
SUBMITTED = "submitted"  # where nbgrader keeps them in the folder of a course


LayoutChoice: TypeAlias = tuple[Layout, Spot]  # and the folder that it is of


def choose_layout(spot: Spot, layout: str, *, alone: bool) -> LayoutChoice:
    """Return the layout of a folder; `alone` where no other path was given, so that it is a class.

    Raises:
        ClassProblem: no layout, or more than one, fits what lies there, or `layout` is not known.
        Unreadable: the folder cannot be listed.
    """
    if layout == "auto":
        return _detect(spot, alone)
    if layout not in LAYOUTS:
        raise ClassProblem(f"there is no layout {short(layout)}: use auto, {', '.join(sorted(LAYOUTS))}")
    forced = LAYOUTS[layout]
    if forced is ONE and not alone:
        return ONE, spot  # a folder in it is no student's name, for the path has one of its own
    return forced, next((level for level in levels(spot) if forced.fits(level)), spot)


def _detect(spot: Spot, alone: bool) -> LayoutChoice:
    if store_of(spot.folder.path):
        return _repository(spot, alone)
    nested = list(levels(spot))
    for level in nested:
        size = len(level.folder.children())
        most = {name: count for name, count in _fitting(level).items() if 2 * count >= size}
        if len(most) > 1:
            most.pop(INSIDE, None)
        if most:
            return _system(level, most)
    return _made_by_no_system(nested, alone)


def _fitting(spot: Spot) -> dict[str, int]:
    """Return the systems that may have made a folder, with how many entries are named as they do."""
    return {name: count for name, each in SYSTEMS.items() if (count := each.fits(spot))}


def _system(spot: Spot, counts: Mapping[str, int]) -> LayoutChoice:
    """Return the one system that made a folder."""
    if len(counts) == 1:
        return SYSTEMS[next(iter(counts))], spot
    could = " or ".join(f"{SYSTEMS[name].title} ({count} entries)" for name, count in counts.items())
    which = " or --layout ".join(counts)
    raise ClassProblem(f"{short(spot.place)} could be {could}: say which with --layout {which}")


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
    for level in (last, first):
        found = _fitting(level)
        if found and not FOLDERS.fits(level):
            return _system(level, found)
    telling = next((level for level in reversed(nested) if FOLDERS.fits(level)), last)
    return by_names(telling)


def by_names(spot: Spot) -> LayoutChoice:
    """Return how to read a folder in which names tell the students."""
    return FILES if FILES.fits(spot) else FOLDERS, spot


def _students_beside(spot: Spot) -> str:
    """Return the names of folders that are a student's work, next to topic files."""
    topics = {topic.casefold() for topic in spot.topics}
    names = []
    for folder in spot.folder.folders():
        inner = Spot(folder, spot.at(folder.name), spot.topics)
        if folder.name.casefold() not in {*topics, *WRAPPERS} and ONE.fits(inner):
            names.append(folder.name)
    return ", ".join(short(name) for name in names[:3])


def _repository(spot: Spot, alone: bool) -> LayoutChoice:
    """Return how to read a path that is a git repository itself."""
    if not alone:
        return GIT_CLONES, spot
    branches = GIT_BRANCHES.fits(spot)
    is_class = (
        bool(FOLDERS.fits(spot)) and not ONE.fits(spot) and store_of(spot.folder.path) != spot.folder.path
    )
    if branches > 1 and not is_class:
        return GIT_BRANCHES, spot
    if is_class and branches <= 1:
        note = f"{short(spot.place)} is a git repository; its files are read as they lie"
        inner = Spot(Folder(spot.folder.name, spot.folder.listing), spot.place, spot.topics)
        layout, level = _detect(inner, alone)

        def find(spot: Spot) -> LayoutFindings:
            findings = layout.find(spot)
            findings.notes.insert(0, note)
            return findings

        return replace(layout, find=find), level
    raise ClassProblem(
        f"{short(spot.place)} is a git repository: say --layout git-clones for one student's clone, "
        "git-branches for a branch for each student, git-commits for a commit for each student"
        + (", folders for the folders in it" if is_class else "")
    )
