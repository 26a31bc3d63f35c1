"""An exception of the submission arrives as words, and as its class only if that is harmless."""

from __future__ import annotations

import builtins
from collections.abc import Callable

import pytest

from grader.proxy.errors import ARRIVE_AS_THEMSELVES, SubmissionError, frames_in
from grader.proxy.submission import Submission

Learner = Callable[..., Submission]

RAISE = """
    import builtins

    class Own(ValueError):
        pass

    class Unspeakable(Exception):
        def __str__(self):
            raise RuntimeError("no text")

    def fail(name, text):
        raise getattr(builtins, name)(text)

    def fail_own():
        raise Own("of their own")

    def unspeakable():
        raise Unspeakable

    def outer(x):
        return inner(x)

    def inner(x):
        return torch.ones(2) @ torch.ones(3)
"""
NEVER_AS_THEMSELVES = (
    "SystemExit", "KeyboardInterrupt", "AssertionError", "StopIteration", "GeneratorExit", "BaseException",
    "StopAsyncIteration", "Warning", "UserWarning", "Exception",
)  # fmt: skip


def test_allowed_class_arrives_as_itself(learner: Learner) -> None:
    submission = learner(RAISE)
    for name in sorted(ARRIVE_AS_THEMSELVES):
        with pytest.raises(getattr(builtins, name)) as failure:
            submission.fail(name, "some words")
        assert isinstance(failure.value, SubmissionError)
        assert failure.value.kind == name and "some words" in str(failure.value)


@pytest.mark.parametrize("name", NEVER_AS_THEMSELVES)
def test_dangerous_class_never_arrives_as_itself(learner: Learner, name: str) -> None:
    with pytest.raises(SubmissionError) as failure:
        learner(RAISE).fail(name, "some words")
    assert type(failure.value) is SubmissionError and failure.value.kind == name


def test_class_of_their_own_arrives_as_its_builtin_base(learner: Learner) -> None:
    with pytest.raises(ValueError, match="of their own") as failure:
        learner(RAISE).fail_own()
    assert isinstance(failure.value, SubmissionError) and failure.value.kind == "Own"


def test_class_named_like_a_builtin_is_not_taken_for_it(learner: Learner) -> None:
    submission = learner("""
        class ValueError(Exception):
            pass

        def fail():
            raise ValueError("not the real one")
    """)
    with pytest.raises(SubmissionError) as failure:
        submission.fail()
    assert type(failure.value) is SubmissionError


def test_exception_without_text_arrives(learner: Learner) -> None:
    with pytest.raises(SubmissionError) as failure:
        learner(RAISE).unspeakable()
    assert str(failure.value) == "Unspeakable"


def test_frames_are_those_of_the_learners_file(learner: Learner) -> None:
    with pytest.raises(RuntimeError) as failure:
        learner(RAISE).outer(1)
    frames = failure.value.frames
    assert [frame.function for frame in frames] == ["outer", "inner"]
    assert frames[-1].text == "return torch.ones(2) @ torch.ones(3)"
    assert frames[0].line == frames[1].line - 3


def test_syntax_error_tells_the_line(learner: Learner) -> None:
    with pytest.raises(SyntaxError) as failure:
        learner("def broken(:\n    pass")
    assert failure.value.frames[-1].line == 2


def test_exception_at_import_arrives(learner: Learner) -> None:
    with pytest.raises(ZeroDivisionError) as failure:
        learner("value = 1 / 0")
    assert failure.value.frames[-1].function == "<module>"


def test_missing_function_is_an_attribute_error(learner: Learner) -> None:
    with pytest.raises(AttributeError, match="absent"):
        learner("").absent()


def test_endless_recursion_arrives_and_the_worker_goes_on(learner: Learner) -> None:
    submission = learner("""
        def deeper():
            return deeper()

        def one():
            return 1
    """)
    with pytest.raises(RecursionError) as failure:
        submission.deeper()
    assert len(failure.value.frames) <= 6
    assert submission.one() == 1


def test_text_is_cut(learner: Learner) -> None:
    with pytest.raises(ValueError, match="aaa") as failure:
        learner(RAISE).fail("ValueError", "a" * 100_000)
    assert len(failure.value.text) == 2000


def test_result_that_is_too_deep_is_an_error_of_the_submission(learner: Learner) -> None:
    submission = learner("""
        def nested():
            value = []
            for _ in range(200):
                value = [value]
            return value

        def cyclic():
            value = []
            value.append(value)
            return value

        def long():
            return list(range(200_000))

        def one():
            return 1
    """)
    for function in (submission.nested, submission.cyclic, submission.long):
        with pytest.raises(TypeError, match="returned"):
            function()
    assert submission.one() == 1


# Where a worker that is late stood

SOURCE = "def f(x):\n    while True:\n        x = x + 1\n"


def stack(*rows):
    lines = (f'  File "{file}", line {n} in {name}\n' for file, n, name in rows)
    return "Stack (most recent call first):\n" + "".join(lines)


def test_frames_of_a_late_worker_are_its_own_lines_with_the_code_that_the_judge_has():
    rows = ("/usr/lib/torch/x.py", 9, "g"), ("maths.py", 3, "f"), ("maths.py", 1, "<module>"), ("<play>", 2, "play")
    inner_last = [(1, "<module>", "def f(x):"), (3, "f", "x = x + 1")]
    assert [(f.line, f.function, f.text) for f in frames_in(stack(*rows), {"maths": SOURCE})] == inner_last


@pytest.mark.parametrize(
    "said",
    [
        "", "\x00" * 99, "File maths.py", stack(("maths.py", 4, "f")), stack(("maths.py", 0, "f")),
        stack(("maths.py", 10**9, "f")), stack(("maths.py", 1, "a b")), stack(("maths.py", 1, "f" * 200)),
        stack(("other.py", 1, "f")),
    ],
)  # fmt: skip
def test_what_a_late_worker_makes_up_is_no_frame(said):
    assert frames_in(said, {"maths": SOURCE}) == ()


def test_frames_of_a_late_worker_are_few():
    assert len(frames_in(stack(*[("maths.py", 2, "f")] * 500), {"maths": SOURCE})) == 6
