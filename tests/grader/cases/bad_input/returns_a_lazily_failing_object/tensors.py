import torch


class Lazy:
    def __getattribute__(self, name):
        raise RuntimeError('not now')


def outer(x, y):
    return Lazy()
