"""A notebook stands for a topic like a file of Python."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.intake import (
    Content,
    IntakeError,
    Source,
    SourceProblem,
    TwoCandidates,
    find_submission,
    read_source,
)
from grader.intake.python_text import MOST_BYTES

TOPICS = ("losses", "tensors")


def notebook(*sources: str) -> bytes:
    cells = [{"cell_type": "code", "source": source, "outputs": [], "metadata": {}} for source in sources]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()


def test_find_takes_notebooks_and_modules_together(tmp_path: Path) -> None:
    """One topic may be the one and another the other; what Jupyter keeps in hidden folders is passed over."""
    for name in ("losses.ipynb", "tensors.py", ".ipynb_checkpoints/losses-checkpoint.ipynb"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    found = find_submission([tmp_path], TOPICS)
    assert found.files == {"losses": tmp_path / "losses.ipynb", "tensors": tmp_path / "tensors.py"}
    assert found.notes == ()
    assert find_submission([tmp_path / "losses.ipynb"], TOPICS).files.keys() == {"losses"}


def test_find_refuses_a_notebook_beside_a_module_of_the_same_topic(tmp_path: Path) -> None:
    """Nobody can know which of them counts."""
    for name in ("losses.ipynb", "losses.py"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(
        TwoCandidates, match="2 files could be the topic losses: .*losses.ipynb and .*losses.py"
    ):
        find_submission([tmp_path], TOPICS)


def test_find_says_how_a_notebook_of_another_name_is_to_be_called(tmp_path: Path) -> None:
    """The remedy keeps the kind of the file."""
    for name in ("losses_old.ipynb", "tensors.py"):
        (tmp_path / name).write_bytes(b"")
    assert "losses.ipynb?" in "".join(find_submission([tmp_path], TOPICS).notes)
    with pytest.raises(IntakeError, match="is not the file of a topic"):
        find_submission([tmp_path / "losses_old.ipynb"], TOPICS)


def test_read_source_reads_a_notebook_by_its_name(tmp_path: Path) -> None:
    """From a path or from bytes; lines are told by cell, and the tasks say what is kept."""
    data = notebook("x = load()", "\ndef softmax(x):\n    return x")
    (tmp_path / "losses.ipynb").write_bytes(data)
    for given in (tmp_path / "losses.ipynb", Content("losses.ipynb", data)):
        source = read_source(given, ["softmax"])
        assert isinstance(source, Source)
        assert source.notebook is not None
        assert source.text.strip() == "def softmax(x):\n    return x"
        assert source.place(3) == "cell 2, line 3"
        assert [node.lineno for node in source.tree.body] == [2]


def test_read_source_tells_lines_of_a_module_by_their_number() -> None:
    """Nothing changes for a file of Python, also when it holds what a notebook does."""
    source = read_source(Content("losses.py", b"x = 1"))
    assert isinstance(source, Source)
    assert source.place(7) == "line 7"
    assert isinstance(read_source(Content("losses.py", b"{]")), SourceProblem)


def test_read_source_allows_a_notebook_more_bytes_than_a_module(tmp_path: Path) -> None:
    """The outputs are most of it."""
    cell = {"cell_type": "code", "source": "x = 1", "outputs": ["A" * MOST_BYTES], "metadata": {}}
    (tmp_path / "losses.ipynb").write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    source = read_source(tmp_path / "losses.ipynb")
    assert isinstance(source, Source)
    assert source.text == "x = 1\n"


def test_read_source_says_that_a_notebook_cannot_be_read(tmp_path: Path) -> None:
    """A problem of the file, of its JSON or of every cell is a sentence."""
    missing = read_source(tmp_path / "losses.ipynb")
    assert isinstance(missing, SourceProblem)
    assert "losses.ipynb cannot be read" in missing.message
    broken = read_source(Content("losses.ipynb", notebook("def softmax(")))
    assert isinstance(broken, SourceProblem)
    assert broken.message.startswith("losses.ipynb, cell 1, line 1, column 12: syntax error")
