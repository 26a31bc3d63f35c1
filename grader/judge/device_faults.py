"""What an exception says about devices, read from torch's own words.

torch raises one class for a tensor that stayed behind and for shapes that do not fit, and several for a card that is
not there. Its words tell which: a known mistake that raises the same class for another reason is not the one to name.
Which tensor met which, and in which operator, is left out: that depends on how the code was written.
"""

from __future__ import annotations

import re

from grader.proxy.errors import SubmissionError

NO_CARD, TO_NUMPY, MIXED, GENERATOR = "no graphics card", "to numpy", "mixed devices", "generator elsewhere"
FAULTS = (
    (NO_CARD, r"not compiled with CUDA enabled|NVIDIA driver|no CUDA-capable device|No CUDA GPUs"),
    (TO_NUMPY, r"can't convert \S+ device type tensor to numpy"),
    (
        MIXED,
        r"(?:on|in) the same device|at least two devices|indices should be either on|and (?:weight|bias) type \(",
    ),
    (GENERATOR, r"Expected a '?\w+'? device type for generator"),
)


def kind_of_error(error: SubmissionError) -> str:
    """Return the class of an exception, or for a fault of devices what it is about."""
    return next((name for name, pattern in FAULTS if re.search(pattern, error.text)), error.kind)
