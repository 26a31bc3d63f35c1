import einops
import matplotlib.pyplot as plt
import torch


def show(x):
    plt.imshow(x)


def outer(x, y):
    return torch.zeros(len(x), len(y), dtype=x.dtype)
