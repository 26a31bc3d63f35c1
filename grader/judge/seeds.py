"""Seeds that follow from the run's seed: the judge's inputs and the sandbox's own randomness never share one."""

from __future__ import annotations

import hashlib

LARGEST_SEED = 2**63


def derived_seed(run_seed: int, *names: str) -> int:
    """Return a seed for one purpose; it tells nothing about the run's seed or another purpose's."""
    text = "\0".join((str(run_seed), *names))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % LARGEST_SEED
