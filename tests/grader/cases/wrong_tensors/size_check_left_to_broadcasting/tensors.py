from torch import Tensor


def matmul(a: Tensor, b: Tensor) -> Tensor:
    if a.ndim < 2 or b.ndim < 2:
        raise ValueError("a and b need at least two axes")
    left = a.unsqueeze(-1)  # (*, N, D, 1)
    right = b.unsqueeze(-3)  # (*, 1, D, M)
    try:
        product = left * right
    except RuntimeError as err:
        raise ValueError(f"cannot multiply a {tuple(a.shape)} and b {tuple(b.shape)}") from err
    return product.sum(dim=-2)
