"""A learner's own files."""

import json
from dataclasses import replace

from grader.course.stub import stub_of
from grader.learner.code_files import files_in, place_of


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
