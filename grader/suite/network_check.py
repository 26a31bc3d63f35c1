"""A network against an oracle with the same weights: the first difference on the way, gradients, buffers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from torch import Tensor, nn

from grader.proxy.errors import SubmissionError
from grader.proxy.submission import Submission
from grader.suite.compare import check_close
from grader.suite.drawing import Drawing
from grader.suite.failure import NETWORK, CheckFailure, Evidence, short
from grader.suite.network_answer import check_learned, check_made
from grader.suite.network_pair import Pair, draw_weights, dtype_of, on_host, placed
from grader.suite.network_run import leaves
from grader.suite.random import Random


def check_network(
    submission: Submission,
    name: str,
    args: Sequence[Any],
    oracle: nn.Module,
    x: Any,
    *,
    rng: Random | None = None,
    upstream: Any = None,
    kwargs: Mapping[str, Any] | None = None,
    training: bool = True,
    weights: Mapping[str, Tensor] | None = None,
    gradients: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    draw: Drawing | None = None,
) -> None:
    """Check a network of the submission with the weights of an oracle: its keys, output, gradients and buffers.

    Args:
        submission: the learner's module.
        name: the class there, or a function that returns an nn.Module.
        args: for its constructor: plain values, functions of torch, and classes of the submission.
        oracle: torch's own layers under the same keys; it stays as it is.
        x: a tensor, or a tuple of arguments for forward: tensors, None, numbers, tuples of tensors.
        rng: where weights and upstream are drawn from, as far as these are not given.
        upstream: the gradient that comes from above, a tensor for each float tensor of the output.
        kwargs: further arguments for the constructor.
        training: whether both are in training or in evaluation.
        weights: entries of the state_dict that take the place of drawn ones.
        gradients: whether there is a backward pass.
        rtol: as for `check_close`.
        atol: as for `check_close`.
        draw: where a failure attaches the table of shapes on the way.

    Raises:
        CheckFailure: a key, the output, a gradient or a buffer differs.
        SubmissionError: the network raised.
    """
    inputs = x if type(x) is tuple else (x,)
    pair = Pair(
        submission, name, tuple(args), dict(kwargs or {}), oracle, training, rtol, atol, draw, inputs,
        _weights(oracle, inputs, weights, rng),
    )  # fmt: skip
    submission.last_call = _where(pair)
    want = None
    if gradients:
        pair, want = _under_a_gradient(pair, upstream, rng)
    try:
        got = pair.theirs()
    except SubmissionError as problem:
        if problem.kind != "NotImplementedError":
            pair.explain_exception(problem)
        raise
    _judge(pair, got, pair.ours() if want is None else want)


def _where(pair: Pair) -> str:
    """Say in one line which network met what."""
    options = [getattr(arg, "__name__", None) or short(arg) for arg in pair.args]
    options += [f"{key}={short(value)}" for key, value in pair.kwargs.items()]
    tensors = [f"{tuple(part.shape)} {str(part.dtype).removeprefix('torch.')}" for part in leaves(pair.inputs)]
    mode = "in training" if pair.training else "in evaluation"
    return f"{pair.name}({', '.join(options)}) of x {', '.join(tensors)}, {mode}"[:160]


def _judge(pair: Pair, got: Any, want: Any) -> None:
    check_made(got, pair.oracle, pair.name)
    whole = {part: got[part] for part in ("output", "gradients", "inputs", "buffers")}
    evidence = Evidence(NETWORK, whole, pair.rtol, pair.atol)
    try:
        output = placed(want["output"], pair.device)
        check_close(got["output"], output, "the output", rtol=pair.rtol, atol=pair.atol)
    except CheckFailure as failure:
        cause = failure if failure.evidence.kind == "device" else pair.explained(failure)
        raise cause.of_whole(evidence) from None
    try:
        check_learned(got, want, list(pair.weights), pair.device, pair.rtol, pair.atol)
    except CheckFailure as failure:
        raise failure.of_whole(evidence) from None


def _weights(
    oracle: nn.Module, inputs: Any, weights: Mapping[str, Tensor] | None, rng: Random | None
) -> dict[str, Tensor]:
    given, dtype = dict(weights or {}), dtype_of(inputs)
    if set(given) - set(oracle.state_dict()):
        raise TypeError(
            f"weights= has keys that the oracle has not: {sorted(set(given) - set(oracle.state_dict()))}"
        )
    if rng is None and set(oracle.state_dict()) - set(given):
        raise TypeError("check_network needs rng=, or weights= for every key of the oracle")
    drawn = draw_weights(rng, oracle, dtype) if rng is not None else {}
    return {key: given.get(key, drawn.get(key)) for key in oracle.state_dict()}  # type: ignore[misc]


def _under_a_gradient(pair: Pair, upstream: Any, rng: Random | None) -> tuple[Pair, Any]:
    """Return the pair with a gradient from above; where it is drawn, also what the oracle shows under it."""
    if upstream is not None:
        return replace(pair, upstream=leaves(on_host(upstream))), None
    if rng is None:
        raise TypeError("check_network needs upstream= or rng=")
    drawn: list[Tensor] = []

    def draw(outputs: Sequence[Tensor]) -> Sequence[Tensor]:
        drawn.extend(rng.normal(*part.shape, dtype=part.dtype) for part in outputs)
        return drawn

    want = pair.ours(draw=draw)
    return replace(pair, upstream=drawn), want
