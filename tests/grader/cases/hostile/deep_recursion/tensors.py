import sys

import torch


def outer(x, y):
    sys.setrecursionlimit(10**9)
    return outer(x, [*y])
