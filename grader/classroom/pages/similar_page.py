"""Similar submissions as one HTML page that needs nothing else: no script, no font, no network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from grader.classroom.pages.similar import GROUPS, NO_PROOF, REFERENCE, explained
from grader.classroom.similar.find import Findings, Side
from grader.text.escape import lines, one_line

MOST_PASSAGES = 8  # of a pair; the table names the rest


def similar_page(findings: Findings, title: str = "Similar submissions") -> str:
    """The page: a table of the pairs, and the places of each side by side."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"rows": _rows, "plain": one_line}
    return environment.get_template("similar.html.j2").render(
        findings=findings,
        title=title,
        explained=explained(findings),
        no_proof=NO_PROOF,
        most=MOST_PASSAGES,
        groups=GROUPS,
        reference=REFERENCE,
    )


def _rows(side: Side) -> Iterator[tuple[int, str, bool]]:
    """Number, text, and whether it is shared, of each line; what is not seen is spelled out."""
    for number, text in side.code:
        yield number, lines(text)[0], number in side.shared
