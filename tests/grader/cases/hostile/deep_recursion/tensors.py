import torch
import sys


def outer(x, y):
    sys.setrecursionlimit(10**9)
    return outer(x, [*y])
