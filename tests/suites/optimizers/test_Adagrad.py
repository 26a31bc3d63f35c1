"""Suite of optimizers.Adagrad; the scenarios and torch as the oracle stand in shared.py."""

import pytest
import torch

from grader.suite import check_by_hand, check_close, check_device, check_manners, check_that

TINY = {"eps": 1e-20}  # where eps is not what is tested: too small to tell where it is added
CASES = {
    "plain": {"lr": 0.5, **TINY},
    "defaults": {},
    "lr_decay": {"lr": 0.5, "lr_decay": 0.7, **TINY},
    "initial_accumulator_value": {"lr": 0.5, "initial_accumulator_value": 3.0, **TINY},
    "eps": {"lr": 0.5, "eps": 0.5},
    "weight decay": {"lr": 0.5, "weight_decay": 0.4, **TINY},
    "together": {
        "lr": 0.2,
        "lr_decay": 0.3,
        "weight_decay": 0.2,
        "initial_accumulator_value": 0.5,
        **TINY,
    },
}
STATE = {"lr": 0.1, "lr_decay": 0.4, "weight_decay": 0.2, **TINY}  # options with all state there is


@pytest.mark.visible
def test_Adagrad_of_two_steps_by_hand(submission, shared):
    """With rate 0.5 the gradients 3 and 4 lead from 1 to 0.5 and to 0.1."""
    gradients = [[torch.tensor([g], dtype=torch.float64)] for g in (3.0, 4.0)]
    starts = [torch.tensor([1.0], dtype=torch.float64)]
    got = submission.run(shared.train, "Adagrad", starts, gradients, {"lr": 0.5})
    want = torch.tensor([0.5, 0.1], dtype=torch.float64)[:, None]
    check_close(got, {"parameter 0": want}, "after each step", rtol=1e-8)


@pytest.mark.weight(3)
@pytest.mark.parametrize("case", CASES)
def test_Adagrad_follows_its_formula(submission, rng, shared, case):
    """Several parameters follow the formula, step by step."""
    shared.check_path(submission, rng, "Adagrad", CASES[case])


def test_Adagrad_has_defaults(submission, shared):
    """Without options its group holds those that stand in the signature."""
    shared.check_defaults(
        submission, "Adagrad", "lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps"
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("case", ["groups", "a new rate", "new options"])
def test_Adagrad_reads_its_groups(submission, rng, shared, case):
    """Each group has options of its own, read anew in every step."""
    groups = [
        {"params": [0, 2], "lr": 0.05, "weight_decay": 0.5},
        {"params": [3, 1], "lr_decay": 1.5},
    ]
    changes = {
        "groups": (),
        "a new rate": [(2, 0, "lr", 0.3), (3, 1, "lr", 0.01)],
        "new options": [(2, 0, "weight_decay", 0.0), (3, 1, "eps", 0.5), (3, 1, "lr_decay", 0.1)],
    }
    shared.check_path(submission, rng, "Adagrad", STATE, groups=groups, changes=changes[case])


@pytest.mark.weight(2)
def test_Adagrad_skips_missing_gradients(submission, rng, shared):
    """A parameter without gradient rests, and so do its state and its step count."""
    missing = [(0, 0), (2, 0), (1, 1), (2, 1), (0, 2), (1, 2), (2, 2), (3, 3)]
    shared.check_path(submission, rng, "Adagrad", STATE, steps=6, missing=missing)


def test_Adagrad_keeps_state_with_its_parameter(submission, rng, shared):
    """State stays with its parameter when the list in a group is turned round or cut."""
    shared.check_rearranged(submission, rng, "Adagrad", STATE)


@pytest.mark.detail
def test_Adagrad_of_a_single_number(submission, rng, shared):
    """A parameter without axes, one number, is stepped like any other."""
    shared.check_path(submission, rng, "Adagrad", STATE, shapes=((), (3,)))


@pytest.mark.weight(2)
@pytest.mark.parametrize(
    ("at", "through_file"),
    [(3, False), (2, True), (0, False)],
    ids=["after three steps", "through a file", "before the first step"],
)
def test_Adagrad_resumes(submission, rng, shared, at, through_file):
    """Saved and loaded over fresh parameters, it goes on as if nothing had been."""
    shared.check_resume(submission, rng, "Adagrad", STATE, at, through_file)


@pytest.mark.detail
def test_Adagrad_leaves_gradients_alone(submission, rng, shared):
    """Steps leave every grad as it was, and neither a graph nor random numbers."""
    check_manners(submission, lambda: shared.check_untouched(submission, rng, "Adagrad", STATE))


def test_Adagrad_forgets_gradients(submission, rng, shared):
    """zero_grad sets every grad to None, in all groups; a step then does nothing."""
    shared.check_zero_grad(submission, rng, "Adagrad", STATE)


@pytest.mark.parametrize("grouped", [False, True], ids=["alone", "in a group"])
def test_Adagrad_takes_a_generator(submission, rng, shared, grouped):
    """Parameters from a generator, as model.parameters() is, are stepped every time."""
    shared.check_generator(submission, rng, "Adagrad", STATE, grouped)


def test_Adagrad_learns_rare_features(submission, rng, shared, draw):
    """Weights of features that are rare are learned as fast as those of common ones."""
    frequency = 0.5 ** torch.arange(
        10, dtype=torch.float64
    )  # of ten features: from every sample to one in 512
    x0, steps = 1 + rng.uniform(10), 60  # how far each weight is off; its slope is frequency * x
    best = min((shared.descend(torch.optim, "SGD", x0, frequency, {"lr": lr}, steps) for lr in (0.5, 1.0, 1.9)),
               key=lambda path: float(path[-1].abs().max()))  # fmt: skip
    want = shared.descend(torch.optim, "Adagrad", x0, frequency, {"lr": 1.0, **TINY}, steps)
    path = submission.run(shared.descend, "Adagrad", x0, frequency, {"lr": 1.0, **TINY}, steps)
    draw.path(
        "error of the commonest and of the rarest weight",
        shared.columns(path, 0, -1),
        shared.columns(want, 0, -1),
        lambda w: (w[:, 0] ** 2 + frequency[-1] * w[:, 1] ** 2) / 2,
    )
    check_close(path, want, "path [step, entry]", **shared.ROOM)
    draw.curve(
        "error of the worst weight; the other is SGD at its best rate", path.abs().amax(1), best.abs().amax(1)
    )
    worst = path[-1].abs().max().item()
    check_that(worst < 1e-3, None, "every weight right within 0.001", f"one that is off by {worst:.1e}")
    shared.draw_ravine(draw, submission, "Adagrad", {"lr": 0.9})


def test_Adagrad_slows_down_like_a_root(submission, shared):
    """Under equal gradients step t is lr / sqrt(t), for large gradients as for small."""
    gradients = [[torch.tensor([1e-3, 1.0, 1e4], dtype=torch.float64)]] * 30
    got = submission.run(
        shared.train, "Adagrad", [torch.zeros(3, dtype=torch.float64)], gradients, {"lr": 0.5, **TINY}
    )
    steps = 0.5 / torch.arange(1, 31, dtype=torch.float64).sqrt()
    want = -steps.cumsum(0)[:, None].expand(30, 3)
    check_close(got, {"parameter 0": want}, "path [step, entry]", rtol=1e-6)


def test_Adagrad_on_a_device(submission, rng, shared):
    """On an accelerator, in float32, the steps are the same and stay there."""
    starts, gradients = (
        shared.starts_of(rng, dtype=torch.float32),
        shared.gradients_of(rng, 3, dtype=torch.float32),
    )
    check_device(lambda x, g: submission.run(shared.train, "Adagrad", x, g, STATE), starts, gradients)


def test_Adagrad_is_made_by_hand(submission, rng, shared):
    """The steps are made without torch.optim."""
    starts, gradients = shared.starts_of(rng), shared.gradients_of(rng, 1)
    check_by_hand(
        submission,
        lambda: submission.run(shared.train, "Adagrad", starts, gradients, STATE),
        forbidden=[name for name in shared.BY_HAND if name != "Adagrad"],
        task="Adagrad",
    )
