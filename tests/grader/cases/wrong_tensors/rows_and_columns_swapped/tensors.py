from torch import Tensor


def outer(x: Tensor, y: Tensor) -> Tensor:
    if x.dim() != 1 or y.dim() != 1:
        raise ValueError("x and y must be vectors")
    return x[None, :] * y[:, None]
