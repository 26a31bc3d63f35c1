import gc

import torch


def outer(x, y):
    class Last:
        def __del__(self):
            print("finalised")
            raise RuntimeError("from a finaliser")

    cycle = Last()
    cycle.self = cycle
    del cycle
    gc.collect()
    gc.callbacks.append(lambda *a: print("collected"))
    return torch.zeros(len(x), len(y), dtype=x.dtype)
