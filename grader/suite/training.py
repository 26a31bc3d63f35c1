"""Training proven: steps from a known state against an oracle's, by value; nothing that a learner reports decides."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from grader.proxy.handle import Handle
from grader.proxy.submission import Submission
from grader.suite.compare import check_close, check_dtype, check_equal, check_finite, check_that
from grader.suite.failure import CheckFailure, Evidence, device_of, kind_of
from grader.suite.network_answer import KEYS, OPTIONAL, check_state
from grader.suite.network_pair import on_host
from grader.wire.value import Record

Loss = Callable[[Any, Tensor], Tensor]
Epochs = Sequence[Sequence[tuple[Any, Tensor]]]  # of each epoch the batches, inputs and targets
Optimizer = Callable[..., torch.optim.Optimizer]  # of parameters, with lr=

TOLERANCE = {  # after some steps: relative, absolute
    torch.float64: {"rtol": 1e-6, "atol": 1e-8}, torch.float32: {"rtol": 2e-2, "atol": 1e-3},
}  # fmt: skip
ONE_PASS = {torch.float64: {}, torch.float32: {"rtol": 1e-3, "atol": 1e-3}}  # forwards through a whole net


def train_steps(model: Any, epochs: Any, optimizer: Any, loss: Any) -> list[float]:
    """Take one step for each batch; return for each epoch the mean over samples of the losses before the steps."""
    model.train()
    means = []
    for batches in epochs:
        total, count = 0.0, 0
        for x, y in batches:
            value = loss(model(*x) if isinstance(x, tuple) else model(x), y)
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            total, count = total + value.item() * len(y), count + len(y)
        means.append(total / count)
    return means


def shuffled_batches(x: Any, y: Tensor, generator: torch.Generator, epochs: int, batch_size: int) -> Epochs:
    """Return the batches of `torch.randperm(N, generator=generator).split(batch_size)`, drawn anew in each epoch."""
    orders = [torch.randperm(len(y), generator=generator) for _ in range(epochs)]
    return [[(taken(x, rows), y[rows]) for rows in torch.split(order, batch_size)] for order in orders]


def taken(x: Any, rows: Any) -> Any:
    """Return some rows of a tensor, or of each tensor of a tuple."""
    return tuple(part[rows] for part in x) if isinstance(x, tuple) else x[rows]


def kept(model: Any) -> Any:
    """Return what a model holds, by value. It is shipped to where the model lives, and decides nothing."""
    if not isinstance(model, torch.nn.Module):
        return None
    parameters = {key for key, _ in model.named_parameters(remove_duplicate=False)}
    values = {key: value.detach().clone() for key, value in model.state_dict().items()}
    return {
        "values": values,
        "parameters": [key for key in values if key in parameters],
        "training": model.training,
    }


def predicted(model: Any, x: Any) -> Any:
    """Return what a model makes of x, without a graph. It is shipped too."""
    with torch.no_grad():
        return model(*x) if isinstance(x, tuple) else model(x)


@dataclass(frozen=True)
class Trained:
    """A model with its weights, and the losses on the way to them."""

    model: nn.Module  # of the oracle's class, in evaluation, on the host
    losses: list[float]
    handle: Any = None  # the submission's own, which lives in the worker
    in_training: bool = False  # in which mode that came back

    @property
    def state(self) -> dict[str, Tensor]:
        """Parameters and buffers by key."""
        return self.model.state_dict()


def read_model(submission: Submission, model: Any, oracle: nn.Module, like: Tensor | None = None) -> Trained:
    """Read the weights of a submission's model by value, into a copy of the oracle that promises its architecture.

    Args:
        submission: where the model lives.
        model: what came back as a model.
        oracle: the promised net, of torch's own layers under the same keys; it stays as it is.
        like: a tensor on the device, and of the dtype, of the parameters; on the host as the oracle's if None.

    Raises:
        CheckFailure: it is no module, or holds other keys, shapes, dtypes or devices, or numbers that are not finite.
    """
    got = submission.build(kept, model) if isinstance(model, Handle) else None
    if type(got) is not dict:
        raise CheckFailure("the model", "an nn.Module", kind_of(model), Evidence("kind", None))
    values = _values(got)
    kinds = {
        key: ["parameter" if key in got["parameters"] else "buffer", list(v.shape)]
        for key, v in values.items()
    }
    check_state(kinds, oracle)
    like = next(oracle.parameters()) if like is None else like
    for key, value in values.items():
        if OPTIONAL not in key:
            check_dtype(value, like.dtype, key)
            where = device_of(value.device)
            check_that(value.device == like.device, f"the device of {key}", device_of(like.device), where)
            check_finite(value.cpu(), key)
    mine = copy.deepcopy(oracle)
    mine.load_state_dict(
        {key: value.cpu() for key, value in values.items() if key in mine.state_dict()}, strict=False
    )
    return Trained(mine.eval(), [], model, got.get("training") is True)


def _values(got: dict[str, Any]) -> dict[str, Tensor]:
    values, parameters = got.get("values"), got.get("parameters")
    are_tensors = type(values) is dict and all(isinstance(value, Tensor) for value in values.values())
    if not are_tensors or type(parameters) is not list:
        raise CheckFailure(KEYS, "a state_dict of tensors", "something else", Evidence("state", None))
    return dict(values or {})


@dataclass(frozen=True)
class Training:
    """A function of the submission that makes a net, trains it, and returns it with a loss for each epoch.

    It is called as `name(x, y, generator, epochs=, ...)`, and promises: the oracle's architecture, the optimiser, the
    batches of `shuffled_batches`, and with `epochs=0` the untrained net.
    """

    submission: Submission
    name: str
    # the promised net for such x, of torch's own layers, in the dtype of x
    oracle: Callable[[Any], nn.Module]
    optimizer: Optimizer
    lr: float
    batch_size: int
    loss: Loss = functional.cross_entropy
    batches: Callable[..., Epochs] = shuffled_batches

    def run(self, x: Any, y: Tensor, seed: int, epochs: int | None, **options: Any) -> Trained:
        """Let the submission train under a seed of torch's and a generator, and read what came back.

        Without `epochs` (None) there are as many as it takes by default.
        """
        if epochs is not None:
            options["epochs"] = epochs
        self.submission._session.seed(seed)
        got = getattr(self.submission, self.name)(x, y, torch.Generator().manual_seed(seed), **options)
        if not isinstance(got, (tuple, Record)) or len(got) != 2:
            raise CheckFailure("the result", "the model and its losses", kind_of(got), Evidence("kind", None))
        model, losses = got
        check_losses(losses, epochs)
        like = x if isinstance(x, Tensor) and x.is_floating_point() else torch.empty(0, device=y.device)
        return replace(read_model(self.submission, model, self.oracle(on_host(x)), like), losses=losses)

    def replay(self, start: Trained, x: Any, y: Tensor, seed: int, epochs: int, **options: Any) -> Trained:
        """Train the oracle in the same way, from the weights of an untrained net."""
        note_start(self.submission, start)
        model, generator = copy.deepcopy(start.model), torch.Generator().manual_seed(seed)
        batches = self.batches(
            on_host(x), on_host(y), generator, epochs, options.get("batch_size", self.batch_size)
        )
        optimizer = self.optimizer(model.parameters(), lr=options.get("lr", self.lr))
        losses = train_steps(model, batches, optimizer, self.loss)
        return Trained(model.eval(), losses)


def note_start(submission: Submission, start: Trained) -> None:
    """Let known mistakes begin at the weights of an untrained net, on which what a test sees depends.

    A test of these weights themselves must not call it: a mistake in them would be taken away.
    """
    submission._session.begun.append(start.state)


def check_losses(losses: Any, epochs: int | None = None) -> None:
    """Check that the losses of a training are a list of floats, as many as there are epochs."""
    floats = type(losses) is list and all(type(loss) is float for loss in losses)
    check_that(floats, "losses", "a list of floats", "something else")
    if epochs is not None:
        check_equal(len(losses), epochs, "the number of losses")


def check_steps(
    training: Training, x: Any, y: Tensor, seed: int, epochs: int = 1, **options: Any
) -> tuple[Trained, Trained]:
    """Check every loss, parameter and buffer after some epochs against the oracle's, from the same untrained net.

    Keep them few, 10 steps in all at most, and x in float64: rounding grows from step to step.

    Args:
        training: the function, and what it promises.
        x: the samples.
        y: their targets.
        seed: of the initial weights and of the batches.
        epochs: how often they are gone over.
        options: further arguments of the function, such as batch_size and lr.

    Returns:
        Theirs before and after the training.

    Raises:
        CheckFailure: the first difference; of what did not move it says so.
    """
    start = training.run(x, y, seed, 0, **options)
    got = training.run(x, y, seed, epochs, **options)
    check_same_training(got, training.replay(start, x, y, seed, epochs, **options), start)
    return start, got


def check_same_training(
    got: Trained, want: Trained, start: Trained | None = None, unit: str = "epoch"
) -> None:
    """Check two histories and the weights after them; `start` are those before.

    Raises:
        CheckFailure: the first loss, parameter or buffer that differs.
    """
    close = TOLERANCE[next(want.model.parameters()).dtype]
    many = len(want.losses)
    check_same_steps(
        (got.losses, got.state), (want.losses, want.state), f"the loss of {unit} {{}} of {many}",
        f"after {many} {unit}{'s' * (many != 1)}", close["rtol"], close["atol"], "value", start,
    )  # fmt: skip


Steps = tuple[Sequence[float], Mapping[str, Tensor]]  # the losses on the way, and the weights and buffers after it


def check_same_steps(
    got: Steps, want: Steps, loss: str, after: str, rtol: float, atol: float, kind: str, start: Trained | None = None
) -> None:
    """Check losses and weights; `loss` names a loss by its number, `after` says when the weights are read.

    Raises:
        CheckFailure: the first that differs, with all of them as evidence of a `kind`.
    """
    whole, key = Evidence(kind, {"losses": got[0], **got[1]}, rtol, atol), ""
    try:
        check_equal(len(got[0]), len(want[0]), "the number of losses")
        for number, (mine, ours) in enumerate(zip(got[0], want[0], strict=True), start=1):
            check_close(mine, ours, loss.format(number), rtol=1e-4, atol=1e-5)
        for key, value in want[1].items():  # noqa: B007  # it is told which one failed
            if OPTIONAL not in key:
                check_close(got[1].get(key), value, f"{key} {after}", rtol=rtol, atol=atol)
    except CheckFailure as failure:
        stayed = start is not None and key in start.state and start.state[key].equal(got[1][key])
        failure.got += "; it is as before the training" if stayed else ""
        raise failure.of_whole(whole) from None


def check_predictions(submission: Submission, trained: Trained, x: Any) -> Tensor:
    """Check that a model came back in evaluation and predicts what its weights do, of many samples and of one.

    Args:
        submission: where the model lives.
        trained: what came back.
        x: samples, (N, ...), on the device of the model; a tuple where forward takes several arguments.

    Returns:
        What the weights predict, on the host.

    Raises:
        CheckFailure: it is in training mode, or predicts something else.
    """
    check_that(not trained.in_training, "model.training", "False: the model comes back in evaluation", "True")
    if not trained.losses:
        note_start(submission, trained)
    want: Tensor = predicted(trained.model, on_host(x))
    close = ONE_PASS[want.dtype]
    one = taken(x, slice(1)), want[:1], "model(x) of one sample alone"
    for rows, scores, what in ((x, want, "model(x), against what its weights say"), one):
        check_close(on_host(submission.build(predicted, trained.handle, rows)), scores, what, **close)
    return want
