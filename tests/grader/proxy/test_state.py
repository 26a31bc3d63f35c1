"""The judge's own state is out of reach, and what a call leaves behind is seen."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest
import torch

from grader.proxy.errors import StateLeft
from grader.proxy.submission import Submission
from grader.sandbox.transport import Transport

Learner = Callable[..., Submission]

STATE = """
    import random
    import numpy as np

    def seed_all():
        torch.manual_seed(0), random.seed(0), np.random.seed(0)

    def draw():
        return torch.rand(2).tolist(), random.random(), float(np.random.rand())

    def quiet():
        return 1

    def speak(text):
        print(text)
        import sys
        sys.stderr.write("and more")

    def leave_grad_mode():
        torch.set_grad_enabled(False)

    def leave_default_dtype():
        torch.set_default_dtype(torch.float64)

    def leave_and_fail():
        torch.set_grad_enabled(False)
        raise ValueError

    def modes():
        return torch.is_grad_enabled(), torch.get_default_dtype()

    def softmax(x):
        return torch.softmax(x, 0)

    def by_hand(x):
        return x.exp() / x.exp().sum()

    def loop(x):
        total = 0.0
        for part in x:
            total = total + part
        return total
"""


def test_torchs_random_state_of_the_judge_is_untouched(learner: Learner) -> None:
    submission = learner(STATE)
    torch.manual_seed(3)
    before = torch.get_rng_state()
    submission.seed_all()
    submission.draw()
    assert torch.equal(torch.get_rng_state(), before)


def test_other_random_states_of_the_judge_are_untouched_in_the_end(
    transport: Transport, learner: Learner
) -> None:
    before = random.getstate(), np.random.get_state()[1].tolist()
    learner(STATE).draw()
    transport.close()
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before


def test_random_state_of_the_worker_follows_the_seed_only(learner: Learner) -> None:
    submission = learner(STATE)
    submission._session.seed(11)
    first = submission.draw()
    torch.manual_seed(99), random.seed(99), np.random.seed(99)
    submission._session.seed(11)
    assert submission.draw() == first
    assert submission.draw() != first


def test_moved_random_state_is_noticed(learner: Learner) -> None:
    submission = learner(STATE)
    with submission.watching_random_state() as moved:
        submission.quiet()
    assert moved() is False
    for function in (submission.draw, submission.seed_all):
        with submission.watching_random_state() as moved:
            function()
        assert moved() is True


@pytest.mark.parametrize("name", ["leave_grad_mode", "leave_default_dtype", "leave_and_fail"])
def test_left_state_fails_and_is_restored(learner: Learner, name: str) -> None:
    submission = learner(STATE)
    with pytest.raises(StateLeft, match="default dtype" if "dtype" in name else "grad mode"):
        getattr(submission, name)()
    assert submission.modes() == (True, torch.float32)
    assert torch.is_grad_enabled() and torch.get_default_dtype() is torch.float32


def test_printed_text_is_kept_up_to_a_bound(learner: Learner, way: str) -> None:
    submission = learner(STATE)
    submission.speak("hello")
    if way != "loopback":  # there the text goes where the judge's own goes
        assert submission._session.printed == "hello\nand more"
        submission.speak("x" * 10**6)
        assert len(submission._session.printed) <= 4000
    assert submission.quiet() == 1


def test_recording_names_functions_and_counts_operators(learner: Learner) -> None:
    submission, x = learner(STATE), torch.ones(4)
    with submission.recording() as records:
        submission.softmax(x)
        submission.by_hand(x)
    submission.by_hand(x)
    assert len(records) == 2
    assert "softmax" in records[0]["functions"] and "softmax" not in records[1]["functions"]
    assert records[1]["operators"]["exp"] == 2


def test_recording_shows_a_loop(learner: Learner) -> None:
    submission = learner(STATE)
    with submission.recording() as records:
        submission.loop(torch.ones(3)), submission.loop(torch.ones(30))
    few, many = (sum(record["operators"].values()) for record in records)
    assert many > few


def test_last_call_says_what_was_passed(learner: Learner) -> None:
    submission = learner(STATE, softmax=("x",))
    submission.softmax(torch.ones(2, 3))
    assert submission.last_function == "softmax" and submission.last_call == "x [[1, 1, 1], [1, 1, 1]] float32"


def test_module_is_loaded_afresh(learner: Learner) -> None:
    source = """
    count = 0

    def once():
        global count
        count += 1
        return count
    """
    assert learner(source).once() == 1
    assert learner(source).once() == 1
