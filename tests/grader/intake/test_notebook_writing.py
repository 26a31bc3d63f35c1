"""A notebook from a module, and the module from the notebook again."""

from __future__ import annotations

import nbformat
import pytest

from grader.course import Course, load_course
from grader.intake.notebook_document import ModuleText
from grader.intake.notebook_module import module_of
from grader.intake.notebook_writing import for_notebooks, notebook_from, notebook_of, split

SLUGS = load_course().slugs


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course()


def module(data: str) -> ModuleText:
    found = module_of(data.encode(), "x.ipynb")
    assert isinstance(found, ModuleText), found.message
    return found


def read(course: Course, slug: str) -> nbformat.NotebookNode:
    return nbformat.reads(notebook_of(course, slug), as_version=4)


def texts(course: Course, slug: str) -> list[str]:
    files = (course.stub_file(slug), course.solution_file(slug))
    return [file.read_text(encoding="utf-8") for file in files]


@pytest.mark.parametrize("slug", SLUGS)
def test_stub_and_reference_come_back_byte_for_byte(course: Course, slug: str) -> None:
    """What is written as a notebook and read again is the same module, and nothing is to be said about it."""
    for text in texts(course, slug):
        found = module(notebook_from(text, course.topic(slug), "# Read me"))
        assert found.text == text
        assert found.notes == ()
        assert found.broken == {}


@pytest.mark.parametrize("slug", SLUGS)
def test_solved_notebook_keeps_every_line_of_code_when_nothing_says_that_we_wrote_it(
    course: Course, slug: str
) -> None:
    """Without our marks the reference is still found whole: every task needs what is there."""
    text = texts(course, slug)[1]
    notebook = nbformat.reads(notebook_from(text, course.topic(slug)), as_version=4)
    for cell in notebook.cells:
        cell.metadata.pop("torchgrade", None)
    found = module_of(
        nbformat.writes(notebook).encode(), "x.ipynb", [task.name for task in course.topic(slug).tasks]
    )
    assert isinstance(found, ModuleText)
    lines = {line for line in text.split("\n") if not line.startswith("# ")}
    assert lines <= set(found.text.split("\n"))


@pytest.mark.parametrize("slug", SLUGS)
def test_each_task_has_a_text_a_cell_and_a_check(course: Course, slug: str) -> None:
    """They follow one another, in the order of the stub."""
    cells = read(course, slug).cells
    for task in course.topic(slug).tasks:
        at = next(number for number, cell in enumerate(cells) if cell.id == f"task-{task.name}")
        assert task.title in cells[at - 1].source
        assert f"{task.points} point" in cells[at - 1].source
        assert f" {task.name}(" in cells[at].source
        assert cells[at + 1].source == f"%grade {task.id}"


def test_notebook_begins_with_the_magic_and_the_readme(course: Course) -> None:
    """The extension is loaded first, and nothing else stands above what there is to learn."""
    first, second, third = read(course, "losses").cells[:3]
    assert first.source == "%load_ext grader.notebook.magic"
    assert second.source.startswith("# Losses")
    assert third.source.startswith('"""Losses: ')
    assert "import torch" in third.source


def test_notebook_is_the_same_each_time_and_valid(course: Course) -> None:
    """It is of format 4.5 with ids that are all different, and holds nothing of the day or of this machine."""
    text = notebook_of(course, "rnn")
    assert text == notebook_of(course, "rnn")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert text == nbformat.v4.writes_json(notebook) + "\n"
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)


def test_changed_cell_is_read_by_what_the_tasks_need(course: Course) -> None:
    """A mark holds only as long as the cell is as it was written."""
    notebook = read(course, "losses")
    cell = next(cell for cell in notebook.cells if cell.id == "task-softmax")
    cell.source = "x = torch.randn(3)\n" + cell.source + "\nprint(softmax(x, 0))"
    found = module(nbformat.writes(notebook))
    assert "x = torch.randn(3)" not in found.text
    assert "print(" not in found.text
    assert "def softmax(" in found.text


@pytest.mark.parametrize(
    "text",
    [
        '"""Doc."""\n',
        "x = 1\n\n\n\n\ny = 2\n",
        "def a():\n    pass\n\n\n\ndef b():\n    pass\ndef c():\n    pass\n",
        'x = """\n\n\n"""\n\n\n# words\n\n\n@staticmethod\ndef a():\n    pass\n\n    # end\n\n\n# last\n',
        "a = 1\n\n\nclass B:\n    x = 1\n\n\n    def a(self):\n        pass\n",
    ],
)
def test_split_pieces_joined_are_the_text(text: str) -> None:
    """Whatever the blank lines are, no line is lost and none is added."""
    pieces = split(text, {"a", "b", "c"})
    assert "\n\n\n".join(piece.source for piece in pieces) + "\n" == text
    ast_names = [name for piece in pieces for name in piece.tasks]
    assert len(set(ast_names)) == len(ast_names)


def test_lesson_leads_to_the_notebook_and_shows_its_figures_where_they_lie() -> None:
    """Where they do not, it shows their words."""
    readme = "![a curve](figures/a.svg) [`mean`](losses.py), `losses.py`, [other](mlp.py)\n"
    links = "[`mean`](losses.ipynb), `losses.ipynb`, [other](mlp.py)\n"
    assert for_notebooks(readme, "losses", "../figures") == f"![a curve](../figures/a.svg) {links}"
    assert for_notebooks(readme, "losses", "") == f"*a curve* {links}"
