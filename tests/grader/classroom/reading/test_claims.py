"""Whose a hand-in is: told by ids, addresses and exact names, and never by likeness."""

from __future__ import annotations

from dataclasses import replace

from grader.classroom.reading.claims import Claim, owner
from grader.classroom.reading.name_layouts import claim_of
from grader.classroom.records import Student
from grader.classroom.tables.roster import Roster

JOHN = Student("js12", "John Smith", "john@uni.edu", {"canvas": "501", "github": "JSmith"})
ANN = Student("am7", "Ann Marie", "ann@uni.edu", {"canvas": "502", "moodle": "77"})
JOSE = Student("jo1", "José Núñez", "", {})
TWIN, OTHER_TWIN = Student("t1", "Kim Lee"), Student("t2", "Lee, Kim")
ROSTER = Roster((JOHN, ANN, JOSE, TWIN, OTHER_TWIN))


def found(claim: Claim) -> str:
    whose = owner(claim, ROSTER)
    return whose.id if isinstance(whose, Student) else whose


def canvas(user: str, name: str) -> Claim:
    return Claim(user, f"{name} ({user})", name=name, ids={"canvas": user}, squashed=True)


def test_owner_is_found_by_what_a_folder_is_called() -> None:
    """An id, a login, an address or a name in either order and any case."""
    names = ("js12", "JS12", "jsmith", "JOHN@uni.edu", "john smith", "Smith, John", "John_Smith")
    assert {found(claim_of(name)) for name in names} == {"js12"}


def test_owner_is_found_by_accents_in_either_form() -> None:
    """A name composed and decomposed is the same name; without its accents it is another."""
    assert found(claim_of("Jose\u0301 Nu\u0301n\u0303ez")) == "jo1"
    assert found(claim_of("Jose Nunez")).endswith("near: José Núñez (jo1)")


def test_owner_is_found_by_the_id_of_the_system_before_the_name() -> None:
    """Canvas's number decides, whatever name stands beside it."""
    assert found(canvas("502", "smithjohn")) == "am7"


def test_owner_is_found_by_canvas_spelling_of_the_name() -> None:
    """A number that is on no list leaves the name, without its spaces and comma."""
    assert found(canvas("999", "smithjohn")) == "js12"


def test_number_of_one_system_is_not_an_id_of_another() -> None:
    """A Moodle number that happens to be somebody's Canvas number gives nobody the work."""
    assert "is not on the roster" in found(Claim("501", "X (501)", name="X", ids={"moodle": "501"}))


def test_number_that_is_an_id_needs_the_name_to_fit() -> None:
    """Where the roster does not list a system, its number counts as id only with the right name."""
    roster = Roster((Student("501", "John Smith"), Student("502", "Ann Marie")))
    right = owner(canvas("501", "smithjohn"), roster)
    assert isinstance(right, Student) and right.id == "501"
    swapped = owner(canvas("501", "marieann"), roster)
    assert isinstance(swapped, Student) and swapped.id == "502"  # by the name; the number is a coincidence


def test_two_students_of_one_name_are_ambiguous() -> None:
    """The sentence names both and what to do, and neither gets the work."""
    assert (
        found(claim_of("Kim Lee"))
        == "'Kim Lee' could be Kim Lee (t1) and Lee, Kim (t2): rename it to the id of one of them"
    )


def test_near_name_is_reported_and_not_taken() -> None:
    """A likeness is for the instructor to decide."""
    assert found(claim_of("jon smth")) == "'jon smth' is not on the roster; near: John Smith (js12)"
    assert found(canvas("9", "smithjon")) == "'smithjon (9)' is not on the roster; near: John Smith (js12)"


def test_name_that_is_near_nobody_says_no_more() -> None:
    """No list of strangers."""
    assert found(claim_of("zzz qqq")) == "'zzz qqq' is not on the roster"


def test_owner_without_a_roster_is_whom_the_layout_names() -> None:
    """The layout's id is the student's."""
    assert owner(canvas("5", "ab"), None) == Student("5", "ab", "", {"canvas": "5"})


def clone(login: str, name: str = "") -> Claim:
    """The claim of a clone, called after an assignment and the login."""
    return replace(claim_of(name or f"losses-{login}"), ids={"github": login, "login": login})


def test_login_is_an_id_where_the_roster_has_no_column_for_it() -> None:
    """A roster whose ids are GitHub's logins needs no second column of them."""
    roster = Roster((Student("octocat"), Student("hub")))
    found = owner(clone("Octocat"), roster)
    assert isinstance(found, Student) and found.id == "octocat"


def test_login_is_no_id_where_the_roster_has_a_column_for_it() -> None:
    """Somebody's login that is another's id gives nobody the work."""
    for column in ("github", "login"):
        roster = Roster((Student("octocat"), Student("hub", ids={column: "hubber"})))
        assert isinstance(owner(clone("octocat"), roster), str)


def test_whole_name_of_a_clone_is_an_id_before_its_login() -> None:
    """Clones max-a and max-b of students who are called so have no assignment in front."""
    roster = Roster((Student("max-a"), Student("a")))
    found = owner(clone("a", name="max-a"), roster)
    assert isinstance(found, Student) and found.id == "max-a"
