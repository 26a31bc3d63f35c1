"""Suite of training.learning_rate_range."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional

from grader.suite import check_close, check_equal, check_fields, check_manners, check_that, to_device

NAMES = ("start_loss", "losses", "best")
CLOSE = {"rtol": 1e-7, "atol": 1e-10}


def net():
    """Return the network of the suite, in float64."""
    layers = nn.Linear(3, 6), nn.BatchNorm1d(6), nn.Tanh(), nn.Linear(6, 4)
    return nn.Sequential(*layers).double()


def build(submission, state):
    """Return the same network where the submission lives, with this state and where it lies."""
    from torch import nn

    model = nn.Sequential(nn.Linear(3, 6), nn.BatchNorm1d(6), nn.Tanh(), nn.Linear(6, 4)).double()
    model = model.to(state["0.weight"].device)
    model.load_state_dict(state)
    return model


def look(submission, model, train, validation, rates, steps, modes):
    """Try the rates on a model that was prepared; tell the result, and what the model is afterwards."""
    from torch.nn import functional

    for module, mode in zip(model.modules(), modes, strict=True):
        module.training = mode
    for number, parameter in enumerate(model.parameters()):
        parameter.grad = torch.full_like(parameter, 1.0 + number)
    got = submission.learning_rate_range(model, train, validation, functional.cross_entropy, rates, steps)
    return {
        "found": got,
        "state": {key: value.detach().clone() for key, value in model.state_dict().items()},
        "gradients": [p.grad if p.grad is None else p.grad.clone() for p in model.parameters()],
        "modes": [module.training for module in model.modules()],
    }


def random_state(rng):
    """Draw a state of the network; the running statistics are those of an earlier training."""
    return {
        "0.weight": rng.normal(6, 3), "0.bias": rng.normal(6),
        "1.weight": rng.uniform(6, low=0.5, high=1.5), "1.bias": rng.normal(6),
        "1.running_mean": rng.normal(6), "1.running_var": rng.uniform(6, low=1.0, high=4.0),
        "1.num_batches_tracked": torch.tensor(7),
        "3.weight": rng.normal(4, 6), "3.bias": rng.normal(4),
    }  # fmt: skip


def rows_of(rng, n, m):
    """Draw training and validation rows whose class can be learned."""
    centres = 1.5 * rng.normal(4, 3)
    y, y_val = rng.labels(n, 4), rng.labels(m, 4)
    return (centres[y] + rng.normal(n, 3), y), (centres[y_val] + rng.normal(m, 3), y_val)


def trained(state, train, validation, rate, steps):
    """The oracle: steps by hand from a state; return the validation loss after them."""
    model = net()
    model.load_state_dict(state)
    for _ in range(steps):
        loss = functional.cross_entropy(model(train[0]), train[1])
        gradients = torch.autograd.grad(loss, list(model.parameters()))
        with torch.no_grad():
            for parameter, gradient in zip(model.parameters(), gradients, strict=True):
                parameter -= rate * gradient
    with torch.no_grad():
        return functional.cross_entropy(model.eval()(validation[0]), validation[1]).item()


def swept(state, train, validation, rates, steps):
    """The oracle of the whole sweep: start_loss, losses, best."""
    start = trained(state, train, validation, 0.0, 0)
    losses = [trained(state, train, validation, rate, steps) for rate in rates]
    losses = [loss if loss <= start else math.nan for loss in losses]
    kept = [(loss, number) for number, loss in enumerate(losses) if not math.isnan(loss)]
    return start, losses, rates[min(kept)[1]] if kept else math.nan


TRAINING, EVALUATION = [True] * 5, [False] * 5


@pytest.fixture
def sweep(submission, shared, rng):
    """Draw a model and rows, try rates on it; return what came back and what the oracle says."""

    def call(rates, steps=4, modes=TRAINING, n=16, m=11):
        state, (train, validation) = random_state(rng), rows_of(rng, n, m)
        seen = submission.run(look, submission.run(build, state), train, validation, rates, steps, modes)
        found = shared.unpacked(seen["found"], *NAMES)
        floats = type(found[1]) is list and all(type(loss) is float for loss in found[1])
        check_that(floats, "losses", "a list of floats", "something else")
        return found, swept(state, train, validation, rates, steps), seen, state

    return call


def of_one_weight(submission, rates, steps, y, y_val):
    """Try rates on a net of one weight, 1, with x = 1: the loss is (w - y) * (w - y)."""
    from torch import nn

    model, x = nn.Linear(1, 1, bias=False).double(), torch.ones(1, 1).double()
    nn.init.ones_(model.weight)
    rows = [(x, torch.full((1, 1), target).double()) for target in (y, y_val)]
    return tuple(submission.learning_rate_range(model, *rows, nn.MSELoss(), rates, steps))


@pytest.mark.visible
def test_learning_rate_range_of_one_weight(submission):
    """The loss w * w: rate 0.25 halves w at each step, 0.5 ends at 0, 2 diverges."""
    got = submission.run(of_one_weight, [0.25, 0.5, 2.0], 2, 0.0, 0.0)
    check_close(got, (1.0, [0.0625, 0.0, math.nan], 0.5), "start_loss, losses and best")


@pytest.mark.visible
def test_learning_rate_range_chooses_by_validation_rows(submission):
    """The rate wins that ends at the 0.25 of the validation rows, not at 0."""
    got = submission.run(of_one_weight, [0.5, 0.625, 0.375], 1, 0.0, 0.25)
    check_close(got, (0.5625, [0.0625, 0.25, 0.0], 0.375), "start_loss, losses and best")


@pytest.mark.visible
def test_learning_rate_range_when_all_diverge(submission):
    """Where every loss is infinite or above the first one there is no best rate."""
    got = submission.run(of_one_weight, [1.5, 1e200], 2, 0.0, 0.0)
    check_close(got, (1.0, [math.nan, math.nan], math.nan), "start_loss, losses and best")


@pytest.mark.weight(2)
def test_learning_rate_range_measures_the_start(sweep):
    """start_loss is the validation loss of the model as it was, in evaluation mode."""
    found, want, _, _ = sweep([0.1])
    check_close(found[0], want[0], "start_loss", **CLOSE)


@pytest.mark.weight(2)
@pytest.mark.parametrize("steps", [1, 5])
def test_learning_rate_range_of_one_rate(sweep, steps):
    """The loss is that of the validation rows after the last step."""
    found, want, _, _ = sweep([0.05], steps)
    check_close(found[1], want[1], "losses", **CLOSE)


@pytest.mark.weight(3)
def test_learning_rate_range_starts_each_rate_anew(sweep, draw):
    """Every rate starts from the same weights and running statistics."""
    rates = [0.001, 0.2, 0.01, 0.5, 0.05]
    found, want, _, _ = sweep(rates, 6)
    draw.curve("validation loss by rate", found[1], want[1])
    check_close(found[1], want[1], f"losses of the rates {rates}", **CLOSE)


@pytest.mark.weight(2)
def test_learning_rate_range_marks_what_diverged(sweep):
    """A loss above the start, or not finite, is nan, wherever it stands in the list."""
    found, want, _, _ = sweep([1e4, 0.02, 1e300, 0.1])
    check_close(found[1], want[1], "losses", **CLOSE)
    check_close(found[2], want[2], "best", rtol=0.0, atol=0.0)


@pytest.mark.weight(2)
def test_learning_rate_range_finds_the_best_rate(sweep):
    """The best rate is the one of the least loss."""
    found, want, _, _ = sweep([0.003, 0.3, 0.03, 0.1], 8)
    check_close(found[1], want[1], "losses", **CLOSE)
    check_close(found[2], want[2], "best", rtol=0.0, atol=0.0)


@pytest.mark.weight(2)
def test_learning_rate_range_trains_in_training_mode(sweep):
    """A model that comes in evaluation mode is trained with statistics of the rows."""
    found, want, _, _ = sweep([0.05, 0.2], 3, EVALUATION)
    check_close(found[1], want[1], "losses", **CLOSE)


@pytest.mark.weight(2)
def test_learning_rate_range_leaves_the_model_as_it_was(sweep):
    """Weights and running statistics are what they were."""
    _, _, seen, state = sweep([0.05, 0.5])
    check_close(seen["state"], state, "the state after the call", rtol=0.0, atol=0.0)


@pytest.mark.detail
def test_learning_rate_range_leaves_gradients_alone(sweep):
    """What stood in .grad stands there afterwards."""
    _, _, seen, state = sweep([0.05])
    names = [key for key in state if key.endswith((".weight", ".bias"))]
    want = [torch.full_like(state[name], 1.0 + number) for number, name in enumerate(names)]
    check_close(seen["gradients"], want, "the gradients after the call")


@pytest.mark.parametrize(
    "modes", [TRAINING, EVALUATION, [True, True, False, True, True]], ids=["on", "off", "mixed"]
)
def test_learning_rate_range_leaves_modes_alone(sweep, modes):
    """Every module is in the mode that it had."""
    seen = sweep([0.05], modes=modes)[2]
    check_equal(seen["modes"], modes, "training, of the model and its four layers, after the call")


def test_learning_rate_range_of_one_validation_row(sweep):
    """One row is enough to validate on."""
    found, want, _, _ = sweep([0.01, 0.1], m=1)
    check_close(found[1], want[1], "losses", **CLOSE)


def test_learning_rate_range_names_what_it_returns(submission, rng):
    """The result is a named tuple: start_loss, losses, best."""
    train, validation = rows_of(rng, 6, 4)
    model = submission.run(build, random_state(rng))
    check_fields(submission.run(look, model, train, validation, [0.1], 1, TRAINING)["found"], NAMES)


def test_learning_rate_range_has_manners(submission, rng):
    """The rows and torch's random state stay as they were."""
    train, validation = rows_of(rng, 6, 4)
    model = submission.run(build, random_state(rng))
    arguments = model, train, validation, [0.1, 0.2], 2, TRAINING
    check_manners(submission, lambda: submission.run(look, *arguments))


def test_learning_rate_range_on_a_device(submission, rng):
    """A model on an accelerator is copied there, and the numbers are the same."""
    state, (train, validation) = random_state(rng), rows_of(rng, 12, 5)

    def losses(state, train, validation):
        model = submission.run(build, state)
        return tuple(submission.run(look, model, train, validation, [0.02, 0.1], 3, TRAINING)["found"])

    got = losses(to_device(state), to_device(train), to_device(validation))
    want = swept(state, train, validation, [0.02, 0.1], 3)
    check_close(got, want, "start_loss, losses and best", rtol=1e-6, atol=1e-9)
