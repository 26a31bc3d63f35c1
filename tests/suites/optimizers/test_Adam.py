"""Suite of optimizers.Adam; the scenarios and torch as the oracle stand in shared.py."""

import pytest
import torch

from grader.suite import check_by_hand, check_close, check_device, check_manners, check_that

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
def test_Adam_of_two_steps_by_hand(submission, shared):
    """With betas 0.5, 0.75 the gradients 8 and -8 lead from 1 to 0.9 and 0.9333."""
    gradients = [[torch.tensor([g], dtype=torch.float64)] for g in (8.0, -8.0)]
    starts = [torch.tensor([1.0], dtype=torch.float64)]
    got = submission.run(shared.train, "Adam", starts, gradients, {"lr": 0.1, "betas": (0.5, 0.75)})
    want = torch.tensor([0.9, 0.9 + 0.1 / 3], dtype=torch.float64)[:, None]
    check_close(got, {"parameter 0": want}, "after each step", rtol=1e-8)


@pytest.mark.weight(3)
@pytest.mark.parametrize("case", CASES)
def test_Adam_follows_its_formula(submission, rng, shared, case):
    """Several parameters follow the formula, step by step."""
    shared.check_path(submission, rng, "Adam", CASES[case])


def test_Adam_has_defaults(submission, shared):
    """Without options its group holds those that stand in the signature."""
    shared.check_defaults(submission, "Adam", "lr", "betas", "eps", "weight_decay")


@pytest.mark.weight(2)
@pytest.mark.parametrize("case", ["groups", "a new rate", "new options"])
def test_Adam_reads_its_groups(submission, rng, shared, case):
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
    shared.check_path(submission, rng, "Adam", STATE, groups=groups, changes=changes[case])


@pytest.mark.weight(2)
def test_Adam_skips_missing_gradients(submission, rng, shared):
    """A parameter without gradient rests, and so do its state and its step count."""
    missing = [(0, 0), (2, 0), (1, 1), (2, 1), (0, 2), (1, 2), (2, 2), (3, 3)]
    shared.check_path(submission, rng, "Adam", STATE, steps=6, missing=missing)


def test_Adam_keeps_state_with_its_parameter(submission, rng, shared):
    """State stays with its parameter when the list in a group is turned round or cut."""
    shared.check_rearranged(submission, rng, "Adam", STATE)


@pytest.mark.detail
def test_Adam_of_a_single_number(submission, rng, shared):
    """A parameter without axes, one number, is stepped like any other."""
    shared.check_path(submission, rng, "Adam", STATE, shapes=((), (3,)))


@pytest.mark.weight(2)
@pytest.mark.parametrize(
    ("at", "through_file"),
    [(3, False), (2, True), (0, False)],
    ids=["after three steps", "through a file", "before the first step"],
)
def test_Adam_resumes(submission, rng, shared, at, through_file):
    """Saved and loaded over fresh parameters, it goes on as if nothing had been."""
    shared.check_resume(submission, rng, "Adam", STATE, at, through_file)


@pytest.mark.detail
def test_Adam_leaves_gradients_alone(submission, rng, shared):
    """Steps leave every grad as it was, and neither a graph nor random numbers."""
    check_manners(submission, lambda: shared.check_untouched(submission, rng, "Adam", STATE))


def test_Adam_forgets_gradients(submission, rng, shared):
    """zero_grad sets every grad to None, in all groups; a step then does nothing."""
    shared.check_zero_grad(submission, rng, "Adam", STATE)


@pytest.mark.parametrize("grouped", [False, True], ids=["alone", "in a group"])
def test_Adam_takes_a_generator(submission, rng, shared, grouped):
    """Parameters from a generator, as model.parameters() is, are stepped every time."""
    shared.check_generator(submission, rng, "Adam", STATE, grouped)


def test_Adam_descends_any_slope(submission, rng, shared, draw):
    """One rate suits two slopes, one a million times as steep as the other."""
    curvatures = torch.tensor([1e-3, 1e3], dtype=torch.float64)
    x0, options, steps = 2 + rng.uniform(2), {"lr": 0.1, **TINY}, 200
    want = shared.descend(torch.optim, "Adam", x0, curvatures, options, steps)
    path = submission.run(shared.descend, "Adam", x0, curvatures, options, steps)
    draw.path("a gentle and a steep slope", path, want, lambda w: (curvatures * w**2).sum(1) / 2)
    check_close(path, want, "path [step, entry]", rtol=2e-4, atol=2e-4)  # 1 - 0.999^t is 6e-5 off in float32
    draw.curve("distance from the ground", path.norm(dim=1), want.norm(dim=1))
    farthest = path[-1].abs().max().item()
    check_that(farthest < 0.1, None, "within 0.1 of the ground", f"{farthest:.2g} away from it")
    shared.draw_ravine(draw, submission, "Adam", {"lr": 0.5})


def test_Adam_decays_through_its_averages(submission, rng, shared):
    """Under gradients of 0 the decay moves a weight by about lr, not by a share."""
    starts, zeros = [rng.normal(5)], [[torch.zeros(5, dtype=torch.float64)]] * 3
    options = {"lr": 0.01, "weight_decay": 0.5, **TINY}
    want = shared.train(torch.optim, "Adam", starts, zeros, options)
    got = submission.run(shared.train, "Adam", starts, zeros, options)
    check_close(got, want, "path [step, entry]", **shared.ROOM)


def test_Adam_on_a_device(submission, rng, shared):
    """On an accelerator, in float32, the steps are the same and stay there."""
    starts, gradients = (
        shared.starts_of(rng, dtype=torch.float32),
        shared.gradients_of(rng, 3, dtype=torch.float32),
    )
    check_device(lambda x, g: submission.run(shared.train, "Adam", x, g, STATE), starts, gradients)


def test_Adam_is_made_by_hand(submission, rng, shared):
    """The steps are made without torch.optim."""
    starts, gradients = shared.starts_of(rng), shared.gradients_of(rng, 1)
    check_by_hand(
        submission,
        lambda: submission.run(shared.train, "Adam", starts, gradients, STATE),
        forbidden=[name for name in shared.BY_HAND if name != "Adam"],
        task="Adam",
    )
