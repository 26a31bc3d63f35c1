"""What was handed in, with the results in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode

from grader.notebook.feedback import feedback_module, feedback_notebook, fenced, plainly
from grader.report import Report

MakeReport = Callable[..., Report]
MODULE = "import torch\n\n\ndef softmax(x, dim):\n    return x\n\n\ndef sigmoid(x):\n    return x\n"
STREAM = {"output_type": "stream", "name": "stdout", "text": "tensor(1)\n"}


def code(source: str, *outputs: Any, **more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "outputs": list(outputs), "metadata": {}, **more}


def handed_in(*cells: Any) -> bytes:
    return json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()


def read(data: bytes) -> NotebookNode:
    """A notebook that follows every rule of its format, with ids that are all different."""
    notebook = nbformat.reads(data.decode("utf-8"), as_version=4)
    nbformat.validate(notebook)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    return notebook


def test_module_comes_back_as_nbformat_would_write_it(report_of: MakeReport) -> None:
    for text in (MODULE, "é = '\u2028'\n" + MODULE, "not python(\n", ""):
        data = feedback_notebook(text.encode(), report_of())
        assert data.decode() == nbformat.v4.writes_json(read(data)) + "\n"


@pytest.mark.parametrize("module", [MODULE.encode(), b"not python(\n", b"x = '\xe9'\n", b""])
def test_module_comes_back_below_its_results(module: bytes, report_of: MakeReport) -> None:
    """Python that stays Python: the results are a comment, the code is as it was."""
    made = feedback_module(module, report_of()).decode()
    comment, _, code = made.partition("\n\n")
    assert code == module.decode("utf-8", "replace")
    assert all(line.startswith("#") for line in comment.split("\n"))
    assert comment.startswith("# 2.5 of 4 points") and "fail losses.softmax 0.5 / 2" in comment
    assert "# Got       0.4" in comment


def sources(data: bytes) -> list[str]:
    return [cell.source for cell in read(data).cells]


def test_feedback_puts_each_result_under_the_cell_of_its_task(report_of: MakeReport) -> None:
    """The learner's cells stay as they are, in their order."""
    cells = [
        code("import torch"),
        code("def sigmoid(x): return x"),
        code("1"),
        code("def softmax(x, dim): return x"),
    ]
    made = sources(feedback_notebook(handed_in(*cells), report_of()))
    assert [line for line in made if "\n" not in line] == [
        "import torch", "def sigmoid(x): return x", made[3], "1", "def softmax(x, dim): return x",
    ]  # fmt: skip
    assert made[0].startswith("# Results\n\n**2.5 of 4 points**, 62 %")
    assert made[3].startswith(
        r"**✓ pass** losses\.sigmoid: 2 of 2 points, 1 test passed".replace("1 test", "1 of 1 test")
    )
    assert made[6].startswith(r"**✗ fail** losses\.softmax: 0.5 of 2 points, 1 of 2 tests passed")
    assert "Got       0.4" in made[6]


def test_feedback_on_a_module_is_a_notebook_made_from_it(report_of: MakeReport) -> None:
    """A file of Python is cut into cells."""
    made = sources(feedback_notebook(MODULE.encode(), report_of()))
    assert made[1:3] == ["import torch", "def softmax(x, dim):\n    return x"]
    assert "fail" in made[3]
    assert made[4] == "def sigmoid(x):\n    return x"
    assert "pass" in made[5]


@pytest.mark.parametrize(
    ("data", "shown"),
    [(b"def softmax(:\n", "def softmax(:"), (b"\xff\xfe\0", ""), (b"", ""), (b"{", "{"), (b"[1]", "[1]")],
)
def test_feedback_on_what_cannot_be_read_holds_the_results(
    report_of: MakeReport, data: bytes, shown: str
) -> None:
    """There is always something to give back, with what was handed in as far as it is text."""
    made = sources(feedback_notebook(data, report_of()))
    assert any("losses\\.softmax" in cell for cell in made[1:])
    assert any(shown in cell for cell in made)


def test_feedback_shows_text_of_the_submission_and_interprets_none(report_of: MakeReport) -> None:
    """Neither HTML nor Markdown of a failure or a note takes effect."""
    evil = "```\n<img src=x onerror=alert(1)> **bold** [a](javascript:b) $x$ | ````"
    report = report_of(evil, traceback=evil, notes=(evil,))
    overview, *_, softmax, _ = sources(feedback_notebook(MODULE.encode(), report))[:5]
    softmax = sources(feedback_notebook(MODULE.encode(), report))[3]
    assert r"\<img src\=x onerror\=alert\(1\)\> \*\*bold\*\*" in overview
    head, fence, rest = softmax.partition("`````text\n")
    assert fence
    assert "<img" not in head
    assert rest.endswith("\n`````")
    assert "`````" not in rest.removesuffix("`````")


def test_fence_is_longer_than_any_in_the_text() -> None:
    """So no text can close it."""
    assert fenced("a `````` b").startswith("```````text\n")
    assert plainly("a_b\n<c>") == r"a\_b \<c\>"


def test_feedback_leaves_outputs_and_counts_out(report_of: MakeReport) -> None:
    """What was handed in has them; what is given back is the code and the results."""
    cell = code("def softmax(x, dim): return x", STREAM, 3, {}, execution_count=4)
    cells = read(feedback_notebook(handed_in(cell), report_of())).cells
    (made,) = [each for each in cells if each.cell_type == "code"]
    assert (made.source, made.outputs, made.execution_count) == ("def softmax(x, dim): return x", [], None)


def test_feedback_names_the_cell_that_is_no_python(report_of: MakeReport) -> None:
    """The result stands under the broken cell, which would define the task."""
    made = sources(
        feedback_notebook(handed_in(code("x = 1"), code("def softmax(:"), code("y = 1")), report_of())
    )
    assert r"losses\.softmax" in made[made.index("def softmax(:") + 1]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
OUTPUTS = st.lists(
    VALUES
    | st.fixed_dictionaries(
        {"output_type": st.sampled_from(["stream", "error", "display_data"]), "text": VALUES}
    ),
    max_size=2,
)
CELLS = st.fixed_dictionaries(
    {
        "cell_type": st.sampled_from(["code", "markdown", "heading", "odd"]),
        "source": st.text(max_size=20) | VALUES,
    },
    optional={
        "outputs": OUTPUTS | VALUES,
        "metadata": VALUES,
        "id": VALUES,
        "execution_count": VALUES,
        "level": VALUES,
    },
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(CELLS, max_size=4))
def test_feedback_on_any_notebook_is_a_valid_notebook(report_of: MakeReport, cells: list[Any]) -> None:
    """Whatever was handed in, what is given back can be opened."""
    read(feedback_notebook(handed_in(*cells), report_of("\ud800")))
