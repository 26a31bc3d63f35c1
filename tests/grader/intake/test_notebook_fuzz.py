"""Whatever a notebook holds, reading it ends in a module that is Python or in one clear sentence."""

from __future__ import annotations

import ast
import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.intake import SourceProblem
from grader.intake.notebook_document import ModuleText
from grader.intake.notebook_module import module_of

TASKS = ("softmax", "sigmoid")
LINES = st.sampled_from([
    "import math", "def softmax(x, dim):", "    return x + EPS", "EPS = 1", "EPS.a = 2", "%time", "!ls", "x?", "    %x",
    "class softmax(softmax): pass", "for i in x: i.y()", "print(softmax)", "from __future__ import annotations", "'''",
    "@softmax", "x = 1; y = 2", "\\", "(", ")", "\ud800", "\0", "\f", "\x0b x", "%%bash", "%%time", "# é", "", "\t",
    "del softmax", "global EPS", "return", "await x", "from math import *", '"doc"', "lambda: (yield)", "x: int = 3",
])  # fmt: skip
SOURCES = st.lists(LINES, max_size=8).map("\n".join) | st.text(max_size=40)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10)
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
MARKS = st.fixed_dictionaries(
    {"torchgrade": VALUES | st.fixed_dictionaries({"role": PLAIN, "tasks": VALUES, "sha": PLAIN})}
)
CELLS = st.fixed_dictionaries(
    {
        "cell_type": st.sampled_from(["code", "code", "code", "markdown", "raw", 3]),
        "source": SOURCES | VALUES,
    },
    optional={
        "execution_count": VALUES,
        "metadata": VALUES | MARKS,
        "outputs": VALUES,
        "input": VALUES,
        "id": VALUES,
    },
)
NOTEBOOKS = st.fixed_dictionaries(
    {"cells": st.lists(CELLS, max_size=6) | VALUES},
    optional={
        "metadata": VALUES,
        "worksheets": VALUES | st.lists(st.fixed_dictionaries({"cells": st.lists(CELLS)})),
    },
)


def check(data: bytes) -> None:
    found = module_of(data, "losses.ipynb", TASKS)
    if isinstance(found, SourceProblem):
        assert found.message.startswith("losses.ipynb")
        return
    assert isinstance(found, ModuleText)
    ast.parse(found.text)
    for number in range(1, found.text.count("\n") + 1):
        assert found.place(number)
    assert all(isinstance(note, str) for note in found.notes)
    json.dumps([*found.notes, *(cell.message for cell in found.broken.values())]).encode()


@settings(max_examples=60, deadline=None)
@given(NOTEBOOKS)
@example({"cells": [{"cell_type": "code", "source": "x = 1\n\\\nimport math"}]})
def test_any_notebook_is_read(content: object) -> None:
    """Wrong types everywhere, broken code and magics never raise."""
    check(json.dumps(content).encode())


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet='{}[]":,\\ outpsceld1', max_size=60).map(str.encode))
@example(b'{"cells":[{"cell_type":"code","source":"\\ud800"}]}')
def test_any_bytes_are_read(data: bytes) -> None:
    """What is no notebook is a sentence that begins with the name of the file."""
    check(data)
