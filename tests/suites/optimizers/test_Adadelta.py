"""Suite of optimizers.Adadelta; the scenarios and torch as the oracle stand in shared.py."""

import pytest
import torch

from grader.suite import check_by_hand, check_close, check_device, check_manners, check_that

CASES = {
    "plain": {"lr": 1.0, "rho": 0.8, "eps": 0.1},
    "defaults": {},
    "lr": {"lr": 0.3, "rho": 0.8, "eps": 0.1},
    "small eps": {"lr": 2.0, "rho": 0.5, "eps": 1e-8},
    "weight decay": {"lr": 1.0, "rho": 0.9, "eps": 0.01, "weight_decay": 0.4},
}
STATE = {"lr": 0.7, "rho": 0.8, "eps": 0.1, "weight_decay": 0.2}  # options with all state there is


@pytest.mark.visible
def test_Adadelta_of_one_step_by_hand(submission, shared):
    """With rho 0.5 and eps 1 a gradient of 4 leads from 2 to 2 - 4/3."""
    gradients = [[torch.tensor([g], dtype=torch.float64)] for g in (4.0,)]
    starts = [torch.tensor([2.0], dtype=torch.float64)]
    got = submission.run(shared.train, "Adadelta", starts, gradients, {"rho": 0.5, "eps": 1.0})
    want = torch.tensor([2 / 3], dtype=torch.float64)[:, None]
    check_close(got, {"parameter 0": want}, "after each step")


@pytest.mark.weight(3)
@pytest.mark.parametrize("case", CASES)
def test_Adadelta_follows_its_formula(submission, rng, shared, case):
    """Several parameters follow the formula, step by step."""
    shared.check_path(submission, rng, "Adadelta", CASES[case])


@pytest.mark.weight(2)
@pytest.mark.parametrize("case", ["groups", "a new rate", "new options"])
def test_Adadelta_reads_its_groups(submission, rng, shared, case):
    """Each group has options of its own, read anew in every step."""
    groups = [{"params": [0, 2], "lr": 0.2, "weight_decay": 0.5}, {"params": [3, 1], "rho": 0.5, "eps": 0.3}]
    changes = {
        "groups": (),
        "a new rate": [(2, 0, "lr", 0.3), (3, 1, "lr", 0.01)],
        "new options": [(2, 0, "rho", 0.4), (3, 1, "weight_decay", 0.0), (3, 1, "eps", 0.01)],
    }
    shared.check_path(submission, rng, "Adadelta", STATE, groups=groups, changes=changes[case])


@pytest.mark.weight(2)
def test_Adadelta_skips_missing_gradients(submission, rng, shared):
    """A parameter without gradient rests, and so do its state and its step count."""
    missing = [(0, 0), (2, 0), (1, 1), (2, 1), (0, 2), (1, 2), (2, 2), (3, 3)]
    shared.check_path(submission, rng, "Adadelta", STATE, steps=6, missing=missing)


def test_Adadelta_keeps_state_with_its_parameter(submission, rng, shared):
    """State stays with its parameter when the list in a group is turned round or cut."""
    shared.check_rearranged(submission, rng, "Adadelta", STATE)


@pytest.mark.detail
def test_Adadelta_of_a_single_number(submission, rng, shared):
    """A parameter without axes, one number, is stepped like any other."""
    shared.check_path(submission, rng, "Adadelta", STATE, shapes=((), (3,)))


@pytest.mark.weight(2)
@pytest.mark.parametrize(
    ("at", "through_file"),
    [(3, False), (2, True), (0, False)],
    ids=["after three steps", "through a file", "before the first step"],
)
def test_Adadelta_resumes(submission, rng, shared, at, through_file):
    """Saved and loaded over fresh parameters, it goes on as if nothing had been."""
    shared.check_resume(submission, rng, "Adadelta", STATE, at, through_file)


@pytest.mark.detail
def test_Adadelta_leaves_gradients_alone(submission, rng, shared):
    """Steps leave every grad as it was, and neither a graph nor random numbers."""
    check_manners(submission, lambda: shared.check_untouched(submission, rng, "Adadelta", STATE))


def test_Adadelta_forgets_gradients(submission, rng, shared):
    """zero_grad sets every grad to None, in all groups; a step then does nothing."""
    shared.check_zero_grad(submission, rng, "Adadelta", STATE)


@pytest.mark.parametrize("grouped", [False, True], ids=["alone", "in a group"])
def test_Adadelta_takes_a_generator(submission, rng, shared, grouped):
    """Parameters from a generator, as model.parameters() is, are stepped every time."""
    shared.check_generator(submission, rng, "Adadelta", STATE, grouped)


def test_Adadelta_needs_no_rate(submission, rng, shared, draw):
    """Slopes of any size are descended alike, with the rate that there is by default."""
    curvatures = torch.tensor([1.0, 1e4], dtype=torch.float64)
    x0, options, steps = 1 + rng.uniform(1).expand(2), {"rho": 0.9, "eps": 1e-3}, 100
    want = shared.descend(torch.optim, "Adadelta", x0, curvatures, options, steps)
    path = submission.run(shared.descend, "Adadelta", x0, curvatures, options, steps)
    draw.path("a gentle and a steep slope", path, want, lambda w: (curvatures * w**2).sum(1) / 2)
    check_close(path, want, "path [step, entry]")
    farthest = path[-1].abs().max().item()
    check_that(farthest < 0.1, None, "within 0.1 of the ground", f"{farthest:.2g} away from it")
    shared.draw_ravine(draw, submission, "Adadelta", {"lr": 6.0, "rho": 0.9, "eps": 1e-4})


def test_Adadelta_on_a_device(submission, rng, shared):
    """On an accelerator, in float32, the steps are the same and stay there."""
    starts, gradients = (
        shared.starts_of(rng, dtype=torch.float32),
        shared.gradients_of(rng, 3, dtype=torch.float32),
    )
    check_device(lambda x, g: submission.run(shared.train, "Adadelta", x, g, STATE), starts, gradients)


def test_Adadelta_is_made_by_hand(submission, rng, shared):
    """The steps are made without torch.optim."""
    starts, gradients = shared.starts_of(rng), shared.gradients_of(rng, 1)
    check_by_hand(
        submission,
        lambda: submission.run(shared.train, "Adadelta", starts, gradients, STATE),
        forbidden=[name for name in shared.BY_HAND if name != "Adadelta"],
        task="Adadelta",
    )
