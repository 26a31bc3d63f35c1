"""An outcome in words: fixed labels, one line each, never a line of the suite."""

from __future__ import annotations

import pytest
import torch

from grader.judge.diagnosis import Named
from grader.judge.message import MAX_TEXT, Places, message_of, relations_of, traceback_of
from grader.judge.outcome import Outcome, verdict_of
from grader.proxy.errors import ArgumentChanged, StateLeft, WrongKind, from_report
from grader.report import POSSIBLE, Verdict
from grader.sandbox.transport import WorkerDied, WorkerLied, WorkerMemory, WorkerTimeout
from grader.suite.compare import check_close
from grader.suite.failure import CheckFailure, Evidence
from grader.suite.mistakes import Mistake

TITLE, TASK = "Every row sums to 1.", "losses.softmax"
FRAMES = [["losses.py", 3, "softmax", "return helper(x)"], ["losses.py", 9, "helper", "return x / 0"]]


def ended(problem, where=""):
    return Outcome(verdict_of(problem), problem, where=where)


def said(problem, where="", mistake=None):
    return message_of(TITLE, TASK, ended(problem, where), mistake)


def raised(name, text, frames=FRAMES):
    return from_report({"type": name, "builtin": name, "text": text, "frames": frames})


def test_message_is_none_when_the_test_passed():
    assert message_of(TITLE, TASK, Outcome(Verdict.PASS), None) is None


def test_message_has_the_labels_of_the_check_and_the_last_call():
    message = said(CheckFailure("the sum", "1", "0.4", Evidence("value", None)), "x (2, 3) float64")
    assert (message.checked, message.expected, message.got) == ("Every row sums to 1: the sum", "1", "0.4")
    assert (message.where, message.next) == ("x (2, 3) float64", "grade hint losses.softmax")
    assert (message.likely, message.mistake) == (None, None)


def test_message_checks_the_sentence_of_the_test_when_the_check_has_none():
    assert said(CheckFailure(None, "1", "0.4", Evidence("value", None))).checked == TITLE


FULL = (
    "CUDA out of memory. Tried to allocate 20.00 GiB. GPU 1 has a total capacity of 15.77 GiB of which 3.10 GiB is "
    "free. Process 1234 has 12.00 GiB memory in use."
)


@pytest.mark.parametrize(
    ("problem", "got"),
    [
        (torch.OutOfMemoryError(FULL), "the memory of cuda:1 was used up, 20.00 GiB more were asked for"),
        (torch.OutOfMemoryError("full"), "the memory of the device was used up"),
        (
            raised("OutOfMemoryError", FULL),
            "the memory of cuda:1 was used up, 20.00 GiB more were asked for (line 9)",
        ),
    ],
)
def test_message_names_the_device_that_is_full(problem, got):
    message = said(problem)
    assert (message.expected, message.got) == ("a result within the memory of the device", got)


def test_message_names_the_mistake_with_its_sentence():
    """Where the effect alone is known, the sentence is one of several causes."""
    mistake = Mistake("softmax_over_batch", "the softmax ran over the batch", print)
    for is_proven, words in ((True, ""), (False, "one possible cause: ")):
        found = Named(mistake, is_proven)
        message = said(CheckFailure(None, "1", "0.4", Evidence("value", None)), mistake=found)
        assert message.likely == f"{words}the softmax ran over the batch"
        assert message.mistake == "softmax_over_batch"


def test_message_cuts_what_the_submission_may_write_at_length():
    assert len(said(raised("ValueError", "x" * 2000)).got) == MAX_TEXT


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (ArgumentChanged("x", "its values were changed in place"), "x: its values were changed in place"),
        (StateLeft("grad mode"), "another grad mode after the call"),
        (WrongKind("Net", "in a comparison"), "an object of class Net"),
        (WorkerTimeout(), "time of this test was used up"),
        (WorkerMemory("2 GiB"), "too much memory: 2 GiB"),
        (WorkerLied("no frame"), "something that is not an answer"),
        (WorkerDied("exit code 3"), "the process ended: exit code 3"),
        (raised("ZeroDivisionError", "division by zero"), "ZeroDivisionError: division by zero (line 9)"),
        (raised("NotImplementedError", "softmax"), "(line 9): this part is still to be written"),
        (raised("PermissionError", "denied"), "the sandbox does not allow this"),
        (raised("ValueError", "bad", frames=[]), "ValueError: bad"),
    ],
)
def test_message_says_what_came_in_place_of_a_result(problem, words):
    assert words in said(problem).got


def test_message_owns_up_when_the_grader_failed():
    assert "an error of the grader itself (KeyError" in said(KeyError("x")).got


def test_message_speaks_of_the_result_when_a_suite_could_not_work_with_it():
    outcome = Outcome(Verdict.FAIL, TypeError("unsupported operand"))
    assert "a result that cannot be worked with" in message_of(TITLE, TASK, outcome, None).got


def test_traceback_is_the_learners_own_with_their_file_name():
    text = traceback_of(ended(raised("ZeroDivisionError", "division by zero")))
    assert text.splitlines() == [
        "losses.py, line 3, in softmax",
        "    return helper(x)",
        "losses.py, line 9, in helper",
        "    return x / 0",
        "ZeroDivisionError: division by zero",
    ]


def test_lines_of_another_topic_come_with_their_file():
    problem = raised("ZeroDivisionError", "division by zero", [["mlp.py", 4, "relu", "losses.f(x)"], *FRAMES[1:]])
    places = Places("mlp")
    message = message_of(TITLE, TASK, ended(problem), None, places)
    assert message.got == "ZeroDivisionError: division by zero (losses.py, line 9)"
    assert traceback_of(ended(problem), places).splitlines()[::2] == [
        "mlp.py, line 4, in relu", "losses.py, line 9, in helper", "ZeroDivisionError: division by zero",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "problem",
    [None, KeyError("ours"), CheckFailure(None, "1", "2", Evidence("value", None)), WorkerTimeout()],
)
def test_traceback_is_none_when_their_code_did_not_raise(problem):
    assert traceback_of(ended(problem)) is None


WRONG = """
    import torch

    def double(x):
        return x.sum(dim=7)

    def quadruple(x):
        return 4 * x + 1
"""


def test_hidden_test_shows_no_line_of_the_suite_and_no_tensor(made_up, host):
    report = host.grade(made_up.submit(WRONG), made_up.package, seed=1).report
    double, quadruple = (task.tests for task in report.tasks)
    assert [test.visible for test in double] == [False, True, False]
    assert "maths.py, line 4, in double\n    return x.sum(dim=7)\nIndexError: " in double[0].traceback
    for test in (*double, *quadruple):
        shown = "\n".join(str(text) for text in (test.message, test.traceback))
        assert [word for word in ("check_", "test_", "tensor([", ".venv", "suites") if word in shown] == []


def failed(got, want, known=()):
    with pytest.raises(CheckFailure) as failure:
        check_close(got, want)
    return Outcome(Verdict.FAIL, failure.value, given=dict(known))


def test_relation_of_a_round_number_is_told_when_another_test_shows_it_too():
    half, other = failed(1.25, 2.5), failed(3.5, 7.0)
    assert relations_of({"one": half}) == relations_of({"one": half, "same": half}) == {}
    assert relations_of({"one": half, "other": other}) == dict.fromkeys(("one", "other"), "half the expected")


def test_relation_by_a_size_less_one_is_told_when_two_tests_with_other_sizes_show_it():
    outcomes = {
        str(n): failed((n - 1) / n * x, x, {"x": torch.zeros(n, 2)})
        for n in (5, 7)
        if (x := torch.rand(3, dtype=torch.float64)) is not None
    }
    told = relations_of(outcomes)
    assert told["5"] == "the expected times (5 - 1)/5; 5 is the length of axis 0 of x"
    assert relations_of({"5": outcomes["5"]}) == {"5": "0.8 times the expected"}


def test_message_holds_the_relation():
    outcome = failed(torch.tensor([-0.7, 0.3, -0.1]), torch.tensor([0.7, -0.3, 0.1]))
    message = message_of(TITLE, TASK, outcome, None, relation=relations_of({"test": outcome})["test"])
    assert message.relation == "the expected with the opposite sign"


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("element 0 of tensors does not require grad and does not have a grad_fn", "the result was cut"),
        ("grad can be implicitly created only for scalar outputs", "the loss was not reduced to one number"),
        ("expected m1 and m2 to have the same dtype, but got: double != float", "something was made without dtype="),
        ("mat1 and mat2 shapes cannot be multiplied (9x3 and 5x3)", None),
    ],
)
def test_usual_cause_of_an_exception_is_one_possible_cause(text, cause):
    likely = said(raised("RuntimeError", text)).likely
    assert likely is None if cause is None else likely.startswith(f"{POSSIBLE}{cause}")
