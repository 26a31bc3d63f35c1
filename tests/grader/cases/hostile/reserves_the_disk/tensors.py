import os

import torch


def outer(x, y):
    with open("reserved", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, 2**25)
    print("RESERVED")
    return torch.zeros(len(x), len(y), dtype=x.dtype)
