import torch


def outer(x, y):
    while True:
        yield x
