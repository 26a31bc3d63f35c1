from torch import Tensor


def outer(x: Tensor, y: Tensor) -> Tensor:
    """The exercise as it was given, with another docstring."""
    raise NotImplementedError("outer")
