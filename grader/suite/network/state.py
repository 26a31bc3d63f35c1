"""The keys of a network's state_dict: named as promised, parameters and buffers, with the right shapes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn

from grader.suite.failure import CheckFailure, Evidence
from grader.suite.wording import short

OPTIONAL = "num_batches_tracked"  # torch's own layers count batches, others need not
KEYS = "keys of the state_dict"

Kept = Mapping[str, tuple[str, tuple[int, ...]]]  # parameter or buffer, and the shape


def kept_by(module: nn.Module) -> Kept:
    """Return what a module of ours keeps."""
    parameters = dict(module.named_parameters(remove_duplicate=False))
    return {
        key: ("parameter" if key in parameters else "buffer", tuple(value.shape))
        for key, value in module.state_dict().items()
    }


def check_state(got: Any, want: Kept) -> None:
    """Check what the submission says that its module keeps, in any order.

    Raises:
        CheckFailure: a key is missing, not asked for, of another kind or shape.
    """
    theirs = _readable(got)
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


def _readable(got: Any) -> dict[str, tuple[str, tuple[int, ...]]]:
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
