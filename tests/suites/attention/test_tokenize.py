"""Suite of attention.tokenize."""

import pytest

from grader.suite import check_equal, dataset

PAIRS = [(97, 97), (97, 98), (256, 257)]


def by_hand(text, pairs):
    """The oracle: merged in a text whose letters are the tokens."""
    word = "".join(map(chr, text.encode()))
    for i, (left, right) in enumerate(pairs):
        word = word.replace(chr(left) + chr(right), chr(256 + i))
    return [ord(token) for token in word]


def drawn(rng, letters, length):
    """Draw a text."""
    return "".join(letters[i] for i in rng.integers(0, len(letters), length).tolist())


def drawn_pairs(rng, letters, count):
    """Draw different pairs of bytes and of tokens that earlier pairs have made."""
    known, pairs = list(letters.encode()), []
    while len(pairs) < count:
        left, right = (known[i] for i in rng.integers(0, len(known), 2).tolist())
        if (left, right) not in pairs:
            known.append(256 + len(pairs))
            pairs.append((left, right))
    return pairs


@pytest.mark.visible
def test_tokenize_of_a_small_text(submission):
    """With a a, a b and 256 257 aaab is one token, and baaa three."""
    check_equal(submission.tokenize("aaab", PAIRS), [258], "aaab")
    check_equal(submission.tokenize("baaa", PAIRS), [98, 256, 97], "baaa")


@pytest.mark.visible
def test_tokenize_without_pairs(submission):
    """Without pairs the tokens are the bytes: é has two."""
    check_equal(submission.tokenize("aé", []), [97, 195, 169])


@pytest.mark.visible
@pytest.mark.weight(2)
def test_tokenize_merges_in_order(submission):
    """With b c before a b abc is a 256, the other way round 256 c."""
    check_equal(submission.tokenize("abc", [(98, 99), (97, 98)]), [97, 256], "b c first")
    check_equal(submission.tokenize("abc", [(97, 98), (98, 99)]), [256, 99], "a b first")


@pytest.mark.visible
def test_tokenize_merges_everywhere(submission):
    """Each place of a pair is merged, from the left: abab is 256 256, aaa is 256 a."""
    check_equal(submission.tokenize("abab", [(97, 98)]), [256, 256], "abab")
    check_equal(submission.tokenize("aaa", [(97, 97)]), [256, 97], "aaa")


@pytest.mark.parametrize("text", ["", "x"])
def test_tokenize_of_little(submission, text):
    """A text without pairs stays as it is."""
    check_equal(submission.tokenize(text, PAIRS), list(text.encode()))


@pytest.mark.weight(3)
@pytest.mark.parametrize("letters", ["ab", "abc", "aé "])
def test_tokenize_of_random_texts(submission, rng, letters):
    """Random texts with random pairs give the tokens of plain replacing."""
    for _ in range(4):
        text, pairs = drawn(rng, letters, 40), drawn_pairs(rng, letters, 8)
        check_equal(submission.tokenize(text, pairs), by_hand(text, pairs))


def test_tokenize_of_a_novel(submission, rng):
    """A passage of a novel is right, with pairs of frequent letters."""
    book = dataset("austen").test
    start = int(rng.integers(0, len(book) - 2000, 1))
    pairs = [(101, 32), (116, 104), (257, 256), (105, 110), (100, 32), (32, 258), (259, 103)]
    text = book[start : start + 2000]
    check_equal(submission.tokenize(text, pairs), by_hand(text, pairs))


@pytest.mark.detail
def test_tokenize_leaves_the_pairs(submission):
    """The list of pairs stays as it was."""

    def scenario(submission):
        pairs = [(97, 97), (97, 98)]
        submission.tokenize("aaab", pairs)
        return pairs

    check_equal(submission.run(scenario), PAIRS[:2], "the pairs afterwards")
