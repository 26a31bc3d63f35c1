"""The loop of `grade watch`: events come in, the state goes on, what follows from it is done, the page is shown."""

from __future__ import annotations

import contextlib
import secrets
import time
from queue import Empty, SimpleQueue

from grader.course import Course
from grader.device.internals import require_torch
from grader.learner.code_files import Reader, Reading
from grader.learner.progress import Progress
from grader.watch import events as e
from grader.watch.background import Background
from grader.watch.files import Files, newest
from grader.watch.grading import Grading, Options
from grader.watch.screen import Screen
from grader.watch.state import State, known
from grader.watch.step import after
from grader.watch.terminal import handled, last_words

TICK = 0.25  # seconds


class Watch:
    """One session in front of a terminal."""

    def __init__(self, course: Course, options: Options, progress: Progress, show: Screen) -> None:
        """Start with the page of what is remembered."""
        self._events: SimpleQueue[e.Event] = SimpleQueue()
        self._course, self._options, self._show = course, options, show
        self._background = Background(course, options.folder, self._events.put)
        seed = secrets.randbits(31) if options.seed is None else options.seed
        graded = known(progress, course.digest() if progress.tasks else "")
        self.state = State(course, options.name, seed, options.topics, progress, graded=graded)
        self._interrupted = False

    def run(self, reader: Reader, reading: Reading) -> bool:
        """Go on until somebody ends it; return whether that was a signal such as Ctrl-C."""
        require_torch()
        with contextlib.ExitStack() as stack:
            stack.callback(self._background.close)
            stack.enter_context(handled(self._stop, lambda: self._events.put(e.Pause())))
            words = stack.enter_context(last_words())
            self._grading = Grading(self._course, self._options, self.state.seed, self._events.put, words)
            stack.callback(self._grading.close)
            files = Files(reader, reading, self._events.put)
            stack.callback(files.close)
            self._reader = reader
            stack.enter_context(self._show.opened(self._events.put))  # the last to begin gives back first
            self._take(e.Read(reading, newest(reading)))
            while not self.state.over:
                try:
                    event = self._events.get(timeout=TICK)
                except Empty:
                    event = e.Tick()
                self._take(event)
        return self._interrupted

    def _take(self, event: e.Event) -> None:
        before = self.state
        self.state, effects = after(before, event, time.monotonic())
        for effect in effects:
            self._do(effect)
        self._show.show(event, before, self.state)

    def _do(self, effect: e.Effect) -> None:
        match effect:
            case e.Grade() | e.Warm():
                self._grading.ask(effect)
            case e.GiveUp():
                self._grading.give_up()
            case e.Graded() | e.LookUpHint():
                self._background.do(effect)
            case e.PutBack(task_id):
                self._background.do(effect, self._reader.file_of(task_id.partition(".")[0]))

    def _stop(self) -> None:
        self._interrupted = True
        self._events.put(e.Stop())
