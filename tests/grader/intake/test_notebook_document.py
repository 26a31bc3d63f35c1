"""Any bytes become cells of code, or one clear sentence."""

from __future__ import annotations

import json
import tracemalloc
from textwrap import dedent
from typing import Any

import pytest

from grader.intake import SourceProblem
from grader.intake import notebook_document as prune_module
from grader.intake.notebook_document import ModuleText, TooMany, pruned
from grader.intake.notebook_module import module_of

TASKS = ("softmax", "sigmoid")
SOFTMAX = "def softmax(x, dim):\n    return x"


def code(source: Any, count: int | None = None, **metadata: Any) -> dict[str, Any]:
    text = dedent(source).strip("\n") if isinstance(source, str) else source
    return {
        "cell_type": "code",
        "source": text,
        "execution_count": count,
        "outputs": [],
        "metadata": metadata,
    }


def text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "source": source, "metadata": {}}


def notebook(*cells: Any, **metadata: Any) -> bytes:
    rows = [code(cell) if isinstance(cell, str) else cell for cell in cells]
    return json.dumps({"cells": rows, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}).encode()


def module(*cells: Any, tasks: tuple[str, ...] = TASKS) -> ModuleText:
    found = module_of(notebook(*cells), "losses.ipynb", tasks)
    assert isinstance(found, ModuleText), found.message
    return found


def problem(data: bytes) -> str:
    found = module_of(data, "losses.ipynb", TASKS)
    assert isinstance(found, SourceProblem), found.text
    return found.message


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "losses.ipynb is empty"),
        (b" \n", "is empty"),
        (b"{", "is no JSON"),
        (b"hello", "is no JSON"),
        (b"def softmax(x): pass", "is no JSON"),
        (notebook(SOFTMAX)[:-20], "is no JSON"),
        (b'{"cells": [\n<<<<<<< HEAD\n]}', "marks of a merge"),
        (b"[1, 2]", "no list of cells"),
        (b"3", "no list of cells"),
        (b'{"cells": {}}', "no list of cells"),
        (b'{"cells": null, "worksheets": 3}', "no list of cells"),
        (b'{"cells": []}', "holds no code"),
        (b'{"worksheets": [3, {"cells": 4}]}', "holds no code"),
        (b'{"cells": [3, null, [], {}, {"cell_type": 4}]}', "holds no code"),
        (notebook(code(3), code(None), code([1, "x = 1"])), "holds no code"),
        (notebook(text(SOFTMAX)), "holds no code"),
        (notebook(SOFTMAX, language_info={"name": "R"}), "notebook in R"),
        (notebook(SOFTMAX, kernelspec={"language": "julia"}), "notebook in julia"),
        (b"\xff\xfe\xff", "is not utf-16"),
        (notebook("# caf").replace(b"caf", b"\xe9"), "is not utf-8 text"),
        (b"[" * 100_000, "too deeply nested"),
        (b'{"cells": ' + b"9" * 5000 + b"}", "is no JSON"),
        (b'{"cells": [' + b"{}," * 2001 + b"{}]}", "more than 2000 cells"),
        (notebook("x = 1\n" * 200_000), "characters of code"),
        (notebook("1\n" * 5001), "more than 5000 statements"),
        (b'{"cells": [], "x": "' + b"a" * 5_000_001 + b'"}', "bytes beside its outputs"),
    ],
)
def test_document_that_is_no_notebook_gives_one_clear_sentence(data: bytes, words: str) -> None:
    """The message names the file and says what is wrong with it."""
    message = problem(data)
    assert words in message
    assert message.startswith("losses.ipynb ")


def test_document_larger_than_any_notebook_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is on the bytes of the file."""
    monkeypatch.setattr("grader.intake.notebook_document.MOST_BYTES", 100)
    assert "larger than 100 bytes" in problem(notebook(SOFTMAX))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32-le"])
def test_document_is_read_in_every_encoding_of_unicode(encoding: str) -> None:
    """A byte order mark, or the two bytes of a Windows shell, change nothing."""
    data = notebook(SOFTMAX + "  # é").decode().encode(encoding)
    found = module_of(data, "losses.ipynb", TASKS)
    assert isinstance(found, ModuleText)
    assert found.text == SOFTMAX + "  # é\n"


def test_document_of_version_3_is_read_from_its_worksheets() -> None:
    """The code of version 3 lies in `input`, its count in `prompt_number`."""
    cells: list[dict[str, Any]] = [
        {"cell_type": "heading", "level": 1, "source": ["Losses"]},
        {"cell_type": "code", "language": "python", "input": ["import torch\n", SOFTMAX], "prompt_number": 2},
    ]
    data = json.dumps({"nbformat": 3, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]}).encode()
    found = module_of(data, "losses.ipynb", TASKS)
    assert isinstance(found, ModuleText)
    assert SOFTMAX in found.text
    assert found.defined["softmax"] == "cell 2"


def test_document_may_have_the_same_id_twice_and_lines_in_lists() -> None:
    """Ids say nothing about a module, and a source may be a list of lines."""
    first, second = code(["def softmax(x, dim):\r\n", "    return x"]), code("def sigmoid(x):\n    return x")
    first["id"] = second["id"] = "same"
    assert module(first, second).text == f"{SOFTMAX}\n\n\ndef sigmoid(x):\n    return x\n"


def test_document_says_which_cell_holds_no_text() -> None:
    """A cell of another kind of value is left out, and a note says so."""
    found = module(code(["def softmax(x, dim): return x", 7]), 5, SOFTMAX)
    assert "losses.ipynb: cell 1 holds no text: it is left out" in found.notes
    assert "losses.ipynb: cell 2 is no cell of a notebook: it is left out" in found.notes


def test_outputs_cost_no_memory() -> None:
    """Five megabytes of pictures are cut out before anything is parsed."""
    cell = code(SOFTMAX)
    cell["outputs"] = [{"output_type": "display_data", "data": {"image/png": "A" * 50_000}}] * 100
    data = notebook(cell)
    tracemalloc.start()
    found = module_of(data, "losses.ipynb", TASKS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(found, ModuleText)
    assert len(data) > 5_000_000
    assert peak < 1.5 * len(data)


@pytest.mark.parametrize(
    ("data", "left"),
    [
        (b'{"outputs": [1, {"a": "]"}], "b": 2}', b'{"outputs": null, "b": 2}'),
        (b'{"outputs" :\n {"outputs": []}}', b'{"outputs" :\n null}'),
        (b'{"source": "\\"outputs\\": [1]"}', b'{"source": "\\"outputs\\": [1]"}'),
        (b'["outputs", [1]]', b'["outputs", [1]]'),
        (b'{"outputs": "text"}', b'{"outputs": "text"}'),
        (b'{"outputs": [', b'{"outputs": ['),
        (b'{"outputs": "never closed', b'{"outputs": "never closed'),
        (b'{"attachments": {"a.png": {}}, "widgets": {"x": []}}', b'{"attachments": null, "widgets": null}'),
    ],
)
def test_pruned_cuts_the_values_of_outputs_and_nothing_else(data: bytes, left: bytes) -> None:
    """Only a list or an object behind the name of a member goes."""
    assert pruned(data) == left


def test_pruned_refuses_more_parts_than_a_notebook_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counting stops at the limit, also inside of what is cut."""
    monkeypatch.setattr(prune_module, "MOST_TOKENS", 50)
    with pytest.raises(TooMany):
        pruned(b'{"outputs": [' + b"[" * 50)


def test_pruned_reads_a_string_that_is_never_closed_once() -> None:
    """A megabyte of escaped quotes takes no time that grows with its square."""
    data = b'"' + rb"\"" * 500_000
    assert pruned(data) == data
