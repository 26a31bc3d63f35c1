import torch


class outer:
    def __init__(self, x, y):
        self.z = x[:, None] * y
