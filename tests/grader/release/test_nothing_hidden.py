"""Nothing of solutions, hidden tests and known mistakes is in what students get."""

from __future__ import annotations

import ast
import zipfile

import pytest

pytestmark = pytest.mark.timeout(600)  # the first test makes a release of the whole course


@pytest.fixture(scope="module")
def hidden(course, searching):
    """The lines that may be nowhere."""
    return searching.hidden_lines(course)


@pytest.fixture(scope="module")
def files(released, searching):
    """Every file of the folder, the wheel among them."""
    return searching.read_folder(released.folder)


def test_no_hidden_line_is_in_folder_or_wheel(files, hidden, searching):
    """Each line of a solution, a hidden test or a known mistake is looked for in every file, also in archives."""
    assert len(hidden) > 10_000
    assert searching.found_in(files, hidden) == []


@pytest.mark.parametrize("name", ["plain.py", "notes.ipynb", "mistakes.pyc"])
def test_the_search_finds_a_line_that_was_left_in(course, hidden, searching, name):
    """The search is no empty promise: solutions and mistakes are found as text, in JSON and in compiled files."""
    text = course.solution_file("losses").read_text(encoding="utf-8")
    if name.endswith(".ipynb"):
        import json

        text = json.dumps({"cells": [{"source": text}]})
    assert searching.found_in({name: text.encode()}, hidden)


def test_the_search_looks_into_wheels_inside_of_zip_files(released, course, hidden, searching, tmp_path):
    """A line in a wheel in a zip file is found."""
    inner, outer = tmp_path / "inner.whl", tmp_path / "outer.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.write(course.mistakes_file(course.task("losses.softmax")), "metadata")
    with zipfile.ZipFile(outer, "w") as archive:
        archive.write(inner, "inner.whl")
    assert searching.found_in({"outer.zip": outer.read_bytes()}, hidden)


def test_nothing_is_compiled_and_no_folder_of_mistakes_goes_out(files, searching):
    """No compiled file, no solution and no module of mistakes is in any archive."""
    names = [name for name, _ in searching.everything(files)]
    assert not [name for name in names if name.endswith((".pyc", ".pyo", ".so")) or "__pycache__" in name]
    assert not [name for name in names if "/mistakes/" in name]
    assert {name.rpartition("/")[2] for name in names if "/solutions/" in name} == {"README.md"}


def test_only_visible_tests_go_out(files, searching):
    """Every test function in the folder and in the wheel carries the mark."""
    suites = [
        data for name, data in searching.everything(files) if name.rpartition("/")[2].startswith("test_")
    ]
    functions = [
        node
        for data in suites
        for node in ast.parse(data).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    assert len(functions) > 400  # each in the folder, the zip and both wheels
    for function in functions:
        assert "pytest.mark.visible" in [ast.unparse(mark) for mark in function.decorator_list], function.name
