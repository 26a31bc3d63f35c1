"""What the source alone says about a task."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.intake import Source, TaskCheck, TaskState, check_task, parse_source

REFERENCE = ast.parse(
    dedent(
        '''
        def softmax(x, dim, eps=1e-6):
            """Scores."""
            return x

        def huber(pred, target, delta=1.0, *, reduction="mean"):
            """Loss."""
            return pred

        class Value:
            """Node."""

            def __init__(self, data, label=None):
                """Keep."""
                self.data = data

            def given(self):
                return 1

            def backward(self):
                """Go."""
                return 2
        '''
    )
)


def check(text: str, name: str = "softmax") -> TaskCheck:
    return check_task(ast.parse(dedent(text)), REFERENCE, name)


def state(text: str, name: str = "softmax") -> TaskState:
    return check(text, name).state


@pytest.mark.parametrize(
    "text",
    [
        "def softmax(x, dim, eps=1e-6): return x",
        "def softmax(x: int, dim: 'str', eps: float = 0.000001) -> None: return x",
        "def softmax(x, dim, eps=1e-6, extra=3, *more, key=4, **rest): return x",
        "def softmax(x, dim=0, eps=1e-6): return x",
        "def softmax(*args, **kwargs): return 1",
        "EPS = 1e-6\ndef softmax(x, dim, eps=EPS): return x",
        "@torch.no_grad()\ndef softmax(a): return a",
        "def softmax(): pass\ndef softmax(x, dim, eps=1e-6): return x",
        "def softmax(x, dim, eps=1e-6):\n    if dim: return x\n    raise NotImplementedError",
        "def softmax(x, dim, eps=1e-6):\n    return x\n    raise NotImplementedError('softmax')",
        "def softmax(x, dim, eps=1e-6): yield x",
        "def softmax(x, dim, eps=1e-6): raise ValueError",
    ],
)
def test_task_is_defined_when_every_call_of_the_contract_is_possible(text: str) -> None:
    assert state(text) is TaskState.DEFINED
    assert check(text).ok


@pytest.mark.parametrize(
    ("signature", "fault"),
    [
        ("()", "the parameter 'x' is missing"),
        ("(x, axis, eps=1e-6)", "the parameter 'dim' is missing"),
        ("(dim, x, eps=1e-6)", "the parameter 'x' is number 2, not 1"),
        ("(x, dim, eps)", "the parameter 'eps' has no default"),
        ("(x, dim, eps=1e-3)", "the default of 'eps' is 0.001, not 1e-06"),
        ("(x, dim, eps=None)", "the default of 'eps' is None, not 1e-06"),
        ("(x, dim, mask=None, eps=1e-6)", "the parameter 'eps' is number 4, not 3"),
        ("(x, dim, /, eps=1e-6)", "the parameter 'x' cannot be given by name"),
        ("(x, *, dim, eps=1e-6)", "the parameter 'dim' cannot be given by position"),
        ("(x, dim, eps=1e-6, *, key)", "the parameter 'key' is not asked for, and has no default"),
        ("(x, *dim)", "the parameter 'dim' is missing"),
        ("(x, **rest)", "the parameter 'dim' is missing"),
    ],
)
def test_task_tells_how_a_signature_breaks_the_contract(signature: str, fault: str) -> None:
    found = check(f"\ndef softmax{signature}:\n    return x")
    assert found.state is TaskState.WRONG_SIGNATURE
    assert found.line == 2
    assert found.expected == "softmax(x, dim, eps=1e-06)"
    assert found.got is not None
    assert found.got.startswith("softmax(")
    assert found.got.endswith(f"in line 2: {fault}")
    assert found.next == "restore the signature of the exercise"


@pytest.mark.parametrize("rest", ["*, reduction='mean'", "reduction='mean'", "**options"])
def test_task_accepts_a_keyword_only_parameter_in_any_form(rest: str) -> None:
    assert state(f"def huber(pred, target, delta=1, {rest}): return 1", "huber") is TaskState.DEFINED


@pytest.mark.parametrize(
    "body",
    [
        "raise NotImplementedError('softmax')",
        "raise NotImplementedError",
        "raise NotImplementedError() from None",
        "pass",
        "...",
        "'''Only words.'''",
        "'''Words.'''\n    raise NotImplementedError('softmax')",
        "'''Words.'''\n    y = x\n    raise NotImplementedError('softmax')",
        "'''Words.'''\n    f = lambda: 1\n    raise NotImplementedError('softmax')\n    return x",
        "pass\n    'more words'\n    ...",
    ],
)
def test_task_is_not_attempted_when_its_body_is_the_one_of_the_stub(body: str) -> None:
    found = check(f"def softmax(x, dim, eps=1e-6):\n    {body}")
    assert found == TaskCheck(TaskState.NOT_ATTEMPTED, 1)
    assert not found.ok


def test_task_is_not_attempted_even_when_its_signature_is_wrong() -> None:
    assert state("def softmax(a): raise NotImplementedError") is TaskState.NOT_ATTEMPTED


def test_task_takes_the_last_of_two_definitions() -> None:
    whole, stub = "def softmax(x, dim, eps=1e-6): return x\n", "def softmax(x, dim, eps=1e-6): pass\n"
    assert state(stub + whole) is TaskState.DEFINED
    assert check(whole + stub) == TaskCheck(TaskState.NOT_ATTEMPTED, 2)


@pytest.mark.parametrize(
    "text",
    [
        "softmax = 3",
        "softmax: object = make()",
        "a, (softmax, *b) = make()",
        "from helper import softmax",
        "from helper import thing as softmax",
        "import helper as softmax",
        "from helper import *",
        "if True:\n    def softmax(x): return x",
        "try:\n    import a\nexcept ImportError:\n    def softmax(x): return x",
        "for softmax in (1, 2): pass",
        "with open('x') as softmax: pass",
        "(softmax := 3)",
        "match 3:\n    case softmax: pass",
        "match 3:\n    case {**softmax}: pass",
        "try: pass\nexcept ValueError as softmax: pass",
        "def softmax(x): return x\nsoftmax = compile(softmax)",
        "def f():\n    global softmax\n    softmax = 3",
        "globals()['softmax'] = 3",
        "exec('def softmax(): pass')",
        "def __getattr__(name): return 3",
        "def softmax(x, dim, eps=1e-6): return x\ndel softmax",
    ],
)
def test_task_is_left_to_the_run_time_when_it_is_bound_in_another_way(text: str) -> None:
    assert state(text) is TaskState.UNSEEN
    assert check(text).ok


@pytest.mark.parametrize(
    ("text", "name", "expected", "got", "remedy"),
    [
        ("class softmax: pass", "softmax", "a function softmax", "a class in line 1", "write `def softmax`"),
        ("def Value(): pass", "Value", "a class Value", "a function in line 1", "write `class Value`"),
        (
            "async def softmax(x, dim): return x",
            "softmax",
            "a function softmax",
            "an async function in line 1",
            "write `def softmax`",
        ),
    ],
)
def test_task_tells_a_definition_of_the_wrong_kind(
    text: str, name: str, expected: str, got: str, remedy: str
) -> None:
    assert check(text, name) == TaskCheck(TaskState.WRONG_KIND, 1, expected, got, remedy)


@pytest.mark.parametrize(
    ("text", "line", "got", "remedy"),
    [
        ("x = 1", None, "nothing of this name", "copy softmax from the exercise"),
        ("\ndef soft_max(x): return x", 2, "soft_max, line 2", "rename it to softmax"),
        ("def Softmax(x): return x", 1, "Softmax, line 1", "rename it to softmax"),
        (
            "class A:\n    def softmax(self): pass",
            2,
            "softmax inside A, line 2",
            "move softmax to the left margin of the file",
        ),
    ],
)
def test_task_tells_what_stands_in_place_of_a_missing_one(
    text: str, line: int | None, got: str, remedy: str
) -> None:
    """What has another name or place is begun; what is not there at all is not."""
    missing = TaskState.MISNAMED if line else TaskState.MISSING
    assert check(text) == TaskCheck(missing, line, "a function softmax", got, remedy)


CLASS = """
class Value:
    def __init__(self, data, label=None):
        {}
    def backward(self):
        {}
"""


@pytest.mark.parametrize(
    ("text", "want"),
    [
        (CLASS.format("raise NotImplementedError", "pass"), TaskState.NOT_ATTEMPTED),
        ("class Value:\n    '''Node.'''", TaskState.NOT_ATTEMPTED),
        (CLASS.format("self.x = data", "raise NotImplementedError"), TaskState.DEFINED),
        (CLASS.format("'''Keep.'''; self.data = data", "raise NotImplementedError"), TaskState.NOT_ATTEMPTED),
        (CLASS.format("self.x = data", "return 3"), TaskState.DEFINED),
        ("class Value(Base):\n    data = 3", TaskState.DEFINED),
    ],
)
def test_task_that_is_a_class_is_attempted_when_a_method_is(text: str, want: TaskState) -> None:
    assert state(text, "Value") is want


def test_task_compares_the_constructor_of_a_class_without_its_first_parameter() -> None:
    assert state(CLASS.replace("self", "this").format("a = 1", "return 1"), "Value") is TaskState.DEFINED
    found = check(CLASS.replace("label=None", "label").format("a = 1", "return 1"), "Value")
    assert found.state is TaskState.WRONG_SIGNATURE
    assert found.line == 3
    assert "the parameter 'label' has no default" in (found.got or "")


def test_task_says_that_the_reference_is_at_fault() -> None:
    with pytest.raises(LookupError, match="the reference does not define 'sigmoid'"):
        check("x = 1", "sigmoid")


@pytest.mark.parametrize(
    "default", ["-" * 180 + "1", "a" + ".a" * 180, "a" + "+a" * 180, "[" * 180 + "]" * 180]
)
def test_task_survives_a_default_that_is_deeply_nested(default: str) -> None:
    source = parse_source(f"def softmax(x, dim, q, eps={default}): return x".encode(), "losses.py")
    if isinstance(source, Source):
        assert len(check_task(source.tree, REFERENCE, "softmax").got or "") < 400


def test_task_is_checked_quickly_when_a_file_is_huge() -> None:
    text = "".join(f"name_{number} = 1\n" for number in range(50_000))
    assert state(text) is TaskState.MISSING


PIECES = st.sampled_from(
    ["def softmax(x, dim, eps=1e-6):", "class softmax:", "async def softmax(x):", "    return x", "    pass"]
    + [
        "softmax = 1",
        "import a as softmax",
        "if x:",
        "    def softmax(x): return",
        "    raise NotImplementedError",
    ]
    + ["def softmax(*a, b=1, **c): return 1", "del softmax", "@f", "def softmax(x, /, *, dim): return x"]
)


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=8).map("\n".join) | st.text(max_size=60))
def test_task_has_a_state_for_any_source(text: str) -> None:
    source = parse_source(text.encode("utf-8", "replace"), "losses.py")
    if isinstance(source, Source):
        for name in ("softmax", "huber", "Value"):
            assert isinstance(check_task(source.tree, REFERENCE, name).state, TaskState)
