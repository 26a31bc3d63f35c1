"""Suite of training.EarlyStopping."""

import math

import pytest
import torch

from grader.suite import check_close, check_equal, check_manners, check_that, to_device


def follow(submission, losses, settings, states, start=None):
    """Tell the losses of some epochs until it says stop, the model having a state of its own in each; then restore.

    The weights change in place, as an optimizer changes them. After the last epoch they become 99.
    """
    from torch import nn

    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)).to(states[0]["0.weight"])
    stopping = submission.EarlyStopping(**settings)
    best, answers, seen = [stopping.best_loss], [], []
    for loss, state in zip(losses, states, strict=True):
        model.load_state_dict(state)
        answers.append(stopping.step(loss, model))
        best.append(stopping.best_loss)
        seen.append({key: value.detach().clone() for key, value in model.state_dict().items()})
        if answers[-1] is True:
            break
    with torch.no_grad():
        for value in model.state_dict().values():
            value.fill_(99)
    parameters = list(model.parameters())
    restored = None
    if not math.isinf(best[-1]):
        stopping.restore(model)
        restored = {key: value.detach().clone() for key, value in model.state_dict().items()}
    same = all(one is other for one, other in zip(parameters, model.parameters(), strict=True))
    return {"answers": answers, "best": best, "restored": restored, "seen": seen, "same": same}


def random_states(rng, count):
    return [
        {
            "0.weight": rng.normal(3, 2),
            "0.bias": rng.normal(3),
            "1.weight": rng.normal(3),
            "1.bias": rng.normal(3),
            "1.running_mean": rng.normal(3),
            "1.running_var": rng.uniform(3, low=0.5, high=2.0),
            "1.num_batches_tracked": torch.tensor(number),
        }
        for number in range(count)
    ]


def followed(submission, rng, losses, **settings):
    return submission.run(follow, losses, settings, random_states(rng, len(losses)))


def by_hand(losses, patience, min_delta=0.0):
    """The oracle: answers up to the first True, best losses and the number of the best epoch."""
    best, place, answers, bests = math.inf, None, [], [math.inf]
    for number, loss in enumerate(losses):
        if loss < best - min_delta:
            best, place = loss, number
        answers.append(number - (-1 if place is None else place) >= patience)
        bests.append(best)
        if answers[-1]:
            break
    return answers, bests, place


def check_best(got, bests):
    """Compare best_loss, before the first step and after each."""
    floats = all(type(loss) is float for loss in got)
    check_that(floats, "best_loss", "a float after every step", "something else")
    check_close(torch.tensor(got), torch.tensor(bests), "best_loss, before the first and after each step")


@pytest.mark.visible
def test_EarlyStopping_with_patience_two(submission, rng):
    """Losses 3, 1, 2, 1: two epochs in a row without improvement end the training."""
    got = followed(submission, rng, [3.0, 1.0, 2.0, 1.0], patience=2)
    check_equal(got["answers"], [False, False, False, True], "the answers of step")


@pytest.mark.weight(3)
@pytest.mark.parametrize("patience", [1, 2, 3])
def test_EarlyStopping_waits_for_its_patience(submission, rng, patience):
    """After `patience` epochs in a row without improvement, not before, it is True."""
    losses = [5.0, 4.0, 4.5, 3.0, 3.5, 3.25, 2.0, 2.5, 2.25, 2.125, 2.0, 2.5]
    got = followed(submission, rng, losses, patience=patience)
    check_equal(got["answers"], by_hand(losses, patience)[0], "the answers of step")


@pytest.mark.weight(2)
def test_EarlyStopping_counts_from_the_last_improvement(submission, rng):
    """An improvement starts the count anew."""
    losses = [4.0, 5.0, 3.0, 5.0, 2.0, 6.0, 7.0]
    got = followed(submission, rng, losses, patience=2)
    check_equal(got["answers"], by_hand(losses, 2)[0], "the answers of step")


@pytest.mark.weight(2)
def test_EarlyStopping_compares_with_the_best_loss(submission, rng):
    """A loss that is below the last one but above the best is no improvement."""
    losses = [1.0, 5.0, 4.0, 3.0, 2.0, 1.5]
    got = followed(submission, rng, losses, patience=5)
    check_equal(got["answers"], [False] * 5 + [True], "the answers of step")


@pytest.mark.weight(2)
def test_EarlyStopping_asks_for_min_delta(submission, rng):
    """An improvement is a fall below the best loss by more than min_delta."""
    losses = [4.0, 3.75, 4.0, 3.25, 3.0, 2.5, 2.75, 1.75, 1.5, 1.25, 1.5]
    for patience in (1, 3):
        got = followed(submission, rng, losses, patience=patience, min_delta=0.5)
        answers, bests, _ = by_hand(losses, patience, 0.5)
        check_equal(got["answers"], answers, f"the answers of step with patience {patience}")
        check_best(got["best"], bests)


def test_EarlyStopping_remembers_the_best_loss(submission, rng):
    """best_loss is the loss at the last improvement, infinite before there was one."""
    losses = rng.uniform(8).tolist()
    got = followed(submission, rng, losses, patience=9)
    check_best(got["best"], by_hand(losses, 9)[1])


def test_EarlyStopping_when_a_loss_ties_or_is_nan(submission, rng):
    """Neither the best loss once more nor nan is an improvement."""
    got = followed(submission, rng, [2.0, 2.0, math.nan, 2.0, 3.0, 3.0], patience=3)
    check_equal(got["answers"], [False, False, False, True], "the answers of step")
    got = followed(submission, rng, [math.nan, math.inf, math.nan], patience=3)
    check_equal(got["answers"], [False, False, True], "the answers of step without any improvement")


@pytest.mark.weight(3)
def test_EarlyStopping_restores_the_best_state(submission, rng):
    """restore brings the state of the best epoch back, in place."""
    for losses in ([3.0, 1.0, 2.0, 1.5], [1.0, 2.0, 3.0], [3.0, 2.0, 1.0]):
        states = random_states(rng, len(losses))
        got = submission.run(follow, losses, {"patience": 9}, states)
        check_close(got["restored"], states[by_hand(losses, 9)[2]], "the state after restore")
        check_equal(got["same"], True, "whether the model has the same parameters as before")


@pytest.mark.detail
def test_EarlyStopping_leaves_the_model_alone(submission, rng):
    """step changes neither the model nor torch's random state."""
    states = random_states(rng, 3)
    got = submission.run(follow, [3.0, 1.0, 2.0], {"patience": 2}, states)
    check_close(got["seen"], states, "the model's state after each step")

    def scenario(submission, weight):
        from torch import nn

        found = torch.get_rng_state()
        model = nn.Linear(3, 2).double()
        torch.set_rng_state(found)
        model.weight.data.copy_(weight)
        stopping = submission.EarlyStopping(2)
        stopping.step(1.0, model)
        stopping.restore(model)

    check_manners(submission, lambda: submission.run(scenario, rng.normal(2, 3)))


def test_EarlyStopping_on_a_device(submission, rng):
    """The state of a model on an accelerator is kept and restored."""
    states = random_states(rng, 3)
    got = submission.run(follow, [3.0, 1.0, 2.0], {"patience": 2}, to_device(states))
    check_close(got["restored"], to_device(states[1]), "the state after restore")
