import torch


def outer(x, y):
    raise KeyboardInterrupt
