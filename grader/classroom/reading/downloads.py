"""Downloads of a system that lie in the folder, or in the archive, that was given in their place."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field

from grader.classroom.reading import limits
from grader.classroom.reading.archives import Opener
from grader.classroom.reading.detect import levels
from grader.classroom.reading.found import Spot
from grader.classroom.reading.gather import wanted
from grader.classroom.reading.layouts.by_name import telling
from grader.classroom.reading.layouts.otter import OTTER
from grader.classroom.reading.names import ARCHIVES, is_archive, short, stem_of
from grader.classroom.reading.problems import Unreadable
from grader.classroom.reading.seen import Kind, look
from grader.classroom.reading.tree import File, Folder
from grader.classroom.roster import Roster


@dataclass
class Inner:
    """The downloads in a path, and what is to be said about it."""

    spots: list[Spot] = field(default_factory=list)  # in place of the path, if there are any
    notes: list[str] = field(default_factory=list)


def downloads_in(spot: Spot, roster: Roster | None, stack: ExitStack) -> Inner:
    """Return the downloads in a folder that holds nothing else of anybody; they stay open as long as `stack`.

    Beside the work of students an archive is a student's, whatever names lie in it: nobody hands in for others by them.
    """
    *_, spot = levels(spot)
    nodes = spot.folder.children()
    archives = [node for node in nodes if isinstance(node, File) and _opens(node)]
    if not 0 < len(archives) <= limits.LOOKS:
        return Inner()
    others = [node for node in nodes if node not in archives]
    alone = not any(
        isinstance(node, Folder) or telling(node, spot.topics) or is_archive(node.name) for node in others
    )
    found = Inner()
    for node in archives:
        opened = _opened(spot, node, stack)
        if opened is None or not _is_class(opened, roster, sole=alone and len(archives) == 1):
            return Inner()
        if not alone:
            text = "looks like a download of a whole class: give that file itself, and not the folder around it"
            return Inner(notes=[f"{short(spot.at(node.name))} {text}"])
        found.spots.append(opened)
    return found


def _opens(file: File) -> bool:
    return file.name.casefold().endswith(ARCHIVES) and not file.refused


def _opened(spot: Spot, node: File, stack: ExitStack) -> Spot | None:
    try:
        opener = Opener(wanted(spot.topics), of_class=True)
        folder = opener.open(node, stack)
    except Unreadable:
        return None
    return Spot(Folder(stem_of(node.name), folder.listing), spot.at(node.name), spot.topics)


def _is_class(spot: Spot, roster: Roster | None, *, sole: bool) -> bool:
    """Whether an archive is a system's download, or else the only thing there and holds several students' work."""
    seen = look(spot, roster)
    if seen.owner:
        return False
    made = seen.kind is Kind.MADE and not OTTER.fits(spot)
    return made or (sole and (seen.many or seen.is_listed_class))
