import torch
import os


def outer(x, y):
    print(os.fork())
    return torch.zeros(len(x), len(y), dtype=x.dtype)
