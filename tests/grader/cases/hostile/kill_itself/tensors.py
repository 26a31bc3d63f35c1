import os
import signal

import torch


def outer(x, y):
    os.kill(os.getpid(), signal.SIGKILL)
