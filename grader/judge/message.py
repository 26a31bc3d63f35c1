"""An outcome in words: the fixed labels of a message."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grader.intake import Source
from grader.judge.diagnosis import Named
from grader.judge.outcome import Outcome, of_a_full_device
from grader.proxy.errors import ArgumentChanged, Frame, StateLeft, SubmissionError, WrongKind
from grader.report import POSSIBLE, Message, Verdict
from grader.sandbox.transport import GivenUp, WorkerLied, WorkerMemory, WorkerTimeout
from grader.suite.failure import CheckFailure
from grader.suite.relations import relations

MAX_TEXT = 300
LATE = "Timeout: the code was here when the time was used up"
LINE_OF_WARNING = re.compile(r"^(\w*Warning: .*) \((\w+\.py), line (\d{1,7})\)$", re.MULTILINE)  # as a worker writes it
PLACE_OF_SYNTAX = re.compile(r" \(\w+\.py, line \d+\)$")  # as Python writes it, in lines of the module

CAUSES = (  # of torch's exceptions, in its words; each is one that is met again and again
    (r"does not require grad and does not have a grad_fn",
     "the result was cut from its graph: by detach, item, data or no_grad, or made anew of its numbers"),
    (r"double != float|float != double|to have the same dtype|expected scalar type (?:Double|Float)",
     "something was made without dtype=, and so in float32"),
    (r"a leaf Variable that requires grad is being used in an in-place operation",
     "a parameter is changed outside torch.no_grad()"),
    (r"modified by an inplace operation",
     "what the backward pass needs was changed in place, as by += or x[...] = ..."),
    (r"Trying to backward through the graph a second time",
     "something is carried on from an earlier step without detach"),
    (r"can be implicitly created only for scalar outputs",
     "the loss was not reduced to one number by sum or mean"),
    (r"Boolean value of Tensor with more than one value is ambiguous",
     "if, and, or, max or min of Python met a whole tensor: torch.where, & and | work on each element"),
    (r"view size is not compatible", "the tensor was transposed or permuted before: reshape copies where view cannot"),
)  # fmt: skip


@dataclass(frozen=True)
class Places:
    """What a learner calls the lines of their files, where one topic is spoken of."""

    topic: str = ""
    sources: Mapping[str, Source] = field(default_factory=dict)

    def file(self, name: str) -> str:
        """Return what a file is called that a worker knows by the name of its topic: losses.py is losses.ipynb."""
        source = self.sources.get(name.removesuffix(".py"))
        return f"{name.removesuffix('.py')}.ipynb" if source and source.notebook else name

    def full(self, name: str, line: int) -> str:
        """Return a line's place with its file: "losses.py, line 7"."""
        source = self.sources.get(name.removesuffix(".py"))
        return f"{self.file(name)}, {source.place(line) if source else f'line {line}'}"

    def short(self, name: str, line: int) -> str:
        """Return it without the file where that is the topic's own."""
        full = self.full(name, line)
        return full if self.topic and name != f"{self.topic}.py" else full.partition(", ")[2]


NO_PLACES = Places()


def message_of(
    title: str,
    task_id: str,
    outcome: Outcome,
    named: Named | None,
    places: Places = NO_PLACES,
    quotes: bool = False,
    relation: str | None = None,
) -> Message | None:
    """Return the message of a test that did not pass; None for one that did.

    With `quotes` the line of the learner's file that raised stands in it too, as there is no traceback.
    """
    if outcome.verdict is Verdict.PASS or outcome.problem is None:
        return None
    part = outcome.problem.checked if isinstance(outcome.problem, CheckFailure) else None
    expected, got = _labels(outcome, places)
    return Message(
        checked=f"{title.rstrip('.')}: {part}" if part else title,
        expected=expected,
        got=_quoted(got, outcome.problem) if got and quotes else got and got[:MAX_TEXT],
        where=outcome.where or None,
        likely=named.sentence if named else _usual_cause(outcome.problem),
        mistake=named.mistake.name if named else None,
        next=f"grade hint {task_id}",
        relation=relation,
    )


def _usual_cause(problem: BaseException) -> str | None:
    """Return what torch's exception usually comes from, for those whose cause is nearly always the same."""
    text = problem.text if isinstance(problem, SubmissionError) else ""
    return next((f"{POSSIBLE}{cause}" for words, cause in CAUSES if re.search(words, text)), None)


def relations_of(outcomes: Mapping[str, Outcome]) -> dict[str, str]:
    """Return by test what holds between all that it got and the expected.

    What may hold by chance is told where another test, with other numbers, shows the same.
    """
    found = {
        name: relations(outcome.problem.evidence, outcome.given)
        for name, outcome in outcomes.items()
        if isinstance(outcome.problem, CheckFailure)
    }
    seen = Counter(kind for kind, _ in {(each.kind, each.example) for facts in found.values() for each in facts})
    sure = {name: [each for each in facts if each.is_sure or seen[each.kind] > 1] for name, facts in found.items()}
    return {name: facts[0].text for name, facts in sure.items() if facts}


def _quoted(got: str, problem: BaseException) -> str:
    frames = problem.frames if isinstance(problem, SubmissionError) else ()
    code = f"\n    {frames[-1].text.strip()}" if frames and frames[-1].text.strip() else ""
    return f"{' '.join(got.split())[:MAX_TEXT]}{code}"


def traceback_of(outcome: Outcome, places: Places = NO_PLACES) -> str | None:
    """Return the learner's own traceback, cut to their files."""
    problem = outcome.problem
    rows = [
        f"{places.full(frame.file, frame.line)}, in {frame.function}\n    {frame.text}"
        for frame in _frames(problem)
    ]
    last = LATE if isinstance(problem, WorkerTimeout) else str(problem)
    return "\n".join([*rows, last]) if rows else None


def printed_of(outcome: Outcome, places: Places = NO_PLACES) -> str | None:
    """Return what the learner's code printed, and its warnings with what the learner calls their lines."""

    def named(found: re.Match[str]) -> str:
        return f"{found[1]} ({places.short(found[2], int(found[3]))})"

    return LINE_OF_WARNING.sub(named, outcome.printed) or None


def _labels(outcome: Outcome, places: Places) -> tuple[str | None, str | None]:
    """Return what was expected, and what was got."""
    problem = outcome.problem
    if of_a_full_device(problem):
        got = _full_device(str(problem), _place(problem, places))
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
            return None, _raised(problem, places)
        case GivenUp():
            return "an answer in time", f"not tried: {problem}"
        case WorkerTimeout():
            late = "none: the code still ran when the time of this test was used up"
            return "an answer in time", f"{late}{_place(problem, places)}"
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


def _place(problem: BaseException | None, places: Places) -> str:
    frames = _frames(problem)
    return f" ({places.short(frames[-1].file, frames[-1].line)})" if frames else ""


def _frames(problem: BaseException | None) -> Sequence[Frame]:
    return problem.frames if isinstance(problem, (SubmissionError, WorkerTimeout)) else ()


def _raised(problem: SubmissionError, places: Places) -> str:
    place = _place(problem, places)
    if isinstance(problem, NotImplementedError):
        return f"NotImplementedError{place}: this part is still to be written"
    if isinstance(problem, ModuleNotFoundError):
        return f"{problem}{place}: beside a topic's file only your other topics and what is installed can be imported"
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
