import os

import torch


def outer(x, y):
    for number in range(50):
        for way in (os.fork, os.forkpty, lambda: os.posix_spawn("/bin/true", ["true"], {})):
            try:
                if way() == 0:
                    os._exit(0)
                print("FORKED")
            except OSError as problem:
                if number == 0:
                    print(type(problem).__name__)
    return torch.zeros(len(x), len(y), dtype=x.dtype)
