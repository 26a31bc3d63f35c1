"""Suite of attention.train_tokenizer."""

from collections import Counter

import pytest

from grader.suite import check_equal, dataset


def by_hand(text, merges):
    """The oracle: places are counted pair by pair, and merged in a text whose letters are the tokens."""
    word, pairs = "".join(map(chr, text.encode())), []
    for new in range(256, 256 + merges):
        counts = Counter(word[i : i + 2] for i in range(len(word) - 1))
        most = max(counts.values(), default=0)
        if most < 2:
            break
        best = min(pair for pair, count in counts.items() if count == most)
        word = word.replace(best, chr(new))
        pairs.append((ord(best[0]), ord(best[1])))
    return pairs


def drawn_text(rng, letters, length):
    """Draw a text."""
    return "".join(letters[i] for i in rng.integers(0, len(letters), length).tolist())


@pytest.mark.visible
@pytest.mark.weight(2)
def test_train_tokenizer_of_a_small_text(submission):
    """Of aaabdaaabac the pairs are a a, then a b, then 256 257."""
    check_equal(submission.train_tokenizer("aaabdaaabac", 3), [(97, 97), (97, 98), (256, 257)])


@pytest.mark.visible
def test_train_tokenizer_takes_the_most_frequent(submission):
    """Of xyzyxyzyz the first pair is y z with 3 places, before x y and z y with 2."""
    check_equal(submission.train_tokenizer("xyzyxyzyz", 1), [(121, 122)])


@pytest.mark.visible
def test_train_tokenizer_takes_the_smallest_of_equals(submission):
    """Of cdcdabab the pairs a b and c d occur twice: a b is smaller."""
    check_equal(submission.train_tokenizer("cdcdabab", 2), [(97, 98), (99, 100)])


@pytest.mark.visible
@pytest.mark.parametrize("text", ["", "a", "abc", "ab"])
def test_train_tokenizer_when_nothing_repeats(submission, text):
    """A pair that occurs once is not merged."""
    check_equal(submission.train_tokenizer(text, 5), [])


@pytest.mark.visible
def test_train_tokenizer_counts_every_place(submission):
    """In bbbb c ac ac the pair b b has three places, c a and a c have two."""
    check_equal(submission.train_tokenizer("bbbbcacac", 1), [(98, 98)])
    check_equal(submission.train_tokenizer("bbb", 4), [(98, 98)], "the pairs of bbb")


@pytest.mark.weight(2)
@pytest.mark.parametrize("letters, length", [("ab", 40), ("abc", 60), ("abcdef ", 80), ("a", 13)])
def test_train_tokenizer_finds_pairs_of_pairs(submission, rng, letters, length):
    """In random texts the pairs are those of plain counting, as many as there are."""
    text = drawn_text(rng, letters, length)
    check_equal(submission.train_tokenizer(text, 100), by_hand(text, 100))


@pytest.mark.parametrize("merges", [0, 1, 4])
def test_train_tokenizer_stops_in_time(submission, rng, merges):
    """There are never more pairs than asked for."""
    text = drawn_text(rng, "abcd", 60)
    check_equal(submission.train_tokenizer(text, merges), by_hand(text, merges))


@pytest.mark.weight(2)
def test_train_tokenizer_begins_with_bytes(submission, rng):
    """A letter outside ASCII is several tokens at first, which may merge."""
    text = drawn_text(rng, "é€aß", 40)
    check_equal(submission.train_tokenizer(text, 12), by_hand(text, 12))


def test_train_tokenizer_of_a_novel(submission, rng):
    """In a passage of a novel the first 25 pairs are right; spaces are letters too."""
    book = dataset("austen").train
    start = int(rng.integers(0, len(book) - 3000, 1))
    check_equal(submission.train_tokenizer(book[start : start + 3000], 25), by_hand(book[start : start + 3000], 25))
