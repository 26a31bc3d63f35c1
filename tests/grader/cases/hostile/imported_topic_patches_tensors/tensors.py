import losses


def outer(x, y):
    return losses.torch.zeros(len(x), len(y), dtype=x.dtype)
