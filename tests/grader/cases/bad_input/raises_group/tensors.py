import torch


def outer(x, y):
    raise ExceptionGroup("several", [ValueError("one"), TypeError("two")])
