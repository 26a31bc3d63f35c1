from torch import Tensor


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    if x1.shape != x2.shape:
        raise ValueError(f"x2 must have shape {tuple(x1.shape)}, not {tuple(x2.shape)}")
    len1 = x1.square().sum(dim=dim).sqrt().clamp(min=eps)
    len2 = x2.square().sum(dim=dim).sqrt().clamp(min=eps)
    return (x1 * x2).sum(dim=dim) / (len1 * len2)
