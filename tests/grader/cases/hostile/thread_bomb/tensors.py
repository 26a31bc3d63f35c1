import threading

import torch

wait = threading.Event()
threading.stack_size(64 * 1024)


def outer(x, y):
    started = 0
    try:
        for _ in range(5000):
            threading.Thread(target=wait.wait, daemon=True).start()
            started += 1
    except RuntimeError as problem:
        print(problem)
    print("fewer than 5000:", started < 5000)
    return torch.zeros(len(x), len(y), dtype=x.dtype)
