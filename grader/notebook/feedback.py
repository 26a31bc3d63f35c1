"""What was handed in with the results in it: a notebook with each task's under its cell, or a module below them all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rich.console import Console

from grader.intake import SourceProblem, parse_source
from grader.intake.notebook_document import MOST_CELLS, parsed, raw_cells, source_of
from grader.intake.notebook_module import module_of
from grader.intake.notebook_writing import CellData, code_cell, notebook_text, split, text_cell
from grader.intake.python_text import UnreadableSource
from grader.render.failure import failure, labels, open_details
from grader.render.page import Page, drawn
from grader.report import WAITING, Report, TaskReport, Verdict
from grader.text.escape import one_line
from grader.text.formatting import MARKS, count, details, earned, number, scored, share, word

NAME = "notebook.ipynb"
LABEL = re.compile(r"cell (\d{1,9})")
MOST_SHOWN = 100_000  # bytes of what is no Python

Numbered = tuple[int, CellData]  # a cell with its number from the top


def feedback_notebook(data: bytes, report: Report) -> bytes:
    """Return what was handed in, a notebook or a module, as a notebook with the results of one topic in it.

    The text of the learner's cells stays as it is; outputs are left out, as what was handed in has them. What cannot be
    read at all becomes a notebook of the results alone. Text that the submission may have written is shown and never
    interpreted.
    """
    tasks = {task.id.rpartition(".")[2]: text_cell(about_task(task)) for task in report.tasks}
    try:
        cells = list(_submitted(data))
        places = _places(data, list(tasks))
    except UnreadableSource:
        cells, places = _from_module(data, list(tasks))
    made = [text_cell(overview(report))]
    for place, cell in cells:
        made += [cell, *(about for name, about in tasks.items() if places.get(name) == place)]
    there = {place for place, _ in cells}
    made += [about for name, about in tasks.items() if places.get(name) not in there]
    ids = [f"cell-{number}" for number in range(1, len(made) + 1)]
    return notebook_text(made, ids).encode("utf-8")


def feedback_module(data: bytes, report: Report) -> bytes:
    """Return a module as it was handed in, below the results of its topic as a comment."""
    lines = "\n".join(summary(report)).split("\n")
    comment = "\n".join(f"# {line}".rstrip() for line in lines)
    return f"{comment}\n\n{data.decode('utf-8', 'replace')}".encode()


def _submitted(data: bytes) -> Iterator[Numbered]:
    """Yield the cells of a notebook of any version in the present format; what has no text is left out.

    Raises:
        UnreadableSource: it is no notebook.
    """
    raw = raw_cells(parsed(data, NAME))
    if raw is None or len(raw) > MOST_CELLS:
        raise UnreadableSource(f"{NAME} is no notebook of at most {MOST_CELLS} cells: save it from Jupyter.")
    for place, cell in enumerate(raw, 1):
        source = source_of(cell) if isinstance(cell, dict) else None
        if source is not None:
            text = source.encode("utf-8", "backslashreplace").decode("utf-8")  # a lone surrogate is no text
            yield place, _cell(cell.get("cell_type"), text)


def _cell(kind: object, text: str) -> CellData:
    if kind == "code":
        return code_cell(text)
    return text_cell(f"# {text}") if kind == "heading" else text_cell(text, "markdown" if kind == "markdown" else "raw")


def _places(data: bytes, names: Sequence[str]) -> dict[str, int]:
    """Return the number of the cell that defines each name, or that would if Python could read it."""
    module = module_of(data, NAME, names)
    if isinstance(module, SourceProblem):
        return {}
    labels = {**module.defined, **{name: cell.label for name, cell in module.broken.items()}}
    return {name: int(found[1]) for name in names if (found := LABEL.fullmatch(labels.get(name, "")))}


def _from_module(data: bytes, names: Sequence[str]) -> tuple[list[Numbered], dict[str, int]]:
    """Cut a module into cells; text that is no Python stays in one, and what is no text is not shown."""
    source = parse_source(data, "the module")
    if isinstance(source, SourceProblem):
        text = data[:MOST_SHOWN].decode("utf-8", "replace").replace("\0", "\ufffd")
        cells = [(1, text_cell(text, "raw"))] if text.strip() else []
        return cells, {}
    pieces = split(source.text, names)
    cells = [(number, code_cell(piece.source)) for number, piece in enumerate(pieces, 1)]
    return cells, {name: number for number, piece in enumerate(pieces, 1) for name in piece.tasks}


PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
MOST_NOTES = 20


def overview(report: Report) -> str:
    """Return the score, a table of the tasks, and what is to be said about the whole."""
    rows = "\n".join(_row(task) for task in report.tasks)
    table = f"| task | | points | |\n|---|---|--:|---|\n{rows}"
    remarks = "\n".join(f"- {plainly(remark)}" for remark in _remarks(report))
    head = f"# Results\n\n**{scored(report.score, report.max_score)}**, {share(report.score, report.max_score)} %"
    return "\n\n".join(part for part in (head, table if rows else "", remarks, _run(report)) if part)


def about_task(task: TaskReport) -> str:
    """Return what became of a task: its points, and the first failure as the terminal shows it."""
    mark, _ = MARKS[task.verdict]
    points = scored(task.points, task.max_points)
    passed = sum(test.verdict is Verdict.PASS for test in task.tests)
    tests = f", {passed} of {count(len(task.tests), 'test')} passed" if task.tests else ""
    said = f", {details(task)}" if details(task) else ""
    head = f"**{mark} {word(task.verdict)}** {plainly(task.id)}: {points}{tests}{said}"
    shown = _why(task)
    return f"{head}\n\n{fenced(shown)}" if shown.strip() else head


def summary(report: Report) -> Iterator[str]:
    """Yield the same as plain text: the score, a line for each task, what is to be said, and each first failure."""
    yield f"{scored(report.score, report.max_score)}\n"
    for task in report.tasks:
        mark, _ = MARKS[task.verdict]
        points = f"{earned(task.points, task.max_points)} / {number(task.max_points)}"
        yield one_line(f"{mark} {word(task.verdict)}  {task.id}  {points}")
    remarks = [one_line(remark) for remark in _remarks(report)]
    yield from ("", *remarks) if remarks else ()
    yield from (f"\n{_why(task)}" for task in report.tasks if task.verdict is not Verdict.PASS)


def plainly(text: str) -> str:
    """Return text that Markdown shows as it is: one line, with every sign that could mean something escaped."""
    return PUNCTUATION.sub(r"\\\1", one_line(text))


def fenced(text: str) -> str:
    """Return text between fences that are longer than any in it, so that nothing in it is interpreted."""
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`+", text)), 3)
    return f"{fence}text\n{text}\n{fence}"


def _why(task: TaskReport) -> str:
    """Return the first failure of a task, or its open details, as the terminal shows it; nothing of one that passed."""

    def draw(console: Console) -> None:
        if details(task):
            open_details(Page(console), [task])
        elif task.verdict not in WAITING:
            failure(Page(console), task)
        elif task.message:
            labels(Page(console), task.message)

    return "" if task.verdict is Verdict.PASS else drawn(draw).rstrip()


def _row(task: TaskReport) -> str:
    mark, _ = MARKS[task.verdict]
    points = f"{earned(task.points, task.max_points)} / {number(task.max_points)}"
    return f"| {plainly(task.id)} | {plainly(task.title)} | {points} | {mark} {word(task.verdict)} |"


def _remarks(report: Report) -> Iterator[str]:
    if report.incomplete is not None:
        yield f"The grading is incomplete, and the score not final, by the grader's own fault: {report.incomplete}"
    yield from report.notes[:MOST_NOTES]


def _run(report: Report) -> str:
    environment = report.environment
    return f"Seed {report.seed}, {plainly(environment.device)}, sandbox {plainly(environment.sandbox)}."
