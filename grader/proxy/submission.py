"""`submission`: reads as the learner's module."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from grader.proxy.session import Session


class RemoteFunction:
    """A function or class of the submission, by name."""

    def __init__(self, session: Session, name: str, may_change: frozenset[str] = frozenset()) -> None:
        """Call `name`, allowed to change the arguments `may_change`."""
        self._session, self._name, self._may_change = session, name, may_change
        self.__name__ = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it in the worker."""
        header = {"op": "call", "name": self._name}
        return self._session.call(header, self._name, args, kwargs, self._may_change)

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """The names of the parameters, by the reference."""
        return tuple(self._session.signatures.get(self._name, ()))

    def __getattr__(self, name: str) -> Any:
        """Return an attribute, such as `apply` of an autograd Function."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._session.ask({"op": "global", "name": self._name}), name)

    def __repr__(self) -> str:
        """Name the function."""
        return f"submission.{self._name}"


class Submission:
    """The learner's module as a suite uses it; each attribute is a function or class in the worker."""

    def __init__(self, session: Session, may_change: frozenset[str] = frozenset()) -> None:
        """Speak over `session`."""
        self._session, self._may_change = session, may_change

    def __getattr__(self, name: str) -> RemoteFunction:
        """Return the function or class `name`; whether it exists shows when it is called."""
        if name.startswith("_"):
            raise AttributeError(name)
        return RemoteFunction(self._session, name, self._may_change)

    def mutating(self, *names: str) -> Submission:
        """Return the same module for calls that may change the arguments called `names`."""
        return Submission(self._session, frozenset(names))

    def run(self, scenario: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Play `scenario(submission, ...)`, a self-contained function, in the worker; return its plain result."""
        return self._session.ship(scenario, True, args, kwargs)

    def build(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a self-contained `function(...)` in the worker and return what it makes, as a handle."""
        return self._session.ship(function, False, args, kwargs)

    def apart(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a self-contained `function(...)` in a worker that has not met the submission.

        In the submission's own worker torch is what the submission made of it: whatever is to be measured, opened
        or loaded by torch itself goes here, as plain values.
        """
        return self._session.ship_apart(function, args, kwargs)

    @property
    def scratch(self) -> str:
        """The worker's private folder, as the worker sees it."""
        return self._session.transport.scratch

    @property
    def is_explained(self) -> bool:
        """Whether somebody reads why a check fails: of a known mistake only what it does is compared."""
        return self._session.is_explained

    def declare_arithmetic(self, *class_names: str) -> None:
        """Allow formulas on handles of these classes."""
        self._session.arithmetic |= frozenset(class_names)

    @contextlib.contextmanager
    def recording(self, refused: Iterable[str] = ()) -> Iterator[list[dict[str, Any]]]:
        """Record the torch functions and operators of the calls within; a list that fills, a record per call.

        The worker refuses operators of the names `refused`: who reaches one around the record gets an exception.
        """
        self._session.records, self._session.recording = [], sorted(refused)
        try:
            yield self._session.records
        finally:
            self._session.recording = None

    @contextlib.contextmanager
    def watching_random_state(self) -> Iterator[Callable[[], bool]]:
        """Tell, through the function it gives, whether a call within moved torch's random state."""
        self._session.left_random = False
        yield lambda: self._session.left_random

    def names_used(self, task: str) -> Mapping[str, str]:
        """Return the identifiers that stand in the source which `task` reaches, each as it is written and where."""
        return self._session.names_used(task)

    @property
    def last_function(self) -> str:
        """The name of the function that was called last."""
        return self._session.last_function

    @property
    def last_call(self) -> str:
        """The arguments of the last call, in one line; a check says it itself where a scenario makes the calls."""
        return self._session.last_call

    @last_call.setter
    def last_call(self, words: str) -> None:
        self._session.last_call = words
