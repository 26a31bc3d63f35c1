"""Suite of mlp.dead_relus."""

import pytest
import torch

from grader.suite import check_close, check_equal, check_fields, check_that, to_device

NAMES = ("before", "relu", "leaky", "relu_losses", "leaky_losses")
CLOSE = {"rtol": 1e-6, "atol": 1e-9}


def build(submission, state):
    """Return an MLP of the submission with ReLUs and this state, where the state lies."""
    weights = [value for key, value in state.items() if key.endswith("weight")]
    sizes = [weights[0].shape[1], *(weight.shape[0] for weight in weights)]
    model = submission.MLP(sizes, torch.relu).to(weights[0])
    model.load_state_dict(state)
    return model


def look(submission, state, x, y, lr, steps, slope):
    """Count the dead units of a net that was prepared; tell the result, and what the net is afterwards."""
    weights = [value for key, value in state.items() if key.endswith("weight")]
    sizes = [weights[0].shape[1], *(weight.shape[0] for weight in weights)]
    model = submission.MLP(sizes, torch.relu).to(weights[0])
    model.load_state_dict(state)
    got = submission.dead_relus(model, x, y, lr, steps, slope)
    after = {key: value.detach().clone() for key, value in model.state_dict().items()}
    return got, after, model(x).detach().clone()


def forwards(state, x, slope):
    """Return the sums in front of each activation, the inputs of each layer, and the output."""
    count, inputs, sums = len(state) // 2, [], []
    for number in range(count):
        inputs.append(x)
        sums.append(x @ state[f"layers.{number}.weight"].t() + state[f"layers.{number}.bias"])
        x = torch.where(sums[-1] > 0, sums[-1], slope * sums[-1])
    return sums[:-1], inputs, sums[-1][:, 0]


def dead(state, x, slope):
    """The oracle: the share of units of each hidden layer that are above 0 for no row."""
    return [1 - (sums > 0).any(0).sum().item() / sums.shape[1] for sums in forwards(state, x, slope)[0]]


def trained(state, x, y, lr, steps, slope):
    """The oracle: steps by back-propagation by hand; return the state and the losses."""
    state, losses = {key: value.clone() for key, value in state.items()}, []
    for step in range(steps + 1):
        sums, inputs, output = forwards(state, x, slope)
        losses.append(((output - y) ** 2).mean().item())
        if step == steps:
            break
        gradient = (2 * (output - y) / len(x)).unsqueeze(1)
        for number in reversed(range(len(inputs))):
            weight = state[f"layers.{number}.weight"]
            below = gradient @ weight
            state[f"layers.{number}.weight"] = weight - lr * gradient.t() @ inputs[number]
            state[f"layers.{number}.bias"] = state[f"layers.{number}.bias"] - lr * gradient.sum(0)
            if number:
                gradient = below * torch.where(sums[number - 1] > 0, 1.0, slope)
    return state, losses


def compared(state, x, y, lr, steps, slope=0.01):
    """The oracle of the whole."""
    (relu, relu_losses), (leaky, leaky_losses) = (trained(state, x, y, lr, steps, a) for a in (0.0, slope))
    return dead(state, x, 0.0), dead(relu, x, 0.0), dead(leaky, x, slope), relu_losses, leaky_losses


def random_state(rng, sizes):
    """Draw weights as a layer starts with, and biases around 0."""
    state = {}
    for number, (d, k) in enumerate(zip(sizes, sizes[1:], strict=False)):
        state[f"layers.{number}.weight"] = rng.normal(k, d) / d**0.5
        state[f"layers.{number}.bias"] = 0.5 * rng.normal(k)
    return state


def sample(rng, sizes, n=15):
    """Draw a net, rows, and targets above 0, which push the units down when a step is too long."""
    return random_state(rng, sizes), rng.normal(n, sizes[0]), 1 + rng.normal(n)


@pytest.fixture
def count(submission, shared_parts):
    """Count dead units; return the parts of what came back."""
    return lambda *arguments: shared_parts(submission.run(look, *arguments)[0])


@pytest.fixture
def shared_parts():
    """Check the kinds of what came back, and return its parts."""

    def parts(got):
        fits = type(got).__name__ in ("Record", "tuple") and len(got) == 5
        check_that(fits, "what is returned", f"a named tuple ({', '.join(NAMES)})", "something else")
        for name, part in zip(NAMES, got, strict=True):
            floats = type(part) is list and all(type(value) is float for value in part)
            check_that(floats, name, "a list of floats", "something else")
        return tuple(got)

    return parts


def check_parts(got, want):
    """Check shares and losses, the shares of before first."""
    for name, theirs, ours in zip(NAMES, got, want, strict=True):
        check_equal(len(theirs), len(ours), f"the length of {name}")
        check_close(theirs, ours, name, **CLOSE)


ONE = {
    "layers.0.weight": torch.ones(1, 1).double(), "layers.0.bias": torch.zeros(1).double(),
    "layers.1.weight": torch.ones(1, 1).double(), "layers.1.bias": torch.zeros(1).double(),
}  # fmt: skip


@pytest.mark.visible
def test_dead_relus_of_one_unit(count):
    """A step of 1 makes the sum -3: the unit is off, the loss goes from 1 to 4."""
    got = count(ONE, torch.ones(1, 1).double(), torch.zeros(1).double(), 1.0, 1, 0.1)
    # leaky: the output is -1 * (0.1 * -3) - 2 = -1.7
    check_parts(got, ([0.0], [1.0], [1.0], [1.0, 4.0], [1.0, 2.89]))


@pytest.mark.visible
def test_dead_relus_before_any_step(count):
    """Of three units one is above 0 for no row; without a step nothing changes."""
    state = {
        "layers.0.weight": torch.tensor([[1.0], [-1.0], [1.0]]).double(),
        "layers.0.bias": torch.tensor([0.0, 0.0, -5.0]).double(),
        "layers.1.weight": torch.ones(1, 3).double(), "layers.1.bias": torch.zeros(1).double(),
    }  # fmt: skip
    x, y = torch.tensor([[1.0], [-2.0]]).double(), torch.tensor([1.0, 2.0]).double()
    got = count(state, x, y, 1.0, 0, 0.0)
    check_parts(got, ([1 / 3], [1 / 3], [1 / 3], [0.0], [0.0]))


def test_dead_relus_of_a_second_layer(count):
    """After a unit that is off two are dead; with a slope of 0.5 both are on."""
    state = {
        "layers.0.weight": -torch.ones(1, 1).double(), "layers.0.bias": torch.zeros(1).double(),
        "layers.1.weight": torch.tensor([[-1.0], [-2.0]]).double(),
        "layers.1.bias": torch.full((2,), -0.25).double(),
        "layers.2.weight": torch.ones(1, 2).double(), "layers.2.bias": torch.ones(1).double(),
    }  # fmt: skip
    got = count(state, torch.tensor([[1.0], [2.0]]).double(), torch.ones(2).double(), 0.1, 0, 0.5)
    # the outputs of the twin are 1 + 0.25 + 0.75 and 1 + 0.75 + 1.75: squares 1 and 6.25
    check_parts(got, ([1.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0], [3.625]))


@pytest.mark.weight(2)
def test_dead_relus_counts_units_before_training(count, rng):
    """Before the training those units are dead that are above 0 for no row."""
    state, x, y = sample(rng, (3, 12, 1), 4)
    state["layers.0.bias"] = rng.normal(12) - 1.5
    got = count(state, x, y, 0.01, 1, 0.01)
    check_close(got[0], dead(state, x, 0.0), "before", **CLOSE)


@pytest.mark.weight(2)
@pytest.mark.parametrize("steps", [1, 4])
def test_dead_relus_losses(count, rng, steps):
    """The losses are those before each step and after the last, of both nets."""
    state, x, y = sample(rng, (3, 8, 1))
    got = count(state, x, y, 0.05, steps, 0.2)
    want = compared(state, x, y, 0.05, steps, 0.2)
    check_close(got[3], want[3], "relu_losses", **CLOSE)
    check_close(got[4], want[4], "leaky_losses", **CLOSE)


def check_losses_first(got, want):
    """Check losses, then shares: which units are off follows from the steps."""
    for number in (3, 4, 0, 1, 2):
        check_equal(len(got[number]), len(want[number]), f"the length of {NAMES[number]}")
        check_close(got[number], want[number], NAMES[number], rtol=1e-5, atol=1e-9)


@pytest.mark.weight(3)
@pytest.mark.parametrize(
    "sizes, lr", [((3, 16, 1), 0.25), ((4, 10, 7, 1), 0.1)], ids=["one hidden layer", "two hidden layers"]
)
def test_dead_relus_after_a_rate_that_is_too_large(count, rng, draw, sizes, lr):
    """After long steps units are dead, and the shares of both nets say how many."""
    state, x, y = sample(rng, sizes)
    got, want = count(state, x, y, lr, 3, 0.1), compared(state, x, y, lr, 3, 0.1)
    draw.curve("loss by step, ReLU", got[3], want[3])
    draw.curve("loss by step, leaky ReLU", got[4], want[4])
    check_losses_first(got, want)


@pytest.mark.weight(2)
def test_dead_relus_of_a_net_that_is_dead(count, rng):
    """Where all units are dead only the last bias learns; the leaky ones go on."""
    state, x, y = sample(rng, (3, 6, 1))
    state["layers.0.weight"] = 0.3 * state["layers.0.weight"]
    state["layers.0.bias"] = torch.full((6,), -6.0, dtype=torch.float64)
    got, want = count(state, x, y, 0.05, 5, 0.1), compared(state, x, y, 0.05, 5, 0.1)
    check_close(got[0], [1.0], "before")
    check_close(got[1], [1.0], "relu")
    check_parts(got, want)


@pytest.mark.weight(2)
@pytest.mark.parametrize("slope", [0.0, 0.5, 1.0])
def test_dead_relus_takes_the_slope(count, rng, slope):
    """The twin has the slope that was given; with 0 it is the first net."""
    state, x, y = sample(rng, (3, 7, 1))
    check_parts(count(state, x, y, 0.1, 3, slope), compared(state, x, y, 0.1, 3, slope))


@pytest.mark.weight(2)
def test_dead_relus_leaves_the_model_as_it_was(submission, rng):
    """The weights of the model stay, and it still has its ReLUs."""
    state, x, y = sample(rng, (3, 7, 1))
    _, after, output = submission.run(look, state, x, y, 0.3, 3, 0.5)
    check_close(after, state, "the state after the call", rtol=0.0, atol=0.0)
    check_close(output[:, 0], forwards(state, x, 0.0)[2], "the output of the model after the call")


def test_dead_relus_of_one_row(count, rng):
    """With one row every unit that is off is dead."""
    state, x, y = sample(rng, (3, 9, 1), 1)
    check_parts(count(state, x, y, 0.05, 3, 0.1), compared(state, x, y, 0.05, 3, 0.1))


def test_dead_relus_has_a_slope_by_default(submission, rng):
    """Without a slope it is 0.01."""
    state, x, y = sample(rng, (3, 7, 1))
    got = submission.dead_relus(submission.run(build, state), x, y, 0.1, 2)
    check_close(list(got[4]), compared(state, x, y, 0.1, 2)[4], "leaky_losses", **CLOSE)


def test_dead_relus_names_what_it_returns(submission, rng):
    """The result is a named tuple: shares, then losses."""
    state, x, y = sample(rng, (2, 3, 1))
    check_fields(submission.run(look, state, x, y, 0.1, 1, 0.01)[0], NAMES)


def test_dead_relus_on_a_device(count, rng):
    """A model on an accelerator is trained there, with the same numbers."""
    state, x, y = sample(rng, (3, 7, 1))
    got = count(to_device(state), to_device(x), to_device(y), 0.1, 3, 0.2)
    check_parts(got, compared(state, x, y, 0.1, 3, 0.2))
