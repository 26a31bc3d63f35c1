import atexit
import threading
import time
import weakref

import torch


def forever():
    while True:
        time.sleep(0.01)


def outer(x, y):
    atexit.register(print, "at exit")
    weakref.finalize(outer, print, "finalised")
    threading.Thread(target=forever).start()
    print("registered")
    return torch.zeros(len(x), len(y), dtype=x.dtype)
