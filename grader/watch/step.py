"""From one state of the page to the next: what an event changes, and what is to be done then. No clock, no files."""

from __future__ import annotations

from dataclasses import dataclass, replace

from grader.learner.code_files import Reading
from grader.learner.progress_changes import after_grading, after_hint
from grader.report import Message, TaskReport, Verdict
from grader.watch import events as e
from grader.watch.events import after_key
from grader.watch.state import (
    State,
    View,
    again,
    dependents,
    finished,
    first_look,
    following,
    is_overdue,
    is_superseded,
    started,
    told,
    with_marks,
)

GONE = "{name} is gone: the last results stay until it is back."


@dataclass(frozen=True)
class Step:
    """The next state, and what is to be done."""

    state: State
    effects: tuple[e.Effect, ...] = ()


def after(state: State, event: e.Event, now: float) -> Step:
    """Return what follows from an event; `now` is the time on a clock that nobody can set."""
    step = _handled(state, event, now)
    work = step.state.work
    if step.state.over or work.running is not None or not work.wanted:
        return step
    work = started(work, now)
    assert work.running is not None
    task_id, mark = work.running.task_id, work.running.mark
    content = step.state.files[task_id.partition(".")[0]]
    order = e.Grade(task_id, mark, content, _needs(step.state, task_id))
    return Step(replace(step.state, work=work), (*step.effects, order))


def _needs(state: State, task_id: str) -> tuple[TaskReport, ...]:
    """Return how the tasks stand that this one builds on, of the topics that have a file."""
    found = []
    for need in state.course.task(task_id).needs:
        task = state.course.task(need)
        if task.topic in state.files:
            verdict = state.verdict(need) or Verdict.NOT_ATTEMPTED
            found.append(TaskReport(need, task.title, verdict, 0.0, task.points))
    return tuple(found)


def _handled(state: State, event: e.Event, now: float) -> Step:
    match event:
        case e.Read(reading, first):
            return _read(state, reading, first)
        case e.Graded():
            return _graded(state, event)
        case e.Faulted():
            return Step(_faulted(state, event))
        case e.GivenUp():
            return Step(replace(state, work=replace(state.work, running=None)))
        case e.Pressed(key):
            return Step(*after_key(state, key))
        case e.Tick():
            return _tick(state, now)
    return Step(_told(state, event))


def _told(state: State, event: e.Event) -> State:
    """Take over what is only to be shown."""
    match event:
        case e.Starting(topic):
            return replace(state, starting=state.starting | {topic})
        case e.Ready(topic, seconds):
            work = replace(state.work, patience=max(state.work.patience, seconds))
            return replace(state, starting=state.starting - {topic}, work=work)
        case e.Meanwhile(task_id, mark, so_far, named):
            return replace(state, work=told(state.work, task_id, mark, so_far, named))
        case e.Hinted(task_id, help_):
            progress = state.progress
            for number in help_.shown:
                progress = after_hint(progress, task_id, number)
            return replace(state, current=task_id, view=View.HINT, help=help_, progress=progress, said=None)
        case e.Said(text):
            return replace(state, said=text)
        case e.Stop():
            return replace(state, over=True)
    return state


def _read(state: State, reading: Reading, first: str | None) -> Step:
    if reading.problem is not None:
        work, _ = with_marks(state.work, {}, set(state.files))
        return Step(replace(state, work=work, problem=reading.problem, view=View.TASK))
    files = {**state.files, **{slug: part.content for slug, part in reading.parts.items()}}
    problems = {slug: part.problem for slug, part in reading.parts.items() if part.problem is not None}
    gone = {slug: GONE.format(name=files[slug].name) for slug in files if slug not in reading.parts}
    read = [part.marks for part in reading.parts.values() if part.problem is None]
    marks = {task_id: mark for each in read for task_id, mark in each.items()}
    work, changed = with_marks(state.work, marks, {*problems, *gone}, first)
    new = replace(state, files=files, problems={**problems, **gone}, problem=None, work=work)
    return _looked_at(state, new, changed, first)


def _looked_at(before: State, state: State, changed: tuple[str, ...], first: str | None) -> Step:
    """Turn to what was changed, or to a file that cannot be read any more."""
    if before.current is None:
        current = first_look(state, changed, first)
        topic = current.partition(".")[0] if current else None
        effects = (e.Warm(topic),) if topic and not state.work.wanted else ()
        return Step(replace(state, current=current, batch=frozenset(changed)), effects)
    broken = [slug for slug in state.problems if before.problems.get(slug) != state.problems[slug]]
    if not changed and not broken:
        return Step(state)
    current = before.current
    if changed and current not in changed:
        current = changed[0]
    elif broken and current.partition(".")[0] not in broken:
        current = next(task.id for task in state.tasks if task.topic == broken[0])
    new = replace(state, current=current, view=View.TASK, said=None, help=None)
    return Step(replace(new, batch=frozenset(changed)) if changed else new)


def _graded(state: State, event: e.Graded) -> Step:
    if is_superseded(state.work, event.task_id, event.mark):
        return Step(replace(state, work=replace(state.work, running=None)))
    passed_before = state.passes(event.task_id)
    results = {**state.results, **{task.id: task for task in event.report.tasks}}
    new = replace(
        state,
        work=finished(state.work, event.task_id, event.mark),
        results=results,
        progress=after_grading(state.progress, event.report, event.when),
        seconds=event.report.seconds,
        said=event.report.incomplete,
    )
    if new.passes(event.task_id) != passed_before:  # else the verdict of what builds on it cannot be another
        waiting = [each for each in dependents(state.course, event.task_id) if not new.passes(each)]
        new = replace(new, work=again(new.work, waiting))
    keep = e.Keep(event.report, event.task_id, event.mark, event.when)
    return Step(replace(new, current=following(new)), (keep,))


def _faulted(state: State, event: e.Faulted) -> State:
    """Say that it is our fault; the same code is not tried again by itself."""
    work = finished(state.work, event.task_id, event.mark)
    if is_superseded(state.work, event.task_id, event.mark):
        return replace(state, work=replace(state.work, running=None))
    task = state.course.task(event.task_id)
    message = Message(task.title, got=f"an error of the grader itself: {event.reason}")
    report = TaskReport(task.id, task.title, Verdict.INTERNAL, 0.0, task.points, (), message)
    return replace(state, work=work, results={**state.results, task.id: report})


def _tick(state: State, now: float) -> Step:
    if not is_overdue(state.work, now):
        return Step(state)
    assert state.work.running is not None
    running = replace(state.work.running, given_up=True)
    return Step(replace(state, work=replace(state.work, running=running)), (e.GiveUp(),))
