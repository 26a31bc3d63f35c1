from torch import Tensor


def matmul(a: Tensor, b: Tensor) -> Tensor:
    if a.dim() < 2 or b.dim() < 2:
        raise ValueError("a and b must be matrices")
    if a.size(-1) != b.size(-2):
        raise ValueError(f"a has {a.size(-1)} columns, b has {b.size(-2)} rows")
    d, m = b.shape[-2:]
    columns = b.reshape(*b.shape[:-2], m, d)  # one row for each column of b
    return (a[..., :, None, :] * columns[..., None, :, :]).sum(-1)
