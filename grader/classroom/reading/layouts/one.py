"""The work of a single student, named after the folder or the archive that holds it."""

from __future__ import annotations

from grader.classroom.reading.found import Found, Layout, Reading, Spot
from grader.classroom.reading.layouts.by_name import claim_of, parts_inside
from grader.classroom.reading.names import stem_of
from grader.classroom.reading.problems import Unreadable
from grader.classroom.reading.tree import Folder
from grader.intake.file_names import topic_of

WRAPPERS = ("exercises",)  # folders of the course that students pack along


def _fits_one(spot: Spot) -> int:
    """Return one where topic files lie directly in it, or in folders named after topics."""
    return int(_is_work_of_one(spot.folder, spot))


def _find_one(spot: Spot) -> Reading:
    """Return everything as one hand-in."""
    claim = claim_of(stem_of(spot.folder.name))
    return Reading([Found((claim,), tuple(parts_inside(spot.folder, spot.place)))])


def _is_work_of_one(folder: Folder, spot: Spot) -> bool:
    """Whether a folder is one student's work; one that cannot be opened is not."""
    try:
        return _is_work(folder, spot)
    except Unreadable:
        return False


def _is_work(folder: Folder, spot: Spot) -> bool:
    if any(topic_of(file.name, spot.topics) for file in folder.files()):
        return True
    topics = {topic.casefold() for topic in spot.topics}
    for inner in folder.folders():
        name = inner.name.casefold()
        if name in topics and any(topic_of(file.name, spot.topics) for file in inner.files()):
            return True
        if name in WRAPPERS and _is_work_of_one(inner, spot):
            return True
    return False


ONE = Layout("one student's work", _fits_one, _find_one)
