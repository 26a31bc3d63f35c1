import torch


def outer(x, y):
    with open("sparse", "wb") as file:
        file.truncate(2**40)
    print("WRITTEN")
    return torch.zeros(len(x), len(y), dtype=x.dtype)
