from collections.abc import Iterable

from torch import Tensor


def l2_penalty(params: Iterable[Tensor], strength: float) -> Tensor:
    if strength < 0:
        raise ValueError("strength must not be negative")
    squares = [(w * w).sum() for w in params]
    if not squares:
        raise ValueError("params is empty")
    total = squares[0]
    for s in squares[1:]:
        total = total + s
    return strength * total
