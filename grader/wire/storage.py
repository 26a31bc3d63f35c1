"""Which elements of a storage a tensor shows: a slice must not carry along what lies beside it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from grader.wire.frame import BadFrame


def places_of(value: Tensor) -> Tensor:
    """Return the places in its storage that a host tensor shows, counted in its elements, shape (numel,)."""
    places = torch.tensor([value.storage_offset()])
    for length, step in zip(value.shape, value.stride(), strict=True):
        places = (places.unsqueeze(-1) + step * torch.arange(length)).flatten()
    return places


def flat(storage: torch.UntypedStorage, dtype: torch.dtype) -> Tensor:
    """Return all of a host storage as a vector of `dtype`."""
    return torch.empty(0, dtype=dtype).set_(storage, 0, (storage.nbytes() // dtype.itemsize,), (1,))


def shows_everything(value: Tensor) -> bool:
    """Whether a tensor shows each element of its storage, in whichever order."""
    dense = 1
    for step, length in sorted(zip(value.stride(), value.shape, strict=True)):
        if length != 1 and step != dense:
            return False
        dense *= length
    return dense * value.element_size() == value.untyped_storage().nbytes()


def refuse_unsent(value: Tensor, sent: Sequence[Tensor]) -> Tensor:
    """Return a view of a storage of ours as it was asked for by the other side, which knows what `sent` shows of it.

    Raises:
        BadFrame: it shows an element that was never sent.
    """
    if not any(map(shows_everything, sent)):
        known = torch.zeros(value.untyped_storage().nbytes() // value.element_size(), dtype=torch.bool)
        for tensor in sent:
            if tensor.element_size() == value.element_size():
                known[places_of(tensor)] = True
        if not known[places_of(value)].all():
            raise BadFrame("a view of elements that were not sent")
    return value


def copy_shown(value: Tensor, target: torch.UntypedStorage) -> None:
    """Write the elements that `value` shows, and no others, to the same places of another storage."""
    places = places_of(value)
    flat(target, value.dtype)[places] = flat(value.untyped_storage(), value.dtype)[places]
