"""Suite of training.MetricLogger."""

import json

import pytest
import torch

from grader.suite import check_close, check_equal, check_that


def play(submission, path, before, steps):
    """Put `before` into the file if it is not None, log the steps, and tell what others see after each of them."""
    if before is not None:
        with open(path, "w") as file:
            file.write(before)
    logger = submission.MetricLogger(path)
    seen = []
    for step, numbers in steps:
        logger.log(step, numbers)
        with open(path) as file:
            seen.append(file.read())
    curves = submission.MetricLogger(path).curves()
    return seen, {name: [[step, value] for step, value in curve] for name, curve in curves.items()}


def drawn(rng, count, first=1):
    """Draw the numbers of some steps."""
    return [(first + i, {"loss": rng.normal(1).item(), "lr": rng.uniform(1).item()}) for i in range(count)]


def curves_of(steps):
    curves = {}
    for step, numbers in steps:
        for name, value in numbers.items():
            curves.setdefault(name, []).append([step, float(value)])
    return curves


def check_curves(got, want):
    check_equal(sorted(got), sorted(want), "names of the curves, sorted")
    for name, curve in want.items():
        check_equal([step for step, _ in got[name]], [step for step, _ in curve], f"steps of {name}")
        check_equal([type(v).__name__ for _, v in got[name]], ["float"] * len(curve), f"kinds of {name}")
        check_close(
            torch.tensor([value for _, value in got[name]], dtype=torch.float64),
            torch.tensor([value for _, value in curve], dtype=torch.float64),
            f"numbers of {name}",
        )


@pytest.fixture
def log(submission):
    """Log steps into the file `run.jsonl`, with what stood in it before."""
    return lambda steps, before=None: submission.run(play, submission.scratch + "/run.jsonl", before, steps)


@pytest.mark.visible
def test_MetricLogger_reads_back(log):
    """Two steps of a loss, and one accuracy, come back as two curves."""
    _, curves = log([(1, {"loss": 2.0}), (2, {"loss": 1.5, "accuracy": 0.5})])
    check_curves(curves, {"loss": [[1, 2.0], [2, 1.5]], "accuracy": [[2, 0.5]]})


@pytest.mark.visible
@pytest.mark.weight(2)
def test_MetricLogger_writes_json_lines(log):
    """Each call of log is one line of JSON with the step and its numbers."""
    seen, _ = log([(3, {"loss": 0.5}), (7, {"loss": 0.25})])
    lines = seen[-1].splitlines()
    check_equal(len(lines), 2, "number of lines")
    for line, want in zip(lines, ({"step": 3, "loss": 0.5}, {"step": 7, "loss": 0.25}), strict=True):
        try:
            got = json.loads(line)
        except ValueError:
            got = "no JSON"
        check_equal(got, want, "a line, as JSON")


@pytest.mark.weight(3)
def test_MetricLogger_can_be_watched(log, rng):
    """After each call another program finds the whole line in the file."""
    seen, _ = log(drawn(rng, 4))
    whole = [text.count("\n") if text.endswith("\n") else text.count("\n") + 0.5 for text in seen]
    check_close(whole, [1, 2, 3, 4], "lines in the file after each call")


@pytest.mark.weight(2)
def test_MetricLogger_keeps_all_digits(log, rng):
    """Numbers come back as they were, to the last digit."""
    steps = drawn(rng, 5)
    _, curves = log(steps)
    want = curves_of(steps)
    for name in want:
        check_equal([value for _, value in curves.get(name, [])], [v for _, v in want[name]], f"numbers of {name}")


@pytest.mark.weight(2)
def test_MetricLogger_goes_on(log, rng):
    """A file that is there is continued and not emptied."""
    old, new = drawn(rng, 3), drawn(rng, 2, first=4)
    text = "".join(json.dumps({"step": step} | numbers) + "\n" for step, numbers in old)
    seen, curves = log(new, before=text)
    check_that(seen[0].startswith(text), "the file after a new logger's first line", "the old lines first", "others")
    check_curves(curves, curves_of(old + new))


@pytest.mark.weight(2)
def test_MetricLogger_passes_over_a_broken_line(submission, rng):
    """Half a line at the end, left by a program that was stopped, breaks no curve."""

    def scenario(submission, path, text):
        with open(path, "w") as file:
            file.write(text)
        curves = submission.MetricLogger(path).curves()
        return {name: [[step, value] for step, value in curve] for name, curve in curves.items()}

    steps = drawn(rng, 3)
    text = "".join(json.dumps({"step": step} | numbers) + "\n" for step, numbers in steps)
    for half in ('{"step": 4, "lo', '{"step": 4, "loss": 0.', "{"):
        check_curves(submission.run(scenario, submission.scratch + "/run.jsonl", text + half), curves_of(steps))


@pytest.mark.weight(2)
def test_MetricLogger_goes_on_behind_a_broken_line(log, rng):
    """After half a line a new logger starts a new line: only the half is lost."""
    old, new = drawn(rng, 2), drawn(rng, 2, first=4)
    text = "".join(json.dumps({"step": step} | numbers) + "\n" for step, numbers in old)
    _, curves = log(new, before=text + '{"step": 3, "loss": 0.')
    check_curves(curves, curves_of(old + new))


def test_MetricLogger_takes_tensors_and_integers(log):
    """A tensor of one entry and an int are logged as numbers."""
    numbers = {"loss": torch.tensor(1.5), "part": torch.tensor([0.25], dtype=torch.float64), "epoch": 3}
    _, curves = log([(1, numbers), (2, {"loss": torch.tensor(2)})])
    check_curves(curves, {"loss": [[1, 1.5], [2, 2.0]], "part": [[1, 0.25]], "epoch": [[1, 3.0]]})


def test_MetricLogger_takes_nan_and_infinity(log):
    """A loss that is nan or infinite stands in the curve: that is what one looks for."""
    _, curves = log([(1, {"loss": float("nan")}), (2, {"loss": float("inf")}), (3, {"loss": 1.0})])
    check_curves(curves, {"loss": [[1, float("nan")], [2, float("inf")], [3, 1.0]]})


def test_MetricLogger_when_names_come_and_go(log):
    """A name that a line lacks has no pair for its step."""
    steps = [(1, {"train": 3.0}), (2, {"train": 2.0, "validation": 2.5}), (3, {"train": 1.0}), (2, {"validation": 9.0})]
    _, curves = log(steps)
    check_curves(curves, curves_of(steps))


def test_MetricLogger_without_a_line(submission):
    """An empty file has no curves, and the first log makes its first line."""

    def scenario(submission, path):
        open(path, "w").close()
        empty = submission.MetricLogger(path).curves()
        logger = submission.MetricLogger(path)
        logger.log(0, {"loss": 1.0})
        with open(path) as file:
            return empty, file.read()

    empty, text = submission.run(scenario, submission.scratch + "/empty.jsonl")
    check_equal(empty, {}, "curves of an empty file")
    check_equal(text.count("\n"), 1, "lines after the first log")


@pytest.mark.detail
def test_MetricLogger_leaves_the_numbers_alone(submission):
    """The dict that is logged stays as it was."""

    def scenario(submission, path):
        numbers = {"loss": 1.0}
        submission.MetricLogger(path).log(1, numbers)
        return sorted(numbers)

    check_equal(submission.run(scenario, submission.scratch + "/run.jsonl"), ["loss"], "keys after log")
