"""Layouts of learning systems: the downloads of all submissions of Canvas and of Moodle.

Canvas: `<name>[_LATE]_<user id>_<attachment id>_<file>`, flat in one zip. It numbers attachments as they come in, so a
later file of a student has a higher number, also in another download; that number is not in a student's hands.

Moodle: `<name>_<id>_assignsubmission_file`, a folder each or flat in one zip.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from grader.classroom.reading.claims import Claim, ClaimedWork, Layout, LayoutFindings, Spot, WorkPart
from grader.classroom.reading.name_layouts import Entry, by_student
from grader.classroom.reading.names import is_archive, label, otter_stamp, short
from grader.classroom.reading.tree import Folder, Node, Unreadable, walk
from grader.intake.file_names import topic_of

# How a name begins: with whom Canvas hides, or with a name and a number.
WHOS = (
    r"(?P<name>)(?:(?P<late>LATE)_)?(?P<user>anon_[A-Za-z0-9]+)",
    r"(?P<name>.+?)_(?:(?P<late>LATE)_)?(?P<user>\d+)",
)
UPLOADS = tuple(re.compile(rf"{who}_(?P<number>\d+)_(?P<file>.+)", re.DOTALL) for who in WHOS)
# An address or text that was typed in; Canvas adds a number where two names are the same.
TYPED_UPLOADS = tuple(re.compile(rf"{who}_(?P<kind>text|link)(?:-\d+)?\.html", re.DOTALL) for who in WHOS)
TYPED_IN = {"text": "text that was typed into Canvas", "link": "a web address"}
OWNER = r"(?P<name>.*?)(?:_(?P<id>\d+))?_assignsubmission_(?P<kind>[a-z]+)"
FOLDER = re.compile(OWNER + "_?", re.DOTALL)  # before Moodle 4.1 the name ended in an underscore
FLAT = re.compile(OWNER + "_(?P<file>.+)", re.DOTALL)
BLIND = "participant"  # stands for the name where Moodle hides it
TYPED = "text typed into Moodle was handed in, which cannot be graded: hand in the file itself"


def _layout(
    system: str,
    told: Callable[[Node, Spot], Entry | None],
    handed_in: Callable[[Sequence[WorkPart], Claim], Iterable[WorkPart]],
) -> Layout:
    """Return the layout of a system's download by whose an entry is and by how a student's parts are handed in."""

    def fits(spot: Spot) -> int:
        return sum(told(node, spot) is not None for node in spot.folder.children())

    def find(spot: Spot) -> LayoutFindings:
        strays = [short(spot.at(node.name)) for node in spot.folder.children() if told(node, spot) is None]
        return LayoutFindings(
            [ClaimedWork((claim,), tuple(handed_in(parts, claim))) for claim, parts in by_student(spot, told)],
            [f"{stray} is not named as {system} does: it is left out" for stray in strays],
        )

    return Layout(f"{system} download", fits, find)


def _canvas_entry(file: Node, spot: Spot) -> Entry | None:
    if isinstance(file, Folder):
        return None
    place, stamp = spot.at(file.name), otter_stamp(file.name)
    if told := _first(UPLOADS, file.name):
        if stamp and not _first(UPLOADS, stamp[0]):
            return None  # the numbers are those of the time
        user, number, name = _shifted(told, spot.topics)
        order, named = ("Canvas", float(number)), replace(file, name=name)
        part = WorkPart((named,), place, late=told["late"] is not None, upload=file.name, order=order)
        return _canvas_claim(user, told["name"]), part
    if told := _first(TYPED_UPLOADS, file.name):
        problem = f"{TYPED_IN[told['kind']]} was handed in, which cannot be graded: hand in the file itself"
        part = WorkPart((), place, late=told["late"] is not None, problem=problem, order=("Canvas", 0))
        return _canvas_claim(told["user"], told["name"]), part
    return None


def _first(patterns: Iterable[re.Pattern[str]], name: str) -> re.Match[str] | None:
    return next((told for pattern in patterns if (told := pattern.fullmatch(name))), None)


def _shifted(told: re.Match[str], topics: Collection[str]) -> tuple[str, str, str]:
    """Return user, number and file; a name that ends in a number, as a group's may, shifts them by one."""
    user, number, name = told["user"], told["number"], told["file"]
    first, _, rest = name.partition("_")
    is_known = topic_of(name, topics) or is_archive(name)
    if not is_known and first.isdecimal() and (topic_of(rest, topics) or is_archive(rest)):
        return number, first, rest
    return user, number, name


def _canvas_claim(user: str, name: str) -> Claim:
    text = f"{name} ({user})" if name else user
    return Claim(user, label(text), name=label(name), ids={"canvas": user}, squashed=True)


def _in_order(parts: Sequence[WorkPart], claim: Claim) -> Iterable[WorkPart]:
    """Return uploads in the order in which Canvas took them."""
    return sorted(parts, key=lambda part: (part.order, part.place))


CANVAS = _layout("Canvas", _canvas_entry, _in_order)


def _moodle_entry(node: Node, spot: Spot) -> Entry | None:
    told = (FOLDER if isinstance(node, Folder) else FLAT).fullmatch(node.name)
    if told is None:
        return None
    if told["kind"] != "file":
        return _moodle_claim(told), WorkPart((), spot.at(node.name), problem=TYPED)
    return _moodle_claim(told), node if isinstance(node, Folder) else replace(node, name=told["file"])


def _moodle_claim(told: re.Match[str]) -> Claim:
    name, number = label(told["name"]), told["id"] or ""
    if name.casefold() == BLIND:
        return Claim(number, f"Participant {number}", ids={"moodle": number})
    ids = {"moodle": number} if number else {}
    return Claim(number or name, f"{name} ({number})" if number else name, name=name, ids=ids)


def _with_upload(parts: Sequence[WorkPart], claim: Claim) -> Iterable[WorkPart]:
    """Return a student's parts, which Moodle knows by one name, with the time of the last of them."""
    stamps = [stamp for part in parts if (stamp := _stamp(part.nodes)) is not None]
    order = ("Moodle", max(stamps)) if stamps else None
    number, name = claim.ids.get("moodle", ""), claim.name.replace("_", " ") or BLIND.title()
    upload = f"{name}_{number}_assignsubmission_file" if number else ""
    return (replace(part, upload=upload, order=order) for part in parts)


def _stamp(nodes: tuple[Node, ...]) -> float | None:
    """Return when Moodle got the last of some files, as it says in the zip that it makes."""
    try:
        return max((file.stamp for _, file in walk(nodes) if file.stamp is not None), default=None)
    except Unreadable:
        return None


MOODLE = _layout("Moodle", _moodle_entry, _with_upload)
