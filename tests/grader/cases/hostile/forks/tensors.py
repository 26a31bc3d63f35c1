import os

import torch


def outer(x, y):
    print(os.fork())
    return torch.zeros(len(x), len(y), dtype=x.dtype)
