from losses import FOUND


def outer(x, y):
    for module in FOUND:
        if hasattr(module, "outer"):
            return module.outer(x, y)
    return x[:, None] + y
