"""Whether two OpenMP runtimes live in this process: they share nothing, oversubscribe, and on macOS abort."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from pathlib import Path
from typing import Any

_RUNTIME = re.compile(r"(lib(gomp|omp|iomp5)\b[^/]*\.(so|dylib)|libi?omp5?(md)?\.dll)[^/]*$", re.IGNORECASE)
_PLACES_ON_WINDOWS = (
    "Library/bin/lib*omp*.dll",
    "Lib/site-packages/*/lib*omp*.dll",
    "Lib/site-packages/*/*/lib*omp*.dll",
)
VARIABLE = "KMP_DUPLICATE_LIB_OK"  # tells one of the runtimes to go on all the same


def runtimes() -> tuple[str, ...]:
    """Paths of the OpenMP runtimes that are loaded; on Windows, which does not tell, of those that are installed."""
    return tuple(sorted({path for path in _loaded() if _RUNTIME.search(path)}))


def is_silenced() -> bool:
    """Whether the warning about two runtimes is switched off."""
    return os.environ.get(VARIABLE, "").strip().lower() in ("true", "1", "yes", "on")


def _loaded() -> list[str]:
    if sys.platform == "darwin":
        return _loaded_on_macos()
    if os.name == "nt":
        return installed(Path(sys.prefix))
    try:
        lines = Path("/proc/self/maps").read_text().splitlines()
    except OSError:
        return []
    return [line[line.index("/") :] for line in lines if "/" in line]


def installed(prefix: Path) -> list[str]:
    """Return the OpenMP runtimes in an environment of Windows."""
    return [file.as_posix() for pattern in _PLACES_ON_WINDOWS for file in prefix.glob(pattern)]


def _loaded_on_macos() -> list[str]:
    library: Any = ctypes.CDLL(None)
    library._dyld_get_image_name.restype = ctypes.c_char_p
    count = library._dyld_image_count()
    return [library._dyld_get_image_name(index).decode() for index in range(count)]
