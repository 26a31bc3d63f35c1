"""The loop: what the files, the grading and the keys bring about together."""

from __future__ import annotations

import contextlib
import threading

import pytest

from grader.cli import watch as cli
from grader.cli.shared import WrongCall
from grader.device.choice import simulated_accelerator
from grader.judge.order import PartialResult, ShardResult
from grader.judge.warm_pool import JudgeStopped
from grader.learner.code_files import Reader
from grader.learner.progress import Progress
from grader.report import Verdict
from grader.watch import events as e
from grader.watch import grading
from grader.watch.grading import Options
from grader.watch.run import Watch

PATIENCE = 20.0
CODE = "def mean(x):\n    return {}\n"


class FakeJudges:
    """Fails every task, or raises what it is told to."""

    def __init__(self, report_of):
        self.report_of, self.problems, self.orders, self.closed = report_of, [], [], False
        self.told, self.accelerator = [], simulated_accelerator()

    def warm(self, topic):
        pass

    def grade(self, order, meanwhile):
        self.orders.append(order)
        for told in self.told:
            meanwhile(told)
        if self.problems:
            raise self.problems.pop(0)
        return ShardResult(
            {each: self.report_of(each, Verdict.FAIL).tasks[0] for each in order.task_ids}, "forked"
        )

    def close(self):
        self.closed = True


class Seen:
    """A page that hands the loop what a person does once it shows what they wait for."""

    def __init__(self):
        self.waiting, self.tell = [], None

    def when(self, holds, do):
        self.waiting.append((holds, do))
        return self

    @contextlib.contextmanager
    def opened(self, tell):
        self.tell = tell
        guard = threading.Timer(PATIENCE, lambda: tell(e.Stop()))
        guard.start()
        yield
        guard.cancel()

    def show(self, event, before, state):
        if self.waiting and self.waiting[0][0](state):
            self.waiting.pop(0)[1]()


@pytest.fixture
def fake(monkeypatch, report_of):
    fake = FakeJudges(report_of)
    monkeypatch.setattr(grading, "Judges", lambda *_: fake)
    return fake


@pytest.fixture
def file(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "losses.py").write_text(CODE.format(0), encoding="utf-8")
    return folder / "losses.py"


@pytest.fixture
def run(course, file, fake):
    """Watch a folder until what a person waits for has all been seen."""

    def watch(seen):
        reader = Reader(course, file.parent)
        session = Watch(course, Options("mine", seed=5), Progress(), seen)
        interrupted = session.run(reader, reader.read())
        assert seen.waiting == []
        assert not interrupted and fake.closed
        return session.state

    return watch


def test_save_is_graded_as_it_was_read_and_q_ends_it(run, file, fake):
    """What is graded is the text of the save, under the one seed of the session."""
    seen = Seen()
    seen.when(lambda state: state.results, lambda: file.write_text(CODE.format(1), encoding="utf-8"))
    seen.when(
        lambda state: len(fake.orders) == 2 and not state.wanted, lambda: seen.tell(e.Pressed("q"))
    )
    state = run(seen)
    assert state.verdict("losses.mean") is Verdict.FAIL
    texts = [order.submission.files["losses"].data.decode() for order in fake.orders]
    assert texts == [CODE.format(0), CODE.format(1)]
    assert {order.seed for order in fake.orders} == {5}


def test_fault_of_ours_leaves_the_loop_alive(run, file, fake):
    """A grader that fails is named, and the next save is graded."""
    fake.problems = [RuntimeError("no judge")]
    seen = Seen()
    seen.when(
        lambda state: state.verdict("losses.mean") is Verdict.INTERNAL,
        lambda: file.write_text(CODE.format(1), encoding="utf-8"),
    )
    seen.when(lambda state: state.verdict("losses.mean") is Verdict.FAIL, lambda: seen.tell(e.Pressed("q")))
    run(seen)


def test_what_is_known_meanwhile_is_shown_before_the_result_and_never_kept(
    run, file, fake, report_of, tmp_path
):
    """Each step is a page of its own; what is remembered is the result alone."""
    task = report_of("losses.mean", Verdict.ERROR).tasks[0]
    fake.told = [PartialResult(task), PartialResult(None), PartialResult(task, named=True)]
    seen, shown = Seen(), []

    def look(state):
        running = state.running
        shown.append(
            (running and running.so_far, bool(running and running.named), state.verdict("losses.mean"))
        )
        return bool(state.results)

    seen.when(look, lambda: seen.tell(e.Pressed("q")))
    state = run(seen)
    steps = [each for number, each in enumerate(shown) if each != shown[number - 1]]
    assert steps[-4:] == [(task, False, None), (None, False, None), (task, True, None), (None, False, "fail")]
    assert (state.progress.of("losses.mean").last, state.progress.of("losses.mean").attempts) == ("fail", 1)


def test_failure_that_is_known_meanwhile_waits_for_the_task_it_builds_on_as_the_result_does(
    run, file, fake, report_of
):
    """Nobody is sent from a failure of their own to another task a moment later."""
    file.write_text("def entropy(x):\n    return 0\n", encoding="utf-8")
    fake.told = [PartialResult(report_of("losses.entropy", Verdict.FAIL).tasks[0])]
    seen, shown = Seen(), []

    def look(state):
        running = state.running
        shown.extend([running.so_far.verdict] if running and running.so_far else [])
        return bool(state.results)

    seen.when(look, lambda: seen.tell(e.Pressed("q")))
    state = run(seen)
    assert set(shown) == {Verdict.SKIPPED} == {state.verdict("losses.entropy")}


def test_grading_that_was_given_up_is_begun_with_the_new_code(run, file, fake):
    """What was given up leaves nothing behind but the wish to grade."""
    fake.problems = [JudgeStopped("the gradings were stopped")]
    seen = Seen().when(lambda state: state.results, lambda: seen.tell(e.Pressed("q")))
    run(seen)
    assert len(fake.orders) == 2


@pytest.mark.parametrize("tty, term", [(True, "dumb"), (False, "xterm")])
def test_page_is_for_terminals_that_can_show_it(monkeypatch, tty, term):
    """A pipe and a dumb terminal are refused."""
    monkeypatch.setattr(cli.sys.stdin, "isatty", lambda: tty, raising=False)
    monkeypatch.setattr(cli.sys.stdout, "isatty", lambda: tty, raising=False)
    monkeypatch.setenv("TERM", term)
    with pytest.raises(WrongCall, match="in a terminal: `grade PATH` grades once"):
        cli._screen()


def test_folder_without_a_task_is_a_wrong_call(tmp_path):
    """A path where nothing is to be watched is refused at once."""
    with pytest.raises(WrongCall, match="no topic file found"):
        cli.command.main([str(tmp_path)], standalone_mode=False)
