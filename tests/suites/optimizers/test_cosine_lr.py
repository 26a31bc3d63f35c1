"""Suite of optimizers.cosine_lr."""

import math

import pytest
import torch

from grader.suite import check_by_hand, check_close, check_manners


def rates(submission, steps, *args):
    """Ask for the rates of these steps, in this order."""
    return [submission.cosine_lr(it, *args) for it in steps]


def _torch(count, base_lr, total, min_lr):
    """Let torch's scheduler walk, without warm-up."""
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=base_lr)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, total, min_lr)
    found = []
    for _ in range(count):
        found.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        scheduler.step()
    return found


def _oracle(it, base_lr, total, warmup, min_lr):
    """Turn a pointer by the share that is done; its height is the rate."""
    if it < warmup:
        return base_lr * it / warmup
    turned = 1.0 if it >= total else (it - warmup) / (total - warmup)
    height = torch.polar(
        torch.tensor(1.0, dtype=torch.float64), torch.tensor(math.pi * turned, dtype=torch.float64)
    ).real
    return (base_lr + min_lr + (base_lr - min_lr) * height.item()) / 2


@pytest.mark.visible
def test_cosine_lr_of_six_steps(submission):
    """Two steps up to 1, four down to 0: 0, 0.5, 1, 0.854, 0.5, 0.146, 0, 0."""
    root = math.sqrt(0.5)
    want = [0.0, 0.5, 1.0, (1 + root) / 2, 0.5, (1 - root) / 2, 0.0, 0.0]
    check_close(submission.run(rates, list(range(8)), 1.0, 6, 2), want, "rates")


@pytest.mark.weight(2)
@pytest.mark.parametrize(("base_lr", "total", "min_lr"), [(0.1, 12, 0.0), (1.5, 7, 0.2), (0.3, 1, 0.1)])
def test_cosine_lr_follows_torch(submission, base_lr, total, min_lr):
    """Without warm-up, up to total, the rates are those of torch's scheduler."""
    want = _torch(total + 1, base_lr, total, min_lr)
    check_close(submission.run(rates, list(range(total + 1)), base_lr, total, 0, min_lr), want, "rates")


@pytest.mark.weight(2)
@pytest.mark.parametrize(("total", "warmup"), [(20, 5), (9, 1), (13, 12), (6, 0)])
def test_cosine_lr_with_warm_up(submission, rng, total, warmup):
    """The line, the cosine and the end meet at the right steps, for any rates."""
    base_lr, min_lr = float(rng.uniform(1, low=0.5)), float(rng.uniform(1, high=0.4))
    want = [_oracle(it, base_lr, total, warmup, min_lr) for it in range(total + 4)]
    check_close(submission.run(rates, list(range(total + 4)), base_lr, total, warmup, min_lr), want, "rates")


def test_cosine_lr_stays_low_after_the_end(submission):
    """At total and ever after the rate is min_lr: it does not climb again."""
    want = [0.05] * 5
    check_close(submission.run(rates, [30, 31, 35, 55, 10**6], 0.4, 30, 5, 0.05), want, "rates")


def test_cosine_lr_begins_at_zero(submission):
    """Warm-up begins at 0, whatever min_lr is; without it step 0 has the full rate."""
    check_close(submission.run(rates, [0, 1], 0.4, 30, 4, 0.2), [0.0, 0.1], "rates with warm-up")
    check_close(submission.run(rates, [0], 0.4, 30, 0, 0.2), [0.4], "rate without warm-up")


def test_cosine_lr_divides_by_nothing(submission):
    """No warm-up, nothing but warm-up, and no steps at all give rates too."""
    check_close(
        submission.run(rates, list(range(4)), 0.3, 3, 3, 0.1),
        [0.0, 0.1, 0.2, 0.1],
        "rates when all is warm-up",
    )
    check_close(submission.run(rates, list(range(2)), 0.3, 0, 0, 0.1), [0.1, 0.1], "rates when total is 0")


def test_cosine_lr_remembers_nothing(submission):
    """The same step gives the same rate, whatever was asked before."""
    check_close(submission.run(rates, [10, 2, 6, 2, 10], 1.0, 10, 4), [0.0, 0.5, 0.75, 0.5, 0.0], "rates")


def test_cosine_lr_is_made_by_hand(submission):
    """The rate is made without torch.optim, and the random state stays."""
    check_manners(submission, lambda: submission.cosine_lr(5, 0.1, 20, 2))
    check_by_hand(
        submission,
        lambda: submission.cosine_lr(5, 0.1, 20, 2),
        forbidden=("optim", "lr_scheduler", "CosineAnnealingLR", "CosineAnnealingWarmRestarts"),
        task="cosine_lr",
    )
