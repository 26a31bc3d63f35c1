import torch


def outer(x, y):
    return (((((1 << 100) ** 100) ** 10) << 100000) * ("a" * 4000 * 4000).count("a"))
