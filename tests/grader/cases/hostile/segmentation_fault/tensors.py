import torch
import ctypes


def outer(x, y):
    ctypes.string_at(0)
