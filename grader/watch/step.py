"""From one state of the page to the next: what an event changes, and what is to be done then. No clock, no files."""

from __future__ import annotations

from dataclasses import replace

from grader.intake.topic_imports import files_needed
from grader.learner.code_files import Reading
from grader.learner.progress_changes import after_grading, after_hint
from grader.report import Message, TaskReport, Verdict
from grader.watch import events as e
from grader.watch.state import (
    Running,
    State,
    View,
    again,
    first_look,
    following,
    is_superseded,
    told,
    with_marks,
)

GONE = "{name} is gone: the last results stay until it is back."


def after(state: State, event: e.Event, now: float) -> e.Done:
    """Return what follows from an event; `now` is the time on a clock that nobody can set."""
    state, effects = _handled(state, event, now)
    if state.over or state.running is not None or not state.wanted:
        return state, effects
    task_id = state.wanted[0]
    mark, files = state.marks[task_id], files_needed(task_id.partition(".")[0], state.files)
    order = e.Grade(task_id, mark, files, _needs(state, task_id))
    return replace(state, running=Running(task_id, mark, now)), (*effects, order)


def _needs(state: State, task_id: str) -> tuple[TaskReport, ...]:
    """Return how the tasks stand that this one builds on, of the topics that have a file."""
    found = []
    for need in state.course.task(task_id).needs:
        task = state.course.task(need)
        if task.topic in state.files:
            verdict = state.verdict(need) or Verdict.NOT_ATTEMPTED
            found.append(TaskReport(need, task.title, verdict, 0.0, task.points))
    return tuple(found)


def _handled(state: State, event: e.Event, now: float) -> e.Done:
    match event:
        case e.Read(reading, first):
            return _read(state, reading, first)
        case e.Graded():
            return _graded(state, event)
        case e.Pressed(key):
            return e.after_key(state, key)
        case e.Tick():
            return _tick(state, now)
    return _told(state, event), ()


def _told(state: State, event: e.Event) -> State:
    """Take over what is only to be shown."""
    match event:
        case e.Starting(topic):
            return replace(state, starting=state.starting | {topic})
        case e.Ready(topic, seconds):
            patience = max(state.patience, seconds)
            return replace(state, starting=state.starting - {topic}, patience=patience)
        case e.Partial(task_id, mark, so_far, named):
            return told(state, task_id, mark, so_far, named)
        case e.Faulted():
            return _faulted(state, event)
        case e.GivenUp():
            return replace(state, running=None)
        case e.Hinted(task_id, help_):
            progress = after_hint(state.progress, task_id, *help_.shown)
            return replace(state, current=task_id, view=View.HINT, help=help_, progress=progress, said=None)
        case e.Said(text):
            return replace(state, said=text)
        case e.Stop():
            return replace(state, over=True)
    return state


def _read(state: State, reading: Reading, first: str | None) -> e.Done:
    if reading.problem is not None:
        return replace(state, problem=reading.problem, view=View.TASK), ()
    files = {**state.files, **{slug: part.content for slug, part in reading.parts.items()}}
    problems = {slug: part.problem for slug, part in reading.parts.items() if part.problem is not None}
    gone = {slug: GONE.format(name=files[slug].name) for slug in files if slug not in reading.parts}
    read = [part.marks for part in reading.parts.values() if part.problem is None]
    marks = {task_id: mark for each in read for task_id, mark in each.items()}
    new, changed = with_marks(state, marks, first)
    new = replace(new, files=files, problems={**problems, **gone}, problem=None)
    return _looked_at(state, new, changed, first)


def _looked_at(before: State, state: State, changed: tuple[str, ...], first: str | None) -> e.Done:
    """Turn to what was changed, or to a file that cannot be read any more."""
    batch = frozenset(changed)
    if before.current is None:
        current = first_look(state, changed, first)
        warm = (e.Warm(current.partition(".")[0]),) if current and not state.wanted else ()
        return replace(state, current=current, batch=batch), warm
    broken = [slug for slug in state.problems if before.problems.get(slug) != state.problems[slug]]
    if not changed and not broken:
        return state, ()
    current = before.current
    if changed and current not in changed:
        current = changed[0]
    elif broken and current.partition(".")[0] not in broken:
        current = next(task.id for task in state.tasks if task.topic == broken[0])
    return replace(
        state, current=current, view=View.TASK, said=None, help=None, batch=batch or state.batch
    ), ()


def _graded(state: State, event: e.Graded) -> e.Done:
    new = replace(state, running=None)
    if is_superseded(state, event.task_id, event.mark):
        return new, ()
    new = replace(
        new,
        graded={**state.graded, event.task_id: event.mark},
        results={**state.results, **{task.id: task for task in event.report.tasks}},
        progress=after_grading(state.progress, event.report, event.when, {event.task_id: event.mark}),
        seconds=event.report.seconds,
        said=event.report.incomplete,
    )
    if new.passes(event.task_id) != state.passes(event.task_id):  # else what builds on it stays as it is
        needing = (task.id for task in state.course.tasks if event.task_id in task.needs)
        new = again(new, [each for each in needing if not new.passes(each)])
    return replace(new, current=following(new)), (event,)


def _faulted(state: State, event: e.Faulted) -> State:
    """Say that it is our fault; the same code is not tried again by itself."""
    if is_superseded(state, event.task_id, event.mark):
        return replace(state, running=None)
    task = state.course.task(event.task_id)
    message = Message(task.title, got=f"an error of the grader itself: {event.reason}")
    report = TaskReport(task.id, task.title, Verdict.INTERNAL, 0.0, task.points, (), message)
    graded, results = {**state.graded, task.id: event.mark}, {**state.results, task.id: report}
    return replace(state, running=None, graded=graded, results=results)


def _tick(state: State, now: float) -> e.Done:
    """Give up the grading under way where it is about code that is gone, and takes long."""
    running = state.running
    if running is None or running.given_up or not is_superseded(state, running.task_id, running.mark):
        return state, ()
    if now - running.since <= state.patience:
        return state, ()
    return replace(state, running=replace(running, given_up=True)), (e.GiveUp(),)
