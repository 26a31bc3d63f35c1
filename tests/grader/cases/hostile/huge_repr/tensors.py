import torch


class Loud(Exception):
    def __str__(self):
        return "loud " * 40_000_000


def outer(x, y):
    raise Loud
