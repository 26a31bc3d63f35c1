"""What sets the course up on other machines: workflows, the container, hooks, and the proven set of versions."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import click
import jsonschema
import pytest
import yaml
from packaging.requirements import Requirement

from grader.cli.group import DEFAULT
from grader.cli.main import cli

ROOT = Path(__file__).resolve().parents[3]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
COMPOSE, HOOKS = ROOT / "compose.yaml", ROOT / ".pre-commit-hooks.yaml"
CREATE = ROOT / ".devcontainer" / "create.sh"
VALUES = {"WHAT": ".", "SANDBOX": "strict"}  # of variables in commands


def read(file):
    """Return the values of a YAML file."""
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def workflow(file):
    """Return the values of a workflow, whose key `on` YAML takes for `true`."""
    return {"on" if key is True else key: value for key, value in read(file).items()}


def scripts():
    """Return each shell script of a workflow and of the container, with where it stands."""
    yield "create.sh", re.sub(r'"\$venv/bin/(\w+)"', r"\1", CREATE.read_text(encoding="utf-8"))
    for file in WORKFLOWS:
        for job in workflow(file)["jobs"].values():
            yield from ((file.name, step["run"]) for step in job["steps"] if "run" in step)


def typed():
    """Return every `grade ...` that somebody or something types, as words."""
    lines = [(place, line.strip()) for place, script in scripts() for line in re.split(r"\n|&&", script)]
    found = [(place, shlex.split(_filled(line))) for place, line in lines if line.startswith("grade ")]
    found += [("hook", [hook["entry"], *hook["args"]]) for hook in read(HOOKS)]
    comment = COMPOSE.read_text(encoding="utf-8")
    found += [("compose.yaml", shlex.split(line)) for line in re.findall(r"--rm (grade class .*)`", comment)]
    return [(place, words[1:]) for place, words in found]


def _filled(line):
    line = line.replace('"${chosen[@]}"', "--task losses.softmax")
    return re.sub(r"\$(\w+)", lambda name: VALUES[name[1]], line)


def test_workflow_is_one_of_the_schema_and_so_is_compose():
    """The schemas come with check-jsonschema, which the extra `dev` installs."""
    spec = importlib.util.find_spec("check_jsonschema")
    if spec is None:
        pytest.skip("check-jsonschema is not installed")
    vendor = Path(spec.origin).with_name("builtin_schemas") / "vendor"
    for file in (*WORKFLOWS, COMPOSE):
        name = "compose-spec" if file == COMPOSE else "github-workflows"
        schema = json.loads((vendor / f"{name}.json").read_text(encoding="utf-8"))
        jsonschema.validate(workflow(file), schema)


def test_every_workflow_has_jobs_with_steps_on_a_system_and_an_end():
    assert [file.stem for file in WORKFLOWS] == ["grade", "tests"]
    for file in WORKFLOWS:
        assert workflow(file)["permissions"] == {"contents": "read"}
        for job in workflow(file)["jobs"].values():
            assert job["runs-on"] and job["timeout-minutes"] and job["steps"]
            assert all(("run" in step) != ("uses" in step) for step in job["steps"])


def test_every_input_of_the_workflow_for_courses_is_read_as_a_variable_alone():
    """Text that somebody else chose is never part of a script."""
    called = workflow(ROOT / ".github" / "workflows" / "grade.yml")
    text = json.dumps(called["jobs"])
    assert {name for name in called["on"]["workflow_call"]["inputs"] if f"inputs.{name} " not in text} == set()
    assert not any("${{" in step.get("run", "") for step in called["jobs"]["grade"]["steps"])


def test_every_system_and_python_that_is_allowed_is_in_the_matrix():
    jobs = read(ROOT / ".github" / "workflows" / "tests.yml")["jobs"]
    pythons = jobs["linux"]["strategy"]["matrix"]["python"]
    assert pythons == ["3.11", "3.12", "3.13", "3.14"]
    assert jobs["elsewhere"]["strategy"]["matrix"]["system"] == ["macos-latest", "windows-latest"]


@pytest.mark.parametrize(("place", "words"), typed(), ids=lambda value: "".join(value))
def test_command_takes_what_is_typed(place, words):
    """Click parses it: the command is there, and every option with its value."""
    command = cli.commands.get(words[0])
    if command is None:
        command, words = cli.commands[DEFAULT], ["grade", *words]
    with click.Context(cli) as parent:
        command.make_context(words[0], words[1:], parent=parent)


def test_typed_commands_are_found_at_all():
    assert {place for place, _ in typed()} == {"create.sh", "grade.yml", "tests.yml", "hook", "compose.yaml"}
    assert len(typed()) >= 10


def test_tests_that_a_workflow_names_exist():
    named = {name for _, script in scripts() for name in re.findall(r"tests/[\w/.]+", script)}
    assert named
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_container_keeps_what_confinement_needs():
    """Each capability was taken away in turn; without one of them nothing, or not `strict`, is graded."""
    service = read(COMPOSE)["services"]["grade"]
    assert service["cap_drop"] == ["ALL"]
    assert set(service["cap_add"]) == {"SETUID", "SETGID", "CHOWN", "KILL", "DAC_OVERRIDE", "FOWNER", "SYS_ADMIN"}
    assert "apparmor=unconfined" in service["security_opt"]
    assert not any("seccomp" in option for option in service["security_opt"])
    assert service["network_mode"] == "none" and service["read_only"]
    assert "privileged" not in service and "user" not in service


def test_image_is_built_from_what_is_there():
    """All that the wheel is made of goes into it, and nothing that nobody needs."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "-c source/constraints.txt" in text and text.rstrip().endswith('CMD ["doctor"]')
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = {line.removeprefix("!") for line in lines if line.startswith("!")}
    assert lines[0] == "*" and {name for name in allowed if not (ROOT / name).exists()} == set()
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
    assert set(build["wheel"]["only-include"]) <= allowed


def test_container_of_vs_code_runs_a_script_that_is_there():
    values = json.loads((CREATE.parent / "devcontainer.json").read_text(encoding="utf-8"))
    assert values["onCreateCommand"] == "bash .devcontainer/create.sh"
    subprocess.run(["bash", "-n", str(CREATE)], check=True)
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert values["customizations"]["codespaces"]["openFiles"] == ["course/README.md"] and "/course/" in ignored


def test_proven_set_has_every_requirement_in_a_version_that_is_allowed():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    needed = [Requirement(line) for line in (*project["dependencies"], *(line for extra in extras for line in extra))]
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    proven = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    assert set(proven) == {each.name for each in needed}
    assert [str(each) for each in needed if not each.specifier.contains(proven[each.name])] == []
