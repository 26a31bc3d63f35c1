import torch
import einops


def outer(x, y):
    return einops.einsum(x, y, "i, j -> i j")


def frobenius_norm(a):
    return (a * a).sum((-2, -1)).sqrt()
