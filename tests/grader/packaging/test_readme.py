"""The commands of the README, and the script that runs one of them."""

import re
import subprocess
from pathlib import Path

import pytest

from grader.cli.main import cli
from grader.cli.shared import FAILED, OURS, STOPPED, WRONG_CALL
from grader.report import Verdict

ROOT = Path(__file__).resolve().parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SCRIPT = ROOT / ".ci" / "run"


def test_two_commands_start_from_an_empty_environment():
    commands = re.findall(r"^python3 -m venv .*$", README, re.MULTILINE)
    assert len(commands) == 2
    assert commands[0].endswith("grade solutions/")
    assert commands[1].endswith("python -m pytest")


def test_every_command_that_the_readme_names_exists():
    known = {*cli.commands, "."}
    assert set(re.findall(r"^grade (\S+)", README, re.MULTILINE)) <= known


def test_every_verdict_is_explained_to_learners():
    rows = re.findall(r"^\| ([a-z, ]+) \| ", (ROOT / "docs" / "learners.md").read_text("utf-8"), re.MULTILINE)
    explained = {name for row in rows for name in row.split(", ")}
    assert {verdict.value.replace("_", " ") for verdict in Verdict} - explained == set()


def test_every_exit_code_is_explained():
    table = (ROOT / "docs" / "report.md").read_text("utf-8").split("| exit code |")[1]
    codes = {int(code) for code in re.findall(r"^\| (\d+) \| ", table, re.MULTILINE)}
    assert codes == {0, FAILED, WRONG_CALL, OURS, STOPPED}


def test_script_is_valid_and_stops_at_the_first_failure():
    text = SCRIPT.read_text(encoding="utf-8")
    subprocess.run(["bash", "-n", str(SCRIPT)], check=True)
    assert "set -euo pipefail" in text
    assert text.index("torch==2.13.0") < text.index('eval')


def test_script_takes_the_test_command_out_of_the_readme():
    found = subprocess.run(
        ["grep", "-m", "1", "-e", "-m pytest$", "README.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip().startswith("python3 -m venv .venv && ")
    assert found.stdout.count("\n") == 1


@pytest.mark.parametrize(
    "name",
    ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "constraints.txt", "docs/machines.md", "pyproject.toml", SCRIPT],
)
def test_no_host_of_a_package_index_is_named(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"download\.pytorch|pypi\.org|index-url|find-links", text)
