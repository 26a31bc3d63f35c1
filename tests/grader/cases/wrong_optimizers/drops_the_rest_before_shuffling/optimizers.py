import torch


def minibatches(n, batch_size, shuffle, generator, drop_last):
    if n < 0:
        raise ValueError("n must be >= 0")
    if batch_size < 1:
        raise ValueError("batch_size must be >= 1")

    if drop_last:
        n -= n % batch_size

    if shuffle:
        idx = torch.randperm(n, generator=generator)
    else:
        idx = torch.arange(n)

    batches = []
    for start in range(0, n, batch_size):
        batches.append(idx[start:start + batch_size])
    return batches
