import torch


@torch.compile(backend="eager")
def product(x, y):
    return x[:, None] * y


def outer(x, y):
    for name, value in (("x", x), ("y", y)):
        if value.dim() != 1:
            raise ValueError(f"{name} has {value.dim()} axes, expected 1")
    return torch.compile(product, backend="eager")(x, y)
