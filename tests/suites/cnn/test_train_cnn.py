"""Suite of cnn.train_cnn."""

import copy
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from torch.nn import functional
from torch.nn.functional import cross_entropy

from grader.suite import (
    SUMMED,
    Trained,
    check_close,
    check_equal,
    check_learning,
    check_losses,
    check_same_training,
    draw_digits,
    read_model,
    show_reading,
    to_device,
    train_steps,
)

SIZES = (4, 4, 1)
STATE = {
    "0.weight": (3, 2, 2, 3),
    "0.bias": (3,),
    "1.weight": (3,),
    "1.bias": (3,),
    "1.running_mean": (3,),
    "1.running_var": (3,),
    "1.num_batches_tracked": (),
    "4.weight": (5, 36),
    "4.bias": (5,),
}


def train(submission, state, batches, where, epochs, lr, options, leftover=0.0, start=None):
    """Train a small network from a given state on the device of `where`.

    The network comes in evaluation mode, on the CPU or on the device of `start`, and each parameter has `leftover` as
    gradient. What is told: losses, the state afterwards, and on which devices the network was called.
    """
    from torch import nn

    model = nn.Sequential(
        nn.Conv2d(2, 3, (2, 3)), nn.BatchNorm2d(3), nn.Tanh(), nn.Flatten(), nn.Linear(36, 5)
    ).double()
    model.load_state_dict(state)
    if start is not None:
        model.to(start.device)
    model.eval()
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, leftover) if leftover else None
    called = []
    model.register_forward_pre_hook(lambda module, inputs: called.append(inputs[0].device))
    losses = submission.train_cnn(model, batches, where.device, epochs, lr, **options)
    return losses, {key: value.detach().clone() for key, value in model.state_dict().items()}, called


def train_by_hand(model, loader, device, epochs, lr, momentum=0.5):
    """The oracle: the two formulas of the docstring."""
    model.train()
    velocities, losses = [torch.zeros_like(p) for p in model.parameters()], []
    for _ in range(epochs):
        sums, count = 0.0, 0
        for x, y in loader:
            loss = functional.cross_entropy(model(x), y)
            gradients = torch.autograd.grad(loss, list(model.parameters()))
            with torch.no_grad():
                for parameter, velocity, gradient in zip(
                    model.parameters(), velocities, gradients, strict=True
                ):
                    velocity.mul_(momentum).add_(gradient)
                    parameter.sub_(lr * velocity)
            sums, count = sums + float(loss.detach()) * x.shape[0], count + x.shape[0]
        losses.append(sums / count)
    return losses


ORACLE = SimpleNamespace(train_cnn=train_by_hand)
HERE = torch.zeros(1)


def random_state(rng):
    """Draw weights, and running statistics that are not those of the data."""
    state = {key: rng.normal(*shape, std=0.5) for key, shape in STATE.items()}
    return state | {
        "1.running_var": rng.uniform(3, low=0.5, high=2),
        "1.num_batches_tracked": torch.tensor(7),
    }


def random_batches(rng, sizes=SIZES):
    return [(rng.normal(size, 2, 4, 6), rng.integers(0, 5, size)) for size in sizes]


def both(submission, rng, epochs=1, lr=0.2, options=None, sizes=SIZES, leftover=0.0):
    """Return losses and state, theirs and the oracle's."""
    arguments = random_state(rng), random_batches(rng, sizes), HERE, epochs, lr, options or {}, leftover
    return submission.run(train, *arguments), train(ORACLE, *arguments)


def check_both(got, want, what):
    """Compare losses and states."""
    check_close(got[0], want[0], f"the losses of {what}", **SUMMED)
    check_close(got[1], want[1], f"the state after {what}")


@pytest.mark.visible
def test_train_cnn_of_one_pixel(submission):
    """Scores 0, 0 of a pixel 2 cost log 2; the weights become 0.1 and -0.1."""

    def scenario(submission):
        from torch import nn

        model = nn.Sequential(nn.Flatten(), nn.Linear(1, 2, bias=False))
        nn.init.zeros_(model[1].weight)
        batch = torch.full((1, 1, 1, 1), 2.0), torch.tensor([0])
        losses = submission.train_cnn(model, [batch], "cpu", epochs=1, lr=0.1)
        return losses, model[1].weight.detach().clone()

    losses, weight = submission.run(scenario)
    check_close(losses, [0.6931472], "the losses", **SUMMED)
    check_close(weight, torch.tensor([[0.1], [-0.1]]), "the weight after the epoch")


@pytest.mark.weight(2)
def test_train_cnn_averages_over_samples(submission, rng):
    """An epoch's loss is the mean over samples: batches of 6, 2, 1 count by size."""
    got, want = both(submission, rng, epochs=2, lr=0.0, sizes=(6, 2, 1))
    check_close(got[0], want[0], "the losses", **SUMMED)


@pytest.mark.weight(2)
def test_train_cnn_takes_one_step_for_each_batch(submission, rng):
    """Without momentum each batch is a step of plain gradient descent."""
    got, want = both(submission, rng, options={"momentum": 0.0})
    check_both(got, want, "an epoch without momentum")


@pytest.mark.weight(3)
def test_train_cnn_keeps_its_momentum(submission, rng):
    """What is left of earlier steps goes on over batches and epochs."""
    got, want = both(submission, rng, epochs=3, lr=0.1, options={"momentum": 0.7})
    check_both(got, want, "three epochs with momentum 0.7")


def test_train_cnn_has_a_momentum_of_a_half(submission, rng):
    """Where nothing else is said the momentum is 0.5."""
    got, want = both(submission, rng)
    check_both(got, want, "an epoch")


@pytest.mark.weight(2)
def test_train_cnn_forgets_gradients_from_before(submission, rng):
    """Gradients that were there before the call do not count in the first step."""
    got, want = both(submission, rng, leftover=5.0, sizes=(4,))
    check_both(got, want, "a single step")


@pytest.mark.weight(2)
def test_train_cnn_trains_in_training_mode(submission, rng):
    """Batch norm sees the batches, though the model came in evaluation mode."""
    (_, got, _), (_, want, _) = both(submission, rng)
    for name in ("1.running_mean", "1.running_var", "1.num_batches_tracked"):
        check_close(got[name], want[name], name.removeprefix("1."))


def test_train_cnn_goes_over_the_loader_in_each_epoch(submission, rng):
    """A loader may give other batches in each epoch; it is asked once for each."""

    def scenario(submission, state, epochs):
        class Loader:
            times = 0

            def __iter__(self):
                self.times += 1
                return iter(epochs[(self.times - 1) % len(epochs)])

        from torch import nn

        model = nn.Sequential(nn.Flatten(), nn.Linear(3, 4)).double()
        model.load_state_dict(state)
        loader = Loader()
        losses = submission.train_cnn(model, loader, "cpu", len(epochs), 0.3)
        return (
            losses,
            {key: value.detach().clone() for key, value in model.state_dict().items()},
            loader.times,
        )

    state = {"1.weight": rng.normal(4, 3), "1.bias": rng.normal(4)}
    epochs = [
        [(rng.normal(n, 3, 1, 1), rng.integers(0, 4, n)) for n in sizes] for sizes in ((2, 5), (3,), (1, 4))
    ]
    *got, times = submission.run(scenario, state, epochs)
    *want, _ = scenario(ORACLE, state, epochs)
    check_equal(times, 3, "how often the loader is gone over in three epochs")
    check_both(got, want, "three epochs of a loader")


@pytest.mark.parametrize("device", ["cpu", torch.device("cpu")], ids=["name", "device"])
def test_train_cnn_reads_a_DataLoader(submission, rng, device):
    """A DataLoader is read, its small last batch too; a device may be a name."""

    def scenario(submission, state, x, y, device):
        from torch import nn
        from torch.utils.data import DataLoader, TensorDataset

        model = nn.Sequential(nn.Flatten(), nn.Linear(6, 3)).double()
        model.load_state_dict(state)
        loader = DataLoader(TensorDataset(x, y), batch_size=3)
        losses = submission.train_cnn(model, loader, device, 2, 0.3)
        return losses, {key: value.detach().clone() for key, value in model.state_dict().items()}

    state = {"1.weight": rng.normal(3, 6), "1.bias": rng.normal(3)}
    arguments = state, rng.normal(7, 1, 2, 3), rng.integers(0, 3, 7), device
    check_both(submission.run(scenario, *arguments), scenario(ORACLE, *arguments), "two epochs")


@pytest.mark.weight(2)
def test_train_cnn_trains_a_SimpleCNN(submission, rng, shared):
    """Two epochs with a SimpleCNN of this file: every loss and weight is right."""
    args = 2, 5, (16, 20)
    model, batches = (
        submission.SimpleCNN(*args),
        [(rng.normal(n, 2, 16, 20), rng.integers(0, 5, n)) for n in (4, 4, 1)],
    )
    model.double()
    start = read_model(submission, model, shared.SimpleNet(*args).double())
    losses = submission.train_cnn(model, batches, "cpu", 2, 0.1)
    check_losses(losses, 2)
    want = copy.deepcopy(start.model)
    means = train_steps(
        want, [batches] * 2, torch.optim.SGD(want.parameters(), lr=0.1, momentum=0.5), cross_entropy
    )
    got = read_model(submission, model, start.model)
    check_same_training(replace(got, losses=losses), Trained(want, means), start)


@pytest.mark.statistical
@pytest.mark.weight(3)
@pytest.mark.timeout(10)
def test_train_cnn_reads_held_out_digits(submission, rng, draw, shared):
    """A SimpleCNN reads far more moved digits of MNIST than a simple answer."""
    data = x, y, x_test, _ = draw_digits(rng, 800, 300, shift=3)
    model = submission.SimpleCNN()
    start = read_model(submission, model, shared.SimpleNet())
    losses = submission.train_cnn(model, list(zip(x.split(10), y.split(10), strict=True)), "cpu", 5, 0.05)
    check_losses(losses, 5)
    model.eval()
    trained = replace(read_model(submission, model, shared.SimpleNet()), losses=losses)
    draw.curve("mean loss by epoch", losses, [])
    draw.picture("the filters of the first layer", "filters", trained.state["conv1.weight"][:, 0])
    with torch.no_grad():
        draw.picture("what they find in the first image", "filters", trained.model.conv1(x_test[:1])[0])
    scores = check_learning(submission, start, trained, data, margin=0.1)
    show_reading(draw, data, scores.argmax(1))


@pytest.mark.weight(3)
@pytest.mark.parametrize("left", ["all", "the model", "the inputs", "the targets", "nothing"])
def test_train_cnn_on_a_device(submission, rng, left):
    """What is still on the CPU, model, inputs or targets, goes to the accelerator."""
    state, batches, where = random_state(rng), random_batches(rng), to_device(HERE)
    x, y = ([batch[part] for batch in batches] for part in (0, 1))
    x, y = (
        x if left in ("all", "the inputs") else to_device(x),
        y if left in ("all", "the targets") else to_device(y),
    )
    start = HERE if left in ("all", "the model") else where
    given = state, list(zip(x, y, strict=True)), where, 2, 0.2, {}, 0.0, start
    losses, after, _ = train(ORACLE, state, batches, HERE, 2, 0.2, {})
    check_both(submission.run(train, *given), (losses, to_device(after)), "two epochs on an accelerator")


def test_train_cnn_calls_the_model_on_the_device(submission, rng):
    """The model is called where it was asked for, not moved there afterwards."""
    state, batches, where = random_state(rng), random_batches(rng), to_device(HERE)
    *_, called = submission.run(train, state, batches, where, 1, 0.2, {})
    check_equal(called, [where.device] * 3, "the devices that the model was called on")


def test_train_cnn_back_from_a_device(submission, rng):
    """A model on the accelerator goes to the CPU where that is asked for."""
    state, batches, where = random_state(rng), random_batches(rng), to_device(HERE)
    want = train(ORACLE, state, batches, HERE, 1, 0.2, {})
    got = submission.run(train, state, batches, HERE, 1, 0.2, {}, 0.0, where)
    check_both(got, want, "an epoch on the CPU")
