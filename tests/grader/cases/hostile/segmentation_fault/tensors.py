import ctypes

import torch


def outer(x, y):
    ctypes.string_at(0)
