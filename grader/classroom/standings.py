"""How everybody stands: added up one after the other, each once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import overload

from grader.classroom.compose import compose
from grader.classroom.model import Adjustment, HandIn, Intake, Outcome, Standing, Student, TaskColumn
from grader.classroom.plan import Settings
from grader.classroom.policy import Policy, standing_of
from grader.report import Environment, Report

Keys = Mapping[tuple[int, str], str]  # of gradings, by the hand-in's place in the list, and the topic


class Standings(Sequence[Standing]):
    """The standings of a class, by student, then whoever fits nobody.

    Each is made when it is first asked for, and stays: the result of the run, which holds the tasks of all, shares
    them with what is kept here.
    """

    def __init__(
        self,
        intake: Intake,
        keys: Keys,
        report_of: Callable[[str], Report],
        settings: Settings,
        policy: Policy,
        columns: Sequence[TaskColumn],
        adjustments: Sequence[Adjustment],
        environment: Environment,
    ) -> None:
        """Make none yet; `report_of` gives the report of a key."""
        self._report_of, self._settings, self._policy = report_of, settings, policy
        self._columns, self._adjustments, self._environment = columns, adjustments, environment
        self._unknown = intake.unknown
        self._parts: dict[int, dict[str, str]] = {}
        for (number, topic), key in keys.items():
            self._parts.setdefault(number, {})[topic] = key
        self._hand_ins: dict[str, list[tuple[int, HandIn]]] = {}
        for number, hand_in in enumerate(intake.hand_ins):
            self._hand_ins.setdefault(hand_in.student.id, []).append((number, hand_in))
        students = {hand_in.student.id: hand_in.student for hand_in in intake.hand_ins}
        students.update({student.id: student for student in intake.missing})
        self._made: dict[int, Standing] = {}
        self.students = tuple(student for _, student in sorted(students.items()))

    def __len__(self) -> int:
        return len(self.students) + len(self._unknown)

    @overload
    def __getitem__(self, place: int) -> Standing: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Standing]: ...
    def __getitem__(self, place: int | slice) -> Standing | Sequence[Standing]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        if place not in self._made:
            self._made[place] = self._standing(place)
        return self._made[place]

    def _standing(self, place: int) -> Standing:
        known = len(self.students)
        if place >= known:
            return _of_nobody(place - known + 1, self._unknown[place - known])
        student = self.students[place]
        graded = [(hand_in, self._report(number, hand_in)) for number, hand_in in self._of(student)]
        return standing_of(student, graded, self._policy, self._columns, self._adjustments)

    def _of(self, student: Student) -> Sequence[tuple[int, HandIn]]:
        return self._hand_ins.get(student.id, [])

    def _report(self, number: int, hand_in: HandIn) -> Report | None:
        if hand_in.problem is not None:
            return None
        parts = {topic: self._report_of(key) for topic, key in self._parts.get(number, {}).items()}
        seed = self._settings.seed_of(hand_in.student.id)
        return compose(hand_in, self._settings.tasks, parts, seed, self._environment)


def _of_nobody(number: int, sentence: str) -> Standing:
    """Return the row of a hand-in that fits nobody on the roster: it is not read, and not forgotten."""
    return Standing(Student(f"?{number}", "", ""), Outcome.UNKNOWN, sentence, 0.0)
