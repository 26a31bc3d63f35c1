"""Checks of how a result came about: exceptions, gradients, memory, devices, by hand, without a loop."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from grader.proxy.errors import SubmissionError
from grader.proxy.submission import Submission
from grader.suite import (
    Random,
    check_aliases,
    check_by_hand,
    check_gradcheck,
    check_gradients,
    check_manners,
    check_owns_memory,
    check_raises,
    check_vectorised,
)
from grader.suite.failure import CheckFailure, ForbiddenUse
from grader.suite.mistakes import Mistake, mistake, mistakes_in, offer_reference, reference

Learner = Callable[[str], Submission]


@pytest.fixture
def rng() -> Random:
    return Random(3)


# Exceptions

RAISES = """
    def f(kind, text):
        raise kind_of(kind)(text)

    def kind_of(kind):
        import builtins
        return getattr(builtins, kind)

    def fine():
        return 1
"""


def test_expected_exception_passes(learner: Learner) -> None:
    submission = learner(RAISES)
    with check_raises(ValueError, naming="Dim"):
        submission.f("ValueError", "dim is wrong")
    with check_raises(LookupError):
        submission.f("KeyError", "x")
    with check_raises(NotImplementedError):
        submission.f("NotImplementedError", "x")


@pytest.mark.parametrize(
    ("kind", "text", "got"),
    [("TypeError", "dim", "TypeError: dim"), ("ValueError", "other", "ValueError: other"),
     ("SystemExit", "dim", "SystemExit: dim"), ("AssertionError", "dim", "AssertionError: dim")],
)  # fmt: skip
def test_another_exception_fails(learner: Learner, kind: str, text: str, got: str) -> None:
    with pytest.raises(CheckFailure) as failure, check_raises(ValueError, naming="dim"):
        learner(RAISES).f(kind, text)
    assert failure.value.got == got and failure.value.expected == "ValueError that names dim"


def test_no_exception_fails(learner: Learner) -> None:
    with pytest.raises(CheckFailure, match="no exception"), check_raises(ValueError):
        learner(RAISES).fine()


def test_stub_is_not_attempted_rather_than_wrong(learner: Learner) -> None:
    with pytest.raises(NotImplementedError), check_raises(ValueError):
        learner(RAISES).f("NotImplementedError", "softmax")


def test_exception_of_the_suite_is_not_taken_for_the_submissions() -> None:
    with pytest.raises(ValueError, match="ours") as failure, check_raises(ValueError):
        raise ValueError("ours")
    assert not isinstance(failure.value, SubmissionError)


# Gradients


def oracle(x: Tensor, w: Tensor) -> Tensor:
    return x.sin() * w


def leaves() -> tuple[Tensor, Tensor]:
    x = torch.arange(1.0, 4.0, dtype=torch.float64)
    return x.clone().requires_grad_(), (x + 1).requires_grad_()


WRONG = {
    "a factor is missing": "def f(x, w): return (x.sin() * w).detach() + 0 * x.sum() + (x * w - (x * w).detach())",
    "one argument is detached": "def f(x, w): return x.sin() * w.detach()",
    "everything is detached": "def f(x, w): return (x.sin() * w).detach()",
    "the value is wrong": "def f(x, w): return x.sin() * w + 1",
    "it goes through numpy": "def f(x, w): return torch.from_numpy(x.detach().numpy()).sin() * w.detach()",
}


def test_right_gradients_pass(learner: Learner, rng: Random) -> None:
    submission = learner("def f(x, w): return w * torch.sin(x)")
    check_gradients(submission.f, oracle, *leaves(), rng=rng)
    check_gradients(submission.f, oracle, *leaves(), upstream=rng.normal(3))
    check_gradcheck(submission.f, *leaves())
    check_gradcheck(submission.f, *leaves(), second=True)


@pytest.mark.parametrize("mistake_made", WRONG)
def test_wrong_gradients_fail(learner: Learner, rng: Random, mistake_made: str) -> None:
    with pytest.raises(CheckFailure):
        check_gradients(learner(WRONG[mistake_made]).f, oracle, *leaves(), rng=rng)


def test_wrong_gradient_is_named_after_its_parameter(learner: Learner, rng: Random) -> None:
    with pytest.raises(CheckFailure) as failure:
        check_gradients(learner(WRONG["one argument is detached"]).f, oracle, *leaves(), rng=rng)
    assert failure.value.checked == "gradient with respect to w"


def test_result_without_a_graph_is_said_to_be_so(learner: Learner, rng: Random) -> None:
    with pytest.raises(CheckFailure, match="without a graph"):
        check_gradients(learner(WRONG["everything is detached"]).f, oracle, *leaves(), rng=rng)


def test_only_arguments_that_require_a_gradient_are_asked(learner: Learner, rng: Random) -> None:
    x, w = leaves()
    check_gradients(learner(WRONG["one argument is detached"]).f, oracle, x, w.detach(), rng=rng)


def test_gradients_of_several_outputs(learner: Learner, rng: Random) -> None:
    def two(x: Tensor, w: Tensor) -> tuple[Tensor, Tensor]:
        return x * w, x.sum()

    check_gradients(learner("def f(x, w): return x * w, x.sum()").f, two, *leaves(), rng=rng)
    for wrong in ("x * w, x.sum().detach()", "x * w", "(x * w).detach(), x.sum()", "x.sum(), x * w"):
        with pytest.raises(CheckFailure):
            check_gradients(learner(f"def f(x, w): return {wrong}").f, two, *leaves(), rng=rng)


def test_gradients_need_an_upstream() -> None:
    with pytest.raises(TypeError, match="upstream"):
        check_gradients(oracle, oracle, *leaves())


def test_gradcheck_finds_a_wrong_backward(learner: Learner) -> None:
    submission = learner("""
        class Wrong(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x * x

            @staticmethod
            def backward(ctx, above):
                return above

        def f(x):
            return Wrong.apply(x)
    """)
    with pytest.raises(CheckFailure, match="finite differences"):
        check_gradcheck(submission.f, leaves()[0])


# By hand, vectorised, manners

STYLE = """
    import torch.nn.functional as F
    from torch import softmax as soft

    def by_hand(x):
        return x.exp() / x.exp().sum()

    def called(x):
        return torch.softmax(x, 0)

    def method(x):
        return x.softmax(0)

    def functional(x):
        return F.softmax(x, 0)

    def renamed(x):
        return soft(x, 0)

    def helped(x):
        return helper(x)

    def helper(x):
        return torch.softmax(x, 0)

    def looked_up(x):
        return getattr(torch, "softmax")(x, 0)

    def spelled(x):
        return vars(torch)["soft" + "max"](x, 0)

    def unused(x):
        if x is None:
            return torch.softmax(x, 0)
        return by_hand(x)

    def loop(x):
        return torch.stack([part.exp() for part in x])

    def whole(x):
        return x.exp()

    def draws(x):
        return x + torch.rand(())

    def seeds(x):
        torch.manual_seed(0)
        return x

    def layer(x):
        return torch.nn.Softmax(0)(x)

    def raises(x):
        return torch.softmax(x, 7)

    def unwritten(x):
        x = x.softmax(0)
        raise NotImplementedError

    def chosen(x):
        return torch.nn.functional.softmax(x, 0)

    def unfolds(x):
        return F.unfold(x.expand(1, 3, 3), 2)
"""


def test_result_by_hand_passes(learner: Learner) -> None:
    submission = learner(STYLE)
    check_by_hand(submission, lambda: submission.by_hand(torch.ones(3)), ("softmax",))


AS_WRITTEN = {
    "called": "torch.softmax (line 11)", "method": "x.softmax (line 14)", "functional": "F.softmax (line 17)",
    "renamed": "soft (line 20)", "helped": "torch.softmax (line 26)", "looked_up": "getattr(...) (line 29)",
    "spelled": "softmax", "unused": "torch.softmax (line 36)", "layer": "torch.nn.Softmax (line 53)",
    "raises": "torch.softmax (line 56)", "chosen": "torch.nn.functional.softmax (line 63)",
    "unfolds": "F.unfold (line 66)",
}  # fmt: skip


@pytest.mark.parametrize("name", AS_WRITTEN)
def test_forbidden_function_is_named_as_it_is_written(learner: Learner, name: str) -> None:
    """The recorder or the source finds it; the source says how and where it stands, also where it raises."""
    submission, forbidden = learner(STYLE), ("functional", "softmax", "im2col")
    with pytest.raises(ForbiddenUse) as caught:
        check_by_hand(submission, lambda: getattr(submission, name)(torch.ones(3)), forbidden, task=name)
    assert caught.value.got == f"a use of {AS_WRITTEN[name]}"
    assert caught.value.expected == f"a result without {'unfold' if name == 'unfolds' else 'softmax'}"


def test_exception_is_the_result_when_nothing_is_forbidden(learner: Learner) -> None:
    submission = learner(STYLE)
    for forbidden, name in (("log", "raises"), ("softmax", "unwritten")):
        with pytest.raises((IndexError, NotImplementedError)):
            check_by_hand(submission, lambda name=name: getattr(submission, name)(torch.ones(3)), (forbidden,), name)


def test_loop_grows_and_a_formula_does_not(learner: Learner) -> None:
    submission, small, large = learner(STYLE), torch.ones(2), torch.ones(20)
    check_vectorised(submission, lambda: submission.whole(small), lambda: submission.whole(large))
    with pytest.raises(CheckFailure, match="operators for the small input"):
        check_vectorised(submission, lambda: submission.loop(small), lambda: submission.loop(large))


def test_manners(learner: Learner) -> None:
    submission = learner(STYLE)
    check_manners(submission, lambda: submission.whole(torch.ones(2)))
    for name in ("draws", "seeds"):
        with pytest.raises(CheckFailure, match="random state"):
            check_manners(submission, lambda name=name: getattr(submission, name)(torch.ones(2)))


# Memory


def test_aliases(learner: Learner) -> None:
    submission = learner("""
        def view(x):
            return x[1:]

        def copy(x):
            return x.clone()
    """)
    x = torch.ones(3)
    check_aliases(submission.view(x), x), check_aliases(x, x)
    check_owns_memory(submission.copy(x), x)
    with pytest.raises(CheckFailure, match="memory of its own"):
        check_aliases(submission.copy(x), x)
    with pytest.raises(CheckFailure, match="memory of the argument"):
        check_owns_memory(submission.view(x), x)
    for check in (check_aliases, check_owns_memory):
        with pytest.raises(CheckFailure, match="a tensor"):
            check([1.0], x)


def test_empty_tensors_share_nothing() -> None:
    x = torch.ones(0, 3)
    check_owns_memory(x.clone(), x)
    check_aliases(x[:, :1], x)


# Devices: in an interpreter of its own, where the device is registered before the first backward

DEVICES = """
import sys
import torch
from grader.device import simulated
simulated.register()
import grader.suite as suite
from grader.proxy.session import Session
from grader.proxy.submission import Submission
from grader.sandbox.loopback import Loopback
from grader.suite.failure import CheckFailure

source = '''
import torch
def right(x): return x + torch.arange(len(x), device=x.device)
def listed(parts): return sum(parts) * 2
def forgets(x): return x + torch.arange(len(x))
def numbers(x): return torch.from_numpy(x.numpy())
def leaves(x): return x.cpu() * 2
def none(x): return None
'''
session = Session(Loopback(), {})
session.load("learned", {"learned": source}, {"learned": session.compile("learned", source)}, 1)
submission = Submission(session)
x = torch.ones(3)
suite.check_device(submission.right, x)
suite.check_device(submission.listed, [x, x + 1])
for name in ("forgets", "numbers", "leaves"):
    try:
        suite.check_device(getattr(submission, name), x)
    except Exception as problem:
        print(name, type(problem).__name__, flush=True)
    else:
        print(name, "passed", flush=True)
session.transport.close()
"""


def test_device_rules() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    root = Path(__file__).parents[3]
    played = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", DEVICES], cwd=root, env=environment,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert played.returncode == 0, played.stderr
    assert played.stdout.splitlines() == [
        "forgets SubmissionRuntimeError", "numbers SubmissionTypeError", "leaves CheckFailure"
    ]  # fmt: skip


# Mistakes


def test_mistakes_are_found_in_order() -> None:
    @mistake("first sentence")
    def one() -> int:
        return 1

    @mistake("second sentence")
    class Two:
        pass

    found = mistakes_in({"one": one, "helper": len, "Two": Two, "number": 3})
    assert found == (Mistake("one", "first sentence", one), Mistake("Two", "second sentence", Two))
    assert one() == 1


def test_reference_is_what_was_offered() -> None:
    offer_reference("a topic of this test", learned := object())
    assert reference("a topic of this test") is learned
