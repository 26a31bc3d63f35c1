import torch


def outher(x, y):
    return x[:, None] * y


def frobenius_norm(a):
    if a.dim() < 2:
        raise ValueError("a has fewer than two axes")
    return (a * a).sum((-2, -1)).sqrt()
