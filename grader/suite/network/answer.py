"""What a submission's network shows of itself, checked part by part against what the oracle's does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from grader.suite.compare import check_close
from grader.suite.failure import CheckFailure, Evidence
from grader.suite.network.gradients import Given, check_all_gradients
from grader.suite.network.state import OPTIONAL, check_state, kept_by
from grader.suite.network.values import placed
from grader.suite.wording import kind_of

PARTS = ("output", "gradients", "inputs", "buffers")


def seen_in(got: Any) -> dict[str, Any]:
    """Return all that a play saw: the evidence of whatever differs."""
    return {part: got[part] for part in PARTS}


def check_made(got: Any, oracle: nn.Module, name: str) -> None:
    """Check that a network was made, holds what it should, and was run.

    Raises:
        CheckFailure: it is none, its state_dict differs, or the answer is no answer.
    """
    if type(got) is not dict or got.get("module") is not True:
        text = "something else" if type(got) is dict else kind_of(got)
        raise CheckFailure(f"what {name} makes", "an nn.Module", text, Evidence("kind", None))
    check_state(got.get("state"), kept_by(oracle))
    kinds = {"gradients": dict, "inputs": list, "buffers": dict}
    whole = "output" in got and all(type(got.get(part)) is kind for part, kind in kinds.items())
    if got.get("fits") is not True or not whole:
        raise CheckFailure(f"what {name} shows", "an output and gradients", "neither", Evidence("kind", None))


def check_output(got: Any, want: Any, device: torch.device, rtol: float | None, atol: float | None) -> None:
    """Check the output: kind, shape, dtype, device, values."""
    check_close(got["output"], placed(want["output"], device), "the output", rtol=rtol, atol=atol)


def check_learned(
    got: Any, want: Any, keys: Sequence[str], device: torch.device, rtol: float | None, atol: float | None
) -> None:
    """Check the gradients of the parameters, those of the inputs, and the buffers afterwards.

    Raises:
        CheckFailure: the first that differs.
    """
    if want["graph"] and got.get("graph") is False:
        text = "a result without a graph: it was detached, or made with .item(), .data or no_grad"
        raise CheckFailure(
            "the output", "a result that gradients flow through", text, Evidence("graph", False)
        )
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
