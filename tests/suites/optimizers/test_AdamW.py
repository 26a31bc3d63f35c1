"""Suite of optimizers.AdamW; the scenarios and torch as the oracle stand in shared.py."""

import pytest
import torch

from grader.suite import check_by_hand, check_close, check_device, check_manners

TINY = {"eps": 1e-20}  # where eps is not what is tested: too small to tell where it is added
CASES = {
    "plain": {"lr": 0.1, "betas": (0.8, 0.9), **TINY},
    "defaults": {},
    "eps": {"lr": 0.1, "betas": (0.8, 0.9), "eps": 0.5},
    "amsgrad": {"lr": 0.1, "betas": (0.8, 0.6), "amsgrad": True, **TINY},
    "weight decay": {"lr": 0.1, "betas": (0.8, 0.9), "weight_decay": 0.4, **TINY},
    "no memory": {"lr": 0.1, "betas": (0.0, 0.0), "eps": 0.1},
    "together": {"lr": 0.03, "betas": (0.7, 0.5), "weight_decay": 0.2, "amsgrad": True, **TINY},
}
STATE = {
    "lr": 0.05,
    "betas": (0.8, 0.6),
    "weight_decay": 0.2,
    "amsgrad": True,
    **TINY,
}  # options with all state there is


@pytest.mark.visible
def test_AdamW_of_two_steps_by_hand(submission, shared):
    """With decay 0.5 the gradients 8 and -8 lead from 1 to 0.85 and to 0.8408."""
    gradients = [[torch.tensor([g], dtype=torch.float64)] for g in (8.0, -8.0)]
    starts = [torch.tensor([1.0], dtype=torch.float64)]
    got = submission.run(
        shared.train, "AdamW", starts, gradients, {"lr": 0.1, "betas": (0.5, 0.75), "weight_decay": 0.5}
    )
    want = torch.tensor([0.85, 0.85 * 0.95 + 0.1 / 3], dtype=torch.float64)[:, None]
    check_close(got, {"parameter 0": want}, "after each step", rtol=1e-8)


@pytest.mark.weight(3)
@pytest.mark.parametrize("case", CASES)
def test_AdamW_follows_its_formula(submission, rng, shared, case):
    """Several parameters follow the formula, step by step."""
    shared.check_path(submission, rng, "AdamW", CASES[case])


def test_AdamW_has_defaults(submission, shared):
    """Without options its group holds those that stand in the signature."""
    shared.check_defaults(submission, "AdamW", "lr", "betas", "eps", "weight_decay")


@pytest.mark.weight(2)
@pytest.mark.parametrize("case", ["groups", "a new rate", "new options"])
def test_AdamW_reads_its_groups(submission, rng, shared, case):
    """Each group has options of its own, read anew in every step."""
    groups = [
        {"params": [0, 2], "lr": 0.1, "weight_decay": 0.5, "amsgrad": False},
        {"params": [3, 1], "betas": (0.5, 0.9)},
    ]
    changes = {
        "groups": (),
        "a new rate": [(2, 0, "lr", 0.3), (3, 1, "lr", 0.01)],
        "new options": [
            (2, 0, "betas", (0.3, 0.7)),
            (3, 1, "weight_decay", 0.0),
            (3, 1, "betas", (0.5, 0.0)),
            (3, 1, "eps", 0.3),
        ],
    }
    shared.check_path(submission, rng, "AdamW", STATE, groups=groups, changes=changes[case])


@pytest.mark.weight(2)
def test_AdamW_skips_missing_gradients(submission, rng, shared):
    """A parameter without gradient rests, and so do its state and its step count."""
    missing = [(0, 0), (2, 0), (1, 1), (2, 1), (0, 2), (1, 2), (2, 2), (3, 3)]
    shared.check_path(submission, rng, "AdamW", STATE, steps=6, missing=missing)


def test_AdamW_keeps_state_with_its_parameter(submission, rng, shared):
    """State stays with its parameter when the list in a group is turned round or cut."""
    shared.check_rearranged(submission, rng, "AdamW", STATE)


@pytest.mark.detail
def test_AdamW_of_a_single_number(submission, rng, shared):
    """A parameter without axes, one number, is stepped like any other."""
    shared.check_path(submission, rng, "AdamW", STATE, shapes=((), (3,)))


@pytest.mark.weight(2)
@pytest.mark.parametrize(
    ("at", "through_file"),
    [(3, False), (2, True), (0, False)],
    ids=["after three steps", "through a file", "before the first step"],
)
def test_AdamW_resumes(submission, rng, shared, at, through_file):
    """Saved and loaded over fresh parameters, it goes on as if nothing had been."""
    shared.check_resume(submission, rng, "AdamW", STATE, at, through_file)


@pytest.mark.detail
def test_AdamW_leaves_gradients_alone(submission, rng, shared):
    """Steps leave every grad as it was, and neither a graph nor random numbers."""
    check_manners(submission, lambda: shared.check_untouched(submission, rng, "AdamW", STATE))


def test_AdamW_forgets_gradients(submission, rng, shared):
    """zero_grad sets every grad to None, in all groups; a step then does nothing."""
    shared.check_zero_grad(submission, rng, "AdamW", STATE)


@pytest.mark.parametrize("grouped", [False, True], ids=["alone", "in a group"])
def test_AdamW_takes_a_generator(submission, rng, shared, grouped):
    """Parameters from a generator, as model.parameters() is, are stepped every time."""
    shared.check_generator(submission, rng, "AdamW", STATE, grouped)


@pytest.mark.parametrize(("lr", "weight_decay"), [(0.1, 0.5), (0.02, 0.5), (0.1, 3.0), (0.1, 0.0)])
def test_AdamW_shrinks_by_the_same_share(submission, rng, shared, lr, weight_decay):
    """Under gradients of 0 each step shrinks every weight by the factor 1 - lr * wd."""
    starts, zeros = [rng.normal(5)], [[torch.zeros(5, dtype=torch.float64)]] * 8
    share = (1 - lr * weight_decay) ** torch.arange(1, 9, dtype=torch.float64)
    options = {"lr": lr, "weight_decay": weight_decay}
    got = submission.run(shared.train, "AdamW", starts, zeros, options)
    check_close(got, {"parameter 0": share[:, None] * starts[0]}, "path [step, entry]")


def test_AdamW_decays_apart_from_the_gradient(submission, rng, shared, draw):
    """Weights under large and small gradients decay alike: only the signs move them."""
    gradient = torch.tensor([1.0, 1e6], dtype=torch.float64)
    start, steps, options = 1 + rng.uniform(1).expand(2), 60, {"lr": 0.05, "weight_decay": 1.0}
    want = [start]
    for _ in range(steps):
        want.append(0.95 * want[-1] - 0.05)  # m is g and s is g^2 at each step, once they are corrected
    got = submission.run(shared.train, "AdamW", [start], [[gradient]] * steps, options)
    path = got.get("parameter 0") if isinstance(got, dict) else got
    draw.path("two weights, the gradient of one a million times the other's", path, torch.stack(want[1:]))
    check_close(got, {"parameter 0": torch.stack(want[1:])}, "path [step, entry]", rtol=5e-5, atol=5e-5)


def test_AdamW_on_a_device(submission, rng, shared):
    """On an accelerator, in float32, the steps are the same and stay there."""
    starts, gradients = (
        shared.starts_of(rng, dtype=torch.float32),
        shared.gradients_of(rng, 3, dtype=torch.float32),
    )
    check_device(lambda x, g: submission.run(shared.train, "AdamW", x, g, STATE), starts, gradients)


def test_AdamW_is_made_by_hand(submission, rng, shared):
    """The steps are made without torch.optim."""
    starts, gradients = shared.starts_of(rng), shared.gradients_of(rng, 1)
    check_by_hand(
        submission,
        lambda: submission.run(shared.train, "AdamW", starts, gradients, STATE),
        forbidden=[name for name in shared.BY_HAND if name != "AdamW"],
        task="AdamW",
    )
