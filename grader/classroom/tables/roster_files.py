"""Reading a class list: our own CSV file, or what Canvas, Moodle and Gradescope export."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from grader.classroom.records import Student
from grader.classroom.tables.canvas import TEST_STUDENT, read_header
from grader.classroom.tables.moodle import find_columns, number_of
from grader.classroom.tables.roster import COLUMNS, SYSTEMS, Roster, roster_key
from grader.classroom.tables.sheet import CannotFill, Sheet, read_sheet
from grader.intake.python_text import shown
from grader.intake.topic_files import composed

OURS = frozenset(COLUMNS) - {"id"}  # columns that no export has beside one called ID
MOST_BYTES = 20_000_000


class RosterProblem(ValueError):
    """The class list cannot be used; the message says where and what to change."""

    exit_code = 2


def read_roster(path: Path) -> Roster:
    """Read a class list.

    Raises:
        RosterProblem: it cannot be read, has no column `id`, or two students share what must be their own.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise RosterProblem(f"{shown(path)} cannot be read ({getattr(error, 'strerror', error)})") from error
    if len(data) > MOST_BYTES:
        raise RosterProblem(f"{shown(path)} is larger than {MOST_BYTES // 1_000_000} MB: it is no class list")
    students = list(_students(data, shown(path.name)))
    if not students:
        raise RosterProblem(f"{shown(path.name)} lists no student below its header")
    return Roster(tuple(sorted(students, key=lambda student: student.id)))


def _students(data: bytes, name: str) -> Iterator[Student]:
    owners: dict[tuple[str, str], int] = {}
    for line, row in _own_or_exported(data, name):
        if not row.get("id"):
            raise RosterProblem(
                f"{name}, line {line}: there is no id: {shown(', '.join(filter(None, row.values())))[:80]}"
            )
        _refuse_shared(row, line, owners, name)
        ids = {system: row[system] for system in SYSTEMS if row.get(system)}
        yield Student(row["id"], row.get("name", ""), row.get("email", ""), ids)


def _own_or_exported(data: bytes, name: str) -> Iterable[tuple[int, Row]]:
    """Return the rows of a list with our columns, or else of a system's export, with their lines."""
    try:
        sheet = read_sheet(data)
    except CannotFill as problem:
        raise RosterProblem(f"{name}: {problem}") from problem
    header = [cell.casefold() for cell in sheet.values(0)]
    if not ("id" in header and OURS.intersection(header)) and len(header) > 1:
        exported = _exported_rows(sheet)
        if exported is not None:
            return exported
    if "id" not in header:
        found = ", ".join(shown(cell) for cell in header if cell)[:200] or "none"
        raise RosterProblem(
            f"{name} has no column `id`; its columns are: {found}. Add one that is unique, or give the file that "
            "Canvas, Moodle or Gradescope exports, as it is"
        )
    for column in COLUMNS:
        if header.count(column) > 1:
            raise RosterProblem(f"{name} has {header.count(column)} columns `{column}`: keep one")
    own = [column for column in COLUMNS if column in header]
    filled = [(row, said) for row, said in _records(sheet) if any(said.values())]
    return [(sheet.lines[row], {column: composed(said[column]) for column in own}) for row, said in filled]


def _refuse_shared(row: Mapping[str, str], line: int, owners: dict[tuple[str, str], int], name: str) -> None:
    """Refuse a value that two students have where it must be one's own; only names may be shared."""
    for column, value in row.items():
        key = (column, roster_key(column, value))
        if column == "name" or not key[1]:
            continue
        if key in owners:
            raise RosterProblem(
                f"{name}, lines {owners[key]} and {line}: both have the {column} {shown(value)}: "
                "each student needs one of their own"
            )
        owners[key] = line


Row = Mapping[str, str]  # by the columns of a class list
NUMBERS = ("id number", "idnumber", "id-nummer", "id-number", "matrikelnummer")  # Moodle's
STUDENT = ("", "student")  # in Gradescope's column of roles


def _exported_rows(sheet: Sheet) -> list[tuple[int, Row]] | None:
    """Return the students of a system's export with their lines; None for a table that none of them writes."""
    for read in (_canvas, _gradescope, _moodle):
        try:
            found = list(read(sheet))
        except CannotFill:
            continue
        if found:
            filled = ((row, {key: composed(text) for key, text in each.items() if text}) for row, each in found)
            return [(sheet.lines[row], each) for row, each in filled]
    return None


def _canvas(sheet: Sheet) -> Iterator[tuple[int, Row]]:
    """Yield who stands in a gradebook, under Canvas's own id, which its downloads have too."""
    for row, said in _records(sheet, read_header(sheet).students.start):
        name = said["student"] or f"{said['firstname']} {said['lastname']}".strip()
        number, login = said["id"], said["sis login id"]
        if number and name not in TEST_STUDENT:
            email = login if "@" in login else ""
            ids = {"canvas": number, "sis": said["sis user id"], "login": login}
            yield row, {"id": number, "name": name, "email": email, **ids}


def _gradescope(sheet: Sheet) -> Iterator[tuple[int, Row]]:
    """Yield who stands in a roster or in a table of grades."""
    names = set(_names(sheet))
    if not {"sid", "email"} <= names or not {"name", "first name"} & names:
        raise CannotFill("no table of Gradescope")
    for row, said in _records(sheet):
        number, email = said["sid"], said["email"]
        name = said["name"] or f"{said['first name']} {said['last name']}".strip()
        if (number or email) and said["role"].casefold() in STUDENT:
            yield row, {"id": number or email, "name": name, "email": email, "gradescope": number}


def _moodle(sheet: Sheet) -> Iterator[tuple[int, Row]]:
    """Yield who stands in a grading worksheet, under what stays the same from assignment to assignment."""
    columns = find_columns(sheet)
    found = []
    for row, said in _records(sheet):
        cells = [sheet.value(row, column) for column in range(columns.identifier + 1, columns.grade)]
        email = next((cell for cell in cells if "@" in cell), "")
        number = number_of(sheet.value(row, columns.identifier))
        name = cells[0] if cells and cells[0] != email else ""
        found.append((row, {"name": name, "email": email, "moodle": number, "sis": _number(said)}))
    yield from _with_ids(found, ("sis", "email", "moodle"))


def _with_ids(rows: Sequence[tuple[int, Row]], columns: Sequence[str]) -> Iterator[tuple[int, Row]]:
    """Yield the rows with the first column that everybody has as their id."""
    column = next((column for column in columns if all(row.get(column) for _, row in rows)), columns[-1])
    yield from ((line, {"id": row.get(column, ""), **row}) for line, row in rows)


def _number(said: Row) -> str:
    return next((said[name] for name in NUMBERS if said[name]), "")


def _names(sheet: Sheet) -> list[str]:
    return [name.casefold() for name in sheet.values(0)]


def _records(sheet: Sheet, first: int = 1) -> Iterator[tuple[int, Row]]:
    """Yield the rows by the names of the columns, of two with one name the first; what is not there is empty."""
    names = _names(sheet)[::-1]
    for row in range(first, len(sheet.rows)):
        cells = [sheet.value(row, column) for column in range(len(names))]
        yield row, defaultdict(str, zip(names, cells[::-1], strict=True))
