"""Similar submissions: what is found, what is not, and how it is shown."""

import ast
import json
import random
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from grader.classroom.pages.similar import show, similar_page, to_json
from grader.classroom.records import HandIn, Student
from grader.classroom.similar.find import REFERENCE, find_similar
from grader.classroom.similar.index import most_holders
from grader.classroom.similar.pieces import names_of, submissions_of, tokens_of
from grader.course import load_course

COURSE = load_course()
CASES = Path(__file__).parents[2] / "cases" / "correct_tensors"
NUMPY_ACCENT = (CASES / "numpy_accent" / "tensors.py").read_bytes()


class Renamed(ast.NodeTransformer):
    """Another name for each name that is stored or passed in, as somebody does who copies."""

    def __init__(self, tree):
        stored = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        self.names = {
            name: f"my_{name}" for name in stored | {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
        }

    def visit_Name(self, node):
        return ast.copy_location(ast.Name(self.names.get(node.id, node.id), node.ctx), node)

    def visit_arg(self, node):
        return ast.copy_location(ast.arg(self.names[node.arg], node.annotation), node)


def disguised(data):
    """A copy with other names, other imports, no comments, and another order of the functions."""
    tree = ast.parse(data)
    tree = Renamed(tree).visit(tree)
    head = [node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.ClassDef)]
    rest = [node for node in tree.body if node not in head]
    tree.body = [*head, *reversed(rest)]
    text = ast.unparse(tree).replace("import torch\n", "import torch as t\n").replace("torch.", "t.")
    return text.replace("from t.", "from torch.").encode()


@pytest.fixture(scope="module")
def independent():
    """Submissions of different people in different styles; one more is another's with other bookkeeping."""
    files = sorted(set(CASES.glob("*/tensors.py")) - {CASES / "float32_bookkeeping" / "tensors.py"})
    return {file.parent.name: {"tensors": file.read_bytes()} for file in files}


@pytest.fixture(scope="module")
def findings(independent):
    """The class, with one copy in disguise."""
    return find_similar(COURSE, {**independent, "copyist": {"tensors": disguised(NUMPY_ACCENT)}})


def code(text):
    tree = ast.parse(text)
    return tokens_of(tree.body[0], names_of(tree, frozenset()))


def test_names_comments_and_annotations_do_not_count():
    """A renamed function without its comments has the structure that it had."""
    one = code('def f(x: int) -> int:\n    """Say."""\n    total = x + 1  # one more\n    return total')
    other = code("def g(n):\n    a: int = n + 1\n    return a")
    assert [text.startswith("\0") for text in one.texts] == [text.startswith("\0") for text in other.texts]
    assert [text for text in one.texts if text[0] != "\0"] == [
        text for text in other.texts if text[0] != "\0"
    ]


@pytest.mark.parametrize(
    "text", ["return x + 2", "return x - 1", "return x.sum()", "return len(x)", "yield x + 1"]
)
def test_literals_operators_attributes_and_builtins_count(text):
    """What the code does is kept."""
    assert code(f"def f(x):\n    {text}").texts != code("def f(x):\n    return x + 1").texts


def test_copy_in_disguise_is_found_first(findings):
    """Other names, imports, comments and order hide nothing."""
    first, *others = findings.pairs
    assert set(first.students) == {"copyist", "numpy_accent"}
    assert first.share > 0.9 and len(first.places) > 10
    assert all(pair.share < first.share / 2 for pair in others)


def test_independent_submissions_are_not_reported(independent):
    """Ten people who solve the same tasks share no more than a little of their own."""
    assert find_similar(COURSE, independent).pairs == ()


def one(topic, path):
    return {topic: path.read_bytes()}


def test_stub_is_nobodys_own(independent):
    """Eight who hand in the stub are no group and no pair."""
    found = find_similar(
        COURSE, {f"s{number}": one("tensors", COURSE.stub_file("tensors")) for number in range(8)}
    )
    assert (found.pairs, found.equal) == ((), ())


def test_copies_of_the_reference_are_told_as_such(independent):
    """Who hands in the reference, with other names too, is told as that, and is no pair."""
    reference = COURSE.solution_file("tensors")
    copies = {"a": one("tensors", reference), "b": {"tensors": disguised(reference.read_bytes())}}
    found = find_similar(COURSE, {**independent, **copies, "c": one("tensors", reference)})
    assert (found.pairs, found.equal) == ((), (("a", "b", "c", REFERENCE),))
    assert find_similar(COURSE, independent).equal == ()


def many_people(count, versions):
    """Submissions whose every function is written as one of some people wrote it, drawn for each anew."""
    rng = random.Random(7)
    bodies = [ast.parse(version).body for version in versions]
    forms = {}
    for body in bodies:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                forms.setdefault(node.name, []).append(ast.unparse(node))
    head = "import torch\nfrom torch import Tensor\n"
    return {
        f"s{number:02}": {"tensors": (head + "\n".join(rng.choice(form) for form in forms.values())).encode()}
        for number in range(count)
    }


def test_eight_copies_in_a_class_of_32_are_a_group(independent):
    """What eight share and nobody gave out is told, other names or not, and nobody else is."""
    class_ = many_people(24, [files["tensors"] for files in independent.values()])
    copies = {f"copy{number}": {"tensors": NUMPY_ACCENT} for number in range(7)}
    found = find_similar(COURSE, {**class_, **copies, "disguised": {"tensors": disguised(NUMPY_ACCENT)}})
    assert found.equal == ((*sorted(copies), "disguised"),)


SHORT = {
    "sigmoid": ["return 1 / (1 + torch.exp(-x))", "e = torch.exp(-x)\n    return 1 / (e + 1)"],
    "softmax": [
        "e = torch.exp(x - x.max(dim=dim, keepdim=True).values)\n    return e / e.sum(dim=dim, keepdim=True)",
        "x = x - x.amax(dim, keepdim=True)\n    return x.exp() / x.exp().sum(dim, keepdim=True)",
    ],
    "mse_loss": ["return ((x - dim) ** 2).mean()", "d = x - dim\n    return (d * d).mean()"],
    "l1_loss": ["return (x - dim).abs().mean()", "return torch.mean(torch.abs(x - dim))"],
    "l2_penalty": [
        "return sum((p * p).sum() for p in x) * dim",
        "return dim * sum(p.pow(2).sum() for p in x)",
    ],
    "entropy": [
        "return -(x * torch.log(x)).sum(dim)",
        "p = torch.where(x > 0, x, torch.ones_like(x))\n    return -(x * p.log()).sum(dim=dim)",
    ],
}


@pytest.mark.parametrize("forms", [1, 2])
def test_idiomatic_short_answers_are_no_group(forms):
    """Where each answer has a few lines, honest students are equal; they are no group and no pair."""
    rng = random.Random(7)
    class_ = {}
    for number in range(32):
        bodies = {name: rng.choice(ways[-forms:]) for name, ways in SHORT.items()}
        text = "".join(f"def {name}(x, dim):\n    {body}\n" for name, body in bodies.items())
        class_[f"s{number:02}"] = {"losses": f"import torch\n{text}".encode()}
    found = find_similar(COURSE, class_)
    assert (found.pairs, found.equal) == ((), ())


def test_independent_answers_to_long_tasks_are_no_group(independent):
    """Where each task is answered in one of ten ways, nobody is equal as a whole."""
    found = find_similar(COURSE, many_people(200, [files["tensors"] for files in independent.values()]))
    assert found.equal == ()


def test_structure_that_many_have_makes_no_pair(independent):
    """What more than a few of the class have alike makes a group, and counts for no pair."""
    many = {f"s{number}": {"tensors": NUMPY_ACCENT} for number in range(most_holders(4) + 1)}
    found = find_similar(COURSE, many)
    assert (found.pairs, found.equal) == ((), (tuple(many),))
    few = dict(list(many.items())[:2])
    found = find_similar(COURSE, few)
    assert ([pair.students for pair in found.pairs], found.equal) == ([("s0", "s1")], ())


def test_groups_and_copies_of_the_reference_are_shown_everywhere():
    """The terminal, the page and the JSON name them, and what they are."""
    reference = one("tensors", COURSE.solution_file("tensors"))
    class_ = {**{f"g{number}": {"tensors": NUMPY_ACCENT} for number in range(5)}, "<i>lea": reference}
    findings = find_similar(COURSE, class_)
    console = Console(file=StringIO(), width=100, color_system=None, markup=False, highlight=False)
    show(findings, console)
    text = console.file.getvalue()
    assert "5 hand-ins  equal" in text and "<i>lea, the reference solution" in text
    assert "g0, g1, g2, g3, g4" in text and "Similar is not copied" in text
    assert max(map(len, text.splitlines())) <= 100
    page = similar_page(findings)
    assert "5 equal hand-ins" in page and "&lt;i&gt;lea, the reference solution" in page and "<i>lea" not in page
    document = json.loads(to_json(findings))
    assert document["equal"] == [["g0", "g1", "g2", "g3", "g4"], ["<i>lea", "the reference solution"]]


@pytest.mark.parametrize(("students", "holders"), [(2, 3), (60, 3), (100, 5), (1000, 20)])
def test_rare_means_few_of_the_class(students, holders):
    """At most a twentieth of the class, no fewer than 3 and no more than 20."""
    assert most_holders(students) == holders


def test_broken_python_is_left_out_with_a_note(independent):
    """A file that is no Python does not stop the comparison."""
    broken = {"x": {"tensors": b"def f(:"}, "y": {"tensors": b"\xff\xfe\x00"}, "z": {"tensors": b""}}
    findings = find_similar(COURSE, broken)
    assert findings.pairs == () and len(findings.notes) == 2
    assert findings.notes[0].startswith("tensors of x is left out: it is not Python")


def test_places_show_code_side_by_side_without_docstrings(findings):
    """A place has the lines of both, with those that they share, and no docstring."""
    passage = findings.pairs[0].places[0]
    source = NUMPY_ACCENT.decode().splitlines()
    (side,) = (side for side in passage.sides if side.student == "numpy_accent")
    assert all(source[each.line - 1] == each.text for each in side.code)
    assert set(side.shared_lines) <= {each.line for each in side.code} and side.shared_lines
    assert '"""' not in "".join(each.text for each in side.code)


def test_latest_hand_in_counts_and_a_notebook_is_read_as_a_module():
    """Of two attempts the later one is compared; cells of a notebook are code like any other."""
    cells = [
        {
            "cell_type": "code",
            "source": NUMPY_ACCENT.decode(),
            "metadata": {},
            "outputs": [],
            "execution_count": 1,
        }
    ]
    book = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()
    ada, bob = Student("ada"), Student("bob")
    notes = []
    hand_ins = [
        HandIn(ada, "1", {"tensors.py": b"x = 1"}, attempt=1),
        HandIn(ada, "2", {"deep/tensors.ipynb": book, "notes.py": b""}, attempt=2),
        HandIn(bob, "3", {}, problem="the archive is broken"),
    ]
    found = submissions_of(COURSE, hand_ins, notes.append)
    assert list(found) == ["ada"] and b"def " in found["ada"]["tensors"]
    assert notes == ["bob is left out: the archive is broken"]


def test_json_has_every_pair_with_its_places(findings):
    """The JSON names students, tasks, lines and figures, in ASCII."""
    text = to_json(findings)
    pair = json.loads(text)["pairs"][0]
    assert text.isascii() and sorted(pair["students"]) == ["copyist", "numpy_accent"]
    assert pair["places"][0]["sides"][0]["code"][0].keys() == {"line", "text"}


def test_terminal_names_the_pair_and_says_that_it_is_no_proof(findings):
    """The table has the pair, says where places stand side by side, and nothing is wider than the page."""
    console = Console(file=StringIO(), width=100, color_system=None, markup=False, highlight=False)
    show(findings, console)
    text = console.file.getvalue()
    assert "copyist" in text and "Similar is not copied" in text and "--format html" in text
    assert max(map(len, text.splitlines())) <= 100


def test_page_needs_nothing_else_and_runs_nothing(findings):
    """The page is one file, and what a student wrote is text in it."""
    evil = b"import torch\n\ndef stack_rows(a):\n" + b"".join(
        b'    v%d = "<script>alert(%d)</script>" + str(a * %d - %d)\n' % (n, n, n, n) for n in range(12)
    )
    page = similar_page(find_similar(COURSE, {"<b>x": {"tensors": evil}, "y": {"tensors": evil}}))
    assert "<script" not in page and "&lt;script&gt;" in page and "<b>x" not in page
    assert "http" not in page.replace("http-equiv", "") and "default-src 'none'" in page
    whole = similar_page(findings)
    assert whole.count("<h2") == len(findings.pairs) and "@" not in whole.split("<body>")[1].split("<h2")[0]
