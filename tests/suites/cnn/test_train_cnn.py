"""Suite of cnn.train_cnn."""

from types import SimpleNamespace

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    SUMMED,
    check_close,
    check_dtype,
    check_equal,
    check_shape,
    check_that,
    dataset,
    to_device,
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


@pytest.mark.statistical
@pytest.mark.weight(2)
def test_train_cnn_on_digits(submission, rng, draw):
    """A small network learns to read at least 0.7 of the digits that were held out."""

    def scenario(submission, state, batches):
        from torch import nn

        model = nn.Sequential(
            *(nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(8, 16, 3), nn.BatchNorm2d(16), nn.ReLU(), nn.Flatten(), nn.Linear(64, 10)),
        )
        model.load_state_dict(state)
        losses = submission.train_cnn(model, batches, "cpu", 4, 0.05)
        return losses, {key: value.detach().clone() for key, value in model.state_dict().items()}

    data, names = dataset("digits"), rng.permutation(10)
    rows = rng.permutation(len(data.train.y))[:240]
    x = data.train.x[rows] + rng.normal(240, 1, 8, 8, std=0.05, dtype=torch.float32)
    batches = list(zip(x.split(20), names[data.train.y[rows]].split(20), strict=True))
    state = digits_state(rng)
    losses, trained = submission.run(scenario, state, batches)
    reference_losses, _ = scenario(ORACLE, state, batches)
    draw.curve("mean loss by epoch", losses, reference_losses)
    draw.picture("the filters of the first layer", "filters", first_layer(trained))
    check_accuracy(trained, data.test.x, names[data.test.y], draw)


def first_layer(state):
    """Return the first layer's weights as images, nothing of what has another shape."""
    weight = state.get("0.weight") if isinstance(state, dict) else None
    return (
        weight[:, 0] if isinstance(weight, torch.Tensor) and weight.dim() == 4 and weight.shape[1] else None
    )


def digits_state(rng):
    """Draw the weights that the network for digits starts from."""
    shapes = {"0.weight": (8, 1, 3, 3), "4.weight": (16, 8, 3, 3), "8.weight": (10, 64)}
    state = {}
    for key, shape in shapes.items():
        bound, name = (shape[1] * 9 if len(shape) == 4 else shape[1]) ** -0.5, key.split(".")[0]
        state[key] = rng.uniform(*shape, low=-bound, high=bound, dtype=torch.float32)
        state[f"{name}.bias"] = torch.zeros(shape[0])
    for name, size in (("1", 8), ("5", 16)):
        state |= {f"{name}.weight": torch.ones(size), f"{name}.bias": torch.zeros(size)}
        state |= {f"{name}.running_mean": torch.zeros(size), f"{name}.running_var": torch.ones(size)}
        state[f"{name}.num_batches_tracked"] = torch.tensor(0)
    return state


def check_accuracy(state, x, y, draw):
    """Read the held-out digits with the trained weights, here."""
    for key, value in digits_state_shapes():
        check_shape(state.get(key), value, key)
        check_dtype(state[key], torch.float32, key)

    def normed(x, name):
        parts = (state[f"{name}.{key}"] for key in ("running_mean", "running_var", "weight", "bias"))
        return torch.relu(functional.batch_norm(x, *parts))

    x = functional.conv2d(x, state["0.weight"], state["0.bias"], padding=1)
    x = functional.conv2d(functional.max_pool2d(normed(x, "1"), 2), state["4.weight"], state["4.bias"])
    scores = functional.linear(normed(x, "5").flatten(1), state["8.weight"], state["8.bias"])
    misread = (scores.argmax(1) != y).nonzero().flatten()[:12]
    panels = [f"{int(y[i])}, read as {int(scores[i].argmax())}" for i in misread]
    draw.picture("digits that were misread", "images", x[misread, 0], panels=panels)
    right = (scores.argmax(1) == y).double().mean().item()
    low = [bound for bound in (0.2, 0.5, 0.7) if right < bound]
    check_that(right >= 0.7, "accuracy", "at least 0.7", f"below {low[0]}" if low else "nan")


def digits_state_shapes():
    """Yield what the accuracy is computed from."""
    yield from {"0.weight": (8, 1, 3, 3), "0.bias": (8,), "4.weight": (16, 8, 3, 3), "4.bias": (16,)}.items()
    yield from {"8.weight": (10, 64), "8.bias": (10,)}.items()
    for name, size in (("1", 8), ("5", 16)):
        for key in ("weight", "bias", "running_mean", "running_var"):
            yield f"{name}.{key}", (size,)


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
