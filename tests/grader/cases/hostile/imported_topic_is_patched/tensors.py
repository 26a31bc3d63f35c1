import sys

import losses


def right(params, strength):
    return strength * sum((p * p).sum() for p in params) / 2


losses.l2_penalty = right
losses.l2_penalty.__module__ = "losses"
for module in list(sys.modules.values()):
    if hasattr(module, "l2_penalty"):
        module.l2_penalty = right
print("patched")


def outer(x, y):
    return x[:, None] * y
