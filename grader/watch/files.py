"""The thread that notices saves: by the system's notices, and by a look at the files where these stay away."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from grader.intake.topic_files import topic_of
from grader.learner.code_files import Reader, Reading
from grader.watch import events as e

STEP = 30  # milliseconds without a change until a save counts as complete
MOST_STEPS = 300  # milliseconds until it counts as complete all the same
LOOK = (
    1000  # milliseconds until the files are looked at without a notice: links, network drives, lost notices
)
SETTLING = (
    0.3  # seconds until a file that is empty or gone is believed to be: some editors write in two steps
)
WHOLE_LOOK = 5.0  # seconds between two searches of the whole folder without a notice
SHARE = 50  # times as long as such a search takes, at least
WITHOUT_NOTICES = 1.0  # seconds between two looks where the system gives no notices

Stamp = tuple[int, ...]


class Files:
    """Reads the files again at each change, and tells of it."""

    def __init__(self, reader: Reader, reading: Reading, tell: Callable[[e.Event], None]) -> None:
        """Start to watch; `reading` is what is known already."""
        self._reader, self._tell = reader, tell
        self._is_folder = reader.paths[0].is_dir()
        path = reader.paths[0].absolute()
        self._root = path if self._is_folder else path.parent
        self._known = reading
        self._stamps = stamps(reading)
        self._whole_look = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True, name="files")
        self._thread.start()

    def close(self) -> None:
        """Stop watching."""
        self._stop.set()

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                self._follow_notices()
            except Exception:  # no notices to be had: the folder is gone, or the system's limit is reached
                self._stop.wait(WITHOUT_NOTICES)
                self._look(everywhere=True)

    def _follow_notices(self) -> None:
        from watchfiles import watch

        root = self._root
        before = _identity(root)
        if before is None:
            raise FileNotFoundError(root)
        self._whole_look = 0.0  # what came before the notices began is seen at the first pause
        for changes in watch(
            root, watch_filter=self._concerns, step=STEP, debounce=MOST_STEPS, recursive=self._is_folder,
            stop_event=self._stop, rust_timeout=LOOK, yield_on_timeout=True, raise_interrupt=False,
        ):  # fmt: skip
            self._look(everywhere=bool(changes) or time.monotonic() > self._whole_look)
            if _identity(root) != before or any(Path(path) == root for _, path in changes):
                self._look(everywhere=True)  # another folder may stand in its place, which nobody watches yet
                return

    def _concerns(self, change: object, path: str) -> bool:
        file = Path(path)
        is_topic = topic_of(file.name, self._reader.course.slugs) is not None
        return is_topic or file.suffix == ".ipynb" or file == self._root

    def _look(self, everywhere: bool) -> None:
        """Read the files if one may have changed, and tell if one has.

        The whole folder is searched now and then even without a notice: in a folder that has just been made, a file
        can come before the notices do. The larger the folder, the more seldom.
        """
        if not everywhere and stamps(self._known) == self._stamps:
            return
        before = stamps(
            self._known
        )  # from before the reading, so that a save during it is seen the next time
        started = time.monotonic()
        reading = self._settled()
        self._whole_look = time.monotonic() + max(WHOLE_LOOK, SHARE * (time.monotonic() - started))
        self._stamps = {file: before.get(file, stamp) for file, stamp in stamps(reading).items()}
        if reading != self._known:
            self._known = reading
            self._tell(e.Read(reading))

    def _settled(self) -> Reading:
        """Read the files; what is empty or gone now, and was not before, gets a moment to come back."""
        reading = self._reader.read()
        missing = reading.problem is not None or not self._known.parts.keys() <= reading.parts.keys()
        if missing or reading.empty - self._known.empty:
            self._stop.wait(SETTLING)
            reading = self._reader.read()
        return reading


def stamps(reading: Reading) -> Mapping[Path, Stamp | None]:
    """Return what the system says of each file, in numbers that another content does not have."""
    return {part.path: _stamp(part.path) for part in reading.parts.values()}


def _stamp(file: Path) -> Stamp | None:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _identity(folder: Path) -> Stamp | None:
    try:
        found = os.stat(folder)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def newest(reading: Reading) -> str | None:
    """Return the topic whose file was written last."""
    times = {slug: stamp[0] for slug, part in reading.parts.items() if (stamp := _stamp(part.path))}
    return max(times, key=lambda slug: times[slug], default=None)
