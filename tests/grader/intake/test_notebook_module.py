"""Which parts of a notebook's cells make up the module."""

from __future__ import annotations

import ast
import json
from textwrap import dedent
from typing import Any

import pytest

from grader.intake import SourceProblem, parse_source
from grader.intake.notebook_document import ModuleText
from grader.intake.notebook_module import module_of

TASKS = ("softmax", "sigmoid")
SOFTMAX = "def softmax(x, dim):\n    return x"
SIGMOID = "def sigmoid(x):\n    return x"


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


def statements(found: ModuleText) -> list[str]:
    """The lines of a module that hold anything."""
    return [line for line in found.text.split("\n") if line.strip()]


def test_module_is_the_cells_in_the_order_of_the_document() -> None:
    """Two blank lines stand between cells; counts do not matter, but a note tells of them."""
    found = module(
        code("import math", 3), text("# words"), code("def softmax(x, dim):\n    return math.exp(x)", 1)
    )
    assert found.text == "import math\n\n\ndef softmax(x, dim):\n    return math.exp(x)\n"
    assert found.notes == (
        "losses.ipynb: cell 3 was last run before cell 1, which stands above it: cells are graded from the top down",
    )


@pytest.mark.parametrize(
    "experiment",
    [
        "net = softmax(torch.randn(3), 0)",
        "print(softmax(1, 2))",
        "softmax",
        "for step in range(10**9):\n    softmax(step, 0)",
        "x = 1 / 0",
        "with open('x') as file:\n    data = file.read()",
        "if True:\n    plt.show()",
        "await something()",
        "assert softmax(1, 0) == 1",
        "import matplotlib.pyplot as plt\nplt.plot(softmax(1, 2))",
        "class Trainer:\n    data = load()",
        "def plot(x=softmax(1, 2)):\n    return x",
        "torch.manual_seed(0)",
        "del net",
        "return 3",
        "TABLE = [softmax(x, 0) for x in range(3)]",
    ],
)
def test_experiment_is_left_out(experiment: str) -> None:
    """What runs something and is needed by no task has no place in the module."""
    found = module("import torch", SOFTMAX, experiment)
    assert statements(found) == SOFTMAX.split("\n")
    assert found.notes == (
        "losses.ipynb: what no task needs is not part of the module and is left out: cell 3",
    )


@pytest.mark.parametrize(
    "needed",
    [
        "EPS = 1e-6",
        "EPS = torch.finfo(torch.float32).eps",
        "def EPS():\n    return 1",
        "if torch.cuda.is_available():\n    EPS = 1\nelse:\n    EPS = 2",
        "try:\n    from math import tau as EPS\nexcept ImportError:\n    EPS = 2",
        "EPS = []\nfor i in range(3):\n    EPS.append(i)",
        "EPS = {}\nEPS['a'] = 1\nEPS.update(b=2)",
        "from math import *",
        "a = 1; EPS = a",
        "EPS = 1\nEPS += 1",
        "@torch.no_grad()\ndef EPS():\n    return 1",
        "class EPS:\n    value = 3\nEPS.other = 4",
    ],
)
def test_what_a_task_needs_is_kept(needed: str) -> None:
    """Whatever binds or changes a name that the task reads belongs to the module."""
    task = "def softmax(x, dim):\n    return x + EPS"
    found = module("import torch", needed, task)
    assert statements(found)[-2:] == task.split("\n")
    for line in needed.split("\n"):
        assert line in found.text


def test_need_is_followed_through_functions() -> None:
    """A helper's helper and its constant are kept, in place."""
    cells = ("LIMIT = 3", "def outer(x):\n    return inner(x)", "def inner(x):\n    return LIMIT")
    found = module(*cells, "def softmax(x, dim):\n    return outer(x)", "LIMITS = LIMIT + 1")
    assert "LIMIT = 3" in found.text
    assert "inner" in found.text
    assert "LIMITS" not in found.text


def test_names_of_parameters_are_no_needs() -> None:
    """A variable of an experiment that is called like a parameter of the task is not dragged along."""
    found = module("import torch", "x = torch.randn(3)", SOFTMAX, "dim = int(input())")
    assert statements(found) == SOFTMAX.split("\n")


def test_task_may_be_bound_by_assignment() -> None:
    """A lambda, or the result of a call, is kept when it has the name of a task."""
    found = module("import torch", "softmax = torch.softmax", "sigmoid = torch.jit.script(softmax)")
    assert statements(found) == [
        "import torch",
        "softmax = torch.softmax",
        "sigmoid = torch.jit.script(softmax)",
    ]


def test_last_definition_counts_and_what_only_the_first_needed_is_left_out() -> None:
    """As in a kernel that has run every cell, a later definition replaces an earlier one."""
    found = module("import numpy as np", "def softmax(x, dim):\n    return np.exp(x)", SIGMOID, SOFTMAX)
    assert statements(found) == [*SIGMOID.split("\n"), *SOFTMAX.split("\n")]
    assert "losses.ipynb: softmax is defined in cell 2 and cell 4: the last one counts" in found.notes
    assert found.defined["softmax"] == "cell 4"


@pytest.mark.parametrize(
    "between",
    [
        "class sigmoid(Base):\n    pass",
        "sigmoid = Base()",
        "def use():\n    return Base()\n\nsigmoid = use()",
    ],
)
def test_first_definition_stays_when_something_is_executed_with_it(between: str) -> None:
    """Python would take the earlier one there, so it must be there."""
    found = module("class Base:\n    first = 1", between, "class Base:\n    second = 2", SOFTMAX)
    assert "first" in found.text
    assert "second" in found.text


def test_decorated_definitions_of_one_name_all_stay() -> None:
    """A register or a setter needs every one of them."""
    cell = "from functools import singledispatch\n@singledispatch\ndef softmax(x, dim):\n    return x"
    more = "@softmax.register(int)\ndef _(x, dim):\n    return 1\n\n@softmax.register(str)\ndef _(x, d):\n    return 2"
    assert "return 1" in module(cell, more).text


def test_definition_that_no_task_needs_is_kept_when_it_runs_nothing() -> None:
    """A task under a slightly other name can be pointed at, and a constant can be asked for."""
    found = module(
        SOFTMAX, "def sigmoyd(x):\n    return plt", "PADDING = '<pad>'", "def other(x=plt):\n    pass"
    )
    assert "sigmoyd" in found.text
    assert "PADDING" in found.text
    assert "other" not in found.text


def test_every_definition_is_kept_when_none_is_a_task() -> None:
    """Then the message about the missing task can name what is near."""
    found = module("import math", "def soft_max(x, dim):\n    return math.exp(x)")
    assert statements(found) == ["import math", "def soft_max(x, dim):", "    return math.exp(x)"]


@pytest.mark.parametrize(
    "magic",
    [
        "%matplotlib inline",
        "%matplotlib inline\n%config x = 'retina'\n%load_ext autoreload",
        "!pip install torch==2.0.1",
        "!echo \"it's (open",
        "?softmax",
        "softmax?",
        "torch.nn??",
        "files = !ls",
        "a, b = %timeit 1",
        "%timeit softmax(1, \\\n  2)",
        "%%time",
        "%%capture out",
    ],
)
def test_magic_is_taken_out_of_a_cell(magic: str) -> None:
    """The rest of the cell stays Python, and the lines below keep their numbers."""
    found = module(f"{magic}\n{SOFTMAX}")
    assert statements(found) == SOFTMAX.split("\n")
    assert (
        found.place(found.text.split("\n").index("    return x") + 1)
        == f"cell 1, line {magic.count(chr(10)) + 3}"
    )
    assert "are no Python and are left out: cell 1, line" in found.notes[0]


@pytest.mark.parametrize("magic", ["%%bash", "%%html", "%%writefile losses.py", "%%timeit"])
def test_cell_of_another_language_is_left_out(magic: str) -> None:
    """What follows such a magic is not executed as Python by the kernel either."""
    found = module(SOFTMAX, f"{magic}\n{SIGMOID}")
    assert "sigmoid" not in found.text


@pytest.mark.parametrize("text", ['"""\n%s and !\n"""', "(a\n% b)", "'''\n?\n'''"])
def test_line_that_only_looks_like_a_magic_stays(text: str) -> None:
    """A cell that is Python is never touched."""
    cell = f"def softmax(x, dim, a=7, b=3):\n    return {text}"
    assert module(cell).text == cell + "\n"


def test_magic_inside_of_a_function_becomes_a_pass() -> None:
    """The function stays whole around it."""
    assert statements(module("def softmax(x, dim):\n    %debug")) == ["def softmax(x, dim):", "    pass"]


def test_magic_of_our_own_is_not_spoken_of() -> None:
    """The cells that our writer adds need no note."""
    assert module("%load_ext grader.notebook.magic", SOFTMAX, "%grade losses.softmax").notes == ()


def test_broken_cell_is_named_and_the_others_are_kept() -> None:
    """The message has cell, line and the text of the line; the tasks of other cells can be graded."""
    found = module(SOFTMAX, "import math\ndef sigmoid(x:\n    return x")
    assert statements(found) == SOFTMAX.split("\n")
    broken = found.broken["sigmoid"]
    assert (broken.label, broken.line) == ("cell 2", 2)
    assert broken.message.startswith(
        "losses.ipynb, cell 2, line 2, column 12: syntax error: '(' was never closed\n"
    )
    assert "def sigmoid(x:" in broken.message
    assert any(
        "cell 2 is left out, and the other cells are graded without it" in note for note in found.notes
    )


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("def sigmoid(x, x):\n    return x", "line 1: syntax error: duplicate argument"),
        ("\n\nx = 1\n\ndef sigmoid(x):\n    nonlocal y", "syntax error: no binding for nonlocal"),
        ("def sigmoid(x):\n    return '\ud800'", "line 2: a character is no text"),
        ("def sigmoid(x):\n    return '\0'", "line 2: a character is no text"),
        ("def sigmoid(x):\n    return " + "(" * 300 + ")" * 300, "too many nested parentheses"),
        ("def sigmoid(x):\n    return " + "-" * 100_000 + "1", "too deeply nested"),
        ("def sigmoid(x):\nreturn x", "line 2, column 1: syntax error: expected an indented block"),
    ],
)
def test_broken_cell_of_any_kind_is_told_in_words(cell: str, words: str) -> None:
    """Python gives up in many ways; each is a sentence about one cell."""
    assert words in module(code(SOFTMAX), {**code(""), "source": cell}).broken["sigmoid"].message


def test_broken_cell_does_not_hide_a_good_one_below_it() -> None:
    """The last definition counts; only one that comes after it can spoil it."""
    assert module("def softmax(:", SOFTMAX).broken == {}
    assert module(SOFTMAX, "def softmax(:").broken.keys() == {"softmax"}


def test_notebook_that_is_all_broken_says_what_is_wrong_with_its_first_cell() -> None:
    """There is nothing to grade, so the message is about the file."""
    message = problem(notebook("def softmax(:", "x x"))
    assert message.startswith("losses.ipynb, cell 1, line 1, column 13: syntax error")


def test_future_import_moves_to_the_top() -> None:
    """A notebook allows it anywhere, a module only there; its place is still told."""
    found = module(
        "import math", "from __future__ import annotations\n" + "def softmax(x: T, dim):\n    return math"
    )
    assert found.text.startswith("from __future__ import annotations\n")
    assert found.text.count("__future__") == 1
    assert found.place(1) == "cell 2, line 1"
    compile(found.text, "losses.py", "exec")


def test_future_import_below_a_docstring_stays() -> None:
    """That is where a module has it."""
    cell = f'"""Losses."""\n\nfrom __future__ import annotations\n\n\n{SOFTMAX}'
    assert module(cell).text == cell + "\n"


def test_place_leads_back_to_cell_and_line() -> None:
    """Every line of the module that holds anything is found again where it is said to stand."""
    cells = [
        "%time\nimport math\nprint(1)\n\nEPS = 3",
        "# why\n\nx = 1 / 0\ndef softmax(x, dim):\n    return EPS",
        SIGMOID,
    ]
    found = module(*cells)
    for number, line in enumerate(found.text.split("\n"), 1):
        if line.strip():
            label, _, at = found.place(number).partition(", line ")
            assert cells[int(label.removeprefix("cell ")) - 1].split("\n")[int(at) - 1] == line
    assert found.place(0) == "line 0"


def test_module_text_is_python_and_reads_as_one() -> None:
    """What comes out can be parsed by the reader of modules."""
    found = module("%time\nimport math", SOFTMAX, "!ls", SIGMOID)
    source = parse_source(found.text.encode(), "losses.ipynb")
    assert isinstance(getattr(source, "tree", None), ast.Module)
