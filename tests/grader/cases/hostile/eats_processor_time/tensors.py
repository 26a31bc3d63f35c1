import time

import torch


def outer(x, y):
    matrix = torch.ones(1500, 1500)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        matrix @ matrix
