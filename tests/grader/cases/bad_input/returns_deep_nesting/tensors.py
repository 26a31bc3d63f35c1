import torch


def outer(x, y):
    found = []
    for _ in range(1000):
        found = [found]
    return found
