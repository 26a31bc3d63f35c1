"""The thread that notices saves: by the system's notices, and by a look at the files where these stay away."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from grader.intake.topic_files import topic_of
from grader.learner.code_files import Reader, Reading
from grader.watch import events as e

STEP = 30  # milliseconds without a change until a save counts as complete
MOST_STEPS = 300  # milliseconds until it counts as complete all the same
LOOK = 1000  # milliseconds until the files are looked at without a notice: links, network drives, lost notices
SHARE = 20  # times as long as it takes to read the files there is, at least, between two such looks
SETTLING = 0.3  # seconds until a file that is empty or gone is believed to be: some editors write in two steps
WITHOUT_NOTICES = 1.0  # seconds between two looks where the system gives no notices


class Files:
    """Reads the files again at each change, and tells of it."""

    def __init__(self, reader: Reader, reading: Reading, tell: e.Tell) -> None:
        """Start to watch; `reading` is what is known already."""
        self._reader, self._tell = reader, tell
        self._is_folder = reader.paths[0].is_dir()
        path = reader.paths[0].absolute()
        self._root = path if self._is_folder else path.parent
        self._known = reading
        self._next_look = 0.0
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
                self._look()

    def _follow_notices(self) -> None:
        from watchfiles import watch

        self._next_look = 0.0  # what came before the notices began is seen at the first pause
        for changes in watch(
            self._root, watch_filter=self._concerns, step=STEP, debounce=MOST_STEPS, recursive=self._is_folder,
            stop_event=self._stop, rust_timeout=LOOK, yield_on_timeout=True, raise_interrupt=False,
        ):  # fmt: skip
            if changes or time.monotonic() > self._next_look:
                self._look()
            if any(Path(path) == self._root for _, path in changes):
                return  # another folder may stand in its place, which nobody watches yet

    def _concerns(self, change: object, path: str) -> bool:
        file = Path(path)
        is_topic = topic_of(file.name, self._reader.course.slugs) is not None
        return is_topic or file.suffix == ".ipynb" or file == self._root

    def _look(self) -> None:
        """Read the files, and tell if they are others; what is empty or gone now gets a moment to come back."""
        started = time.monotonic()
        reading = self._reader.read()
        self._next_look = time.monotonic() + SHARE * (time.monotonic() - started)
        missing = reading.problem is not None or not self._known.parts.keys() <= reading.parts.keys()
        if missing or reading.empty - self._known.empty:
            self._stop.wait(SETTLING)
            reading = self._reader.read()
        if reading != self._known:
            self._known = reading
            self._tell(e.Read(reading))


def newest(reading: Reading) -> str | None:
    """Return the topic whose file was written last."""
    times = {slug: part.path.stat().st_mtime_ns for slug, part in reading.parts.items() if part.path.exists()}
    return max(times, key=lambda slug: times[slug], default=None)
