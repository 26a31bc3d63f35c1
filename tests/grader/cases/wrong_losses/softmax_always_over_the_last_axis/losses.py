from torch import Tensor


def softmax(x: Tensor, dim: int) -> Tensor:
    biggest = x.amax(dim=-1, keepdim=True)
    e = (x - biggest).exp()
    return e / e.sum(dim=-1, keepdim=True)
