import torch


def outer(x, y):
    with open("large", "wb") as file:
        for _ in range(100):
            file.write(bytes(2**20))
    print("WRITTEN")
    return torch.zeros(len(x), len(y), dtype=x.dtype)
