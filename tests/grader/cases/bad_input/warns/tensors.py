import warnings


def outer(x, y):
    warnings.warn("old style", DeprecationWarning, stacklevel=1)
    for name, value in (("x", x), ("y", y)):
        if value.dim() != 1:
            raise ValueError(f"{name} has {value.dim()} axes, expected 1")
    return x[:, None] * y
