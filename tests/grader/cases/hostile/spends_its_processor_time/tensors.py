import os
import signal


def outer(x, y):
    os.kill(os.getpid(), signal.SIGXCPU)
