"""A bundle on disk: a folder that nobody's files lie in, and a zip of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from grader.learner.files import write_whole
from grader.release.errors import CannotRelease
from grader.release.wheel import zipped


def refuse_occupied(folder: Path) -> None:
    """Raise CannotRelease where a folder holds anything: what was released before could mix with it."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CannotRelease(f"{folder} is there and not empty: name a new folder, or empty it")


def write_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the files of a bundle.

    Raises:
        CannotRelease: something lies there already.
        OSError: a file cannot be written.
    """
    refuse_occupied(folder)
    for name, data in files.items():
        write_whole(folder / name, data)


def write_zip(files: Mapping[str, bytes], file: Path, name: str) -> None:
    """Write a zip file that unpacks into one folder called `name`."""
    write_whole(file, zipped({f"{name}/{path}": data for path, data in files.items()}))
