"""Suite of rnn.build_vocabulary."""

import pytest

from grader.suite import check_equal, check_manners


def expected(texts, min_count=1):
    """Number the tokens by plain counting."""
    tokens = [token for text in texts for token in text]
    kept = {token for token in tokens if tokens.count(token) >= min_count} - {"<pad>", "<unk>"}
    return {token: number for number, token in enumerate(["<pad>", "<unk>", *sorted(kept)])}


def drawn_texts(rng, count, letters="abcXYZ 0é"):
    """Draw texts of up to 7 characters, each a string."""
    rows = [rng.integers(0, len(letters), int(rng.integers(0, 8, 1))) for _ in range(count)]
    return ["".join(letters[i] for i in row.tolist()) for row in rows]


@pytest.mark.visible
@pytest.mark.weight(2)
def test_build_vocabulary_of_two_texts(submission):
    """ "hello" and "hey" have five letters: they get 2 to 6, in sorted order."""
    want = {"<pad>": 0, "<unk>": 1, "e": 2, "h": 3, "l": 4, "o": 5, "y": 6}
    check_equal(submission.build_vocabulary(["hello", "hey"]), want)


@pytest.mark.visible
def test_build_vocabulary_of_words(submission):
    """The tokens of a list of words are the words."""
    texts = [["to", "be", "or"], ["not", "to", "be"]]
    want = {"<pad>": 0, "<unk>": 1, "be": 2, "not": 3, "or": 4, "to": 5}
    check_equal(submission.build_vocabulary(texts), want)


@pytest.mark.weight(2)
def test_build_vocabulary_matches_plain_counting(submission, rng):
    """Random texts give what plain counting and sorting gives, in any order."""
    texts = [*drawn_texts(rng, 9), "zebra", "Ant", "ant"]
    check_equal(submission.build_vocabulary(texts), expected(texts))
    check_equal(submission.build_vocabulary(texts[::-1]), expected(texts), "the texts the other way round")


@pytest.mark.weight(2)
@pytest.mark.parametrize("min_count", [1, 2, 3])
def test_build_vocabulary_when_tokens_are_rare(submission, rng, min_count):
    """A token needs min_count places, in all texts together."""
    texts = ["aabbb", "abd", "", "ee", "eff", *drawn_texts(rng, 4)]
    check_equal(submission.build_vocabulary(texts, min_count=min_count), expected(texts, min_count))


def test_build_vocabulary_when_special_tokens_occur(submission):
    """ "<pad>" and "<unk>" among the words keep 0 and 1, and get no other number."""
    texts = [["b", "<unk>", "a"], ["<pad>", "<pad>", "<UNK>"]]
    want = {"<pad>": 0, "<unk>": 1, "<UNK>": 2, "a": 3, "b": 4}
    check_equal(submission.build_vocabulary(texts), want)
    check_equal(submission.build_vocabulary(texts, 2), {"<pad>": 0, "<unk>": 1}, "with min_count 2")


@pytest.mark.parametrize("texts", [[], [""], [[], []]], ids=str)
def test_build_vocabulary_when_empty(submission, texts):
    """Without tokens there are "<pad>" and "<unk>"."""
    check_equal(submission.build_vocabulary(texts), {"<pad>": 0, "<unk>": 1})


@pytest.mark.detail
def test_build_vocabulary_has_manners(submission):
    """The texts stay as they are, and no random number is drawn."""

    def scenario(submission):
        texts = [["b", "a"], ["c"]]
        submission.build_vocabulary(texts)
        return texts

    check_equal(submission.run(scenario), [["b", "a"], ["c"]], "the texts afterwards")
    check_manners(submission, lambda: submission.build_vocabulary(["ab"]))
