import torch
# the café version

def outer(x, y):
    return x[:, None] * y
