"""Which changes of a module change what one of its functions does."""

from __future__ import annotations

import ast

import pytest

from grader.learner.code_marks import marks_of

MODULE = '''"""About losses."""

import torch

TINY = 1e-8
_LIMITS = {"low": 0}


def _shift(x):
    return x - x.amax()


def _exp(x):
    return torch.exp(_shift(x))


class Net(torch.nn.Module):
    """A network."""

    def forward(self, x):
        return softmax(x)


def softmax(x):
    """Scores into probabilities."""
    y = _exp(x)
    return y / y.sum()


def entropy(p):
    return -(p * (p + TINY).log()).sum()


if __name__ == "__main__":
    print(softmax(torch.ones(3)))
'''
NAMES = ("softmax", "entropy", "Net")


def changed(old, new, module=MODULE):
    """The names whose mark is another after one replacement."""
    assert module.count(old) == 1
    before, now = marks_of(module, NAMES), marks_of(module.replace(old, new), NAMES)
    return {name for name in NAMES if before[name] != now[name]}


@pytest.mark.parametrize(
    "old, new",
    [
        ("    y = _exp(x)\n", "    # first the exponentials\n    y = _exp( x )\n\n"),
        ("Scores into probabilities.", "Scores, made into probabilities."),
        ('"""About losses."""', '"""About."""'),
        ('"""A network."""', '"""A small network."""'),
        ("print(softmax(torch.ones(3)))", "print(softmax(torch.ones(4)))"),
        ('{"low": 0}', '{"low": 1}'),
    ],
    ids=[
        "comment and layout",
        "docstring",
        "module docstring",
        "class docstring",
        "script",
        "unused constant",
    ],
)
def test_nothing_has_changed_when_only_what_is_never_reached_differs(old, new):
    """Comments, layout, docstrings, scripts and unused constants change no task."""
    assert changed(old, new) == set()


@pytest.mark.parametrize(
    "old, new, names",
    [
        ("return y / y.sum()", "return y / y.sum(0)", {"softmax", "Net"}),
        ("x - x.amax()", "x - x.amin()", {"softmax", "Net"}),
        ("TINY = 1e-8", "TINY = 1e-9", {"entropy"}),
        ("return softmax(x)", "return 2 * softmax(x)", {"Net"}),
        ("import torch\n", "import torch\nimport math\n", set(NAMES)),
        ("TINY = 1e-8", "TINY = 1e-8\ntorch.manual_seed(0)", set(NAMES)),
        ("TINY = 1e-8", "TINY = 1e-8\ntorch.exp = torch.log", set(NAMES)),
        ("TINY = 1e-8", "TINY = 1e-8\n_seeded = torch.manual_seed(0)", set(NAMES)),
    ],
    ids=[
        "own code",
        "helper of a helper",
        "constant",
        "method",
        "import",
        "call",
        "foreign name",
        "called value",
    ],
)
def test_exactly_what_reaches_a_change_has_changed(old, new, names):
    """A change counts for the code that reaches it; what may concern all counts for all."""
    assert changed(old, new) == names


def test_helper_that_moves_to_another_place_changes_nothing():
    """Where a helper stands in the file is layout."""
    helper = "def _shift(x):\n    return x - x.amax()\n\n\n"
    moved = MODULE.replace(helper, "") + "\n\n" + helper
    assert marks_of(moved, NAMES) == marks_of(MODULE, NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "ALL = {}\ndef add(f):\n    ALL[f.__name__] = f\n    return f\n@add\ndef relu(x):\n    return x\n",
        "class R:\n    pass\nr = R()\n@r.add\ndef relu(x):\n    return x\n",
        "def set_up():\n    global scale\n    scale = 2\ndef relu(x):\n    return x\n",
        "T = {}\ndef relu(x):\n    T[0] = 1\n    return x\nrelu(0)\n",
        "from helpers import *\ndef relu(x):\n    return x\n",
        "def relu(x):\n    return x\nf = globals()['relu']\n",
    ],
    ids=["register", "method that registers", "global", "called at once", "star import", "globals"],
)
def test_change_counts_for_all_when_reading_cannot_tell_who_reaches_it(text):
    """Code that may be reached in unseen ways counts for every task."""
    text += "def softmax(x):\n    return 1\n"
    other = text.replace("    return x\n", "    return -x\n")
    assert text != other
    assert marks_of(text, ["softmax"]) != marks_of(other, ["softmax"])


def test_decorator_from_outside_is_no_reason_to_count_for_all():
    """A decorator of a library concerns what it stands on."""
    text = "import torch\n@torch.no_grad()\ndef relu(x):\n    return x\ndef softmax(x):\n    return 1\n"
    assert marks_of(text, ["softmax"]) == marks_of(text.replace("return x", "return -x"), ["softmax"])


def test_code_too_deep_to_be_written_has_a_mark_all_the_same():
    """An expression of thousands of terms is compared as text."""
    deep = "def softmax(x):\n    return x" + " - x" * 2000 + "\n"
    with pytest.raises(RecursionError):
        ast.dump(ast.parse(deep))
    marks = marks_of(deep, ["softmax"])
    assert marks["softmax"]
    assert marks != marks_of(deep.replace("x - x\n", "x\n"), ["softmax"])
