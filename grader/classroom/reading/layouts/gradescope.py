"""Gradescope's export: a folder submission_<id> for each, and submission_metadata.yml that names the submitters."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from grader.classroom.reading import limits
from grader.classroom.reading.found import Claim, Found, Layout, Part, Reading, Spot
from grader.classroom.reading.layouts.by_name import parts_inside
from grader.classroom.reading.names import label, short
from grader.classroom.reading.problems import ClassProblem, Unreadable
from grader.classroom.reading.stamps import moment
from grader.classroom.reading.tree import Folder, reason

METADATA = "submission_metadata.yml"


def _fits_gradescope(spot: Spot) -> int:
    """Count everything where the list of submitters lies in it."""
    return len(spot.folder.children()) if spot.folder.child(METADATA) else 0


def _find_gradescope(spot: Spot) -> Reading:
    """Return a hand-in for each submission, with all who submitted it together.

    Raises:
        ClassProblem: the list of submitters is not there or cannot be read.
    """
    found, reading, known = list[Found](), Reading(), _metadata(spot)
    folders = {folder.name: folder for folder in spot.folder.folders()}
    for name in sorted({*known, *folders}):
        claims = _claims(known.get(name))
        if not claims:
            reading.unknown.append(f"{short(spot.at(name))} names no submitter in {METADATA}")
            continue
        found.append(Found(claims, tuple(_gradescope_parts(name, folders.get(name), known[name], spot))))
    reading.notes += [
        f"{short(spot.at(file.name))} belongs to nobody: it is left out"
        for file in spot.folder.files()
        if file.name != METADATA
    ]
    reading.found = found
    return reading


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
    people = submitters if isinstance(submitters, list) else []
    claims = [_claim(*(_plain_text(_value(person, key)) for key in ("name", "email", "sid"))) for person in people]
    return tuple({claim.id: claim for claim in claims if claim.id}.values())


def _claim(name: str, email: str, number: str) -> Claim:
    ids = {"gradescope": number, "sis": number} if number else {}
    return Claim(number or email or name, name or email or number, name=name, email=email, ids=ids)


def _plain_text(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
        return str(value)
    return label(value) if isinstance(value, str) else ""


def _gradescope_parts(name: str, folder: Folder | None, entry: dict[str, Any], spot: Spot) -> list[Part]:
    when = _when(_value(entry, "created_at"))
    if folder is None:
        return [Part((), spot.at(name), when, problem="the export holds no files of this submission")]
    return [
        Part(part.nodes, part.place, when, notes=part.notes, problem=part.problem)
        for part in parts_inside(folder, spot.at(name))
    ]


def _when(value: Any) -> datetime | None:
    """Return the time of handing in; Gradescope writes it in UTC, and the parser may have dropped the zone."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value
    return moment(value) if isinstance(value, str) else None


GRADESCOPE = Layout("Gradescope export", _fits_gradescope, _find_gradescope)
