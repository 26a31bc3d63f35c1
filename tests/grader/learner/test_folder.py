"""A course folder: which one it is, and a new one."""

import json

import pytest

from grader.course.stub import stub_text
from grader.intake import find_submission
from grader.learner.folder import (
    NoState,
    Occupied,
    create,
    folder_above,
    folder_of,
    given_topics,
    read_state,
)


def test_folder_has_stubs_texts_and_data(course, folder):
    """Everything that a learner needs is there, and the stub is the one of the solution."""
    solution = course.solution_file("losses")
    wanted = stub_text(solution.read_text(), solution)
    assert (folder / "losses/losses.py").read_text() == wanted
    assert (folder / "losses/README.md").read_text() == course.lesson("losses")
    assert (folder / "losses/figures/curve.svg").read_text() == "<svg/>\n"
    assert not (folder / "losses/figures.py").exists()
    assert (folder / "datasets/digits/README.md").read_text() == "# Digits\n"
    assert "NotImplementedError" in wanted


def test_folder_is_graded_by_its_name_without_a_second_candidate(course, folder):
    """What torchgrade keeps for itself is never taken for a submission."""
    files = find_submission([folder], course.slugs).files
    assert files == {slug: folder / slug / f"{slug}.py" for slug in course.slugs}


def test_folder_is_ready_for_git_and_vs_code(folder):
    """Caches are ignored, the bytes of the data are kept, and the settings are JSON."""
    assert "__pycache__/" in (folder / ".gitignore").read_text().splitlines()
    assert "datasets/** -text" in (folder / ".gitattributes").read_text().splitlines()
    assert json.loads((folder / ".vscode/settings.json").read_text())["files.exclude"]


def test_no_solution_is_given_out(course, folder):
    """No file of the folder holds a line of a solution."""
    texts = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
    assert not any(b"x.numel()" in text or b"SOLUTION" in text for text in texts)


def test_chosen_topics_alone_are_written(course, tmp_path):
    """One topic is one folder."""
    create(course, tmp_path / "one", [course.topic("losses")])
    assert (tmp_path / "one/losses/losses.py").exists()
    assert not (tmp_path / "one/tensors").exists()
    assert read_state(tmp_path / "one").topics == ("losses",)
    assert given_topics(tmp_path / "one", course) == (course.topic("losses"),)
    assert given_topics(tmp_path, course) == course.topics


def test_second_call_writes_nothing(course, folder):
    """What is there and the same is left alone."""
    assert create(course, folder, None) == 0


@pytest.mark.parametrize("path", ["losses/losses.py", "README.md", "datasets/digits/README.md"])
def test_file_in_the_way_is_refused_before_anything_is_written(course, tmp_path, path):
    """Somebody's file stays, is named, and nothing else appears."""
    folder = tmp_path / "theirs"
    (folder / path).parent.mkdir(parents=True)
    (folder / path).write_text("my work")
    before = sorted(folder.rglob("*"))
    with pytest.raises(Occupied) as problem:
        create(course, folder, None)
    assert problem.value.files == (path,)
    assert sorted(folder.rglob("*")) == before
    assert (folder / path).read_text() == "my work"


def test_file_where_a_folder_has_to_be_is_in_the_way(course, tmp_path):
    """A file called losses leaves no room for the topic."""
    (tmp_path / "losses").write_text("my work")
    with pytest.raises(Occupied):
        create(course, tmp_path, None)


def test_interrupted_call_leaves_whole_files_and_can_be_repeated(course, tmp_path, monkeypatch):
    """A write that fails in the middle leaves no half file, and the next call goes on."""
    import os

    folder, real, count = tmp_path / "mine", os.replace, []

    def replace(source, target):
        count.append(target)
        if len(count) == 6:
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr("grader.storage.os.replace", replace)
    with pytest.raises(OSError, match="No space"):
        create(course, folder, None)
    assert not list(folder.rglob("*.part"))
    with pytest.raises(NoState):
        read_state(folder)
    create(course, folder, None)
    assert (folder / "tensors/tensors.py").exists()
    assert read_state(folder).topics is None


def test_notebooks_take_the_place_of_modules(course, tmp_path):
    """With notebooks there is no module beside them, which would be a second candidate."""
    create(course, tmp_path / "books", None, notebooks=True)
    book = json.loads((tmp_path / "books/losses/losses.ipynb").read_text())
    lesson = (tmp_path / "books/losses/README.md").read_text()
    assert "".join(book["cells"][1]["source"]) + "\n" == lesson
    assert "[`mean`](losses.ipynb)" in lesson and "](figures/curve.svg)" in lesson
    assert (tmp_path / "books/losses/figures/curve.svg").exists()
    assert not (tmp_path / "books/losses/losses.py").exists()
    assert read_state(tmp_path / "books").notebooks


def test_nearest_folder_with_the_mark_is_taken(folder):
    """A file deep in a course folder belongs to that folder."""
    assert folder_above(folder / "losses" / "losses.py") == folder.resolve()


def test_no_folder_is_taken_where_nobody_made_one(root, tmp_path):
    """Solutions, hand-ins of a class and other trees are left as they are."""
    assert folder_of([root / "solutions"]) is None
    assert folder_of([tmp_path / "absent"]) is None


def test_paths_of_two_folders_belong_to_neither(folder, root):
    """Paths that do not lie in one folder are remembered nowhere."""
    assert folder_of([folder / "losses", folder / "tensors"]) == folder.resolve()
    assert folder_of([folder / "losses", root / "solutions"]) is None
