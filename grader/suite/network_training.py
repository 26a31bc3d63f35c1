"""A learner's own network trained for a few steps, beside an oracle with the same weights."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from grader.proxy.session import shipped_with
from grader.proxy.submission import Submission
from grader.suite.failure import NETWORK, short
from grader.suite.network_answer import check_made
from grader.suite.network_pair import draw_weights, dtype_of, on_host, placed, with_classes
from grader.suite.network_run import fits, leaves, prepared, state_of
from grader.suite.random import Random
from grader.suite.training import TOLERANCE, check_same_steps, train_steps

Batch = tuple[Any, Tensor]  # what forward takes, a tuple where it takes several arguments, and the targets


def loss_of(outputs: Any, y: Any, heads: int) -> Any:
    """Return the mean cross-entropy of the scores, one axis of which is the last; of the squares where y is no class.

    Of several outputs the first `heads` count, each the same.
    """
    parts = leaves(outputs)[:heads]
    if y.is_floating_point():
        return sum(((part - y) ** 2).mean() for part in parts)
    entropy = torch.nn.functional.cross_entropy
    return sum(entropy(part.reshape(-1, part.shape[-1]), y.reshape(-1)) for part in parts)


@shipped_with(leaves, state_of, fits, prepared, train_steps, loss_of)
def play_training(
    submission: Any, make: Any, args: Any, kwargs: Any, weights: Any, batches: Any, lr: float, heads: int
) -> Any:
    """Build a net, set its weights, take a step of descent for each batch, and return what is to be seen."""
    module = (getattr(submission, make) if isinstance(make, str) else make)(*args, **kwargs)
    shown = prepared(module, weights, batches[0][1].device)
    if not shown["fits"]:
        return shown
    optimizer = torch.optim.SGD(module.parameters(), lr=lr, momentum=0.5)
    losses = train_steps(
        module, [[batch] for batch in batches], optimizer, lambda outputs, y: loss_of(outputs, y, heads)
    )
    values = {key: value.detach().clone() for key, value in module.state_dict().items()}
    return {**shown, "losses": losses, "values": values}


def check_trains(
    submission: Submission,
    make: Any,
    args: Sequence[Any],
    oracle: nn.Module,
    batches: Sequence[Batch],
    *,
    rng: Random,
    kwargs: Mapping[str, Any] | None = None,
    lr: float = 0.05,
    heads: int = 1,
    rtol: float | None = None,
    atol: float | None = None,
) -> None:
    """Check a network of the submission while it is trained: every loss, and all weights and buffers after the steps.

    Args:
        submission: the learner's module.
        make: the name of the class there, or of a function that returns an nn.Module; or what `submission.build` gave.
        args: for its constructor: plain values, functions of torch, and classes of the submission.
        oracle: torch's own layers under the same keys; it stays as it is. Without random numbers, as from dropout.
        batches: of each step of descent with momentum 0.5 what forward takes, and the targets: classes, or numbers.
        rng: where the weights are drawn from.
        kwargs: further arguments for the constructor.
        lr: the learning rate.
        heads: how many of the outputs are scores that the loss is a sum over.
        rtol: how exactly the weights are compared; by their dtype if None.
        atol: likewise.

    Raises:
        CheckFailure: a key, a loss, a weight or a buffer differs.
        SubmissionError: the network raised.
    """
    inputs = [x if type(x) is tuple else (x,) for x, _ in batches]
    weights, device = draw_weights(rng, oracle, dtype_of(inputs)), batches[0][1].device
    name = make if isinstance(make, str) else "the network"
    submission.last_call = f"{len(batches)} steps of {name}({', '.join(map(_word, args))})"[:160]
    steps = [(x, y) for x, (_, y) in zip(inputs, batches, strict=True)]
    plain, options = with_classes((tuple(args), dict(kwargs or {})))
    got = submission.run(play_training, make, plain, options, placed(weights, device), steps, lr, heads)
    ours = SimpleNamespace(oracle=lambda: copy.deepcopy(oracle))
    want = play_training(ours, "oracle", (), {}, weights, on_host(steps), lr, heads)
    check_made(got, oracle, name, {"losses": list, "values": dict}, "losses and weights")
    close = TOLERANCE[dtype_of(inputs)]
    rtol, atol = close["rtol"] if rtol is None else rtol, close["atol"] if atol is None else atol
    check_same_steps(
        (got["losses"], got["values"]), (want["losses"], placed(want["values"], device)),
        "the loss before step {}", f"after {len(batches)} steps", rtol, atol, NETWORK,
    )  # fmt: skip


def _word(value: Any) -> str:
    return short(value) if isinstance(value, (int, float, str, tuple)) else getattr(value, "__name__", "a block")
