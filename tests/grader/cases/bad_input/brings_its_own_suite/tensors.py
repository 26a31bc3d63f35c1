import torch


def outer(x, y):
    raise IndexError("not yet")
