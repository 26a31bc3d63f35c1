import torch
import einops


def outer(x, y):
    return x[:, None] * y


def frobenius_norm(a):
    return (a * a).sum((-2, -1)).sqrt()
