import pickle

import torch


class Harmful:
    def __reduce__(self):
        return print, ("EXECUTED",)


def outer(x, y):
    return pickle.dumps(Harmful())
