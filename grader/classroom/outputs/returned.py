"""Feedback as Canvas and Moodle take it back: one zip each, in which a name tells whose a file is.

Canvas puts a file beside the upload whose numbers its name holds, under the name of that upload: a module comes back as
a module, a notebook as a notebook, an archive as an archive. Moodle adds files of any name to a participant's feedback.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from grader.classroom.records import ClassResult, HandIn, Standing

CANVAS, MOODLE = "canvas-feedback.zip", "moodle-feedback.zip"
CANVAS_UPLOAD = re.compile(r"[^/]+?_(?:LATE_)?\d+_\d+_[^/]+", re.DOTALL)
MOODLE_UPLOAD = re.compile(r"[^/_]+_\d+_assignsubmission_file")
PAGE = "feedback.html"
EPOCH = (1980, 1, 1, 0, 0, 0)  # so that the same feedback is the same zip

Files = Mapping[str, bytes]  # of one student: the page as PAGE, what came back of each topic under its own name


def goes_to_canvas(hand_in: HandIn, name: str) -> bool:
    """Whether a topic's file was uploaded to Canvas as it is, so that one of its kind goes back."""
    upload = hand_in.uploads.get(name, "")
    return bool(CANVAS_UPLOAD.fullmatch(upload)) and _suffix(upload) == _suffix(name)


def feedback_zips(result: ClassResult, files_of: Callable[[Standing], Files]) -> Iterator[tuple[str, bytes]]:
    """Yield the zips of those systems from which anything came.

    Args:
        result: the class.
        files_of: gives what a student gets back.
    """
    for name, members in ((CANVAS, _canvas), (MOODLE, _moodle)):
        returned = [one for one in result.standings if one.hand_in is not None and _came_from(name, one.hand_in)]
        if returned:
            yield name, _zip(pair for one in returned for pair in members(one.hand_in, files_of(one)))


def _came_from(name: str, hand_in: HandIn | None) -> bool:
    pattern = CANVAS_UPLOAD if name == CANVAS else MOODLE_UPLOAD
    return hand_in is not None and any(pattern.fullmatch(upload) for upload in hand_in.uploads.values())


def _canvas(hand_in: HandIn | None, files: Files) -> Iterator[tuple[str, bytes]]:
    """Yield a file for each upload."""
    uploads: dict[str, list[str]] = {}
    for name, upload in (hand_in.uploads if hand_in else {}).items():
        uploads.setdefault(upload, []).append(name)
    for upload, names in uploads.items():
        if _suffix(upload) in (".py", ".ipynb"):
            yield from ((upload, files[name]) for name in names[:1] if name in files)
        elif _suffix(upload) == ".zip":
            yield upload, _zip(files.items())


def _moodle(hand_in: HandIn | None, files: Files) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a participant, each name after what Moodle calls the hand-in."""
    uploads = hand_in.uploads.values() if hand_in else ()
    owner = next((upload for upload in uploads if MOODLE_UPLOAD.fullmatch(upload)), "")
    yield from ((f"{owner}_{name}", data) for name, data in files.items())


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.casefold()


def _zip(members: Iterable[tuple[str, bytes]]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name, EPOCH), data, zipfile.ZIP_DEFLATED)
    return held.getvalue()
