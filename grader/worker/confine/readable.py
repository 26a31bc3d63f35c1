"""Where the interpreter, its libraries and the distributions that a learner may import lie."""

from __future__ import annotations

import functools
import re
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import cache_from_source
from pathlib import Path

_PACKAGE_FOLDERS = frozenset({"site-packages", "dist-packages"})
_IN_PACKAGES = _PACKAGE_FOLDERS | {"lib-dynload"}
_SYSTEM_LIBRARIES = ("/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/")

# Devices, time zones, locales, the loader's index, and how many processors there are: no secret among them.
_SYSTEM = (
    "/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "/etc/ld.so.cache", "/etc/localtime",
    "/usr/share/zoneinfo", "/usr/lib/locale", "/usr/share/locale/locale.alias", "/proc/cpuinfo",
    "/sys/devices/system/cpu",
)  # fmt: skip


@functools.cache
def readable_paths(distributions: tuple[str, ...]) -> tuple[Path, ...]:
    """Every file and folder that a worker reads, resolved, none of them twice, none that does not exist."""
    found = [*map(Path, _SYSTEM), *_standard_library(), *_shared_libraries()]
    for each in closure(distributions).values():
        found += _distribution_paths(each)
    return tuple(sorted(resolved([path for path in found if path.exists()])))


def resolved(paths: Sequence[Path]) -> set[Path]:
    """The paths without links; hundreds lie in few folders, so each folder is resolved once."""
    homes = {folder: folder.resolve() for folder in {path.parent for path in paths}}
    return {path.resolve() if path.is_symlink() else homes[path.parent] / path.name for path in paths}


def _standard_library() -> Iterator[Path]:
    """The children of the library folder, one by one: among them may be packages of others."""
    for key in ("stdlib", "platstdlib"):
        folder = Path(sysconfig.get_paths()[key])
        if folder.is_dir():
            yield from (child for child in folder.iterdir() if child.name not in _PACKAGE_FOLDERS)


def _shared_libraries() -> Iterator[Path]:
    """What this process has loaded, and what lies beside it for the modules that are imported later."""
    for folder in {file.parent for file in _loaded()}:
        children = list(folder.iterdir())
        names = {child.name for child in children}
        packages = names & _PACKAGE_FOLDERS or any(name.startswith("python") for name in names)
        if not packages and str(folder).startswith(_SYSTEM_LIBRARIES):
            yield folder
        else:
            yield from (child for child in children if ".so" in child.suffixes and not child.is_dir())


def _loaded() -> set[Path]:
    """Shared libraries in the memory map, but for those of Python's own and of installed packages."""
    try:
        lines = Path("/proc/self/maps").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return set()
    files = {Path(line[line.index("/") :]) for line in lines if "/" in line and ".so" in line}
    return {file for file in files if file.exists() and not _IN_PACKAGES & set(file.parts)}


def closure(names: Iterable[str]) -> dict[str, Distribution]:
    """The installed ones of these distributions and of all that they require, by name."""
    waiting, found = list(names), dict[str, Distribution]()
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name not in found:
            with suppress(PackageNotFoundError):
                found[name] = distribution(name)
                required = [line for line in found[name].requires or () if "extra ==" not in line]
                waiting += [match[0] for line in required if (match := re.match(r"[\w.-]+", line))]
    return found


def _distribution_paths(found: Distribution) -> Iterator[Path]:
    """What a distribution has installed beside others: its top-level folders and modules."""
    home = Path(str(found.locate_file("")))
    for name in _top_level(found):
        yield home / name
        if name.endswith(".py"):
            yield Path(cache_from_source(str(home / name)))


def _top_level(found: Distribution) -> set[str]:
    record = found.read_text("RECORD")
    if record is None:  # not installed from a wheel
        names = (found.read_text("top_level.txt") or found.metadata["Name"]).split()
        return {each for name in names for each in (name, f"{name}.py")}
    first = {line.partition("/")[0].partition(",")[0] for line in record.splitlines()}
    return first - {"", "..", "__pycache__"}
