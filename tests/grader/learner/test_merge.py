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


def test_what_is_missing_comes_to_the_end_with_the_imports_that_it_needs():
    """What the learner has stays to the letter, and it is told what of it the course has changed."""
    mine = BASE.replace('    raise NotImplementedError("mean")', "    return x.mean()   # mine")
    result = merged(mine, BASE, NEW)
    assert result.added == ["LIMIT", "first", "middle"] and keys(result.text)[-3:] == ["Assign", "first", "middle"]
    assert result.kept == ["the docstring of the module", "mean", "softmax"]
    added = "import math\nfrom torch import Tensor\n"
    assert result.text.startswith(mine.rstrip("\n").replace("import torch\n", f"import torch\n{added}"))


def test_what_the_course_has_not_changed_is_not_told():
    """Neither the learner's own work, nor what is the course's already."""
    mine = NEW.replace('    raise NotImplementedError("mean")', "    return x.mean()")
    assert merged(mine, NEW, NEW).kept == [] == merged(NEW, BASE, NEW).kept


def test_nothing_changes_when_there_is_nothing_new():
    """The same stub again leaves every byte, an import that the learner removed included."""
    mine = BASE.replace("import torch\n", "").replace("The mean.", "mine")
    result = merged(mine, BASE, BASE)
    assert result.text == mine
    assert not (result.added or result.kept)


def test_lost_task_comes_back():
    """A stub that somebody deleted is brought in again."""
    mine = BASE[: BASE.index("def mean")] + BASE[BASE.index("def softmax") :]
    result = merged(mine, BASE, BASE)
    assert result.added == ["mean"]
    assert keys(result.text)[-2:] == ["softmax", "mean"]


def test_name_bound_in_another_way_is_not_missing():
    """An alias for a task is the learner's answer to it."""
    mine = BASE[: BASE.index("def softmax")] + "if True:\n    from torch import softmax\n"
    assert merged(mine, BASE, BASE).text == mine


@pytest.mark.parametrize(
    ("mine", "added"), [("Tensor", True), ("Tensor as T", True), ("Tensor, nn, optim", False)]
)
def test_import_is_added_when_it_brings_a_name_that_is_missing(mine, added):
    """A new task finds the names that it needs, and nobody's import is lost."""
    base, new = "from torch import Tensor\n", "from torch import Tensor, nn\n\n\ndef layer(x):\n    ...\n"
    text = merged(f"from torch import {mine}\n", base, new).text
    imports = f"from torch import {mine}\n" + "from torch import Tensor, nn\n" * added
    assert text == imports + "\n\ndef layer(x):\n    ...\n"


def test_module_without_its_given_text_only_gets_what_is_missing():
    """Where it is not known what was given, everything counts as touched."""
    result = merged(BASE, "", NEW)
    assert result.kept == []
    assert '"""The mean."""' in result.text
    assert "def middle" in result.text


def test_broken_module_is_not_merged():
    """What is not Python is not written in."""
    with pytest.raises(SyntaxError):
        merged("def mean(x:\n", BASE, NEW)
