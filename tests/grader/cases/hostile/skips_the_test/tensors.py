import torch


class Skipped(BaseException):
    """As in _pytest.outcomes."""

    allow_module_level = True
    _use_item_location = False
    msg = "not on this machine"


Skipped.__module__ = "builtins"
Skipped.__qualname__ = Skipped.__name__ = "skip.Exception"


def outer(x, y):
    raise Skipped("not on this machine")
