"""What a network does, played where it lives: shipped to a submission, and called here for the oracle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from grader.proxy.session import shipped_with
from grader.suite.compare import check_close, tolerance
from grader.suite.failure import CheckFailure, Evidence
from grader.wire.frame import MAX_DIMENSIONS, MAX_ELEMENTS

# What follows up to `play` travels with it, as source: it sees torch, the other functions here, and nothing else.


def leaves(value: Any) -> list[Any]:
    """Return the tensors of a nested value in order."""
    if isinstance(value, torch.Tensor):
        return [value]
    parts = value.values() if isinstance(value, dict) else value
    return [leaf for part in parts for leaf in leaves(part)] if isinstance(value, (tuple, list, dict)) else []


def mapped(value: Any, change: Any) -> Any:
    """Return a nested value with each tensor changed."""
    if isinstance(value, torch.Tensor):
        return change(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(mapped(part, change) for part in value))
    if isinstance(value, dict):
        return {key: mapped(part, change) for key, part in value.items()}
    return type(value)(mapped(part, change) for part in value) if type(value) in (tuple, list) else value


def copied(value: Any, most: int = 1_000_000) -> Any:
    """Return the numbers of a tensor; what is too much to copy goes as it is: whether it can be sent shows later."""
    return value if value is None or value.numel() > most else value.detach().clone()


def fresh(value: Any) -> Any:
    """Return a tensor without its history, which gradients reach."""
    return copied(value).requires_grad_(value.is_floating_point())


class Recorder:
    """Takes down the calls of a network's sub-modules."""

    most_calls, most_tensors = 300, 4  # tensors that go into a call, or come out

    def __init__(self, module: Any) -> None:
        """Watch all sub-modules."""
        self.calls: list[Any] = []
        self.numbers: dict[str, int] = {}
        self.opened: dict[str, list[Any]] = {}
        self.clock, self.left = 0, 1_000_000  # numbers that may still be kept
        for _, (path, part) in zip(range(self.most_calls), module.named_modules(), strict=False):
            if part is not module:
                self.watch(str(path)[:100], part)

    def watch(self, path: str, part: Any) -> None:
        """Hear of the beginning and the end of each call."""
        part.register_forward_pre_hook(
            lambda part, given, named: self.begin(path, part, [given, named]), with_kwargs=True
        )
        part.register_forward_hook(
            lambda part, given, named, result: self.end(path, result), with_kwargs=True
        )

    def begin(self, path: str, part: Any, given: Any) -> None:
        """Take down a call: name, class, which of its calls, start, end, what goes in, what comes out."""
        self.numbers[path] = self.numbers.get(path, 0) + 1
        if len(self.calls) < self.most_calls:
            kind = str(type(part).__name__)[:60]
            self.calls.append([path, kind, self.numbers[path], self.tick(), None, self.kept(given), None])
            self.opened.setdefault(path, []).append(self.calls[-1])

    def end(self, path: str, result: Any) -> None:
        """Complete the call that began last."""
        if self.opened.get(path):
            call = self.opened[path].pop()
            call[4], call[6] = self.tick(), self.kept(result)

    def tick(self) -> int:
        """Return the next moment."""
        self.clock += 1
        return self.clock

    def kept(self, value: Any) -> list[Any]:
        """Return the shapes of tensors, and their numbers as long as there is room for them."""
        rows = []
        for leaf in leaves(value)[: self.most_tensors]:
            self.left -= leaf.numel()
            rows.append([list(leaf.shape), copied(leaf) if self.left >= 0 else None])
        return rows


def traced_calls(module: Any, x: Any) -> list[Any]:
    """Return the calls of the sub-modules, as far as the network comes: why it stops is known already."""
    recorder = Recorder(module)
    try:
        module(*mapped(x, fresh))
    except Exception:
        return recorder.calls
    return recorder.calls


def state_of(module: Any, most: int = 1000) -> dict[str, list[Any]]:
    """Return what a module keeps: parameter or buffer, and the shape."""
    parameters = dict(module.named_parameters(remove_duplicate=False))
    return {
        key: ["parameter" if key in parameters else "buffer", list(value.shape)]
        for _, (key, value) in zip(range(most), module.state_dict().items(), strict=False)
    }


def fits(state: Any, weights: Any) -> bool:
    """Whether a module keeps what is to be set; torch's own layers count batches, others need not."""
    demanded = {key: list(value.shape) for key, value in weights.items() if "num_batches_tracked" not in key}
    return demanded == {key: shape for key, (_, shape) in state.items() if "num_batches_tracked" not in key}


def prepared(module: Any, weights: Any, device: Any) -> dict[str, Any]:
    """Set the weights of a net, if it keeps what is to be set, and return what it shows of itself."""
    if not isinstance(module, torch.nn.Module):
        return {"module": False, "fits": False}
    state = state_of(module)
    shown = {"module": True, "state": state, "fits": fits(state, weights)}
    if shown["fits"]:
        dtypes = [value.dtype for value in weights.values() if value.is_floating_point()]
        module.to(device=device, dtype=dtypes[0] if dtypes else None)
        module.load_state_dict({key: value for key, value in weights.items() if key in state}, strict=False)
    return shown


def ran(module: Any, x: Any, upstream: Any) -> dict[str, Any]:
    """Return output, gradients and buffers of a run."""
    inputs = mapped(x, fresh)
    output = module(*inputs)
    seen: dict[str, Any] = {"output": mapped(output, copied), "gradients": {}, "inputs": [], "graph": None}
    results = [leaf for leaf in leaves(output) if leaf.is_floating_point()]
    upstream = upstream(results) if callable(upstream) else upstream  # the oracle's: drawn for what comes out
    kinds = [[(part.shape, part.device) for part in parts] for parts in (results, upstream or ())]
    parameters = dict(module.named_parameters(remove_duplicate=False))
    if upstream is not None and kinds[0] == kinds[1]:
        pairs = [(part, above) for part, above in zip(results, upstream, strict=True) if part.requires_grad]
        seen["graph"] = bool(pairs)
        if pairs:
            torch.autograd.backward([part for part, _ in pairs], [above for _, above in pairs])
        seen["gradients"] = {key: copied(value.grad) for key, value in parameters.items()}
        seen["inputs"] = [copied(leaf.grad) for leaf in leaves(inputs) if leaf.is_floating_point()]
    buffers = {key: value for key, value in module.state_dict().items() if key not in parameters}
    seen["buffers"] = {key: copied(value) for key, value in buffers.items()}
    return seen


@shipped_with(leaves, mapped, copied, fresh, Recorder, traced_calls, state_of, fits, prepared, ran)
def play(
    submission: Any, name: str, args: Any, kwargs: Any, x: Any, weights: Any, upstream: Any, training: bool,
    traced: bool,
) -> Any:  # fmt: skip
    """Build a net, set its weights, run it, and return what is to be seen; it decides nothing.

    `upstream` None asks for no gradients; `traced` asks for the calls of the sub-modules and nothing else.
    """
    module = getattr(submission, name)(*args, **kwargs)
    shown = prepared(module, weights, leaves(x)[0].device)
    if not shown["fits"]:
        return shown
    module.train(training)
    module.zero_grad()
    if traced:
        return {"calls": traced_calls(module, x)}
    return {**shown, **ran(module, x, upstream)}


LONGEST_NAME = 100
KINDS_OF_PARTS = (  # of a call as it arrives: one that came to its end, and one that raised
    [str, str, int, int, int, list, list],
    [str, str, int, int, type(None), list, type(None)],
)

Shape = tuple[int, ...]
Seen = tuple[Shape, Tensor | None]  # a tensor's shape, and its values where there was room for them


@dataclass(frozen=True, eq=False)  # tensors have no plain equality
class Call:
    """One call of a sub-module."""

    name: str
    kind: str  # the name of its class
    number: int  # of this call among those of the same sub-module
    start: int
    end: int | None  # None: it raised
    inputs: tuple[Seen, ...]
    outputs: tuple[Seen, ...]

    @property
    def key(self) -> tuple[str, int]:
        """What a call of another net must share to be its counterpart."""
        return self.name, self.number


def calls_of(answer: Any) -> list[Call]:
    """Return the calls that a play tells of; nothing of what is malformed."""
    rows = answer.get("calls") if type(answer) is dict else None
    found = [_call(row) for row in rows[:Recorder.most_calls]] if type(rows) is list else []
    return [call for call in found if call is not None]


def matched(theirs: Sequence[Call], ours: Sequence[Call]) -> dict[tuple[str, int], Call]:
    """Return their calls that have a counterpart: a sub-module of the same name, called as often."""
    often = [Counter(call.name for call in calls) for calls in (theirs, ours)]
    return {call.key: call for call in theirs if often[0][call.name] == often[1][call.name]}


def difference(
    theirs: Sequence[Seen], ours: Sequence[Seen], rtol: float | None, atol: float | None
) -> CheckFailure | None:
    """Return the first difference between what went in or came out of two calls, as far as both are known.

    Another number of tensors, and the same numbers in another shape, are style.
    """
    if len(theirs) != len(ours):
        return None
    for (shape, got), (demanded, want) in zip(theirs, ours, strict=True):
        failure = _difference(shape, got, demanded, want, rtol, atol)
        if failure is not None:
            return failure
    return None


def _difference(
    shape: Shape,
    got: Tensor | None,
    demanded: Shape,
    want: Tensor | None,
    rtol: float | None,
    atol: float | None,
) -> CheckFailure | None:
    another = CheckFailure(None, f"shape {demanded}", f"shape {shape}", Evidence("shape", None))
    reshaped = shape != demanded
    if got is None or want is None or got.numel() != want.numel():
        return another if reshaped else None
    relative, absolute = tolerance(got)
    relative, absolute = relative if rtol is None else rtol, absolute if atol is None else atol
    try:
        check_close(got.detach().cpu().reshape(demanded), want, rtol=relative, atol=absolute)
    except CheckFailure as failure:
        return another if reshaped else failure
    return None


def _call(row: Any) -> Call | None:
    if type(row) is not list or [type(part) for part in row] not in KINDS_OF_PARTS:
        return None
    name, kind, number, start, end, inputs, outputs = row
    try:
        seen = _seen(inputs), _seen(outputs or [])
    except (TypeError, ValueError):
        return None
    return Call(name[:LONGEST_NAME], kind[:LONGEST_NAME], number, start, end, *seen)


def _seen(rows: Any) -> tuple[Seen, ...]:
    return tuple(_tensor(shape, value) for shape, value in rows[:Recorder.most_tensors])


def _tensor(shape: Any, value: Any) -> Seen:
    if type(value) is Tensor and value.device.type != "meta":
        return tuple(value.shape), value
    if type(shape) is not list or len(shape) > MAX_DIMENSIONS:
        raise ValueError("a shape that is none")
    if any(type(size) is not int or not 0 <= size <= MAX_ELEMENTS for size in shape):
        raise ValueError("a size that is none")
    return tuple(shape), None
