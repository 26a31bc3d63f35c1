"""A newer stub, brought into a module that a learner has been writing in."""

import ast

import pytest

from grader.learner.merge import merged

BASE = '''"""Losses."""

import torch


def mean(x):
    """The mean."""
    raise NotImplementedError("mean")


def softmax(x, dim):
    """Probabilities."""
    raise NotImplementedError("softmax")
'''
NEW = '''"""Losses, all of them."""

import math
import torch
from torch import Tensor

LIMIT = 3


def first(x):
    """The first."""
    raise NotImplementedError("first")


def mean(x):
    """The mean of x."""
    raise NotImplementedError("mean")


def middle(x: Tensor):
    """Between the two."""
    raise NotImplementedError("middle")


def softmax(x, dim):
    """Probabilities along dim."""
    raise NotImplementedError("softmax")
'''


def keys(text):
    return [getattr(node, "name", type(node).__name__) for node in ast.parse(text).body]


def test_untouched_module_becomes_the_new_one_in_all_but_layout():
    """Every piece of the new stub is there, in its place."""
    result = merged(BASE, BASE, NEW)
    assert ast.dump(ast.parse(result.text)) != ast.dump(ast.parse(BASE))
    wanted, got = ({ast.dump(node) for node in ast.parse(text).body} for text in (NEW, result.text))
    assert got == wanted
    names = [name for name in keys(result.text) if name in ("first", "mean", "middle", "softmax")]
    assert names == ["first", "mean", "middle", "softmax"]
    assert set(result.renewed) == {"the docstring of the module", "mean", "softmax"}
    assert not result.kept


def test_touched_function_stays_to_the_letter():
    """What the learner wrote is kept, and it is told that the course has changed it."""
    mine = BASE.replace('    raise NotImplementedError("mean")', "    return x.mean()   # mine")
    result = merged(mine, BASE, NEW)
    assert '    """The mean."""\n    return x.mean()   # mine\n\n\ndef middle' in result.text
    assert result.kept == ["mean"]
    assert "softmax" in result.renewed


def test_note_in_a_docstring_counts_as_touched():
    """A docstring that the learner has written in is not replaced."""
    mine = BASE.replace("Probabilities.", "Probabilities. TODO: ask about dim")
    result = merged(mine, BASE, NEW)
    assert "TODO: ask about dim" in result.text
    assert result.kept == ["softmax"]


def test_helpers_and_comments_of_the_learner_stay_where_they_are():
    """Lines that the course never gave are not moved."""
    mine = BASE.replace("def softmax", "def helper(x):\n    return x\n\n\n# the next one\ndef softmax")
    text = merged(mine, BASE, NEW).text
    assert "def helper(x):\n    return x\n\n\n# the next one\ndef softmax" in text
    assert text.index("def mean") < text.index("def middle") < text.index("def helper")


def test_nothing_changes_when_there_is_nothing_new():
    """The same stub again leaves every byte, an import that the learner removed included."""
    mine = BASE.replace("import torch\n", "").replace("The mean.", "mine")
    result = merged(mine, BASE, BASE)
    assert result.text == mine
    assert not (result.added or result.renewed or result.kept)


def test_lost_task_comes_back():
    """A stub that somebody deleted is brought in again, in its place."""
    mine = BASE[: BASE.index("def mean")] + BASE[BASE.index("def softmax") :]
    result = merged(mine, BASE, BASE)
    assert result.added == ["mean"]
    assert keys(result.text)[-2:] == ["mean", "softmax"]


def test_name_bound_in_another_way_is_not_missing():
    """An alias for a task is the learner's answer to it."""
    mine = BASE[: BASE.index("def softmax")] + "if True:\n    from torch import softmax\n"
    assert merged(mine, BASE, BASE).text == mine


@pytest.mark.parametrize(
    ("mine", "wanted"),
    [
        ("from torch import Tensor\n", "from torch import Tensor, nn\n"),
        ("from torch import Tensor as T\n", "from torch import Tensor as T\nfrom torch import Tensor, nn\n"),
        ("from torch import Tensor, nn, optim\n", "from torch import Tensor, nn, optim\n"),
    ],
)
def test_import_is_widened_when_it_is_as_given_and_added_when_it_is_not(mine, wanted):
    """A new task finds the names that it needs, and nobody's import is lost."""
    base, new = "from torch import Tensor\n", "from torch import Tensor, nn\n\n\ndef layer(x):\n    ...\n"
    text = merged(mine, base, new).text
    assert text.startswith(wanted)
    assert "def layer" in text


def test_module_without_its_given_text_only_gets_what_is_missing():
    """Where it is not known what was given, everything counts as touched."""
    result = merged(BASE, "", NEW)
    assert result.renewed == []
    assert '"""The mean."""' in result.text
    assert "def middle" in result.text


def test_broken_module_is_not_merged():
    """What is not Python is not written in."""
    with pytest.raises(SyntaxError):
        merged("def mean(x:\n", BASE, NEW)
