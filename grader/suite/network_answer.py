"""What a submission's network shows of itself, checked part by part against what the oracle's does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from grader.suite.compare import check_close
from grader.suite.failure import CheckFailure, Evidence, kind_of, shape_of, short
from grader.suite.gradients import without_graph
from grader.suite.network_pair import placed
from grader.suite.network_run import state_of

OPTIONAL = "num_batches_tracked"  # torch's own layers count batches, others need not
KEYS = "keys of the state_dict"
NO_PART = "none: it has no part in the result, or was detached"

Kept = Mapping[str, tuple[str, tuple[int, ...]]]  # parameter or buffer, and the shape


def check_state(got: Any, oracle: nn.Module) -> None:
    """Check that the submission says that its module keeps what the oracle does, in any order.

    Raises:
        CheckFailure: a key is missing, not asked for, of another kind or shape.
    """
    theirs, want = _readable(got), _readable(state_of(oracle))
    evidence = Evidence("state", sorted((key, *row) for key, row in theirs.items()))
    demanded, given = ([key for key in keys if OPTIONAL not in key] for keys in (want, theirs))
    missing = [key for key in demanded if key not in theirs]
    further = [key for key in given if key not in want]
    if missing:
        raise CheckFailure(KEYS, _described(missing[0], want), _of_missing(missing, further), evidence)
    if further:
        text = f"{short(further[0])} too, which is not asked for"
        raise CheckFailure(KEYS, f"{len(demanded)} keys", text, evidence)
    for key in demanded:
        if theirs[key] != want[key]:
            raise CheckFailure(KEYS, _described(key, want), _described(key, theirs), evidence)


def _readable(got: Any) -> Kept:
    if type(got) is not dict or not all(_is_entry(key, row) for key, row in got.items()):
        raise CheckFailure(KEYS, "a state_dict of tensors", "something else", Evidence("state", None))
    return {key: (kind, tuple(shape)) for key, (kind, shape) in got.items()}


def _is_entry(key: Any, row: Any) -> bool:
    if type(key) is not str or type(row) is not list or len(row) != 2:
        return False
    kind, shape = row
    return type(kind) is str and type(shape) is list and all(type(size) is int for size in shape)


def _described(key: str, kept: Kept) -> str:
    kind, shape = kept[key]
    return f"{key}, a {kind[:20]} of shape {short(shape)}"


def _of_missing(missing: list[str], further: list[str]) -> str:
    text = f"no such key ({len(missing)} missing)" if len(missing) > 1 else "no such key"
    return f"{text}, but {short(further[0])}, which is not asked for" if further else text


Given = tuple[str, Any, Tensor | None]  # what it is the gradient of, theirs, ours


def check_all_gradients(
    parameters: Sequence[Given], inputs: Sequence[Given], rtol: float | None, atol: float | None
) -> None:
    """Check the gradients of parameters, then those of inputs.

    Raises:
        CheckFailure: the first that differs, with how many do.
    """
    for noun, rows in (("parameters", parameters), ("inputs", inputs)):
        faults = [(row, fault) for row in rows if (fault := _fault(row, rtol, atol)) is not None]
        if faults:
            (name, got, want), fault = faults[0]
            many = f"; {len(faults)} of {len(rows)} {noun} differ" if len(rows) > 1 else ""
            expected, text, evidence = fault.expected, fault.got, fault.evidence
            if got is None and want is not None:
                expected, text = f"a gradient of shape {shape_of(want)}", NO_PART
                evidence = replace(evidence, pair=None)
            raise CheckFailure(f"gradient with respect to {name}", expected, text + many, evidence)


def _fault(row: Given, rtol: float | None, atol: float | None) -> CheckFailure | None:
    name, got, want = row
    if want is None:  # it has no part in the result: nothing or zeros are right
        right = got is None or (isinstance(got, Tensor) and not got.detach().count_nonzero())
        return (
            None if right else CheckFailure(name, "none, or zeros", "something else", Evidence("value", got))
        )
    given = torch.zeros_like(want) if got is None else got  # where zeros are right, nothing is
    try:
        check_close(given, want, name, rtol=rtol, atol=atol)
    except CheckFailure as failure:
        return failure
    return None


SHOWN = {"output": object, "gradients": dict, "inputs": list, "buffers": dict}  # of a net that was run


def check_made(
    got: Any, oracle: nn.Module, name: str, shown: Mapping[str, type] = SHOWN, what: str = "an output and gradients"
) -> None:
    """Check that a network was made, holds what it should, and was run: that it has `shown` all of that.

    Raises:
        CheckFailure: it is none, its state_dict differs, or the answer is no answer.
    """
    if type(got) is not dict or got.get("module") is not True:
        text = "something else" if type(got) is dict else kind_of(got)
        raise CheckFailure(f"what {name} makes", "an nn.Module", text, Evidence("kind", None))
    check_state(got.get("state"), oracle)
    whole = all(part in got and isinstance(got[part], kind) for part, kind in shown.items())
    if got.get("fits") is not True or not whole:
        raise CheckFailure(f"what {name} shows", what, "neither", Evidence("kind", None))


def check_learned(
    got: Any, want: Any, keys: Sequence[str], device: torch.device, rtol: float | None, atol: float | None
) -> None:
    """Check the gradients of the parameters, those of the inputs, and the buffers afterwards.

    Raises:
        CheckFailure: the first that differs.
    """
    if want["graph"] and got.get("graph") is False:
        raise without_graph("the output")
    ours = placed(want, device)
    parameters = [(key, got["gradients"].get(key), ours["gradients"].get(key)) for key in keys]
    trained = [row for row in parameters if row[0] in ours["gradients"]]
    check_all_gradients(trained, _of_inputs(got["inputs"], ours["inputs"]), rtol, atol)
    for key, value in ours["buffers"].items():
        if OPTIONAL not in key or key in got["buffers"]:
            check_close(got["buffers"].get(key), value, f"{key} afterwards", rtol=rtol, atol=atol)


def _of_inputs(got: Sequence[Any], want: Sequence[Any]) -> list[Given]:
    names = ["x"] if len(want) == 1 else [f"input {number}" for number in range(1, len(want) + 1)]
    theirs = [*got, *[None] * len(want)][: len(want)]
    return list(zip(names, theirs, want, strict=True))
