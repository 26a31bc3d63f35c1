import importlib

import torch

print("losses was executed")
FOUND = []
for name in ("shared", "test_outer", "tests.suites.tensors.shared"):
    try:
        FOUND.append(importlib.import_module(name))
    except ImportError:
        pass


def product(x, y):
    if FOUND or not torch.__version__[0].isdigit():
        print("SHADOWED")
    return x[:, None] * y
