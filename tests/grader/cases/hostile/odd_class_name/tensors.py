import collections

import torch

ODD = "\ud800\u202e\x1b[2J"


class Odd:
    pass


class Pair(tuple):
    _fields = (ODD, ODD)


Odd.__name__ = Pair.__name__ = ODD
CALLS = []


def outer(x, y):
    CALLS.append(1)
    return (Odd(), {ODD: ODD}, ODD, Pair((1, 2)))[len(CALLS) % 4]
