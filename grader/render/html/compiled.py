"""Templates that were compiled once, kept where Python keeps its own compiled modules."""

from __future__ import annotations

import contextlib
import sys
from importlib.util import cache_from_source
from pathlib import Path
from pickle import UnpicklingError

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

FOLDER = Path(cache_from_source(__file__)).parent  # whoever may write there can change this module too


class Compiled(FileSystemBytecodeCache):
    """Saves a page the compiler; where the folder cannot be written, it is only read, or does without."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Keep everything in `folder`."""
        super().__init__(str(folder), "template.%s.cache")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load what was compiled before, if it can be read."""
        try:
            super().load_bytecode(bucket)
        except (OSError, EOFError, ValueError, TypeError, UnpicklingError):
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled, if that can be written and Python keeps what it compiles."""
        if sys.dont_write_bytecode:
            return
        with contextlib.suppress(OSError):
            super().dump_bytecode(bucket)
