"""Whether two OpenMP runtimes live in this process: they share nothing, oversubscribe, and on macOS abort."""

from __future__ import annotations

import ctypes
import re
import sys
from pathlib import Path
from typing import Any

_RUNTIME = re.compile(r"lib(gomp|omp|iomp5)\b[^/]*\.(so|dylib)[^/]*$")


def runtimes() -> tuple[str, ...]:
    """Paths of the OpenMP runtimes that are loaded, as far as this system tells."""
    return tuple(sorted({path for path in _loaded() if _RUNTIME.search(path)}))


def _loaded() -> list[str]:
    if sys.platform == "darwin":
        return _loaded_on_macos()
    try:
        lines = Path("/proc/self/maps").read_text().splitlines()
    except OSError:
        return []
    return [line[line.index("/") :] for line in lines if "/" in line]


def _loaded_on_macos() -> list[str]:
    library: Any = ctypes.CDLL(None)
    library._dyld_get_image_name.restype = ctypes.c_char_p
    count = library._dyld_image_count()
    return [library._dyld_get_image_name(index).decode() for index in range(count)]
