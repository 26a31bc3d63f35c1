"""What the judge says of a failure is recognised and said in the language: the judge's own code makes each text."""

import ast
import contextlib
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from grader.intake import SourceProblem, check_task, parse_source
from grader.judge.message import message_of
from grader.judge.outcome import Outcome
from grader.judge.scoring import absent
from grader.proxy.errors import ArgumentChanged, StateLeft, WrongKind, from_report
from grader.report import Verdict
from grader.sandbox.transport import GivenUp, WorkerDied, WorkerLied, WorkerMemory, WorkerTimeout
from grader.suite.behaviour import (
    check_aliases,
    check_by_hand,
    check_manners,
    check_owns_memory,
    check_raises,
    check_vectorised,
)
from grader.suite.compare import check_close, check_dtype, check_finite, check_shape
from grader.suite.failure import CheckFailure
from grader.suite.gradients import check_gradcheck, check_gradients
from grader.suite.network_answer import check_all_gradients, check_state
from grader.suite.network_difference import Trace, first_difference
from grader.suite.network_run import Call
from grader.text import NAME, localised, patterns, recognised, speak

# What is the same in any language: names of Python and of torch, and what a submission calls its own.
PYTHON = "def int float list tuple True False None nan inf ValueError TypeError NotImplementedError PermissionError"
TORCH = "torch nn Module NumPy float32 float64 int64 cpu meta cuda item data grad no_grad weight Linear Conv2d shape"
THEIRS = "softmax softmaxx dim bias losses py bn fc Net Odd"
NAMES = {*PYTHON.split(), *TORCH.split(), *THEIRS.split(), "MiB", "GiB"}
ONES, ROWS = torch.ones(2, 3), torch.arange(6.0).view(2, 3)
DETACHED = torch.ones(2, requires_grad=True)


def error(kind, text="X", builtin=None):
    return from_report({"type": kind, "builtin": builtin or kind, "text": text, "frames": [["F.py", 3, "F", "X"]]})


def raising(problem):
    with check_raises(ValueError, "dim"):
        raise problem


def silent():
    with check_raises(ValueError):
        pass


def using(functions=(), many=0, moved=False):
    """A submission that says this of its calls."""

    @contextlib.contextmanager
    def recording(_refused=()):
        records = []
        yield records
        counts = {"add": next(calls)} if many else {}
        records.append({"functions": functions, "operators": counts})

    calls = iter((1, many))
    return SimpleNamespace(
        recording=recording, names_used=lambda task: {}, last_function="",
        watching_random_state=lambda: contextlib.nullcontext(lambda: moved),
    )  # fmt: skip


FAILURES = {
    "kind": lambda: check_close(None, ONES),
    "list": lambda: check_close([1.0], (1.0, 2.0)),
    "float": lambda: check_close(1, 1.0),
    "shape": lambda: check_close(ONES.T, ONES),
    "given shape": lambda: check_shape(ONES, (3,)),
    "dtype": lambda: check_dtype(ONES, torch.float64),
    "device": lambda: check_close(ONES.to("meta"), ONES),
    "value": lambda: check_close(ONES, ROWS),
    "scalar": lambda: check_close(1.0, 2.0),
    "rounded": lambda: check_close(ROWS.double() + 1e-8, ROWS.double()),
    "rounded number": lambda: check_close(1.00000001, 1.0),
    "nearly equal": lambda: check_close(1.0 + 1e-12, 1.0, rtol=0.0, atol=0.0),
    "whole numbers": lambda: check_close(ONES.long(), ROWS.long()),
    "not finite": lambda: check_close(ONES / 0, ROWS),
    "finite": lambda: check_finite(ONES / 0),
    "part": lambda: check_close((1.0, 2.0), (1.0, 3.0)),
    "keys": lambda: check_close({"a": 1.0}, {"b": 1.0}),
    "a key too much": lambda: check_close({"a": 1.0, "b": 1.0}, {"b": 1.0}),
    "a key too few": lambda: check_close({"b": 1.0}, {"a": 1.0, "b": 1.0}),
    "no exception": silent,
    "another exception": lambda: raising(error("TypeError")),
    "view": lambda: check_aliases(ONES.clone(), ONES),
    "copy": lambda: check_owns_memory(ONES.view(6), ONES),
    "by hand": lambda: check_by_hand(using(["softmax"]), lambda: None, ["softmax"]),
    "loop": lambda: check_vectorised(using(many=7), lambda: None, lambda: None),
    "random": lambda: check_manners(using(moved=True), lambda: None),
    "no graph": lambda: check_gradients(lambda x: x.detach() * 2, lambda x: x * 2, DETACHED, upstream=torch.ones(2)),
    "gradient": lambda: check_gradients(
        lambda x: x.detach() + x * 0 + 0, lambda x: x + 0, DETACHED, upstream=torch.ones(2)
    ),
    "gradcheck": lambda: check_gradcheck(lambda x: 1, torch.ones(2, dtype=torch.float64, requires_grad=True)),
    "missing key": lambda: check_state({}, nn.ModuleDict({"fc": nn.Linear(3, 2)})),
    "another key": lambda: check_state({"bn": ["parameter", [2]]}, nn.ModuleDict({"fc": nn.Linear(3, 2, bias=False)})),
    "further key": lambda: check_state({"fc": ["buffer", [2]]}, nn.ReLU()),
    "no state": lambda: check_state(None, {}),
    "zero": lambda: check_all_gradients([("fc.weight", ONES * 0, ROWS), ("fc.bias", ONES, ONES)], [], None, None),
    "twice": lambda: check_all_gradients([], [("x", ROWS * 2, ROWS), ("fc.bias", ONES, ONES)], None, None),
    "none": lambda: check_all_gradients([("fc.weight", None, ROWS)], [], None, None),
    "some": lambda: check_all_gradients([("fc.weight", ROWS, None)], [], None, None),
}  # fmt: skip


@pytest.fixture
def small(capitals, left):
    """A function that returns the words of texts of the judge that no pattern has translated."""
    return lambda *texts: set().union(*(left(localised(text)) for text in texts if text)) - NAMES


@pytest.mark.parametrize("name", FAILURES)
def test_failure_of_a_check_has_no_untranslated_words(name, small):
    """What was compared, what was expected, and what came."""
    with pytest.raises(CheckFailure) as caught:
        FAILURES[name]()
    assert not small(caught.value.checked, caught.value.expected, caught.value.got)


FULL = "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has"
PROBLEMS = (
    ArgumentChanged("x", "its values were changed in place"), ArgumentChanged("x", "its shape was changed"),
    ArgumentChanged("x", "its values or .grad were changed in place"), StateLeft("GRAD MODE"),
    WrongKind("Net", "IN A FORMULA"), error("ValueError"), error("Odd"), error("NotImplementedError"),
    error("PermissionError"), error("OutOfMemoryError", FULL, "RuntimeError"),
    GivenUp("3 tests of this task had run out of time before"), WorkerTimeout(), WorkerLied("X"),
    GivenUp("a test of this task had run out of time before, and none had passed"),
    GivenUp("3 tasks of this topic had run out of time before, and the rest of it is given up"),
    WorkerMemory("X"), WorkerMemory("900 MiB in use, allowed are 800 MiB"),
    WorkerDied("the process was ended by SIGSEGV"), WorkerDied("the process exited with status 3"),
    WorkerDied("the process ended before it answered"),
)  # fmt: skip


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: type(problem).__name__)
def test_end_of_a_call_has_no_untranslated_words(problem, small):
    """Exceptions, limits, and what a call left behind."""
    message = message_of("THE SUM", "A.B", Outcome(Verdict.ERROR, problem), None)
    assert not small(message.checked, message.expected, message.got)


REFERENCE = "def softmax(x, dim=1):\n    return x\n"
SUBMISSIONS = (
    "class softmax: ...",
    "def softmaxx(x): ...",
    "def f():\n    def softmax(x): ...",
    "y = 1",
    "async def softmax(x, dim=1): return 1",
    "def softmax(x): return 1",
    "def softmax(dim, x=1): return 1",
    "def softmax(x, dim=2): return 1",
    "def softmax(x, dim): return 1",
    "def softmax(x, dim=1, *, y): return 1",
    "def softmax(x, /, dim=1): return 1\n",
    "def softmax(x, dim=1, /): return 1",
    "def softmax(x, *, dim=1): return 1",
)


@pytest.mark.parametrize("source", SUBMISSIONS)
def test_what_the_source_shows_has_no_untranslated_words(source, small):
    """A task that is missing, of another kind, or of another signature."""
    check = check_task(ast.parse(source), ast.parse(REFERENCE), "softmax")
    assert not check.ok
    assert not small(check.expected, check.got, check.next)


@pytest.mark.parametrize("data", [b"", b"def f(:\n"])
def test_file_that_cannot_be_read_has_no_untranslated_words(data, small):
    """An empty file, and one that is no Python; why is said by Python."""
    problem = parse_source(data, "losses.py")
    assert isinstance(problem, SourceProblem)
    assert small(problem.message) <= {"invalid", "syntax"}


def test_missing_file_has_no_untranslated_words(small):
    """A topic that was not handed in."""
    message = absent(SimpleNamespace(id="losses.softmax", title="A", topic="losses", points=1.0)).message
    assert not small(message.got, message.next)


def called(name, kind, number, at, *, given=ONES, made=ONES):
    seen = [((2, 3), value) for value in (given, made)]
    return Call(name, kind, number, at, at + 1, (seen[0],), (seen[1],))


WAYS = {
    "output": [called("fc", "Linear", 1, 0, made=ROWS)],
    "input": [called("fc", "Linear", 1, 0, given=ROWS)],
    "between": [called("fc", "Linear", 1, 0), called("bn", "Conv2d", 1, 2, given=ROWS)],
    "after": [called("fc", "Linear", 1, 0), called("bn", "Conv2d", 1, 2)],
    "never": [called("fc", "Linear", 1, 0)],
    "twice": [called("fc", "Linear", 1, 0), called("fc", "Linear", 2, 1), called("bn", "Conv2d", 1, 2)],
    "nothing": [],
}


@pytest.mark.parametrize("way", WAYS)
def test_place_of_a_difference_has_no_untranslated_words(way, small):
    """Where two networks part."""
    ours = [called("fc", "Linear", 1, 0), called("bn", "Conv2d", 1, 2)]
    place = first_difference(Trace(WAYS[way], ours, frozenset({"fc", "bn"}), None, None))
    assert not small(place.checked if place.failure else f"the output{place.checked}", place.sentence)


@pytest.mark.parametrize(
    "text", ["0.5", "ValueError: shape is wrong", "at least 0.5", "(2, 3)", "a", "", "shape of x"]
)
def test_what_no_pattern_fits_stays_as_it_is(text, capitals):
    """Numbers, messages of exceptions, and the suites' own words are data here."""
    assert localised(text) == text


def test_text_is_put_together_again_where_its_pattern_is_not_translated():
    """A language without the words of the judge shows its English."""
    text = "0.5 (off by 1e-2, allowed 1e-3; 2 of 6 elements differ); 1 of 2 parameters differ"
    speak("yy")
    assert localised(text) == text


def test_every_pattern_is_met_by_its_own_english():
    """No pattern is hidden behind one that stands before it."""
    values = {
        "shape": "(2, 3)", "index": "[0, 1]", "number": "0.5", "off": "0.1", "allowed": "1e-9", "n": "3", "all": "4",
        "line": "7", "cell": "cell 2", "place": "line 7", "sized": "list", "plain": "bool", "error": "E: text",
        "digits": "equal to 7 digits",
    }  # fmt: skip
    for name, english in patterns().items():
        text = NAME.sub(lambda hole: values.get(hole[1], "something"), english)
        assert recognised(text)[0] == name
