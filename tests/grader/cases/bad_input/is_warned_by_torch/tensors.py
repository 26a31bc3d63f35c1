import torch


def outer(x, y):
    print("shapes", x.shape, y.shape)
    torch.nn.functional.mse_loss(torch.ones(8), torch.ones(8, 1))
    return x[:, None] * y + 1
