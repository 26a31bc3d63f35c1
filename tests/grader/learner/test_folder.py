"""Which folder remembers a grading."""

from grader.learner.folder import folder_above, folder_of


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
