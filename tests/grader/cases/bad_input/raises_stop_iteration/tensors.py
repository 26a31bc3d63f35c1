import torch


def outer(x, y):
    raise StopIteration('enough')
