"""What the sdist carries, and what the wheel that is built from it puts on a machine."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from grader import __version__

ROOT = Path(__file__).resolve().parents[3]
LARGEST_SDIST = 10_000_000  # bytes
PLACES = {
    "exercises": "exercises",
    "solutions": "solutions",
    "suites": "tests/suites",
    "datasets": "datasets",
}

pytestmark = pytest.mark.skipif(
    not (ROOT / "pyproject.toml").is_file(), reason="the wheel is built from a checkout, and this is none"
)


def run(*arguments, cwd, **options):
    done = subprocess.run(
        [sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sdist")
    run("-m", "hatchling", "build", "--target", "sdist", "--directory", str(folder), cwd=ROOT)
    (file,) = folder.glob("*.tar.gz")
    return file


@pytest.fixture(scope="module")
def wheel(sdist, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    options = ("--no-build-isolation", "--no-deps", "--disable-pip-version-check", "--quiet")
    run("-m", "pip", "wheel", *options, "--wheel-dir", str(folder), str(sdist), cwd=folder)
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def names(wheel):
    return zipfile.ZipFile(wheel).namelist()


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The wheel unpacked into a folder of its own, as an installer would."""
    folder = tmp_path_factory.mktemp("installed")
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


def files_of(folder):
    """The files of the course that belong to a wheel: no caches."""
    found = [
        path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ]
    return {path.relative_to(ROOT / folder).as_posix() for path in found}


def test_sdist_is_small_and_holds_no_link(sdist):
    assert sdist.stat().st_size < LARGEST_SDIST
    with tarfile.open(sdist) as archive:
        assert [member.name for member in archive if member.islnk() or member.issym()] == []


def test_sdist_carries_the_tests(sdist):
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    tests = {f"tests/{name}" for name in files_of("tests")}
    assert {name for name in names if name.startswith("tests/")} == tests


def test_only_the_grader_becomes_importable(names):
    assert {name.split("/")[0] for name in names} == {"grader", f"torchgrade-{__version__}.dist-info"}


@pytest.mark.parametrize("place", PLACES)
def test_course_is_carried_whole_as_data_of_the_grader(names, place):
    """But for the code that draws the figures of the lessons, which shows solutions at work."""
    prefix = f"grader/_course/{place}/"
    wanted = {name for name in files_of(PLACES[place]) if place != "exercises" or not name.endswith("/figures.py")}
    assert {name.removeprefix(prefix) for name in names if name.startswith(prefix)} == wanted


def test_figures_of_the_lessons_are_carried(names):
    assert "grader/_course/exercises/optimizers/figures/ravine.svg" in names


def test_course_holds_nothing_else(names):
    assert {name.split("/")[2] for name in names if name.startswith("grader/_course/")} <= set(PLACES)


def test_every_file_of_the_grader_is_carried(names):
    carried = {name.removeprefix("grader/") for name in names if name.startswith("grader/")}
    assert {name for name in carried if not name.startswith("_course/")} == files_of("grader")


def test_no_test_of_the_grader_is_carried(names):
    assert not [name for name in names if "tests/grader" in name or name.endswith((".pyc", ".pth"))]


def test_command_and_licence_are_part_of_it(names, wheel):
    info = f"torchgrade-{__version__}.dist-info"
    assert f"{info}/licenses/LICENSE" in names
    scripts = zipfile.ZipFile(wheel).read(f"{info}/entry_points.txt").decode()
    assert "grade = grader.cli:main" in scripts


def test_installed_course_is_found_outside_the_checkout(installed, tmp_path):
    look = "from grader.course import load_course as load; print(load().suites, len(load().tasks))"
    out = run("-c", look, cwd=tmp_path, env={"PYTHONPATH": str(installed)})
    assert out.startswith(str(installed / "grader" / "_course" / "suites"))
    assert int(out.split()[-1]) > 0


def test_installed_command_lists_the_course(installed, tmp_path):
    out = run("-m", "grader", "list", cwd=tmp_path, env={"PYTHONPATH": str(installed)})
    assert "losses.softmax" in out


def test_installed_data_sets_are_whole(installed, tmp_path):
    out = run("-m", "grader", "data", cwd=tmp_path, env={"PYTHONPATH": str(installed)})
    assert out.startswith("digits ") and " damaged " not in out
