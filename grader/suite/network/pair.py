"""Two networks under the same weights and inputs: the submission's where it lives, and the oracle here."""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from grader.proxy.errors import ArgumentChanged, StateLeft, SubmissionError
from grader.proxy.submission import Submission
from grader.suite.drawing import Drawing
from grader.suite.failure import NETWORK, CheckFailure, Evidence, keep_evidence
from grader.suite.network.calls import calls_of
from grader.suite.network.difference import Place, Trace, firm_parts, first_difference
from grader.suite.network.play import play
from grader.suite.network.table import table_of
from grader.suite.network.values import leaves, on_host, placed, with_classes

Draw = Callable[[Sequence[Tensor]], Sequence[Tensor]]  # gradients from above for some outputs


@dataclass(frozen=True)
class Setting:
    """What is checked, and how."""

    submission: Submission
    name: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    oracle: nn.Module
    training: bool
    rtol: float | None
    atol: float | None
    draw: Drawing | None


@dataclass(frozen=True)
class Pair:
    """Both networks and what goes into them."""

    setting: Setting
    inputs: tuple[Any, ...]  # on the device of the check
    weights: Mapping[str, Tensor]
    upstream: Sequence[Tensor] | None = None  # None: no backward pass

    def under(self, upstream: Sequence[Tensor]) -> Pair:
        """Return the same with a gradient from above."""
        return replace(self, upstream=upstream)

    @property
    def device(self) -> torch.device:
        """Where everything is to lie."""
        return leaves(self.inputs)[0].device

    def theirs(self, traced: bool = False) -> Any:
        """Return what the submission's network shows of itself, unchecked. Raises SubmissionError as it does."""
        setting, above = self.setting, placed(self.upstream, self.device)
        args, kwargs = with_classes((setting.args, dict(setting.kwargs)))
        return setting.submission.run(
            play, setting.name, args, kwargs, self.inputs, dict(self.weights), above, setting.training, traced
        )

    def ours(self, traced: bool = False, draw: Draw | None = None) -> Any:
        """Return the same of the oracle, on the host, under the gradient that is there or that `draw` makes."""
        oracle = SimpleNamespace(oracle=lambda: _copied(self.setting.oracle))
        with torch.enable_grad():
            return play(
                oracle, "oracle", (), {}, on_host(self.inputs), self.weights, draw or self.upstream,
                self.setting.training, traced,
            )  # fmt: skip

    def trace(self) -> Trace | None:
        """Return both ways through the sub-modules; None if theirs cannot be told."""
        try:
            theirs = calls_of(self.theirs(traced=True))
        except (SubmissionError, ArgumentChanged, StateLeft):
            return None
        setting = self.setting
        return Trace(
            theirs, calls_of(self.ours(traced=True)), firm_parts(setting.oracle), setting.rtol, setting.atol
        )

    def explain(self, trace: Trace) -> Place:
        """Return where the two part, and draw the table of shapes on the way."""
        place = first_difference(trace)
        if self.setting.draw is not None and trace.ours:
            shapes = ", ".join(str(tuple(part.shape)) for part in leaves(self.inputs)[:3])
            self.setting.draw.table(table_of(trace, f"on the way of x {shapes}", place.sentence))
        return place

    def explained(self, failure: CheckFailure) -> CheckFailure:
        """Return how an output differs, told where the two part first if somebody reads it."""
        trace = self.trace() if self.setting.submission.is_explained else None
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
