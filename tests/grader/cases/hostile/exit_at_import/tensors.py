import sys

sys.exit(0)


def outer(x, y):
    return x
