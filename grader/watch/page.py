"""The page of `grade watch`: how the topics stand, one task with its first failure, and what the keys do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rich.cells import cell_len
from rich.columns import Columns
from rich.text import Text

from grader.course import Task, Topic
from grader.learner.code_files import IDLE
from grader.learner.task_states import open_needs
from grader.render.course_pages import LONG, show_failure, show_hint
from grader.render.failure import failure, open_details
from grader.render.page import LABEL, Page, cut_front
from grader.report import DETAILS_NOT_RUN, TaskReport, Verdict
from grader.text import say
from grader.text.escape import lines, one_line
from grader.text.formatting import MARKS, bar, count, word
from grader.watch.events import KEYS
from grader.watch.state import State, View, still_graded

BAR = 10
LEAST_PATH = 16  # columns of a path, of which the end tells most
KEY_WORDS = "key."
UNTRIED = (None, Verdict.NOT_ATTEMPTED)


def head(page: Page, state: State) -> None:
    """Write what is watched, and each topic with the tasks that pass."""
    passed, seed = f"  {passes(state)}", f"  {say('watch.seed', seed=state.seed)}"
    room = max(LEAST_PATH, page.width - cell_len(passed + seed))
    page.line((cut_front(one_line(state.path), room), "bold"), passed, (seed, "dim"))
    if state.topics:
        bars = [_bar(page, state, topic) for topic in state.topics]
        page.console.print(Columns(bars, padding=(0, 3, 0, 0)), width=page.width)
    page.line(("–" * page.width, "dim"))


def passes(state: State) -> str:
    """Say how many tasks pass."""
    most = sum(len(topic.tasks) for topic in state.topics)
    return say("tasks.passed_of_all", passed=most - state.open, tasks=count(most, "task"))


def body(page: Page, state: State, most: int = LONG) -> None:
    """Write what is looked at, in at most so many lines where that can be chosen."""
    if state.current is None:
        text = say("watch.no_task") if state.problem is None else one_line(state.problem)
        page.line((text, "red" if state.problem else ""))
        return
    task = state.course.task(state.current)
    _problem(page, state, task)
    VIEWS[state.view](page, state, task, most)


def foot(page: Page, state: State) -> None:
    """Write what was last done, and the keys."""
    page.line(("–" * page.width, "dim"))
    for text, style in _news(state):
        page.line((one_line(text), style))
    if state.view is View.RESET:
        return
    parts: list[str | tuple[str, str]] = []
    for key, name in KEYS:
        parts += [(key, "bold"), (f" {say(KEY_WORDS + name.replace(' ', '_'))}   ", "dim")]
    page.line(*parts)


def _bar(page: Page, state: State, topic: Topic) -> Text:
    passed, most = sum(state.passes(task.id) for task in topic.tasks), len(topic.tasks)
    looked_at = bool(state.current) and str(state.current).startswith(f"{topic.slug}.")
    style = "red" if topic.slug in state.problems else "green" if passed == most else "cyan"
    longest = max(cell_len(each.slug) for each in state.topics)
    name = Text(f"{topic.slug:<{longest}} ", "bold" if looked_at else "")
    return name.append(bar(passed, most, BAR), style).append(f" {passed}/{most}".ljust(6), "dim")


def _problem(page: Page, state: State, task: Task) -> None:
    text = state.problem or state.problems.get(task.topic)
    if text is not None:
        for number, line in enumerate(lines(text)):  # of which some are code
            page.line((line, "red" if number == 0 else ""))
        page.line((say("watch.as_before"), "dim"))
        page.line()


def _task(page: Page, state: State, task: Task, most: int) -> None:
    result = state.results.get(task.id)
    points = count(task.points, "point")
    page.line((task.id, "bold"), f"  {task.title}", (f"  {points}", "dim"), *_doing(state, task))
    needs = [need for need in open_needs(task, state.progress) if need.partition(".")[0] in state.files]
    if needs and not state.passes(task.id):
        page.line((say("watch.builds_on", tasks=", ".join(needs)), "dim"))
    page.line()
    so_far = spoken_so_far(task, state)
    if so_far is not None:
        failure(page, so_far)
    elif result is not None and result.verdict not in (Verdict.PASS, Verdict.RIGHT, Verdict.NOT_ATTEMPTED):
        failure(page, result)
    else:
        _standing(page, state, task)


def _doing(state: State, task: Task) -> list[str | tuple[str, str]]:
    running = state.running
    if running is not None and running.task_id == task.id:
        return [(f"  {say('watch.grading')}", "yellow")]
    waits = say("watch.waits_to_be_graded")
    return [(f"  {waits}", "yellow")] if task.id in state.wanted else []


def _standing(page: Page, state: State, task: Task) -> None:
    """Write how a task stands of which no failure is at hand: passed, not begun, or known from earlier."""
    verdict = state.verdict(task.id)
    if verdict in UNTRIED and state.marks.get(task.id, IDLE) != IDLE:
        page.line((say("watch.begun"), "dim"))
        return
    if verdict in UNTRIED:
        write = say("watch.write", file=one_line(state.files[task.topic].name))
        page.line((say("watch.not_begun"), "dim"), f"  {write}")
        return
    assert verdict is not None
    mark, style = MARKS[verdict]
    page.line((f"{mark} {word(verdict)}", style), *([_beyond(state)] if verdict.is_right else []))
    if verdict is Verdict.RIGHT and (result := state.results.get(task.id)) is not None:
        if result.only_core:
            page.line((DETAILS_NOT_RUN, "dim"))
        else:
            open_details(page, [result])
        return
    known = state.progress.of(task.id).failure
    if verdict is Verdict.PASS or known is None:
        return
    page.line()
    show_failure(page, known)
    page.copyable("Next", known.next or f"grade hint {task.id}", "cyan")


def _beyond(state: State) -> tuple[str, str]:
    if not state.open:
        return f"  {say('tasks.all_pass')}", "bold green"
    return f"  {say('watch.go_on', tasks=count(state.open, 'task'))}", ""


def _list(page: Page, state: State, task: Task, most: int) -> None:
    """Write the tasks of the topic, as many around the current one as there is room for."""
    topic = state.course.topic(task.topic)
    tasks = list(topic.tasks)
    room = max(3, most - 2)
    start = min(max(0, tasks.index(task) - room // 2), max(0, len(tasks) - room))
    page.line((topic.title, "bold"))
    for each in tasks[start : start + room]:
        verdict = state.verdict(each.id)
        mark, style = MARKS[verdict] if verdict else (" ", "")
        here = each.id == task.id
        waits = f"  {say('watch.waits')}" if each.id in state.wanted else ""
        name = (each.name, "bold" if here else "")
        page.line(
            "> " if here else "  ", (mark, style), " ", name, (f"  {each.title}", "dim"), (waits, "yellow")
        )


def _hint(page: Page, state: State, task: Task, most: int) -> None:
    if state.help is None:
        return
    show_hint(task, state.help, page.console, keeps=True)
    if state.help.left:
        page.line((f"{'':<{LABEL}}{say('watch.hint_again')}", "dim"))


def _reset(page: Page, state: State, task: Task, most: int) -> None:
    name = one_line(state.files[task.topic].name)
    page.line((say("watch.put_back", task=task.id), "bold yellow"))
    page.line(say("watch.copy_kept", file=name))
    page.line()
    yes, other, no = (say(f"watch.{name}") for name in ("yes", "any_other_key", "no"))
    page.line(("y", "bold"), f" {yes}   ", (other, "bold"), f" {no}")


def _news(state: State) -> list[tuple[str, str]]:
    if state.said is not None:
        return [(state.said, "yellow")]
    running = state.running
    if state.starting:
        return [(say("watch.gets_ready", topics=", ".join(sorted(state.starting))), "dim")]
    if running is not None:
        more = len(set(state.wanted) - {running.task_id})
        sentence = "watch.now_and_then" if more else "watch.now"
        return [(say(sentence, task=running.task_id, tasks=count(more, "task")), "dim")]
    if state.seconds is not None:
        return [(say("watch.done", seconds=f"{state.seconds:.1f}"), "dim")]
    return [(say("watch.each_save"), "dim")]


VIEWS: dict[View, Callable[[Page, State, Task, int], None]] = {
    View.TASK: _task, View.LIST: _list, View.HINT: _hint, View.RESET: _reset,
}  # fmt: skip


def spoken_so_far(task: Task, state: State) -> TaskReport | None:
    """Return what is known of a task that is still graded, with a word where the name of its mistake will stand."""
    running = still_graded(state, task.id)
    if running is None or running.so_far is None:
        return None
    return running.so_far if running.named else _unnamed(running.so_far)


def _unnamed(found: TaskReport) -> TaskReport:
    test = found.first_failure
    if test is None or test.message is None:
        return found
    waiting = replace(test, message=replace(test.message, likely=say("watch.still_testing")))
    return replace(found, tests=tuple(waiting if each is test else each for each in found.tests))
