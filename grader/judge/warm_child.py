"""A child of the judge's process, which does one thing with all that the judge has read, and tells what it found."""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, NoReturn

from grader.course import Course, Task
from grader.intake import Submission
from grader.judge.order import Closed, Order, ShardResult, Tell, merged
from grader.judge.parallel import MOST_MEMORY
from grader.judge.scoring import untested
from grader.process import kernel
from grader.process.kernel import bound_memory
from grader.report import Message, TaskReport, Verdict
from grader.sandbox.transport import SandboxProblem

if sys.platform != "win32":
    import resource

MOST_SECONDS = (
    600  # of this processor; what the workers use is not counted, and an answer is waited for in vain
)
KILL_BEFORE_THE_JUDGE = b"500"  # where memory is short: after the workers, before what all gradings need
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
RAISED, BROKEN = 3, 4  # exit statuses: with a reason in place of a result

Work = Callable[[Tell], Any]
PassOn = Callable[[bytes], None]


@dataclass(frozen=True)
class Found:
    """What came of a child: the pickled result, or the reason why there is none."""

    data: bytes
    reason: str | None = None
    broken: bool = False  # the sandbox did not do its part: no child that follows would get further


def in_child(work: Work, orders: int, answers: int, pass_on: PassOn) -> Found:
    """Return what `work` gave in a child.

    Args:
        work: what the child does; what it tells meanwhile is passed on while it still works.
        orders: a descriptor of the judge, which the child does not get.
        answers: another.
        pass_on: gets each thing that is told, pickled.

    Raises:
        Closed: whoever gives the orders has gone; the child is ended, as nobody waits for its result.
    """
    reading, writing = Pipe(duplex=False)
    judge, child = os.getpid(), os.fork()
    if child == 0:
        _be_child(work, writing, judge, (reading.fileno(), orders, answers))
    writing.close()
    try:
        result = _read(reading, orders, pass_on)
    except Closed:
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        reading.close()
        _, status = os.waitpid(child, 0)
    return _found(result, status)


def _found(data: bytes | None, status: int) -> Found:
    if status == 0 and data is not None:
        return Found(data)
    if os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        return Found(b"", f"the grading process was ended by {name}")
    code = os.WEXITSTATUS(status)
    if code in (RAISED, BROKEN) and data is not None:
        return Found(b"", data.decode(errors="replace"), code == BROKEN)
    return Found(b"", f"the grading process exited with status {code}")


def _read(reading: Connection, orders: int, pass_on: PassOn) -> bytes | None:
    """Return the result, None if it never comes; raise Closed where the other end of `orders` is closed before."""
    poll = select.poll()
    poll.register(reading, select.POLLIN)
    poll.register(orders, 0)  # of which only the hanging up is told
    while True:
        if reading.fileno() not in dict(poll.poll()):
            raise Closed("the one who gives orders has gone")
        try:
            is_result, data = reading.recv()
        except (EOFError, OSError):
            return None
        if is_result:
            return bytes(data)
        pass_on(data)


def _be_child(work: Work, writing: Connection, judge: int, not_ours: Sequence[int]) -> NoReturn:
    """Become the child; whatever happens, it never goes on as a second judge."""
    try:
        _bounded(judge, not_ours)
        code, data = _result(work, writing)
        writing.send((True, data))
        os._exit(code)
    finally:
        os._exit(1)


def _result(work: Work, writing: Connection) -> tuple[int, bytes]:
    try:
        return 0, pickle.dumps(work(lambda told: writing.send((False, pickle.dumps(told)))))
    except SandboxProblem as problem:
        return BROKEN, str(problem).encode(errors="replace")
    except Exception as problem:
        text = "".join(c if c.isprintable() or c == "\n" else "?" for c in traceback.format_exc())
        print(text, file=sys.stderr)  # a submission may have had a part in it, and in what it says
        return RAISED, f"{type(problem).__name__}: {problem}".encode(errors="replace")


def die_with(parent: int) -> None:
    """Have this process killed as soon as its parent ends."""
    kernel.control(DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _bounded(judge: int, not_ours: Sequence[int]) -> None:
    """Die with the judge, and first of our processes where memory is short; take only so much memory and time."""
    die_with(judge)
    for descriptor in not_ours:
        os.close(descriptor)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "wb") as file:
        file.write(KILL_BEFORE_THE_JUDGE)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = MOST_SECONDS if most == resource.RLIM_INFINITY else min(MOST_SECONDS, most)
    resource.setrlimit(resource.RLIMIT_CPU, (wanted, most))
    bound_memory(MOST_MEMORY)


TRIES = 2  # of what gives no result: the second is another process

Attempt = Callable[[Order], Found]  # one process that grades an order


class Ours(Exception):
    """The reference comes to no end either: this is no doing of the submission."""


def graded(order: Order, attempt: Attempt, course: Course) -> bytes:
    """Return the pickled result of an order.

    Where no process comes to an end of the order, each of its tasks is graded by processes of its own. A task of which
    none comes to an end, while one does with the reference solution in the submission's place, has the verdict
    `error`, so that no submission escapes its verdict by what it does to the grader.

    Raises:
        Ours: the reference comes to no end of a task either.
    """
    found = _tried(order, attempt)
    if found.reason is None:
        return found.data
    return pickle.dumps(merged(list(_by_task(order, attempt, course))))


def _by_task(order: Order, attempt: Attempt, course: Course) -> Iterator[ShardResult]:
    for task_id in order.task_ids:
        part = replace(order, task_ids=(task_id,))
        found = _tried(part, attempt)
        if found.reason is None:
            yield pickle.loads(found.data)
        else:
            yield _theirs(part, found.reason, attempt, course)


def _tried(order: Order, attempt: Attempt) -> Found:
    for _ in range(TRIES):
        found = attempt(order)
        if found.reason is None:
            break
    return found


def _theirs(order: Order, reason: str, attempt: Attempt, course: Course) -> ShardResult:
    """Return the verdict on a task of which no process came to an end, if one does with the reference."""
    task = course.task(order.task_ids[0])
    file = course.solution_file(task.topic)
    if not file.is_file():
        raise Ours(reason)  # a course for students: nothing can be compared
    files = {slug: course.solution_file(slug) for slug in course.slugs if course.has_solution(slug)}
    reference = Submission(files, "reference")
    found = attempt(replace(order, submission=reference, tells=False))  # nobody looks at the reference
    if found.reason is not None:
        raise Ours(reason)
    result: ShardResult = pickle.loads(found.data)
    if result.incomplete is not None:
        raise Ours(result.incomplete)
    return replace(result, tasks={task.id: _error(task, reason)}, notes=())


def _error(task: Task, reason: str) -> TaskReport:
    got = f"nothing that could be graded: {reason}, which with the reference solution it was not"
    return untested(task, Verdict.ERROR, Message(task.title, "a result", got, next=f"grade hint {task.id}"))
