"""The learner's files, read again and again."""

from __future__ import annotations

import json

import pytest

from grader.learner.code_files import Reader

STUB = 'def {}(x):\n    """What it is."""\n    raise NotImplementedError("{}")\n\n\n'
WRITTEN = "def {}(x):\n    return {}\n\n\n"


def module(**bodies):
    names = ("mean", "softmax")
    return "".join(WRITTEN.format(n, bodies[n]) if n in bodies else STUB.format(n, n) for n in names)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    return folder


@pytest.fixture
def marks(course, folder):
    """Writes `losses.py` or a notebook, and returns the marks of its tasks by name."""
    reader = Reader(course, folder)

    def read(text, name="losses.py"):
        (folder / name).write_text(text, encoding="utf-8")
        (part,) = reader.read().parts.values()
        return {task_id.partition(".")[2]: mark for task_id, mark in part.marks.items()}

    return read


def test_untouched_and_missing_tasks_have_no_mark(marks):
    """Only what was begun can have changed."""
    found = marks(module(softmax="x").replace("mean", "meen"))
    assert [name for name, mark in found.items() if mark] == ["softmax"]


def test_mark_follows_the_code_of_its_task_only(marks):
    """Another task's code leaves a mark as it is."""
    before, now = marks(module(softmax="x", mean="1")), marks(module(softmax="x", mean="2"))
    assert before["softmax"] == now["softmax"] and before["mean"] != now["mean"]


def test_file_that_is_no_python_has_a_problem_in_the_words_of_the_grader(course, folder):
    """A syntax error names its line."""
    (folder / "losses.py").write_text("def f(:\n", encoding="utf-8")
    (part,) = Reader(course, folder).read().parts.values()
    assert part.marks == {} and "losses.py, line 1" in part.problem and "syntax error" in part.problem


def test_folder_that_is_gone_is_a_problem_and_no_exception(course, folder):
    """A path that cannot be read says so."""
    reader = Reader(course, folder)
    folder.rmdir()
    assert "mine" in reader.read().problem


def test_cell_of_a_notebook_has_the_mark_of_its_code_and_a_broken_one_that_of_its_fault(marks):
    """Notebooks are watched as modules are."""

    def notebook(*sources):
        cells = [
            {"cell_type": "code", "source": s, "metadata": {}, "outputs": [], "execution_count": None}
            for s in sources
        ]
        return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})

    softmax, mean = WRITTEN.format("softmax", "x"), WRITTEN.format("mean", "1")
    one = marks(notebook(softmax, mean), "losses.ipynb")
    assert one["softmax"] and one["mean"]
    two = marks(notebook(softmax, "def mean(x):\n    return (1\n"), "losses.ipynb")
    assert two["softmax"] == one["softmax"] and two["mean"] not in ("", one["mean"])
