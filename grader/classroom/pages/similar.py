"""Similar submissions on a terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Console
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
TASKS_NAMED = 3


def show(findings: Findings, console: Console) -> None:
    """Write who is nearly equal, and the pairs; their places side by side are on the page."""
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
    if findings.pairs or findings.equal:
        page.line(f"{NO_PROOF} `--format html` lays the places side by side.")
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
