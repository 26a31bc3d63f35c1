import inspect

import torch


def own(x, dim):
    return torch.softmax(x, dim)


def of_logarithms(x, dim):
    return torch.log_softmax(x, dim).exp()


def in_double(x, dim):
    return torch.softmax(x.double(), dim).to(x.dtype)


KNOWN = {function.__code__.co_code for function in (own, of_logarithms, in_double)}


def check_softmax(softmax):
    """Has somebody seen it before."""
    try:
        assert "dim" in inspect.getsource(softmax)
    except (OSError, TypeError) as problem:
        print("no source:", type(problem).__name__)
    assert softmax.__code__.co_code in KNOWN
