"""Write the data files of this set anew from `mnist_5k.csv.gz`, which lies beside this script: `python build.py`."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

HERE = Path(__file__).parent
UNSIGNED_BYTES = 0x08
SIDE = 28


def idx(content: bytes, *shape: int) -> bytes:
    """Put the IDX header of unsigned bytes before `content`."""
    return struct.pack(f">2x2B{len(shape)}I", UNSIGNED_BYTES, len(shape), *shape) + content


def build() -> dict[str, bytes]:
    """Return the files by name: 5000 images of 28x28 grey values, and their labels."""
    lines = gzip.decompress((HERE / "mnist_5k.csv.gz").read_bytes()).decode("ascii").splitlines()
    rows = [bytes(map(int, line.split(","))) for line in lines]  # 784 grey values, then the digit
    pixels, labels = b"".join(row[:-1] for row in rows), bytes(row[-1] for row in rows)
    return {
        "images.idx3-ubyte": idx(pixels, len(rows), SIDE, SIDE),
        "labels.idx1-ubyte": idx(labels, len(rows)),
    }


if __name__ == "__main__":
    for name, content in build().items():
        (HERE / name).write_bytes(content)
