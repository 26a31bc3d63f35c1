"""Layouts that systems make: downloads of Canvas and Moodle, exports of Gradescope.

Canvas: `<name>[_LATE]_<user id>_<attachment id>_<file>`, flat in one zip. It numbers attachments as they come in, so a
later file of a student has a higher number, also in another download; that number is not in a student's hands.

Moodle: `<name>_<id>_assignsubmission_file`, a folder each or flat in one zip.

Gradescope: a folder submission_<id> for each, and submission_metadata.yml that names the submitters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from grader.classroom.reading import limits
from grader.classroom.reading.claims import Claim, ClaimedWork, Layout, LayoutFindings, Spot, WorkPart
from grader.classroom.reading.name_layouts import OwnedEntry, by_student, part_inside
from grader.classroom.reading.names import is_archive, label, moment, short
from grader.classroom.reading.tree import ClassProblem, Folder, Node, Unreadable, reason, walk
from grader.intake.topic_files import topic_of

# How a name begins: with whom Canvas hides, or with a name and a number.
WHOS = (
    r"(?P<name>)(?:(?P<late>LATE)_)?(?P<user>anon_[A-Za-z0-9]+)",
    r"(?P<name>.+?)_(?:(?P<late>LATE)_)?(?P<user>\d+)",
)
CANVAS_UPLOADS = tuple(re.compile(rf"{who}_(?P<number>\d+)_(?P<file>.+)", re.DOTALL) for who in WHOS)
# An address or text that was typed in; Canvas adds a number where two names are the same.
TYPED_UPLOADS = tuple(re.compile(rf"{who}_(?P<kind>text|link)(?:-\d+)?\.html", re.DOTALL) for who in WHOS)
TYPED_IN = {"text": "text that was typed into Canvas", "link": "a web address"}
MOODLE_OWNER = r"(?P<name>.*?)(?:_(?P<id>\d+))?_assignsubmission_(?P<kind>[a-z]+)"
MOODLE_FOLDER = re.compile(MOODLE_OWNER + "_?", re.DOTALL)  # before Moodle 4.1 the name ended in an underscore
MOODLE_FILE = re.compile(MOODLE_OWNER + "_(?P<file>.+)", re.DOTALL)
BLIND = "participant"  # stands for the name where Moodle hides it
TYPED = "text typed into Moodle was handed in, which cannot be graded: hand in the file itself"


def _layout(
    system: str,
    told: Callable[[Node, Spot], OwnedEntry | None],
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


def _canvas_entry(file: Node, spot: Spot) -> OwnedEntry | None:
    if isinstance(file, Folder):
        return None
    place = spot.at(file.name)
    if told := _first(CANVAS_UPLOADS, file.name):
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


# Uploads in the order in which Canvas took them.
CANVAS = _layout(
    "Canvas", _canvas_entry, lambda parts, claim: sorted(parts, key=lambda part: (part.order, part.place))
)


def _moodle_entry(node: Node, spot: Spot) -> OwnedEntry | None:
    told = (MOODLE_FOLDER if isinstance(node, Folder) else MOODLE_FILE).fullmatch(node.name)
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


METADATA = "submission_metadata.yml"


def _find_gradescope(spot: Spot) -> LayoutFindings:
    """Return a hand-in for each submission, with all who submitted it together.

    Raises:
        ClassProblem: the list of submitters is not there or cannot be read.
    """
    known, folders = _metadata(spot), {folder.name: folder for folder in spot.folder.folders()}
    strays = [spot.left_out(file) for file in spot.folder.files() if file.name != METADATA]
    found, findings = list[ClaimedWork](), LayoutFindings(notes=strays)
    for name in sorted({*known, *folders}):
        if claims := _claims(known.get(name)):
            found.append(ClaimedWork(claims, (_gradescope_part(name, folders.get(name), known[name], spot),)))
        else:
            findings.unknown.append(f"{short(spot.at(name))} names no submitter in {METADATA}")
    return replace(findings, found=found)


def _metadata(spot: Spot) -> dict[str, dict[str, Any]]:
    import yaml  # type: ignore[import-untyped]  # here, as no other layout needs it

    # The C parser where PyYAML has it: about ten times as fast, and as safe.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    file, place = spot.folder.child(METADATA), short(spot.at(METADATA))
    try:
        data = file.read(limits.METADATA) if file else None
        if data is None:
            raise ClassProblem(f"{place} is not there or too large: export the submissions again")
        loaded = yaml.load(data, Loader=loader)  # a safe loader: it makes plain values only
    except Unreadable as problem:
        raise ClassProblem(f"{place}: {problem}") from problem
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as error:
        raise ClassProblem(
            f"{place} cannot be read ({reason(error)}): export the submissions again"
        ) from error
    if not isinstance(loaded, dict):
        raise ClassProblem(f"{place} lists no submissions: export the submissions again")
    return {str(name): entry for name, entry in loaded.items() if isinstance(entry, dict)}


def _value(entry: Any, key: str) -> Any:
    """Return a value whose key Ruby wrote with a colon before it."""
    return entry.get(f":{key}", entry.get(key)) if isinstance(entry, dict) else None


def _claims(entry: Any) -> tuple[Claim, ...]:
    submitters = _value(entry, "submitters")
    claims = dict[str, Claim]()
    for person in submitters if isinstance(submitters, list) else []:
        name, email, number = (_plain_text(_value(person, key)) for key in ("name", "email", "sid"))
        ids = {"gradescope": number, "sis": number} if number else {}
        if called := number or email or name:
            claims[called] = Claim(called, name or email or number, name=name, email=email, ids=ids)
    return tuple(claims.values())


def _plain_text(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
        return str(value)
    return label(value) if isinstance(value, str) else ""


def _gradescope_part(name: str, folder: Folder | None, entry: dict[str, Any], spot: Spot) -> WorkPart:
    when = _when(_value(entry, "created_at"))
    if folder is None:
        return WorkPart((), spot.at(name), when, problem="the export holds no files of this submission")
    return replace(part_inside(folder, spot.at(name)), submitted_at=when)


def _when(value: Any) -> datetime | None:
    """Return the time of handing in; Gradescope writes it in UTC, and the parser may have dropped the zone."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value
    return moment(value) if isinstance(value, str) else None


# All of it, where the list of submitters lies in it.
GRADESCOPE = Layout(
    "Gradescope export",
    lambda spot: len(spot.folder.children()) if spot.folder.child(METADATA) else 0,
    _find_gradescope,
)
