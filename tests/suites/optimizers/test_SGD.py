"""Suite of optimizers.SGD; the scenarios and torch as the oracle stand in shared.py."""

import pytest
import torch

from grader.suite import check_by_hand, check_close, check_device, check_manners, check_that

CASES = {
    "plain": {"lr": 0.1},
    "momentum": {"lr": 0.1, "momentum": 0.9},
    "dampening": {"lr": 0.1, "momentum": 0.8, "dampening": 0.5},
    "nesterov": {"lr": 0.1, "momentum": 0.7, "nesterov": True},
    "weight decay": {"lr": 0.1, "weight_decay": 0.4},
    "together": {"lr": 0.05, "momentum": 0.6, "dampening": 0.2, "weight_decay": 0.3},
    "all with nesterov": {"lr": 0.05, "momentum": 0.6, "weight_decay": 0.3, "nesterov": True},
}
STATE = {"lr": 0.1, "momentum": 0.7, "weight_decay": 0.2}  # options with all state there is


@pytest.mark.visible
def test_SGD_of_three_steps_by_hand(submission, shared):
    """With momentum 0.5 the gradients 2, 1.6, 1.08 lead from 1 to 0.302."""
    gradients = [[torch.tensor([g], dtype=torch.float64)] for g in (2.0, 1.6, 1.08)]
    starts = [torch.tensor([1.0], dtype=torch.float64)]
    got = submission.run(shared.train, "SGD", starts, gradients, {"lr": 0.1, "momentum": 0.5})
    want = torch.tensor([0.8, 0.54, 0.302], dtype=torch.float64)[:, None]
    check_close(got, {"parameter 0": want}, "after each step")


@pytest.mark.weight(3)
@pytest.mark.parametrize("case", CASES)
def test_SGD_follows_its_formula(submission, rng, shared, case):
    """Several parameters follow the formula, step by step."""
    shared.check_path(submission, rng, "SGD", CASES[case])


@pytest.mark.weight(2)
@pytest.mark.parametrize("case", ["groups", "a new rate", "new options"])
def test_SGD_reads_its_groups(submission, rng, shared, case):
    """Each group has options of its own, read anew in every step."""
    groups = [
        {"params": [0, 2], "lr": 0.05, "weight_decay": 0.5},
        {"params": [3, 1], "momentum": 0.4, "dampening": 0.3},
    ]
    changes = {
        "groups": (),
        "a new rate": [(2, 0, "lr", 0.3), (3, 1, "lr", 0.01)],
        "new options": [(2, 0, "momentum", 0.3), (3, 1, "weight_decay", 0.0)],
    }
    shared.check_path(submission, rng, "SGD", STATE, groups=groups, changes=changes[case])


@pytest.mark.weight(2)
def test_SGD_skips_missing_gradients(submission, rng, shared):
    """A parameter without gradient rests, and so do its state and its step count."""
    missing = [(0, 0), (2, 0), (1, 1), (2, 1), (0, 2), (1, 2), (2, 2), (3, 3)]
    shared.check_path(submission, rng, "SGD", STATE, steps=6, missing=missing)


def test_SGD_keeps_state_with_its_parameter(submission, rng, shared):
    """State stays with its parameter when the list in a group is turned round or cut."""
    shared.check_rearranged(submission, rng, "SGD", STATE)


@pytest.mark.detail
def test_SGD_of_a_single_number(submission, rng, shared):
    """A parameter without axes, one number, is stepped like any other."""
    shared.check_path(submission, rng, "SGD", STATE, shapes=((), (3,)))


@pytest.mark.weight(2)
@pytest.mark.parametrize(
    ("at", "through_file"),
    [(3, False), (2, True), (0, False)],
    ids=["after three steps", "through a file", "before the first step"],
)
def test_SGD_resumes(submission, rng, shared, at, through_file):
    """Saved and loaded over fresh parameters, it goes on as if nothing had been."""
    shared.check_resume(submission, rng, "SGD", STATE, at, through_file)


@pytest.mark.detail
def test_SGD_leaves_gradients_alone(submission, rng, shared):
    """Steps leave every grad as it was, and neither a graph nor random numbers."""
    check_manners(submission, lambda: shared.check_untouched(submission, rng, "SGD", STATE))


def test_SGD_forgets_gradients(submission, rng, shared):
    """zero_grad sets every grad to None, in all groups; a step then does nothing."""
    shared.check_zero_grad(submission, rng, "SGD", STATE)


@pytest.mark.parametrize("grouped", [False, True], ids=["alone", "in a group"])
def test_SGD_takes_a_generator(submission, rng, shared, grouped):
    """Parameters from a generator, as model.parameters() is, are stepped every time."""
    shared.check_generator(submission, rng, "SGD", STATE, grouped)


def test_SGD_crosses_a_ravine_with_momentum(submission, rng, shared, draw):
    """In a ravine 100 steps with momentum reach the ground; without it they do not."""
    curvatures = torch.tensor([1.0, 100.0], dtype=torch.float64)
    x0, steps = torch.tensor([1.0, 0.5], dtype=torch.float64) + rng.uniform(2), 100
    options = {
        "lr": 4 / 11**2,
        "momentum": (9 / 11) ** 2,
    }  # the best there are, as 2 / 101 is without momentum
    plain = shared.descend(torch.optim, "SGD", x0, curvatures, {"lr": 2 / 101}, steps)
    want = shared.descend(torch.optim, "SGD", x0, curvatures, options, steps)
    path = submission.run(shared.descend, "SGD", x0, curvatures, options, steps)
    draw.path("a ravine, with momentum", path, want, lambda w: (curvatures * w**2).sum(1) / 2)
    check_close(path, want, "path [step, entry]")
    height = (curvatures * path**2).sum(1) / 2
    draw.curve(
        "height in the ravine; the other is without momentum", height, (curvatures * plain**2).sum(1) / 2
    )
    share = (height[-1] / height[0]).item()
    check_that(share < 1e-6, None, "a millionth of the first height", f"{share:.1e} of it")
    shared.draw_ravine(draw, submission, "SGD", {"lr": 0.3, "momentum": 0.8})


def test_SGD_on_a_device(submission, rng, shared):
    """On an accelerator, in float32, the steps are the same and stay there."""
    starts, gradients = (
        shared.starts_of(rng, dtype=torch.float32),
        shared.gradients_of(rng, 3, dtype=torch.float32),
    )
    check_device(lambda x, g: submission.run(shared.train, "SGD", x, g, STATE), starts, gradients)


def test_SGD_is_made_by_hand(submission, rng, shared):
    """The steps are made without torch.optim."""
    starts, gradients = shared.starts_of(rng), shared.gradients_of(rng, 1)
    check_by_hand(
        submission,
        lambda: submission.run(shared.train, "SGD", starts, gradients, STATE),
        forbidden=[name for name in shared.BY_HAND if name != "SGD"],
        task="SGD",
    )
