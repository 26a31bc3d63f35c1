import torch


def minibatches(n, batch_size, shuffle, generator, drop_last):
    order = torch.randperm(n, generator=generator) if shuffle else torch.arange(n)
    batches = list(order.split(batch_size))
    if drop_last and n % batch_size:
        del batches[-1]
    return batches
