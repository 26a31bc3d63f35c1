import torch

while True:
    pass


def outer(x, y):
    return x
