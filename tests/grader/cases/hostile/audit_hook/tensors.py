import sys

import torch


def hook(event, arguments):
    if event not in ("object.__getattr__", "sys._getframe"):
        raise RuntimeError(event)


print("hooked")
sys.addaudithook(hook)


def outer(x, y):
    return torch.zeros(len(x), len(y), dtype=x.dtype)
