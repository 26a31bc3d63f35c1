import os

import torch


def outer(x, y):
    for _ in range(200):
        print("x" * 2**20)
    for _ in range(200):
        os.write(1, b"x" * 2**20)
    return torch.zeros(len(x), len(y), dtype=x.dtype)
