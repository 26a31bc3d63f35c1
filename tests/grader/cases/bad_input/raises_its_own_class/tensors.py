import torch


class Silent(Exception):
    def __str__(self):
        raise RuntimeError('no text')

    __repr__ = __str__


def outer(x, y):
    raise Silent()
