import multiprocessing
import os
import subprocess

import torch


def outer(x, y):
    for way in (
        lambda: subprocess.run(["true"]),
        lambda: os.system("true") and 1 / 0,
        lambda: os.execv("/bin/true", ["true"]),
        lambda: subprocess.Popen("true", shell=True),
        lambda: multiprocessing.Process(target=print).start(),
    ):
        try:
            way()
            print("RAN")
        except BaseException as problem:
            print(type(problem).__name__)
    return torch.zeros(len(x), len(y), dtype=x.dtype)
