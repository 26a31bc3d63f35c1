"""Suite of optimizers.step_lr."""

import pytest
import torch

from grader.suite import check_by_hand, check_close, check_manners


def rates(submission, steps, *args):
    """Ask for the rates of these steps, in this order."""
    return [submission.step_lr(it, *args) for it in steps]


def _oracle(count, base_lr, step_size, gamma):
    """Let torch's scheduler walk."""
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=base_lr)
    found = []
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size, gamma)
    for _ in range(count):
        found.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        scheduler.step()
    return found


@pytest.mark.visible
def test_step_lr_over_three_milestones(submission):
    """From 8, halved every 2 steps: 8, 8, 4, 4, 2, 2, 1."""
    check_close(
        submission.run(rates, list(range(7)), 8.0, 2, 0.5), [8.0, 8.0, 4.0, 4.0, 2.0, 2.0, 1.0], "rates"
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize(
    ("base_lr", "step_size", "gamma"), [(0.1, 3, 0.1), (2.0, 1, 0.7), (0.3, 7, 1.5), (1.0, 4, 1.0)]
)
def test_step_lr_follows_torch(submission, base_lr, step_size, gamma):
    """Over 25 steps the rates are those of torch's scheduler."""
    want = _oracle(25, base_lr, step_size, gamma)
    check_close(submission.run(rates, list(range(25)), base_lr, step_size, gamma), want, "rates")


@pytest.mark.parametrize("milestone", [1, 2, 3])
def test_step_lr_drops_at_milestones(submission, rng, milestone):
    """Before a milestone the rate is the old one, from it on the new one."""
    base_lr, step_size = float(rng.uniform(1, low=0.1)), int(rng.integers(5, 50, 1))
    at = milestone * step_size
    before, after = base_lr * 0.1 ** (milestone - 1), base_lr * 0.1**milestone
    want = [before, before, after, after, after]
    got = submission.run(rates, [at - step_size, at - 1, at, at + 1, at + step_size - 1], base_lr, step_size)
    check_close(got, want, "rates around the milestone")


def test_step_lr_has_a_default_factor(submission):
    """Without gamma the rate drops to a tenth."""
    check_close(submission.run(rates, [0, 9, 10, 25], 1.0, 10), [1.0, 1.0, 0.1, 0.01], "rates")


def test_step_lr_remembers_nothing(submission):
    """The same step gives the same rate, whatever was asked before."""
    check_close(
        submission.run(rates, [50, 0, 10, 0, 50], 1.0, 10, 0.5), [1 / 32, 1.0, 0.5, 1.0, 1 / 32], "rates"
    )


def test_step_lr_of_late_steps(submission):
    """A million steps later the rate is 0, or what gamma to that power is."""
    check_close(submission.run(rates, [10**6], 1.0, 10, 0.5), [0.0], "rate")
    check_close(submission.run(rates, [10**6], 1.0, 10**5, 0.5), [2.0**-10], "rate")


def test_step_lr_is_made_by_hand(submission):
    """The rate is made without torch.optim, and the random state stays."""
    check_manners(submission, lambda: submission.step_lr(5, 0.1, 2))
    check_by_hand(
        submission,
        lambda: submission.step_lr(5, 0.1, 2),
        forbidden=("optim", "lr_scheduler", "StepLR"),
        task="step_lr",
    )
