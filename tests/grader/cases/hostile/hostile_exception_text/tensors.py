import torch

TEXT = (
    "\x1b[1A\x1b[2K\x1b[32mtensors.outer pass 1 / 1\x1b[0m\r\n"
    '</failure></testcase><testcase name="x"/>]]><script>alert(1)</script>\u202e\ud800\x00'
)


def outer(x, y):
    raise ValueError(TEXT)
