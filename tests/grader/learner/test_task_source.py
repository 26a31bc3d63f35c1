"""The source of one task, as it is shown beside another."""

import json

import pytest

from grader.learner.task_source import module_text, source_of

SOLUTION = '''"""Doc."""

import torch

### BEGIN SOLUTION
LIMIT = 3


def _helper(x):
    """Help."""
    return x * LIMIT


def _unused(x):
    return x


### END SOLUTION


def other(x):
    return x


def softmax(x, dim):
    """Probabilities.

    Of scores.
    """
    ### BEGIN SOLUTION
    ### BEGIN STUB
    # return x
    ### END STUB
    y = _helper(x)  # noted

    return other(torch.softmax(y, dim))
    ### END SOLUTION
'''


def test_source_has_the_code_and_the_helpers_that_it_reaches():
    """No docstring, no mark, no given body, no helper of another task, and no other task."""
    assert source_of(SOLUTION, "softmax", {"other"}) == (
        "def softmax(x, dim):\n    y = _helper(x)  # noted\n\n    return other(torch.softmax(y, dim))\n\n"
        "LIMIT = 3\n\ndef _helper(x):\n    return x * LIMIT"
    )


def test_source_of_what_is_not_defined_is_none():
    """A name that the module does not define has no source."""
    assert source_of(SOLUTION, "mean") is None


def test_docstring_that_is_the_whole_body_stays():
    """Without it the definition would be no Python."""
    assert source_of('def f():\n    """Nothing."""\n', "f") == 'def f():\n    """Nothing."""'


@pytest.mark.parametrize("line", ['def f(): """Doc."""; return 1', 'def f():\n    """Doc."""; return 1'])
def test_docstring_beside_code_stays(line):
    """A line is left out as a whole or not at all."""
    assert source_of(line, "f") == line


def test_notebook_is_read_as_the_module_of_its_cells(tmp_path):
    """The code of a cell is found, whatever stands in the others."""
    cells = [
        {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": source, "id": f"c{n}"}
        for n, source in enumerate(["%matplotlib inline", "def mean(x):\n    return x.mean()"])
    ]  # fmt: skip
    file = tmp_path / "losses.ipynb"
    file.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    assert "return x.mean()" in source_of(module_text(file, ["mean"]), "mean")
    file.write_text("{")
    with pytest.raises(ValueError, match="losses"):
        module_text(file, ["mean"])
