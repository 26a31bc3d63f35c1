"""Similar submissions on a terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice, zip_longest
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.render.html import environment
from grader.render.page import Page, cut
from grader.storage import to_plain
from grader.text.escape import lines, one_line
from grader.text.formatting import count

if TYPE_CHECKING:
    from grader.classroom.similar.find import Findings, Pair, Side

NO_PROOF = (
    "Similar is not copied: two may have had one teacher, one book or one conversation. Read before you ask."
)
EQUAL = "equal or nearly so, names aside, in more than short answers; what the stubs give is left out"
MOST_LINES = 12  # of a passage on the terminal
TASKS_NAMED = 3


def show(findings: Findings, console: Console, *, places: int = 3) -> None:
    """Write the pairs, and the largest places of the first ones side by side."""
    page = Page(console)
    page.line((f"{count(findings.students, 'submission')} compared", "bold"), f"  {explained(findings)}")
    page.line()
    for students in findings.equal:
        page.line((count(len(students), "hand-in"), "bold"), f"  {EQUAL}")
        page.line(", ".join(map(one_line, students)))
        page.line()
    if not findings.pairs:
        page.line("No pair shares more than a little that few others have.")
    else:
        _table(page, findings)
        for pair in findings.pairs[:places]:
            _side_by_side(page, pair)
    if findings.pairs or findings.equal:
        page.line(NO_PROOF)
    for note in findings.notes:
        page.labelled("Note", note, "yellow", most=10_000)


def explained(findings: Findings) -> str:
    """What the figures count."""
    return (
        f"counted is structure, names aside, that at most {findings.most_holders} of them have"
        " and neither stub nor reference"
    )


def to_json(findings: Findings) -> str:
    """The findings as indented JSON in ASCII."""
    return json.dumps(to_plain(findings), indent=2, allow_nan=False) + "\n"


def _table(page: Page, findings: Findings) -> None:
    rows = (
        [
            *(Text(cut(one_line(name), 24), "bold") for name in pair.students),
            Text(f"{100 * pair.share:.0f} %"), Text(str(pair.tokens)), Text(", ".join(_where(pair)), "dim"),
        ]
        for pair in findings.pairs
    )  # fmt: skip
    page.table(("student", "and", "share", "tokens", "where"), rows, right=("share", "tokens"))
    if findings.left_out:
        page.line((f"and {count(findings.left_out, 'pair')} with less", "dim"))
    page.line()


def _where(pair: Pair) -> Iterator[str]:
    for passage in pair.places[:TASKS_NAMED]:
        yield f"{one_line(passage.task)} {100 * passage.alike:.0f} %"
    if len(pair.places) > TASKS_NAMED:
        yield f"{len(pair.places) - TASKS_NAMED} more"


def _side_by_side(page: Page, pair: Pair) -> None:
    passage = pair.places[0]
    page.line((" and ".join(map(one_line, pair.students)), "bold"), f"  {passage.task}")
    half = (page.width - 3) // 2
    table = Table.grid(padding=0)
    table.add_column(width=half, no_wrap=True)
    table.add_column(width=3, no_wrap=True)
    table.add_column(width=half, no_wrap=True)
    rows = zip_longest(*(_lines(side, half) for side in passage.sides), fillvalue=Text())
    for left, right in islice(rows, MOST_LINES):
        table.add_row(left, Text(" | ", "dim"), right)
    page.console.print(table, width=page.width)
    page.line()


def _lines(side: Side, width: int) -> list[Text]:
    """The lines from the first that is shared on."""
    first = min(side.shared_lines, default=0)
    rows = [row for row in _rows(side) if row[0] >= first]
    return [Text(cut(f"{number:4} {text}", width), "yellow" if shared else "dim") for number, text, shared in rows]


MOST_PASSAGES = 8  # of a pair; the table names the rest


def similar_page(findings: Findings) -> str:
    """The page: a table of the pairs, and the places of each side by side."""
    return environment.page(
        "similar.html.j2", package="grader.classroom.pages", findings=findings, explained=explained(findings),
        no_proof=NO_PROOF, most=MOST_PASSAGES, equal=EQUAL, rows=_rows,
    )  # fmt: skip


def _rows(side: Side) -> Iterator[tuple[int, str, bool]]:
    """Number, text, and whether it is shared, of each line; what is not seen is spelled out."""
    shared = frozenset(side.shared_lines)
    for each in side.code:
        yield each.line, lines(each.text)[0], each.line in shared
