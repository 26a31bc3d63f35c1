import torch
import os


def outer(x, y):
    os._exit(3)
