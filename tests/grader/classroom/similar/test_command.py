"""`grade similar` on a folder of folders."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli.main import cli

CASES = Path(__file__).parents[2] / "cases" / "correct_tensors"
SOURCE = (CASES / "numpy_accent" / "tensors.py").read_text(encoding="utf-8")


@pytest.fixture
def class_folder(tmp_path):
    """Two hand-ins that are the same, and one of somebody else."""
    other = (CASES / "object_oriented" / "tensors.py").read_text(encoding="utf-8")
    for name, text in (("ada", SOURCE), ("bob", SOURCE), ("eve", other)):
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "tensors.py").write_text(text, encoding="utf-8")
    return tmp_path / "class"


def similar(*arguments):
    return CliRunner().invoke(cli, ["similar", *map(str, arguments)])


def test_command_finds_the_pair_and_writes_what_is_asked_for(class_folder, tmp_path):
    """JSON to the terminal, a page into a file."""
    done = similar(class_folder, "--format", "json", "--topic", "tensors")
    assert done.exit_code == 0
    assert [pair["students"] for pair in json.loads(done.stdout)["pairs"]] == [["ada", "bob"]]
    done = similar(class_folder, "--format", "html", "--output", tmp_path / "page.html")
    assert "1 pair to look at; they are in" in done.output
    assert "ada and bob" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_command_says_what_to_install_without_rapidfuzz(class_folder, monkeypatch):
    """A missing extra is no fault of the grader."""
    ours = ("grader.classroom.similar.find", "rapidfuzz.")
    for name in [name for name in sys.modules if name.startswith(ours)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "rapidfuzz", None)
    done = similar(class_folder)
    assert (done.exit_code, "torchgrade[similar]" in done.output) == (2, True), done.output


def test_command_refuses_what_cannot_be_compared(tmp_path):
    """A path that is not there, and a class of nobody, are wrong calls."""
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "no", tmp_path / "empty"):
        done = similar(path)
        assert done.exit_code == 2 and "Error: " in done.output
