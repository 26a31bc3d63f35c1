"""All commands agree on a course folder: its tasks, each topic's file, and what passes."""

import json
import os
import random
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from grader.course import load_course
from grader.course.stub import stub_of
from grader.intake import find_submission
from grader.intake.notebook_document import Cell
from grader.learner.definitions import named, replaced
from grader.notebook.kernel import GRADE, grade_cells
from grader.report import Verdict

COURSE = load_course()
TOPICS = ("tensors", "losses")
TASKS = {topic: [task.name for task in COURSE.topic(topic).tasks] for topic in TOPICS}
ALL = [f"{topic}.{name}" for topic in TOPICS for name in TASKS[topic]]
PLAYED = {topic: TASKS[topic][:3] for topic in TOPICS}
GOOD, BAD = "return 'right'", "return 'wrong'"
STEPS = 25


def piece(text, name):
    return "\n".join(found.of(text.split("\n"))) if (found := named(text, name)) else ""


class Player:
    """A learner who does anything at any time, and knows what has to be true after it."""

    def __init__(self, folder, judge, grade, monkeypatch, report_with):
        self.folder, self.judge, self.grade, self.monkeypatch = folder, judge, grade, monkeypatch
        self.passed = set()
        self.away = {}
        self.template = report_with(Verdict.PASS)
        self.names = {topic: folder / topic / f"{topic}.py" for topic in TOPICS}
        judge.grade_submission = self.judged

    def judged(self, paths, tasks=(), **options):
        """Stand in for the judge: the word in the code decides."""
        if self.judge.problem:
            raise self.judge.problem
        self.judge.asked = [task.id for task in COURSE.select(tasks)]
        files = find_submission(list(paths), COURSE.slugs, lambda slug: stub_of(COURSE, slug)).files
        texts = {slug: self.text_of(file) for slug, file in files.items()}
        one = self.template.tasks[0]
        reports = []
        for task_id in self.judge.asked:
            topic, _, name = task_id.partition(".")
            code = piece(texts.get(topic, ""), name)
            verdict = Verdict.PASS if GOOD in code else Verdict.FAIL if BAD in code else Verdict.NOT_ATTEMPTED
            test = replace(one.tests[0], verdict=verdict)
            reports.append(replace(one, id=task_id, verdict=verdict, tests=(test,)))
        return replace(self.template, tasks=tuple(reports))

    @staticmethod
    def text_of(file):
        text = file.read_text(encoding="utf-8")
        if file.suffix != ".ipynb":
            return text
        return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])

    def good(self, topic):
        if topic in self.away:
            return set()
        text = self.names[topic].read_text(encoding="utf-8")
        return {f"{topic}.{name}" for name in PLAYED[topic] if GOOD in piece(text, name)}

    def save(self, topic, chance):
        file = self.away.get(topic, self.names[topic])
        name, text = chance.choice(PLAYED[topic]), file.read_text(encoding="utf-8")
        given = piece(stub_of(COURSE, topic), name)
        word = chance.choice([GOOD, GOOD, BAD, None])
        code = re.sub(r"raise NotImplementedError(\(.*\))?", word, given) if word else given
        file.write_text(replaced(text, name, code.split("\n")), encoding="utf-8")

    def move(self, topic, chance):
        if topic in self.away:
            self.away.pop(topic).rename(self.names[topic])
        else:
            self.away[topic] = self.names[topic].rename(self.folder.parent / f"{topic}.away")

    def rename(self, topic, chance):
        if topic not in self.away:
            name = chance.choice([f"{topic}.py", f"{topic} (1).py", f"hw1_{topic}.py"])
            self.names[topic] = self.names[topic].rename(self.folder / topic / name)

    def whole(self, topic, chance):
        self.grade(*chance.choice([["."], ["report", ".", "--html", "../page.html"]]))
        if len(self.away) < len(TOPICS):
            self.passed |= {task for each in TOPICS for task in self.good(each)}

    def topic(self, topic, chance):
        self.grade(topic)
        self.passed |= self.good(topic)

    def task(self, topic, chance):
        task = f"{topic}.{chance.choice(PLAYED[topic])}"
        self.grade(".", "--task", task)
        self.passed |= {task} & self.good(topic)

    def interrupted(self, topic, chance):
        self.judge.problem = KeyboardInterrupt()
        assert self.grade(".")[0] != 0
        self.judge.problem = None

    def kernel(self, topic, chance):
        if topic in self.away:
            return
        cell = Cell("In [1]", self.names[topic].read_text(encoding="utf-8"), 1)
        tasks = [f"{topic}.{name}" for name in PLAYED[topic]]

        def run(command, cwd, **options):
            here = os.getcwd()
            os.chdir(cwd)
            code = self.grade(*command[len(GRADE) :])[0]
            os.chdir(here)
            return SimpleNamespace(returncode=code, stdout="", stderr="")

        with self.monkeypatch.context() as patch:
            patch.setattr(subprocess, "run", run)
            grade_cells([cell], topic, tasks, (), self.folder)
        self.passed |= self.good(topic)

    def reset(self, topic, chance):
        name = chance.choice(PLAYED[topic])
        if self.grade("reset", f"{topic}.{name}")[0] == 0:
            self.passed.discard(f"{topic}.{name}")

    def compare(self, watched):
        """Ask every command."""
        want = {task for topic in TOPICS for task in self.good(topic)} & self.passed
        rows = [
            task for each in json.loads(self.grade("list", "--format", "json")[1]) for task in each["tasks"]
        ]
        assert [row["id"] for row in rows] == ALL
        assert {row["id"] for row in rows if row["verdict"] == "pass"} == want
        code, out, err = self.grade("next")
        if len(self.away) < len(TOPICS):
            assert f"{len(want)} of {len(ALL)} tasks passed" in out
            self.judge.asked = None
            assert self.grade("watch")[0] == 0
            assert {task for task in ALL if watched[-1].of(task).is_passed} == want
        else:
            assert code == 2, out
            assert "has no file of" in err
        for task in sorted(want)[:1]:
            assert self.grade("explain", task, "--no-cost")[0] == 0


@pytest.fixture
def player(judge, grade, tmp_path, monkeypatch, report_with):
    folder = tmp_path / "mine"
    grade("init", str(folder), *(word for topic in TOPICS for word in ("--topic", topic)))
    monkeypatch.chdir(folder)
    return Player(folder, judge, grade, monkeypatch, report_with)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.rest)])
def test_all_commands_agree_after_any_sequence(player, monkeypatch, seed):
    """Saves, moves, renames and gradings in any order: list, next, watch and explain say the same."""
    from grader.watch import run

    watched = []

    class Session:
        def __init__(self, course, options, progress, show):
            watched.append(progress)
            assert {topic.slug for topic in options.topics} == set(TOPICS)

        def run(self, reader, reading):
            return False

    monkeypatch.setattr(run, "Watch", Session)
    monkeypatch.setattr("grader.cli.watch._screen", lambda: None)
    chance = random.Random(seed)
    actions = ["save"] * 4 + ["move", "rename", "whole", "topic", "task", "interrupted", "kernel", "reset"]
    played = []
    for _ in range(STEPS):
        action, topic = chance.choice(actions), chance.choice(TOPICS)
        played.append((action, topic))
        getattr(player, action)(topic, chance)
        player.compare(watched)
    assert {"save", "move"} <= {action for action, _ in played}, played


def test_grading_takes_the_topics_of_the_folder(player):
    """The whole folder is its own topics, a part of it is what lies there; a report takes the same."""
    player.grade(".")
    assert player.judge.asked == ALL
    player.grade("report", ".", "--html", "../page.html")
    assert player.judge.asked == ALL
    player.grade("tensors")
    assert player.judge.asked == [f"tensors.{name}" for name in TASKS["tensors"]]
    os.chdir("tensors")
    player.grade(".")
    assert player.judge.asked == [f"tensors.{name}" for name in TASKS["tensors"]]


@pytest.mark.parametrize("command", ["list", "next"])
def test_topic_of_the_course_that_the_folder_has_not_is_named(player, command):
    """It is no typing error: the line that adds the topic is shown, and it works."""
    code, _, err = player.grade(command, "resnet")
    assert code == 2
    assert "was made without resnet: `grade init . --update --topic resnet` adds it" in err
    assert player.grade("init", ".", "--update", "--topic", "resnet")[0] == 0
    assert player.grade(command, "resnet")[0] == 0


def test_real_grading_is_kept_while_its_file_is_away(tmp_path):
    """With the real judge: a file that was moved, and graded without, passes again once it is back."""

    def grade(*words):
        command = [sys.executable, "-P", "-m", "grader", *words]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True).stdout

    folder = tmp_path
    grade("init", "mine", "--topic", "tensors", "--topic", "losses")
    folder = tmp_path / "mine"
    file = Path(folder, "losses/losses.py")
    file.write_text(COURSE.solution_file("losses").read_text(encoding="utf-8"), encoding="utf-8")
    assert "1 pass" in grade(".", "--task", "losses.sigmoid")
    assert f"1 of {len(ALL)} tasks passed" in grade("next")
    file.rename(tmp_path / "losses.away")
    grade(".", "--task", "losses.sigmoid")
    assert f"0 of {len(ALL)} tasks passed" in grade("next")
    (tmp_path / "losses.away").rename(folder / "losses/losses (1).py")
    assert f"1 of {len(ALL)} tasks passed" in grade("next")
