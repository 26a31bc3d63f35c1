import torch
import os


def outer(x, y):
    os.abort()
