import torch


def outer(x, y):
    import _pytest.outcomes

    print("imported")
    raise _pytest.outcomes.Skipped("no need to run this")
