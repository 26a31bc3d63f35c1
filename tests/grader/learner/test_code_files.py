"""A learner's own files, read again and again."""

import json
from dataclasses import replace

import pytest

from grader.course.stub import stub_of
from grader.learner.code_files import Reader, files_in, place_of


def test_place_is_file_and_line(course, folder):
    """The line is that of the last definition, which is the one that counts."""
    file = folder / "losses/losses.py"
    task = course.task("losses.mean")
    line = file.read_text().splitlines().index("def mean(x):") + 1
    assert place_of(task, file, folder) == f"losses/losses.py:{line}"
    file.write_text("def mean(x: ...\n")
    assert place_of(task, file, folder) == "losses/losses.py"


def test_place_in_a_notebook_is_the_cell(course, folder):
    """Lines of a notebook's file mean nothing to anybody."""
    cells = [
        {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": source, "id": f"c{n}"}
        for n, source in enumerate(["import torch", "def mean(x):\n    return x"])
    ]  # fmt: skip
    file = folder / "losses/losses.ipynb"
    file.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    assert place_of(course.task("losses.mean"), file, folder) == "losses/losses.ipynb, cell 2"
    file.write_text("{")
    assert place_of(course.task("losses.mean"), file, folder) == "losses/losses.ipynb"


def test_two_files_of_a_topic_are_none(course, folder):
    """Where it is not clear which file is meant, nothing is changed in either."""
    (folder / "copy").mkdir()
    (folder / "copy/losses.py").write_text("x = 1\n")
    (folder / "losses/losses.py").write_text("x = 2\n")
    assert files_in(folder, course) == {}


def test_stub_is_made_from_the_solution_and_else_read(course, tmp_path):
    """The stub of a checkout may have been written in; where there is no solution it is all there is."""
    stub = course.stub_file("losses")
    stub.write_text("# written in\n")
    assert "NotImplementedError" in stub_of(course, "losses")
    assert stub_of(replace(course, solutions=tmp_path / "none"), "losses") == "# written in\n"


STUB = 'def {}(x):\n    """What it is."""\n    raise NotImplementedError("{}")\n\n\n'
WRITTEN = "def {}(x):\n    return {}\n\n\n"


def module(**bodies):
    names = ("mean", "softmax")
    return "".join(WRITTEN.format(n, bodies[n]) if n in bodies else STUB.format(n, n) for n in names)


@pytest.fixture
def place(tmp_path):
    """A folder that nobody made by a command."""
    place = tmp_path / "place"
    place.mkdir()
    return place


@pytest.fixture
def marks(course, place):
    """Writes `losses.py` or a notebook, and returns the marks of its tasks by name."""
    reader = Reader(course, place)

    def read(text, name="losses.py"):
        (place / name).write_text(text, encoding="utf-8")
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


def test_file_that_is_no_python_has_a_problem_in_the_words_of_the_grader(course, place):
    """A syntax error names its line."""
    (place / "losses.py").write_text("def f(:\n", encoding="utf-8")
    (part,) = Reader(course, place).read().parts.values()
    assert part.marks == {} and "losses.py, line 1" in part.problem and "syntax error" in part.problem


def test_folder_that_is_gone_is_a_problem_and_no_exception(course, place):
    """A path that cannot be read says so."""
    reader = Reader(course, place)
    place.rmdir()
    assert "place" in reader.read().problem


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


def test_task_has_another_mark_when_a_topic_that_its_file_imports_has_changed(course, folder):
    """What it does may be another thing then."""
    (folder / "tensors/tensors.py").write_text("def one_hot(x):\n    return 1\n")
    (folder / "losses/losses.py").write_text("from tensors import one_hot\n\n\n" + module(mean="one_hot(x)"))
    reader = Reader(course, folder)
    before = reader.read().parts
    (folder / "tensors/tensors.py").write_text("def one_hot(x):\n    return 2\n")
    after = reader.read().parts
    assert before["losses"].marks["losses.mean"] != after["losses"].marks["losses.mean"]
    assert before["losses"].marks["losses.softmax"] == after["losses"].marks["losses.softmax"]  # a stub is a stub
