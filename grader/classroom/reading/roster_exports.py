"""Class lists as Canvas, Moodle and Gradescope export them: which of their columns are ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from grader.classroom.outputs.canvas import TEST_STUDENT, read_header
from grader.classroom.outputs.moodle_columns import find_columns, number_of
from grader.classroom.outputs.sheet import CannotFill, Sheet, read_sheet

Row = Mapping[str, str]  # by the columns of a class list
NUMBERS = ("id number", "idnumber", "id-nummer", "id-number", "matrikelnummer")  # Moodle's
STUDENT = ("", "student")  # in Gradescope's column of roles


def exported_rows(data: bytes) -> list[tuple[int, Row]] | None:
    """Return the students of a system's export with their lines; None for a table that none of them writes."""
    try:
        sheet = read_sheet(data)
    except CannotFill:
        return None
    for read in (_canvas, _gradescope, _moodle, _participants):
        try:
            found = list(read(sheet))
        except CannotFill:
            continue
        if found:
            return [(_line(sheet, row), {key: text for key, text in each.items() if text}) for row, each in found]
    return None


def _canvas(sheet: Sheet) -> Iterator[tuple[int, Row]]:
    """Yield who stands in a gradebook, under Canvas's own id, which its downloads have too."""
    header = read_header(sheet)
    value = _values(sheet)
    for row in header.students:
        name = value(row, "student") or f"{value(row, 'firstname')} {value(row, 'lastname')}".strip()
        number, login = value(row, "id"), value(row, "sis login id")
        if number and name not in TEST_STUDENT:
            email = login if "@" in login else ""
            ids = {"canvas": number, "sis": value(row, "sis user id"), "login": login}
            yield row, {"id": number, "name": name, "email": email, **ids}


def _gradescope(sheet: Sheet) -> Iterator[tuple[int, Row]]:
    """Yield who stands in a roster or in a table of grades."""
    names = _names(sheet)
    if not {"sid", "email"} <= set(names) or not {"name", "first name"} & set(names):
        raise CannotFill("no table of Gradescope")
    value = _values(sheet)
    for row in range(1, len(sheet.rows)):
        number, email = value(row, "sid"), value(row, "email")
        name = value(row, "name") or f"{value(row, 'first name')} {value(row, 'last name')}".strip()
        if (number or email) and value(row, "role").casefold() in STUDENT:
            yield row, {"id": number or email, "name": name, "email": email, "gradescope": number}


def _moodle(sheet: Sheet) -> Iterator[tuple[int, Row]]:
    """Yield who stands in a grading worksheet, under what stays the same from assignment to assignment."""
    columns = find_columns(sheet)
    found = []
    for row in range(1, len(sheet.rows)):
        cells = [sheet.value(row, column) for column in range(columns.identifier + 1, columns.grade)]
        email = next((cell for cell in cells if "@" in cell), "")
        number = number_of(sheet.value(row, columns.identifier))
        name = cells[0] if cells and cells[0] != email else ""
        found.append((row, {"name": name, "email": email, "moodle": number, "sis": _number(sheet, row)}))
    yield from _with_ids(found, ("sis", "email", "moodle"))


def _participants(sheet: Sheet) -> Iterator[tuple[int, Row]]:
    """Yield who stands in Moodle's list of participants, or in the grades that it exports."""
    names, value = _names(sheet), _values(sheet)
    surname = next((word for word in ("last name", "surname") if word in names), None)
    if surname is None or not {"first name", "email address"} <= set(names):
        raise CannotFill("no list of participants of Moodle")
    found = [
        (
            row,
            {
                "name": f"{value(row, 'first name')} {value(row, surname)}".strip(),
                "email": value(row, "email address"),
                "sis": _number(sheet, row),
                "login": value(row, "username"),
            },
        )
        for row in range(1, len(sheet.rows))
    ]
    yield from _with_ids(found, ("sis", "email"))


def _with_ids(rows: Sequence[tuple[int, Row]], columns: Sequence[str]) -> Iterator[tuple[int, Row]]:
    """Yield the rows with the first column that everybody has as their id."""
    column = next((column for column in columns if all(row.get(column) for _, row in rows)), columns[-1])
    yield from ((line, {"id": row.get(column, ""), **row}) for line, row in rows)


def _number(sheet: Sheet, row: int) -> str:
    return next((text for name in NUMBERS if (text := _values(sheet)(row, name))), "")


def _names(sheet: Sheet) -> list[str]:
    return [name.casefold() for name in sheet.values(0)]


def _values(sheet: Sheet) -> Callable[[int, str], str]:
    """Return what a row says in the column of a name; nothing where there is no such column."""
    names = _names(sheet)
    return lambda row, name: sheet.value(row, names.index(name)) if name in names else ""


def _line(sheet: Sheet, row: int) -> int:
    return sheet.text.count("\n", 0, sheet.rows[row][0].start) + 1
