"""Files replaced whole: written beside their place, then moved there."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

UNFINISHED = ".*.part"  # what a file is called while it is written


def atomic_write(file: Path, data: bytes) -> None:
    """Put `data` into a file; who reads it meanwhile, or after an interruption, sees the old or the new content.

    Raises:
        OSError: it cannot be written; then nothing is changed.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with open(part, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if file.exists():
            shutil.copymode(file, part)
        os.replace(part, file)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
