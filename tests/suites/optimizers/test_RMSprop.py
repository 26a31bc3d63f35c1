"""Suite of optimizers.RMSprop; the scenarios and torch as the oracle stand in shared.py."""

import pytest
import torch

from grader.suite import check_by_hand, check_close, check_device, check_manners, check_that

TINY = {"eps": 1e-20}  # where eps is not what is tested: too small to tell where it is added
CASES = {
    "plain": {"lr": 0.1, "alpha": 0.9, **TINY},
    "defaults": {},
    "eps": {"lr": 0.1, "alpha": 0.9, "eps": 0.5},
    "momentum": {"lr": 0.05, "alpha": 0.9, "momentum": 0.8, **TINY},
    "centered": {"lr": 0.05, "alpha": 0.8, "centered": True, **TINY},
    "weight decay": {"lr": 0.1, "alpha": 0.9, "weight_decay": 0.4, **TINY},
    "together": {
        "lr": 0.03,
        "alpha": 0.7,
        **TINY,
        "weight_decay": 0.2,
        "momentum": 0.6,
        "centered": True,
    },
}
STATE = {
    "lr": 0.05,
    "alpha": 0.8,
    "momentum": 0.6,
    "centered": True,
    "weight_decay": 0.2,
    **TINY,
}  # options with all state there is


@pytest.mark.visible
def test_RMSprop_of_two_steps_by_hand(submission, shared):
    """With alpha 0.75 the gradients 8 and 4 lead from 1 to 0.8 and to 0.7."""
    gradients = [[torch.tensor([g], dtype=torch.float64)] for g in (8.0, 4.0)]
    starts = [torch.tensor([1.0], dtype=torch.float64)]
    got = submission.run(shared.train, "RMSprop", starts, gradients, {"lr": 0.1, "alpha": 0.75})
    want = torch.tensor([0.8, 0.7], dtype=torch.float64)[:, None]
    check_close(got, {"parameter 0": want}, "after each step", rtol=1e-7)


@pytest.mark.weight(3)
@pytest.mark.parametrize("case", CASES)
def test_RMSprop_follows_its_formula(submission, rng, shared, case):
    """Several parameters follow the formula, step by step."""
    shared.check_path(submission, rng, "RMSprop", CASES[case])


def test_RMSprop_has_defaults(submission, shared):
    """Without options its group holds those that stand in the signature."""
    shared.check_defaults(submission, "RMSprop", "lr", "alpha", "eps", "weight_decay", "momentum")


@pytest.mark.weight(2)
@pytest.mark.parametrize("case", ["groups", "a new rate", "new options"])
def test_RMSprop_reads_its_groups(submission, rng, shared, case):
    """Each group has options of its own, read anew in every step."""
    groups = [
        {"params": [0, 2], "lr": 0.1, "weight_decay": 0.5, "centered": False},
        {"params": [3, 1], "alpha": 0.5, "momentum": 0.0},
    ]
    changes = {
        "groups": (),
        "a new rate": [(2, 0, "lr", 0.3), (3, 1, "lr", 0.01)],
        "new options": [(2, 0, "momentum", 0.3), (3, 1, "alpha", 0.9), (3, 1, "eps", 0.3)],
    }
    shared.check_path(submission, rng, "RMSprop", STATE, groups=groups, changes=changes[case])


@pytest.mark.weight(2)
def test_RMSprop_skips_missing_gradients(submission, rng, shared):
    """A parameter without gradient rests, and so do its state and its step count."""
    missing = [(0, 0), (2, 0), (1, 1), (2, 1), (0, 2), (1, 2), (2, 2), (3, 3)]
    shared.check_path(submission, rng, "RMSprop", STATE, steps=6, missing=missing)


def test_RMSprop_keeps_state_with_its_parameter(submission, rng, shared):
    """State stays with its parameter when the list in a group is turned round or cut."""
    shared.check_rearranged(submission, rng, "RMSprop", STATE)


@pytest.mark.detail
def test_RMSprop_of_a_single_number(submission, rng, shared):
    """A parameter without axes, one number, is stepped like any other."""
    shared.check_path(submission, rng, "RMSprop", STATE, shapes=((), (3,)))


@pytest.mark.weight(2)
@pytest.mark.parametrize(
    ("at", "through_file"),
    [(3, False), (2, True), (0, False)],
    ids=["after three steps", "through a file", "before the first step"],
)
def test_RMSprop_resumes(submission, rng, shared, at, through_file):
    """Saved and loaded over fresh parameters, it goes on as if nothing had been."""
    shared.check_resume(submission, rng, "RMSprop", STATE, at, through_file)


@pytest.mark.detail
def test_RMSprop_leaves_gradients_alone(submission, rng, shared):
    """Steps leave every grad as it was, and neither a graph nor random numbers."""
    check_manners(submission, lambda: shared.check_untouched(submission, rng, "RMSprop", STATE))


def test_RMSprop_forgets_gradients(submission, rng, shared):
    """zero_grad sets every grad to None, in all groups; a step then does nothing."""
    shared.check_zero_grad(submission, rng, "RMSprop", STATE)


@pytest.mark.parametrize("grouped", [False, True], ids=["alone", "in a group"])
def test_RMSprop_takes_a_generator(submission, rng, shared, grouped):
    """Parameters from a generator, as model.parameters() is, are stepped every time."""
    shared.check_generator(submission, rng, "RMSprop", STATE, grouped)


def test_RMSprop_forgets_old_gradients(submission, rng, shared, draw):
    """When gradients become 10000 times smaller it goes on; Adagrad would not."""
    steepness = torch.tensor([1e4] * 20 + [1.0] * 100, dtype=torch.float64)[:, None].expand(120, 2)
    x0, options = 2 + rng.uniform(2), {"lr": 0.05, "alpha": 0.5, **TINY}
    stuck = shared.descend(torch.optim, "Adagrad", x0, steepness, {"lr": 0.05}, 120)
    want = shared.descend(torch.optim, "RMSprop", x0, steepness, options, 120)
    path = submission.run(shared.descend, "RMSprop", x0, steepness, options, 120)
    draw.path("from a cliff onto a plain", path, want, lambda w: (w**2).sum(1) / 2)
    check_close(path, want, "path [step, entry]", **shared.ROOM)
    draw.curve("distance from the ground; the other is Adagrad", path.norm(dim=1), stuck.norm(dim=1))
    farthest = path[-1].abs().max().item()
    check_that(farthest < 0.1, None, "within 0.1 of the ground", f"{farthest:.2g} away from it")
    shared.draw_ravine(draw, submission, "RMSprop", {"lr": 0.2, "alpha": 0.9})


def test_RMSprop_on_a_device(submission, rng, shared):
    """On an accelerator, in float32, the steps are the same and stay there."""
    starts, gradients = (
        shared.starts_of(rng, dtype=torch.float32),
        shared.gradients_of(rng, 3, dtype=torch.float32),
    )
    check_device(lambda x, g: submission.run(shared.train, "RMSprop", x, g, STATE), starts, gradients)


def test_RMSprop_is_made_by_hand(submission, rng, shared):
    """The steps are made without torch.optim."""
    starts, gradients = shared.starts_of(rng), shared.gradients_of(rng, 1)
    check_by_hand(
        submission,
        lambda: submission.run(shared.train, "RMSprop", starts, gradients, STATE),
        forbidden=[name for name in shared.BY_HAND if name != "RMSprop"],
        task="RMSprop",
    )
