"""An outcome in words: the fixed labels of a message."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from grader.judge.diagnosis import Named
from grader.judge.outcome import Outcome, of_a_full_device
from grader.proxy.errors import ArgumentChanged, Frame, StateLeft, SubmissionError, WrongKind
from grader.report import Message, Verdict
from grader.sandbox.transport import GivenUp, WorkerLied, WorkerMemory, WorkerTimeout
from grader.suite.failure import CheckFailure

MAX_TEXT = 300
LATE = "Timeout: the code was here when the time was used up"
LINE_OF_WARNING = re.compile(r"^(\w*Warning: .*) \(line (\d{1,7})\)$", re.MULTILINE)  # as a worker writes it
PLACE_OF_SYNTAX = re.compile(r" \(\w+\.py, line \d+\)$")  # as Python writes it, in lines of the module

Place = Callable[[int], str]  # what the learner calls a line of the module


def in_file(line: int) -> str:
    """Return the place of a line in a file of Python."""
    return f"line {line}"


def message_of(
    title: str,
    task_id: str,
    outcome: Outcome,
    named: Named | None,
    place: Place = in_file,
    quotes: bool = False,
) -> Message | None:
    """Return the message of a test that did not pass; None for one that did.

    With `quotes` the line of the learner's file that raised stands in it too, as there is no traceback.
    """
    if outcome.verdict is Verdict.PASS or outcome.problem is None:
        return None
    part = outcome.problem.checked if isinstance(outcome.problem, CheckFailure) else None
    expected, got = _labels(outcome, place)
    return Message(
        checked=f"{title.rstrip('.')}: {part}" if part else title,
        expected=expected,
        got=_quoted(got, outcome.problem) if got and quotes else got and got[:MAX_TEXT],
        where=outcome.where or None,
        likely=named.sentence if named else None,
        mistake=named.mistake.name if named else None,
        next=f"grade hint {task_id}",
    )


def _quoted(got: str, problem: BaseException) -> str:
    frames = problem.frames if isinstance(problem, SubmissionError) else ()
    code = f"\n    {frames[-1].text.strip()}" if frames and frames[-1].text.strip() else ""
    return f"{' '.join(got.split())[:MAX_TEXT]}{code}"


def traceback_of(outcome: Outcome, filename: str, place: Place = in_file) -> str | None:
    """Return the learner's own traceback, cut to their file."""
    problem = outcome.problem
    rows = [
        f"{filename}, {place(frame.line)}, in {frame.function}\n    {frame.text}"
        for frame in _frames(problem)
    ]
    last = LATE if isinstance(problem, WorkerTimeout) else str(problem)
    return "\n".join([*rows, last]) if rows else None


def printed_of(outcome: Outcome, place: Place = in_file) -> str | None:
    """Return what the learner's code printed, and its warnings with what the learner calls their lines."""
    return LINE_OF_WARNING.sub(lambda found: f"{found[1]} ({place(int(found[2]))})", outcome.printed) or None


def _labels(outcome: Outcome, place: Place) -> tuple[str | None, str | None]:
    """Return what was expected, and what was got."""
    problem = outcome.problem
    if of_a_full_device(problem):
        got = _full_device(str(problem), _place(problem, place))
        return "a result within the memory of the device", got
    match problem:
        case CheckFailure():
            return problem.expected, problem.got
        case ArgumentChanged():
            return f"the argument {problem.name} left as it was", f"{problem.name}: {problem.what}"
        case StateLeft():
            return f"torch's {problem} as it was before the call", f"another {problem} after the call"
        case WrongKind():
            got = f"an object of class {problem.class_name}, which cannot be used {problem.use}"
            return "a plain value", got
        case SubmissionError():
            return None, _raised(problem, place)
        case GivenUp():
            return "an answer in time", f"not tried: {problem}"
        case WorkerTimeout():
            late = "none: the code still ran when the time of this test was used up"
            return "an answer in time", f"{late}{_place(problem, place)}"
        case WorkerMemory():
            return "a result within the memory limit", f"too much memory: {problem}"
        case WorkerLied():
            return "a result", f"something that is not an answer: {problem}"
        case _:
            return None, _ended(problem, outcome.verdict)


def _full_device(text: str, place: str) -> str:
    """Say of torch's long words which device it was, and how much was asked of it."""
    number, asked = re.search(r"\bGPU (\d+)", text), re.search(r"Tried to allocate ([\d.]+ \w+)", text)
    device = f"cuda:{number[1]}" if number else "the device"
    return f"the memory of {device} was used up{f', {asked[1]} more were asked for' if asked else ''}{place}"


def _place(problem: BaseException | None, place: Place) -> str:
    frames = _frames(problem)
    return f" ({place(frames[-1].line)})" if frames else ""


def _frames(problem: BaseException | None) -> Sequence[Frame]:
    return problem.frames if isinstance(problem, (SubmissionError, WorkerTimeout)) else ()


def _raised(problem: SubmissionError, in_module: Place) -> str:
    place = _place(problem, in_module)
    if isinstance(problem, NotImplementedError):
        return f"NotImplementedError{place}: this part is still to be written"
    if isinstance(problem, ModuleNotFoundError):
        return f"{problem}{place}: a topic is one file, and beside it only what is installed can be imported"
    if isinstance(problem, PermissionError):
        return f"{problem}{place}: the sandbox does not allow this"
    if issubclass(type(problem), SyntaxError) and place:
        return f"{PLACE_OF_SYNTAX.sub('', str(problem))}{place}"
    return f"{problem}{place}"


def _ended(problem: BaseException | None, verdict: Verdict) -> str:
    if verdict is Verdict.INTERNAL:
        return f"an error of the grader itself ({type(problem).__name__}: {problem})"
    if verdict is Verdict.FAIL:
        return f"a result that cannot be worked with ({type(problem).__name__}: {problem})"
    return f"the process ended: {problem}"
