import torch

ODD = "\ud800 \udfff \u202e\u2066 \ufeff \x1b[2J \r\x08 \x00 \U000e0041 \u2028 pass"


class Odd(Exception):
    pass


Odd.__name__ = Odd.__qualname__ = ODD


def outer(x, y):
    print(ODD)
    raise Odd(ODD)
