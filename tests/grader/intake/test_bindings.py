"""Which names a task is seen to use."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.intake import Source, names, parse_source


def used(text: str, function: str = "task") -> Mapping[str, str]:
    return names(ast.parse(dedent(text)), function)


@pytest.mark.parametrize(
    "text",
    [
        "import torch\ndef task(x): return torch.softmax(x, 1)",
        "import torch as t\ndef task(x): return t.softmax(x, 1)",
        "import torch.nn.functional as F\ndef task(x): return F.softmax(x, 1)",
        "from torch.nn import functional as F\ndef task(x): return F.softmax(x, 1)",
        "from torch import softmax\ndef task(x): return softmax(x, 1)",
        "from torch import softmax as s\ndef task(x): return s(x, 1)",
        "from torch import *\ndef task(x): return softmax(x, 1)",
        "def task(x): return x.softmax(1)",
        "def task(x):\n    from torch import softmax as s\n    return s(x, 1)",
        "s = torch.softmax\ndef task(x): return s(x, 1)",
        "s = torch.softmax\nt = s\ndef task(x): return t(x, 1)",
        "def helper(x): return torch.softmax(x, 1)\ndef task(x): return helper(x)",
        "def a(x): return torch.softmax(x, 1)\ndef b(x): return a(x)\ndef task(x): return b(x)",
        "def a(x): return b(x) + x.softmax(1)\ndef b(x): return a(x)\ndef task(x): return b(x)",
        "class Helper:\n    def go(self, x): return x.softmax(1)\ndef task(x): return Helper().go(x)",
        "class task:\n    def go(self, x): return x.softmax(1)",
        "def task(x, f=torch.softmax): return f(x)",
        "@torch.softmax\ndef task(x): return x",
        "task = lambda x: torch.softmax(x, 1)",
        "def inner(x): return torch.softmax(x, 1)\ntask = inner",
        "if True:\n    def task(x): return x.softmax(1)",
        "def task(x): return getattr(torch, 'softmax')(x, 1)",
        "def task(x): return operator.attrgetter('nn.functional.softmax')(torch)(x)",
        "def task(x): return vars(torch)['softmax'](x, 1)",
        "def task(x):\n    def inner(): return x.softmax(1)\n    return inner()",
        "def task(x):\n    softmax = torch.softmax\n    return softmax(x, 1)",
    ],
)
def test_by_hand_sees_a_torch_function_in_every_disguise(text: str) -> None:
    assert "softmax" in used(text)


@pytest.mark.parametrize(
    "text",
    [
        "def task(x): return x.exp() / x.exp().sum()",
        "def softmax(x): return x.exp()\ndef task(x): return softmax(x).log()",
        "def other(x): return torch.softmax(x, 1)\ndef task(x): return x",
        "def task(x):\n    softmax = x.exp()\n    return softmax / softmax.sum()",
        "def task(softmax): return softmax + 1",
        "def task(x): return x.exp()\nprint(torch.softmax(x, 1))",
        "y = torch.softmax(x, 1)\ndef task(x):\n    y = x.exp()\n    return y",
        "def task(x):\n    'like torch.softmax'\n    raise ValueError('softmax')",
        "from torch import softmax\ndef task(x): return x",
        "class task:\n    def softmax(self, x): return x.exp()\n    def go(self, x): return self.softmax(x)",
        "class task:\n    def keep(self, x): self.softmax = x.exp()\n    def go(self): return self.softmax",
        "def task(ctx, x):\n    ctx.softmax = x.exp()\n    return ctx.softmax",
        "x = 3",
        "",
    ],
)
def test_by_hand_does_not_accuse_what_the_code_defines_itself(text: str) -> None:
    assert "softmax" not in used(text)


def test_by_hand_counts_the_matrix_operator_as_matmul() -> None:
    assert "matmul" in used("def task(a, b): return a @ b")
    assert "matmul" in used("def task(a, b):\n    a @= b\n    return a")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("return torch.nn.functional.softmax(x, 1)", "torch.nn.functional.softmax (line 2)"),
        ("x = x + 1\n return x.softmax(1)", "x.softmax (line 3)"),
        ("return getattr(torch, 'softmax')(x, 1)", "getattr(...) (line 2)"),
        ("return vars(torch)['softmax'](x, 1)", "[...] (line 2)"),
        ("return (x + 1).softmax(1)", ".softmax (line 2)"),
        (f"return {'x' * 50}.softmax(1)", f"...{'x' * 32}.softmax (line 2)"),
        ("from torch import softmax as s\n return s(x, 1)", "s (line 3)"),
    ],
)
def test_by_hand_tells_how_and_where_a_name_is_written(code: str, words: str) -> None:
    assert used(f"def task(x):\n {code}")["softmax"] == words


def test_by_hand_leaves_builtins_out_unless_a_star_import_may_hide_them() -> None:
    assert "max" not in used("def task(a, b): return max(1, 2)")
    assert "max" in used("def task(a, b): return a.max()")
    assert "max" in used("from torch import *\ndef task(a, b): return max(a)")


def test_by_hand_of_a_task_that_does_not_exist_is_empty() -> None:
    assert used("def other(x): return x.exp()") == {}


def test_by_hand_survives_a_deep_chain_of_functions() -> None:
    chain = "".join(f"def f{n}(x): return f{n + 1}(x)\n" for n in range(3000))
    assert "softmax" in used(chain + "def f3000(x): return x.softmax(1)\ndef task(x): return f0(x)")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80))
def test_by_hand_returns_names_for_any_source(text: str) -> None:
    source = parse_source(text.encode("utf-8", "replace"), "losses.py")
    if isinstance(source, Source):
        for name in ("task", "x", "a"):
            assert isinstance(names(source.tree, name), dict)
