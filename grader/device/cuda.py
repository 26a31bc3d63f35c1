"""What torch is told about graphics cards: to repeat its numbers, to draw them from a seed, to give memory back.

Nothing here initialises CUDA, which does not survive a fork: a process does that itself with its first tensor there.

Numbers on a card differ from the processor's in the last bits, and some sums (`index_add_`, `scatter_add_`, the
backward of an embedding) add in an order that is not fixed. `torch.use_deterministic_algorithms` is left alone: it
turns operators into errors that a right solution may use. The tolerances of checks allow for both.
"""

from __future__ import annotations

import gc
import os

import torch

# read when CUDA starts; cuBLAS then repeats its sums
REPEATABLE_PRODUCTS = {"CUBLAS_WORKSPACE_CONFIG": ":4096:8"}

def make_repeatable() -> None:
    """Switch off what makes float32 less than float32, and what chooses another algorithm by the clock."""
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.deterministic = True
    for name, value in REPEATABLE_PRODUCTS.items():
        os.environ.setdefault(name, value)


def seed(number: int) -> None:
    """Seed the generators of all cards, now or as soon as CUDA starts."""
    torch.cuda.manual_seed_all(number)


def release_memory() -> None:
    """Give device memory that nothing uses any more back, so that the next test and the neighbours have it."""
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        gc.collect()
        torch.cuda.empty_cache()
