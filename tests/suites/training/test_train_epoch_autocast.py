"""Suite of training.train_epoch_autocast."""

from types import SimpleNamespace

import pytest
import torch

from grader.suite import check_close, check_equal, check_that, to_device

SIZES = (6, 6, 4)
NEAR = {"rtol": 0.02, "atol": 0.002}  # bfloat16 has 8 bits of digits


def train(submission, state, batches, kind, settings, epochs=1, leftover=0.0):
    """Train a small network; tell losses, state, the dtypes on the way, and what the optimiser keeps."""
    from torch import nn
    from torch.nn import functional

    model = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 2))
    model = model.to(state["0.weight"].device)
    model.load_state_dict(state)
    optimizer = getattr(torch.optim, kind)(model.parameters(), **settings)
    outputs, chosen, predictions, inside, losses = [], [], [], [], []

    def look(module, inputs, output):
        device = output.device.type
        outputs.append(str(output.dtype))
        chosen.append(str(torch.get_autocast_dtype(device)) if torch.is_autocast_enabled(device) else "off")

    model[0].register_forward_hook(look)

    def loss_fn(prediction, y):
        predictions.append(str(prediction.dtype))
        inside.append(bool(torch.is_autocast_enabled(prediction.device.type)))
        return functional.cross_entropy(prediction, y)

    for _ in range(epochs):
        model.eval()
        for parameter in model.parameters():
            parameter.grad = torch.full_like(parameter, leftover) if leftover else None
        losses.append(submission.train_epoch_autocast(model, batches, loss_fn, optimizer))
    parameters = list(model.parameters())
    kept = [value for row in optimizer.state.values() for value in row.values() if hasattr(value, "dtype")]
    return {
        "losses": losses,
        "state": {key: value.detach().clone() for key, value in model.state_dict().items()},
        "outputs": outputs,
        "chosen": chosen,
        "predictions": predictions,
        "inside": inside,
        "dtypes": [str(p.dtype) for p in parameters],
        "gradients": [str(p.grad.dtype) for p in parameters if p.grad is not None],
        "kept": sorted({str(value.dtype) for value in kept}),
        "training": [module.training for module in model.modules()],
        "left_on": bool(torch.is_autocast_enabled(parameters[0].device.type)),
    }


def train_by_hand(model, loader, loss_fn, optimizer, enabled=True):
    """The oracle: one pass, as the docstring says it."""
    model.train()
    total, count = 0.0, 0
    for x, y in loader:
        with torch.autocast(x.device.type, torch.bfloat16, enabled=enabled):
            prediction = model(x)
        loss = loss_fn(prediction.to(torch.float32), y)
        for parameter in model.parameters():
            parameter.grad = None
        loss.backward()
        optimizer.step()
        total, count = total + float(loss.detach()) * x.shape[0], count + x.shape[0]
    return total / count


def train_uncast(*arguments):
    """The oracle on a device that casts nothing."""
    return train_by_hand(*arguments, enabled=False)


ORACLE = SimpleNamespace(train_epoch_autocast=train_by_hand)
UNCAST = SimpleNamespace(train_epoch_autocast=train_uncast)


def random_state(rng):
    def draw(*shape):
        return rng.normal(*shape, dtype=torch.float32)

    return {
        "0.weight": draw(8, 3),
        "0.bias": draw(8),
        "1.weight": rng.uniform(8, low=0.5, high=2.0, dtype=torch.float32),
        "1.bias": draw(8),
        "1.running_mean": draw(8),
        "1.running_var": rng.uniform(8, low=0.5, high=2.0, dtype=torch.float32),
        "1.num_batches_tracked": torch.tensor(3),
        "3.weight": draw(2, 8),
        "3.bias": draw(2),
    }


def arguments(rng, kind="SGD", settings=None, sizes=SIZES, **more):
    batches = [(rng.normal(size, 3, dtype=torch.float32), rng.integers(0, 2, size)) for size in sizes]
    return random_state(rng), batches, kind, settings or {"lr": 0.1}


@pytest.mark.visible
def test_train_epoch_autocast_of_three_numbers(submission):
    """Losses 1 and 4 of two samples and one make 2; the weight goes to 0.5."""

    def scenario(submission):
        from torch import nn

        model = nn.Linear(1, 1, bias=False)
        torch.nn.init.zeros_(model.weight)
        batches = [(torch.ones(2, 1), torch.ones(2, 1)), (torch.zeros(1, 1), torch.full((1, 1), 2.0))]
        optimizer = torch.optim.SGD(model.parameters(), lr=0.25)
        loss = submission.train_epoch_autocast(model, batches, nn.MSELoss(), optimizer)
        return loss, model.weight.detach().clone()

    loss, weight = submission.run(scenario)
    check_close(loss, 2.0, "the loss", **NEAR)
    check_close(weight, torch.tensor([[0.5]]), "the weight after the epoch", **NEAR)


@pytest.mark.weight(3)
def test_train_epoch_autocast_computes_in_bfloat16(submission, rng):
    """Layers give bfloat16 in the forward pass."""
    got = submission.run(train, *arguments(rng))
    check_equal(got["outputs"], ["torch.bfloat16"] * len(SIZES), "dtypes of what the first layer gave")


@pytest.mark.weight(2)
def test_train_epoch_autocast_takes_the_loss_in_float32(submission, rng):
    """The loss gets its prediction in float32, and is computed outside of autocast."""
    got = submission.run(train, *arguments(rng))
    check_equal(got["predictions"], ["torch.float32"] * len(SIZES), "dtypes of the predictions of the loss")
    check_equal(got["inside"], [False] * len(SIZES), "whether autocast was on while the loss was computed")


@pytest.mark.weight(2)
def test_train_epoch_autocast_keeps_the_weights_in_float32(submission, rng):
    """Weights, gradients and the optimiser's state stay float32."""
    got = submission.run(train, *arguments(rng, "Adam", {"lr": 0.01}))
    check_equal(sorted(set(got["dtypes"])), ["torch.float32"], "dtypes of the parameters")
    check_equal(sorted(set(got["gradients"])), ["torch.float32"], "dtypes of their gradients")
    check_equal(got["kept"], ["torch.float32"], "dtypes of the optimiser's state")


@pytest.mark.weight(2)
def test_train_epoch_autocast_takes_one_step_for_each_batch(submission, rng):
    """After an epoch every weight is near where the oracle's steps lead."""
    given = arguments(rng)
    got, want = submission.run(train, *given), train(ORACLE, *given)
    check_close(got["state"], want["state"], "the state after the epoch", **NEAR)


@pytest.mark.weight(2)
def test_train_epoch_autocast_moves_by_small_steps(submission, rng):
    """A step far smaller than bfloat16 can write reaches the weights all the same."""
    given = arguments(rng, settings={"lr": 1e-5})
    got = submission.run(train, *given)
    moved = (got["state"]["3.weight"] - given[0]["3.weight"]).abs().max().item()
    check_that(0 < moved < 1e-3, "the largest move of the last weights", "a small one", f"{moved:g}")


@pytest.mark.weight(2)
def test_train_epoch_autocast_averages_over_samples(submission, rng):
    """The loss is the mean over samples: batches of 9, 2 and 2 count by their sizes."""
    given = arguments(rng, settings={"lr": 1e-6}, sizes=(9, 2, 2))
    got, want = submission.run(train, *given), train(ORACLE, *given)
    check_close(got["losses"], want["losses"], "the losses", **NEAR)


@pytest.mark.weight(2)
def test_train_epoch_autocast_forgets_gradients_from_before(submission, rng):
    """Gradients that were there before the call do not count in the first step."""
    given = arguments(rng, sizes=(6,))
    got, want = (run(train, *given, 1, 5.0) for run in (submission.run, lambda f, *a: f(ORACLE, *a)))
    check_close(got["state"], want["state"], "the state after a single step", **NEAR)


def test_train_epoch_autocast_trains_in_training_mode(submission, rng):
    """The model came in evaluation mode, and is left in training mode."""
    given = arguments(rng)
    got, want = submission.run(train, *given), train(ORACLE, *given)
    check_equal(got["training"], [True] * 5, "training, of the model and of its layers")
    for name in ("1.running_mean", "1.running_var", "1.num_batches_tracked"):
        check_close(got["state"][name], want["state"][name], name.removeprefix("1."), **NEAR)


@pytest.mark.detail
def test_train_epoch_autocast_switches_off_behind_it(submission, rng):
    """Afterwards autocast is off again."""
    check_equal(submission.run(train, *arguments(rng))["left_on"], False, "whether autocast is on after the call")


def test_train_epoch_autocast_on_a_device(submission, rng):
    """Batches are moved to where the model is, and autocast is that of the device."""
    state, batches, *rest = arguments(rng)
    got = submission.run(train, to_device(state), batches, *rest)
    # a simulated accelerator casts nothing, so what autocast was told is judged, not what the layers gave
    check_equal(got["chosen"], ["torch.bfloat16"] * len(SIZES), "the dtype of autocast on the model's device")
    want = train(ORACLE if "bfloat16" in str(got["outputs"]) else UNCAST, state, batches, *rest)
    check_close(got["losses"], want["losses"], "the loss of an epoch on an accelerator", **NEAR)
    check_close(got["state"], to_device(want["state"]), "the state after an epoch on an accelerator", **NEAR)
