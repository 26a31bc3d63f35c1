"""torchgrade: the machine that grades the PyTorch course."""

import os

__version__ = "1.0.0"

# Before torch or numpy is imported: a process with threads of its own cannot be forked, and workers run side by side.
for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")
