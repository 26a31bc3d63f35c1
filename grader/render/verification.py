"""What `grade verify` found: one row for each task, and below it every problem in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from grader.render.page import Page
from grader.text.escape import one_line
from grader.text.formatting import count

if TYPE_CHECKING:
    from grader.verify import TaskProof, TopicProof, Verification

# Tests are those of the core and details: 9+3.
COLUMNS = ("", "task", "tests", "mistakes", "caught", "named", "ties", "stub", "solution", "seeds", "statistical")


def show(proof: Verification, console: Console) -> None:
    """Write the proof of each topic, the problems, and whether it holds."""
    page = Page(console)
    for topic in proof.topics:
        _topic(page, topic)
    for task in (task for topic in proof.topics for task in topic.tasks):
        if names := [one_line(row.name) for row in task.rows if row.by_details]:
            page.line(("● ", "cyan"), (one_line(task.id), "bold"), f"  only details catch {', '.join(names)}")
    for task in (task for topic in proof.topics for task in topic.tasks):
        _mutants(page, task)
    problems = [
        *((task.id, problem) for topic in proof.topics for task in topic.tasks for problem in task.problems),
        *(("course", problem) for problem in proof.problems),
    ]
    for place, problem in problems:
        page.line(("✗ ", "red"), (one_line(place), "bold"), f"  {one_line(problem)}")
    _verdict(page, proof, len(problems))


def _topic(page: Page, topic: TopicProof) -> None:
    page.line((one_line(topic.slug), "bold"))
    lucky = any(task.statistical_seeds for task in topic.tasks)
    columns = COLUMNS if lucky else COLUMNS[:-1]
    rows = (_row(task)[: len(columns)] for task in topic.tasks)
    page.table(columns, rows, right=columns[2:])
    page.line()


def _row(task: TaskProof) -> list[Text]:
    good = not task.problems
    return [
        Text("✓" if good else "✗", "green" if good else "red"),
        Text(one_line(task.id.rpartition(".")[2])),
        Text(f"{task.tests - task.details}+{task.details}"),
        Text(str(task.mistakes)),
        _part(task.caught, task.mistakes),
        _part(task.named, task.mistakes),
        Text(str(len(task.alike)), "yellow" if task.alike else ""),
        _expected(task.stub, "not_attempted"),
        _expected(task.solution, "pass"),
        _of(task.seeds_passed, task.seeds),
        _of(task.statistical_seeds_passed, task.statistical_seeds),
    ]


def _mutants(page: Page, task: TaskProof) -> None:
    """Write how many mutants of a task fail a test, and each of the others as a difference."""
    if task.mutation is None:
        return
    alive = task.mutation.survivors
    counts = f"{task.mutation.mutants - len(alive)} of {count(task.mutation.mutants, 'mutant')} fail a test"
    page.line(("● ", "cyan"), (one_line(task.id), "bold"), f"  {counts}")
    for each in alive:
        page.line(f"    line {each.line}")
        for sign, text, style in (("-", each.before, "red"), ("+", each.after, "green")):
            for line in text.splitlines():
                page.line((f"    {sign} {one_line(line)}", style))


def _part(part: int, whole: int) -> Text:
    return Text(str(part), "" if part == whole else "red")


def _of(part: int, whole: int) -> Text:
    """How many seeds were passed: `100 of 100`, nothing where none was played."""
    return Text(f"{part} of {whole}" if whole else "", "" if part == whole else "red")


def _expected(verdict: str, want: str) -> Text:
    return Text("ok", "green") if verdict == want else Text(one_line(verdict), "red")


def _verdict(page: Page, proof: Verification, problems: int) -> None:
    tasks = [task for topic in proof.topics for task in topic.tasks]
    mistakes, caught = sum(task.mistakes for task in tasks), sum(task.caught for task in tasks)
    facts = f"{count(len(tasks), 'task')}, {caught} of {count(mistakes, 'known mistake')} caught"
    by_details = sum(row.by_details for task in tasks for row in task.rows)
    named = f"{sum(task.named for task in tasks)} named"
    named += f", {by_details} caught by details alone" if by_details else ""
    if problems:
        page.line()
    mark = ("✓ proven", "bold green") if proof.ok else (f"✗ {count(problems, 'problem')}", "bold red")
    page.line(mark, f"  {facts}, {named}")
