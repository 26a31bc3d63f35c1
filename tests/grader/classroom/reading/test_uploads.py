"""What students upload, broken and hostile: every one comes back as a hand-in or a sentence, and nothing else."""

from __future__ import annotations

import io
import json
import os
import re
import sys
import tarfile
import tracemalloc
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from grader.classroom.reading import limits
from grader.classroom.reading.read import read_class
from grader.classroom.reading.tree import ClassProblem
from grader.classroom.records import ClassIntake, HandIn

Read = Callable[..., ClassIntake]
Only = Callable[..., HandIn]
TOPICS = ("tensors", "losses", "cnn")
CHEAP = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def upload(tmp_path: Path, only: Only) -> Callable[[bytes], HandIn]:
    """Return what becomes of an upload that is called al.zip or as it is said."""

    def upload(data: bytes, name: str = "al.zip") -> HandIn:
        (tmp_path / "class").mkdir(exist_ok=True)
        (tmp_path / "class" / name).write_bytes(data)
        return only(tmp_path / "class")

    return upload


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("Losses.PY", "losses.py"),
        ("losses-1.py", "losses.py"),
        ("losses (2).py", "losses.py"),
        ("CNN-1-2.ipynb", "cnn.ipynb"),
        ("Copy of cnn.ipynb", "cnn.ipynb"),
        ("losses - Kopie.py", "losses.py"),
        ("losses-final.py", "losses.py"),
        ("hw1_losses.py", "losses.py"),
        ("deep/er/losses.py", "losses.py"),
        ("exercises\\losses\\losses.py", "losses.py"),
    ],
)
def test_name_of_a_topic_file_is_understood(
    name: str, topic: str, upload: Callable[..., HandIn], layouts: ModuleType
) -> None:
    """Case, folders and the numbers of a second upload do not hide a topic's file, and a note says so."""
    found = upload(layouts.zip_bytes({name: "x = 1"}))
    assert found.files == {topic: b"x = 1"}
    assert found.notes == (() if re.split(r"[/\\\\]", name)[-1] == topic else (f"al.zip/{name} is read as {topic}",))


@pytest.mark.parametrize("name", ["losses1.py", "my_losses.py.txt", "losses.pyc", "notlosses.py"])
def test_other_names_are_no_topic_files(
    name: str, upload: Callable[..., HandIn], layouts: ModuleType
) -> None:
    """A name that is only near a topic's is said and never taken."""
    found = upload(layouts.zip_bytes({name: "x = 1"}))
    assert not found.files and found.problem and "no topic file found" in found.problem


def test_near_name_is_suggested(upload: Callable[..., HandIn], layouts: ModuleType) -> None:
    """The sentence says what to rename."""
    assert "loses.py is not the file of a topic (rename it to losses.py?)" in str(
        upload(layouts.zip_bytes({"loses.py": "x"})).problem
    )


JUNK = (
    "__MACOSX/._losses.py",
    "._losses.py",
    ".DS_Store",
    ".ipynb_checkpoints/losses.py",
    "__pycache__/losses.py",
)


def test_junk_of_systems_is_no_second_file(upload: Callable[..., HandIn], layouts: ModuleType) -> None:
    """What Finder, Jupyter and Python leave in an archive is not seen."""
    found = upload(
        layouts.zip_bytes(
            {**dict.fromkeys(JUNK, "junk"), "losses.py": "x", "v/pyvenv.cfg": "", "v/cnn.py": ""}
        )
    )
    assert (found.files, found.notes) == ({"losses.py": b"x"}, ())


def test_two_files_of_a_topic_are_refused_when_they_differ(
    upload: Callable[..., HandIn], layouts: ModuleType
) -> None:
    """Neither is taken, the others are, and the sentence names both."""
    found = upload(layouts.zip_bytes({"losses.py": "x", "old/losses.py": "y", "cnn.py": "z"}))
    assert found.files == {"cnn.py": b"z"} and not found.problem
    assert "2 different files could be losses: al.zip/losses.py and al.zip/old/losses.py" in found.notes[0]
    assert "losses.ipynb and al.zip/losses.py" in str(
        upload(layouts.zip_bytes({"losses.py": "x", "losses.ipynb": "x"})).problem
    )


def test_exact_name_is_taken_before_a_guess(upload: Callable[..., HandIn], layouts: ModuleType) -> None:
    """What is left out is said."""
    found = upload(layouts.zip_bytes({"losses.py": "x", "losses - Kopie.py": "y"}))
    assert found.files == {"losses.py": b"x"}
    assert found.notes == (
        "al.zip/losses - Kopie.py is left out, for al.zip/losses.py has the name of the topic",
    )


def test_notebook_of_another_name_is_known_by_its_metadata(
    upload: Callable[..., HandIn], layouts: ModuleType
) -> None:
    """What `grade init` wrote as losses.ipynb is of losses, whatever it is called now."""
    data = json.dumps({"cells": [], "metadata": {"torchgrade": {"topic": "losses"}}})
    found = upload(layouts.zip_bytes({"notes.ipynb": data, "plots.ipynb": "{}"}))
    assert found.files == {"losses.ipynb": data.encode()}
    assert found.notes == ("al.zip/notes.ipynb is read as losses.ipynb",)
    assert upload(layouts.tar_bytes({"notes.ipynb": data}), "al.tar.gz").files == found.files


@pytest.mark.parametrize(
    "name", ["losses_ada.py", "Lovelace-Ada - losses.py", "a17_losses (1).py", "losses.lovelace.py"]
)
@pytest.mark.parametrize("pack", ["zip_bytes", "tar_bytes"])
def test_file_called_after_its_owner_and_a_topic_is_the_topics(
    name: str, pack: str, layouts: ModuleType, only: Only, tmp_path: Path
) -> None:
    """In what a student handed in, the student's own name or id beside the topic's hides nothing."""
    files = {name: "x = 1", "losses_bob.py": "y = 2", "losses_utils.py": "z = 3"}
    layouts.tree(tmp_path / "c", {"a17.tgz" if pack == "tar_bytes" else "a17.zip": getattr(layouts, pack)(files)})
    (tmp_path / "r.csv").write_text("id,name\na17,Ada Lovelace\n")
    found = only(tmp_path / "c", roster=tmp_path / "r.csv")
    assert found.files == {"losses.py": b"x = 1"} and "is read as losses.py" in found.notes[0]


def test_untouched_stub_never_competes(layouts: ModuleType, tmp_path: Path) -> None:
    """Work beside the stub of its topic is graded, whichever of them is the notebook."""
    stub = "def softmax(x, dim):\n    raise NotImplementedError('softmax')\n"
    cell = {"cell_type": "code", "source": stub, "metadata": {}, "outputs": [], "execution_count": None}
    data = json.dumps({"cells": [cell], "metadata": {}})
    work = stub.replace("raise NotImplementedError('softmax')", "return x")
    layouts.tree(tmp_path / "al", {"losses.py": work, "losses.ipynb": data})
    layouts.tree(tmp_path / "bo", {"losses.py": stub, "losses.ipynb": data.replace("raise Not", "return Not")})
    layouts.tree(tmp_path / "cy", {"losses.py": stub, "losses.ipynb": data})
    al, bo, cy = read_class([tmp_path], TOPICS, stub=lambda slug: stub).hand_ins
    assert (list(al.files), list(bo.files), list(cy.files)) == (["losses.py"], ["losses.ipynb"], ["losses.ipynb"])
    assert not (al.notes or bo.notes or cy.notes)


def test_other_files_beside_the_work_cost_no_note(upload: Callable[..., HandIn], layouts: ModuleType) -> None:
    """A README, a log or a picture is nobody's concern."""
    assert upload(layouts.zip_bytes({"losses.py": "x", "README.md": "", "run.log": "", "a.png": ""})).notes == ()


def test_two_files_of_a_topic_are_one_when_they_are_equal(
    upload: Callable[..., HandIn], layouts: ModuleType
) -> None:
    """The same bytes twice are one file, also under one name in one zip."""
    with pytest.warns(UserWarning, match="Duplicate"):
        data = layouts.zip_bytes([("losses.py", "x"), ("losses.py", "x"), ("a/losses.py", "x")])
    assert upload(data).files == {"losses.py": b"x"}


def test_export_that_an_archive_holds_twice_is_read(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """Two exports of one name and one time are two entries of one student's folder."""
    export = layouts.zip_bytes({"losses.py": "x"})
    name = "al/losses_2024_01_31T23_59_58_123456.zip"
    with pytest.warns(UserWarning, match="Duplicate"):
        data = layouts.zip_bytes([(name, export), (name, export), ("bo/losses.py", "b")])
    (tmp_path / "class.zip").write_bytes(data)
    assert [dict(each.files) for each in read(tmp_path / "class.zip").hand_ins] == [
        {"losses.py": b"x"},
        {"losses.py": b"b"},
    ]


@pytest.mark.parametrize(
    "name",
    [
        "../losses.py",
        "/losses.py",
        "C:\\losses.py",
        "c:losses.py",
        "a/../../losses.py",
        "..\\losses.py",
        "x" * 600 + "/losses.py",
        "d/" * 50 + "losses.py",
    ],
)
def test_path_that_leads_out_is_refused(
    name: str, upload: Callable[..., HandIn], layouts: ModuleType
) -> None:
    """A path that would leave the archive, or is absurd, is named and not read, in zips and in tars."""
    for data in (layouts.zip_bytes({name: "evil"}), layouts.tar_bytes({name: "evil"})):
        found = upload(data)
        assert not found.files and "leads out of the archive" in str(found.problem)


def test_null_byte_in_a_name_is_refused(upload: Callable[..., HandIn], layouts: ModuleType) -> None:
    """A name is not cut at a null byte to make a topic's name of it."""
    found = upload(layouts.zip_bytes({"losses.py_.txt": "evil"}).replace(b"losses.py_", b"losses.py\0"))
    assert not found.files


@pytest.mark.parametrize("kind", [0o120777, 0o010644, 0o060644])
def test_link_and_device_in_a_zip_are_refused(
    kind: int, upload: Callable[..., HandIn], layouts: ModuleType
) -> None:
    """A member that is no ordinary file is named and not read."""
    member = zipfile.ZipInfo("losses.py")
    member.external_attr = kind << 16
    found = upload(layouts.zip_bytes([(member, "/etc/passwd")]))
    assert not found.files and ("link" in str(found.problem) or "ordinary" in str(found.problem))


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.GNUTYPE_SPARSE]
)
def test_link_and_device_in_a_tar_are_refused(
    kind: bytes, upload: Callable[..., HandIn], layouts: ModuleType
) -> None:
    """A tar's links, devices and sparse files are named and not read."""
    member = tarfile.TarInfo("losses.py")
    member.type, member.linkname = kind, "/etc/passwd"
    found = upload(layouts.tar_bytes({"cnn.py": "x"}, extra=[member]))
    assert list(found.files) == ["cnn.py"] and any("losses.py" in note for note in found.notes)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_link_and_pipe_on_disk_are_refused(only: Only, tmp_path: Path) -> None:
    """No link is followed and no pipe is opened, which would block."""
    work = tmp_path / "class" / "al"
    work.mkdir(parents=True)
    (tmp_path / "losses.py").write_text("secret")
    (work / "losses.py").symlink_to(tmp_path / "losses.py")
    (work / "more").symlink_to(tmp_path)
    os.mkfifo(work / "cnn.py")
    found = only(tmp_path / "class")
    assert not found.files
    assert "losses.py is a link" in str(found.problem) and "cnn.py is not an ordinary file" in str(
        found.problem
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no links on this system")
def test_student_that_is_a_link_is_refused(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """A folder that is a link to another student's gives nobody that work."""
    layouts.tree(tmp_path / "class", {"bo/losses.py": "x"})
    (tmp_path / "class" / "al").symlink_to(tmp_path / "class" / "bo")
    al, bo = read(tmp_path / "class").hand_ins
    assert not al.files and "is a link" in str(al.problem) and bo.files


def test_folder_without_rights_is_a_problem(
    only: Only, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A student's folder that cannot be opened is that student's problem."""
    (tmp_path / "class" / "al").mkdir(parents=True)
    scan = os.scandir

    def guarded(path: Any) -> Any:
        if str(path).endswith("al"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", guarded)
    assert "cannot be opened (Permission denied)" in str(only(tmp_path / "class").problem)


BROKEN = {
    "text": (b"my homework\n", "al.zip", "called an archive but is text"),
    "empty file": (b"", "al.zip", "is empty (0 bytes)"),
    "binary": (b"\0\1\2" * 50, "al.zip", "but is something else"),
    "rar": (b"Rar!\x1a\x07\x00" + b"\0" * 80, "al.rar", "is not a zip but RAR"),
    "rar called zip": (b"Rar!\x1a\x07\x00" + b"\0" * 80, "al.zip", "is not a zip but RAR"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + b"\0" * 80, "al.7z", "is not a zip but 7-Zip"),
    "gzip of nothing": (b"\x1f\x8b\x08", "al.tgz", "cut short or damaged"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_upload_that_is_no_archive_is_a_problem(kind: str, upload: Callable[..., HandIn]) -> None:
    """The sentence says what the upload is, and what to hand in."""
    data, name, words = BROKEN[kind]
    found = upload(data, name)
    assert words in str(found.problem) and "hand it in again" in str(found.problem) and not found.files


def test_empty_zip_says_so(upload: Callable[..., HandIn], layouts: ModuleType) -> None:
    """An archive without a file is a problem of its own."""
    assert "there is no file in it" in str(upload(layouts.zip_bytes({})).problem)


def test_truncated_zip_says_so(upload: Callable[..., HandIn], layouts: ModuleType) -> None:
    """An upload that broke off is told from one that never was a zip."""
    assert "cut short or damaged" in str(upload(layouts.zip_bytes({"losses.py": "x" * 99})[:-30]).problem)


def test_damaged_member_is_that_files_problem(upload: Callable[..., HandIn], layouts: ModuleType) -> None:
    """A wrong checksum in one file leaves the others."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("losses.py", "abcdef")
        archive.writestr("cnn.py", "x")
    found = upload(held.getvalue().replace(b"abcdef", b"abcdeX"))
    assert found.files == {"cnn.py": b"x"} and "CRC" in found.notes[0]


def test_encrypted_zip_says_so(upload: Callable[..., HandIn], layouts: ModuleType) -> None:
    """A password is asked away, not for."""
    data = bytearray(layouts.zip_bytes({"losses.py": "x"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "is encrypted: pack it without a password" in str(upload(bytes(data)).problem)


def test_unusual_compression_is_refused(upload: Callable[..., HandIn]) -> None:
    """What the library would decompress without a bound is not decompressed."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("losses.py", "x" * 1000)
    assert "pack it as an ordinary zip" in str(upload(held.getvalue()).problem)


def test_zip_called_tar_is_read_for_what_it_is(upload: Callable[..., HandIn], layouts: ModuleType) -> None:
    """Bytes tell what an archive is, not its name."""
    assert upload(layouts.zip_bytes({"losses.py": "x"}), "al.tar.gz").files == {"losses.py": b"x"}


@pytest.mark.parametrize("name", ["losses.py", "cnn.ipynb"])
def test_file_that_is_too_large_is_refused(
    name: str, upload: Callable[..., HandIn], layouts: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Code over 1 MB and notebooks over their limit are named with what to do."""
    monkeypatch.setattr(limits, "NOTEBOOK", 2_000_000)
    most = limits.CODE if name.endswith(".py") else limits.NOTEBOOK
    assert upload(layouts.zip_bytes({name: b"#" * most})).files
    assert f"is larger than {most // 10**6} MB" in str(
        upload(layouts.zip_bytes({name: b"#" * (most + 1)})).problem
    )


def test_archives_in_archives_are_read_to_a_depth(upload: Callable[..., HandIn], layouts: ModuleType) -> None:
    """An archive in an archive is opened; a nest of them is not."""
    data = {"losses.py": "x"}
    for _ in range(3):
        data = {"inner.zip": layouts.zip_bytes(data)}
        found = upload(layouts.zip_bytes(data["inner.zip"] and {"a.zip": data["inner.zip"]}))
    assert not found.files and "inside 3 others" in str(found.problem)
    assert upload(layouts.zip_bytes({"a.zip": layouts.tar_bytes({"losses.py": "x"})})).files


def test_members_that_share_bytes_are_refused(upload: Callable[..., HandIn], layouts: ModuleType) -> None:
    """The bomb whose files lie over one another is known by that."""
    data = bytearray(layouts.zip_bytes({"losses.py": "x" * 50, "cnn.py": "y" * 50}))
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    data[second + 42 : second + 46] = bytes(4)
    assert "share their bytes" in str(upload(bytes(data)).problem)


def test_too_many_members_are_refused(
    upload: Callable[..., HandIn], layouts: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number of files is bounded, in an archive and in the hand-in."""
    monkeypatch.setattr(limits, "MEMBERS", 10)
    data = {f"f{number}.txt": "" for number in range(11)}
    assert "more than 10 files" in str(upload(layouts.zip_bytes(data)).problem)
    assert "more than 10 files" in str(upload(layouts.tar_bytes(data)).problem)


def test_hand_in_of_too_many_files_is_refused(
    only: Only, layouts: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder with a data set in it is that student's problem alone."""
    monkeypatch.setattr(limits, "ENTRIES", 10)
    layouts.tree(tmp_path / "c" / "al", {"losses.py": "x", **{f"d/{number}": "" for number in range(11)}})
    assert "more than 10 files" in str(only(tmp_path / "c").problem)


def bomb(layouts: ModuleType, size: int) -> bytes:
    """An archive in an archive that grows a thousandfold, and a file that does."""
    return layouts.zip_bytes(
        {"inner.zip": layouts.zip_bytes([("a", bytes(size))]), "losses.py": bytes(size), "x.zip": bytes(size)}
    )


def test_bomb_takes_little_memory(
    upload: Callable[..., HandIn], layouts: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what is kept is decompressed, and never more than its limit."""
    data = bomb(layouts, 24_000_000)
    tar = layouts.tar_bytes({"data.bin": bytes(24_000_000)}, mode="w:gz")
    monkeypatch.setattr(limits, "STREAM", 8_000_000)
    tracemalloc.start()
    try:
        assert "losses.py is larger than 1 MB" in str(upload(data).problem)
        assert "more than 8 MB" in str(upload(tar).problem)
        assert tracemalloc.get_traced_memory()[1] < 12_000_000
    finally:
        tracemalloc.stop()


def test_class_that_is_too_large_is_to_be_given_in_parts(
    read: Read, layouts: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory does not grow with the class without an end, and no student is blamed for it."""
    monkeypatch.setattr(limits, "CLASS_KEPT", 10)
    with pytest.raises(ClassProblem, match="give it in parts"):
        read(layouts.folders(tmp_path))


def test_equal_files_are_kept_once(read: Read, layouts: ModuleType, tmp_path: Path) -> None:
    """Untouched stubs of a whole class take the memory of one."""
    layouts.tree(tmp_path, {f"{name}/losses.py": "stub " * 100 for name in ("al", "bo")})
    one, other = read(tmp_path).hand_ins
    assert one.files["losses.py"] is other.files["losses.py"]


@pytest.mark.parametrize("encoded", ["NFC", "NFD"])
def test_names_with_accents_are_one_however_stored(
    encoded: str, read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """José is José on a Mac, in a zip that says UTF-8 and in one that does not."""
    name = unicodedata.normalize(encoded, "José")  # type: ignore[arg-type]
    data = layouts.zip_bytes({f"{name}/losses.py": "x", "bo/losses.py": "y"})
    silent = bytearray(data)
    for magic, offset in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        start = -1
        while (start := silent.find(magic, start + 1)) >= 0:
            silent[start + offset] &= ~8 & 0xFF
    for number, each in enumerate((data, bytes(silent))):
        path = layouts.tree(tmp_path, {f"{number}.zip": each}) / f"{number}.zip"
        assert [one.student.id for one in read(path).hand_ins] == ["José", "bo"]


@pytest.mark.parametrize("name", ["con", "aux", "x" * 200, "a\u202eb", "tab\tname", "王小明"])
def test_names_of_students_are_printable_ids(
    name: str, read: Read, layouts: ModuleType, tmp_path: Path
) -> None:
    """Any name is a student's: bounded, on one line, without characters that do something."""
    path = layouts.zipped(tmp_path, "c.zip", {f"{name}/losses.py": "x", "bo/losses.py": "y"})
    ids = [one.student.id for one in read(path).hand_ins]
    assert len(ids) == 2 and all(each.isprintable() and len(each) <= 100 for each in ids)
    assert ids == [one.student.id for one in read(path).hand_ins]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not store such names")
def test_name_that_is_no_text_is_read(read: Read, tmp_path: Path) -> None:
    """A file system may hold names in no encoding at all."""
    folder = os.fsencode(tmp_path) + b"/\xff\xfe"
    os.mkdir(folder)
    with open(folder + b"/losses.py", "wb") as file:
        file.write(b"x")
    [found] = read(tmp_path).hand_ins
    assert found.student.id.isprintable() and found.files


@CHEAP
@example([("\0", b"")], 0, b"")
@given(
    st.lists(st.tuples(st.text(max_size=12), st.binary(max_size=20)), max_size=4),
    st.integers(0, 400),
    st.binary(max_size=3),
)
def test_any_archive_is_a_hand_in(
    tmp_path: Path, layouts: ModuleType, members: Any, cut: int, noise: bytes
) -> None:
    """Whatever the names, wherever it breaks off, and whatever stands in it: one hand-in, never an exception."""
    try:
        data = layouts.zip_bytes([(name or "-", text) for name, text in members])
    except (UnicodeError, UserWarning, IndexError):
        return  # a name that the library cannot write, as one that begins with a null byte
    place = cut % (len(data) + 1)
    (tmp_path / "al.zip").write_bytes(data[:place] + noise + data[place + len(noise) :])
    (tmp_path / "bo.tgz").write_bytes(data[place:])
    found = read_class([tmp_path], TOPICS).hand_ins
    assert [one.student.id for one in found] == ["al", "bo"]
    assert all(one.files or one.problem for one in found)


@CHEAP
@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=10), st.sampled_from(["", "x"]), max_size=4
    ),
    st.integers(0, 2000),
)
def test_any_tar_is_a_hand_in(tmp_path: Path, layouts: ModuleType, members: Any, cut: int) -> None:
    """The same for tars, with and without compression."""
    for mode in ("w", "w:gz"):
        data = layouts.tar_bytes({f"{name}.py": text for name, text in members.items()}, mode=mode)
        (tmp_path / "al.tar").write_bytes(data[: len(data) - cut % len(data)])
        [found] = read_class([tmp_path], TOPICS).hand_ins
        assert found.files or found.problem


def test_order_does_not_come_from_the_file_system(
    read: Read, layouts: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same class reads the same whatever order the entries of a folder come in."""
    folder = layouts.folders(tmp_path)
    first, scan = read(folder), os.scandir

    class Backwards:
        def __init__(self, path: Any) -> None:
            with scan(path) as entries:
                self.entries = sorted(entries, key=lambda entry: entry.name, reverse=True)

        def __enter__(self) -> Any:
            return iter(self.entries)

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(os, "scandir", Backwards)
    assert read(folder) == first
