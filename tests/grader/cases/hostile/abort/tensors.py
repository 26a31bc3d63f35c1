import os

import torch


def outer(x, y):
    os.abort()
