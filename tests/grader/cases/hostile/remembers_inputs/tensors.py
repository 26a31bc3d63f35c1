import torch

seen, count = [], 0


def outer(x, y):
    global count
    count += 1
    seen.append((x.clone(), y.clone()))
    for earlier, other in seen[:-1]:
        if earlier.shape == x.shape and earlier.dtype == x.dtype and x.numel() > 1 and torch.equal(earlier, x):
            print("SEEN AGAIN")
    torch.remembered = getattr(torch, "remembered", 0) + 1
    print("calls", count)
    return torch.zeros(len(x), len(y), dtype=x.dtype)
