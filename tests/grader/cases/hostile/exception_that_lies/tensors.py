import torch


class Chained(ValueError):
    __module__ = "builtins"

    @property
    def __cause__(self):
        return self

    @property
    def __traceback__(self):
        while True:
            pass


def outer(x, y):
    raise Chained()
