"""Write the data files of this set anew from scikit-learn's package: `python build.py`."""

from __future__ import annotations

import struct
from pathlib import Path

UNSIGNED_BYTES = 0x08


def idx(content: bytes, *shape: int) -> bytes:
    """Put the IDX header of unsigned bytes before `content`."""
    return struct.pack(f">2x2B{len(shape)}I", UNSIGNED_BYTES, len(shape), *shape) + content


def build() -> dict[str, bytes]:
    """Return the files by name: 1797 images of 8x8 counts from 0 to 16, and their labels."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    pixels, labels = digits.images.astype("u1"), digits.target.astype("u1")
    assert (pixels == digits.images).all(), "a count is no whole number below 256"
    return {
        "images.idx3-ubyte": idx(pixels.tobytes(), *pixels.shape),
        "labels.idx1-ubyte": idx(labels.tobytes(), *labels.shape),
    }


if __name__ == "__main__":
    for name, content in build().items():
        (Path(__file__).parent / name).write_bytes(content)
