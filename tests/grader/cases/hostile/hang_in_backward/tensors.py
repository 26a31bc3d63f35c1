import torch


class Slow(torch.autograd.Function):
    @staticmethod
    def forward(context, x, y):
        return x[:, None] * y

    @staticmethod
    def backward(context, upstream):
        while True:
            pass


def outer(x, y):
    return Slow.apply(x, y)
