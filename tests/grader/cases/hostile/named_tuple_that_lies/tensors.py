import torch


class Fields(type):
    @property
    def _fields(cls):
        return iter(lambda: "field", None)


class Endless(tuple, metaclass=Fields):
    pass


def outer(x, y):
    return Endless((x, y))
