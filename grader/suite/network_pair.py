"""Two networks under the same weights and inputs: the submission's where it lives, and the oracle here."""

from __future__ import annotations

import copy
import math
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from grader.proxy.errors import ArgumentChanged, StateLeft, SubmissionError
from grader.proxy.submission import RemoteFunction, Submission
from grader.suite.behaviour import to_device
from grader.suite.drawing import Drawing
from grader.suite.failure import NETWORK, CheckFailure, Evidence, keep_evidence
from grader.suite.network_difference import Place, Trace, firm_parts, first_difference, table_of
from grader.suite.network_run import calls_of, leaves, mapped, play
from grader.suite.random import Random

HOST = torch.device("cpu")
GAIN = 1.4  # keeps the size of what flows through a layer and a ReLU


def draw_weights(rng: Random, module: nn.Module, dtype: torch.dtype) -> dict[str, Tensor]:
    """Draw a value for each float entry of a state_dict; integer ones are kept, counts of batches are small."""
    return {key: _drawn(rng, key, value, dtype) for key, value in module.state_dict().items()}


def _drawn(rng: Random, key: str, value: Tensor, dtype: torch.dtype) -> Tensor:
    name, shape = key.rpartition(".")[2], tuple(value.shape)
    if name == "num_batches_tracked":
        return rng.integers(1, 9, *shape)
    if not value.is_floating_point():
        return value.detach().clone()
    if name == "running_var":
        return rng.uniform(*shape, low=0.5, high=2.0, dtype=dtype)
    if len(shape) > 1:
        return rng.normal(*shape, std=GAIN / math.sqrt(max(1, math.prod(shape[1:]))), dtype=dtype)
    if name == "weight":
        return rng.uniform(*shape, low=0.5, high=1.5, dtype=dtype)
    return rng.normal(*shape, std=0.3, dtype=dtype)


def on_host(value: Any) -> Any:
    """Return a nested value of tensors on the host, without their history."""
    return mapped(value, lambda part: part.detach().cpu())


def placed(value: Any, device: torch.device) -> Any:
    """Return a nested value of host tensors on the device of a check."""
    return value if device == HOST else mapped(value, to_device)


def dtype_of(inputs: Any) -> torch.dtype:
    """Return the dtype of the first float tensor; float64 if there is none."""
    return next((x.dtype for x in leaves(inputs) if x.is_floating_point()), torch.float64)


def with_classes(value: Any) -> Any:
    """Return constructor arguments in which a class of the submission is what a message can carry."""
    if isinstance(value, RemoteFunction):
        return value._session.ask({"op": "global", "name": value._name})
    if type(value) in (tuple, list):
        return type(value)(with_classes(part) for part in value)
    return {key: with_classes(part) for key, part in value.items()} if type(value) is dict else value


Draw = Callable[[Sequence[Tensor]], Sequence[Tensor]]  # gradients from above for some outputs


@dataclass(frozen=True)
class Pair:
    """Both networks, what goes into them, and how exactly they are compared."""

    submission: Submission
    name: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    oracle: nn.Module
    training: bool
    rtol: float | None
    atol: float | None
    draw: Drawing | None
    inputs: tuple[Any, ...]  # on the device of the check
    weights: Mapping[str, Tensor]
    upstream: Sequence[Tensor] | None = None  # None: no backward pass

    @property
    def device(self) -> torch.device:
        """Where everything is to lie."""
        first: Tensor = leaves(self.inputs)[0]
        return first.device

    def theirs(self, traced: bool = False) -> Any:
        """Return what the submission's network shows of itself, unchecked. Raises SubmissionError as it does."""
        args, kwargs = with_classes((self.args, dict(self.kwargs)))
        above = placed(self.upstream, self.device)
        return self.submission.run(
            play, self.name, args, kwargs, self.inputs, dict(self.weights), above, self.training, traced
        )

    def ours(self, traced: bool = False, draw: Draw | None = None) -> Any:
        """Return the same of the oracle, on the host, under the gradient that is there or that `draw` makes."""
        oracle = SimpleNamespace(oracle=lambda: _copied(self.oracle))
        with torch.enable_grad():
            return play(
                oracle, "oracle", (), {}, on_host(self.inputs), self.weights, draw or self.upstream,
                self.training, traced,
            )  # fmt: skip

    def trace(self) -> Trace | None:
        """Return both ways through the sub-modules; None if theirs cannot be told."""
        try:
            theirs = calls_of(self.theirs(traced=True))
        except (SubmissionError, ArgumentChanged, StateLeft):
            return None
        ours = calls_of(self.ours(traced=True))
        return Trace(theirs, ours, firm_parts(self.oracle), self.rtol, self.atol)

    def explain(self, trace: Trace) -> Place:
        """Return where the two part, and draw the table of shapes on the way."""
        place = first_difference(trace)
        if self.draw is not None and trace.ours:
            shapes = ", ".join(str(tuple(part.shape)) for part in leaves(self.inputs)[:3])
            self.draw.table(table_of(trace, f"on the way of x {shapes}", place.sentence))
        return place

    def explained(self, failure: CheckFailure) -> CheckFailure:
        """Return how an output differs, told where the two part first if somebody reads it."""
        trace = self.trace() if self.submission.is_explained else None
        if trace is None:
            return failure
        place = self.explain(trace)
        cause = place.failure or failure
        checked = place.checked if place.failure else f"{failure.checked}{place.checked}"
        return CheckFailure(checked, cause.expected, cause.got, cause.evidence)

    def explain_exception(self, problem: SubmissionError) -> None:
        """Draw how far a network came that raised, and keep that as evidence."""
        trace = self.trace()
        if trace is not None:
            self.explain(trace)
            keep_evidence(problem, Evidence(NETWORK, trace.reached, trace.rtol, trace.atol))


def _copied(module: nn.Module) -> nn.Module:
    """Return a deep copy; the dozen dicts for hooks of each layer, mostly empty, are not gone through."""
    empty = [part for each in module.modules() for part in vars(each).values() if _is_empty(part)]
    return copy.deepcopy(module, {id(part): type(part)() for part in empty})


def _is_empty(part: object) -> bool:
    return type(part) in (dict, OrderedDict) and not part
