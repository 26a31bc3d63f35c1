"""Wrong variants of rnn.build_vocabulary."""

import collections

from grader.suite import mistake, reference


def _count(texts):
    return collections.Counter(token for text in texts for token in text)


def _numbered(tokens, min_count, first=("<pad>", "<unk>")):
    """Number tokens in the order given, after the special ones."""
    rest = [token for token in dict.fromkeys(tokens) if token not in first]
    return {token: number for number, token in enumerate([*first, *rest])}


@mistake("tokens are numbered in the order in which they are first seen: sort them")
def first_seen(texts, min_count=1):
    return _numbered([token for token, count in _count(texts).items() if count >= min_count], min_count)


@mistake("tokens are sorted by how often they occur: sort them by the token itself")
def sorted_by_frequency(texts, min_count=1):
    counts = _count(texts)
    frequent = [token for token in counts if counts[token] >= min_count]
    return _numbered(sorted(frequent, key=lambda token: (-counts[token], token)), min_count)


@mistake("the tokens are sorted the wrong way round: from the smallest to the largest")
def order_reversed(texts, min_count=1):
    counts = _count(texts)
    kept = [token for token in counts if counts[token] >= min_count]
    return _numbered(sorted(kept, reverse=True), min_count)


@mistake("upper and lower case count as the same token: keep tokens as they are")
def case_folded(texts, min_count=1):
    lowered = [[token.lower() for token in text] for text in texts]
    return reference("rnn").build_vocabulary(lowered, min_count)


@mistake("upper and lower case are sorted together: sort as Python sorts strings, B before a")
def sorted_without_case(texts, min_count=1):
    counts = _count(texts)
    kept = [token for token in counts if counts[token] >= min_count]
    return _numbered(sorted(kept, key=lambda token: (token.lower(), token)), min_count)


@mistake("a token has to occur more often than min_count: min_count times is enough")
def more_than_min_count(texts, min_count=1):
    right = reference("rnn").build_vocabulary
    right([], min_count)
    return right(texts, min_count + 1)


@mistake("min_count is ignored")
def min_count_ignored(texts, min_count=1):
    reference("rnn").build_vocabulary([], min_count)
    return reference("rnn").build_vocabulary(texts)


@mistake("the texts that have a token are counted: count every place where it occurs")
def texts_counted(texts, min_count=1):
    return reference("rnn").build_vocabulary([sorted(set(text)) for text in texts], min_count)


@mistake("each text is counted by itself: a token needs min_count places in all texts together")
def counted_in_each_text(texts, min_count=1):
    kept = set()
    for text in texts:
        kept |= set(reference("rnn").build_vocabulary([text], min_count))
    return _numbered(sorted(kept), min_count)


@mistake("words are split into characters: the tokens of a list are its words")
def words_split(texts, min_count=1):
    return reference("rnn").build_vocabulary(["".join(text) for text in texts], min_count)


@mistake("the spaces are dropped: a space is a character like any other")
def spaces_dropped(texts, min_count=1):
    kept = [[token for token in text if token.strip()] for text in texts]
    return reference("rnn").build_vocabulary(kept, min_count)


@mistake("<unk> comes before <pad>: padding is 0 and unknown is 1")
def special_swapped(texts, min_count=1):
    tokens = list(reference("rnn").build_vocabulary(texts, min_count))
    return _numbered(tokens[2:], min_count, ("<unk>", "<pad>"))


@mistake("<pad> and <unk> come last: they are 0 and 1")
def special_last(texts, min_count=1):
    tokens = list(reference("rnn").build_vocabulary(texts, min_count))
    return {token: number for number, token in enumerate([*tokens[2:], *tokens[:2]])}


@mistake("<pad> and <unk> are missing: they are 0 and 1, and the tokens follow from 2 on")
def special_missing(texts, min_count=1):
    tokens = list(reference("rnn").build_vocabulary(texts, min_count))
    return {token: number for number, token in enumerate(tokens[2:])}


@mistake("there is no <unk>: it is 1, after <pad>")
def unknown_missing(texts, min_count=1):
    tokens = list(reference("rnn").build_vocabulary(texts, min_count))
    return _numbered([token for token in tokens if token != "<unk>"], min_count, ("<pad>",))


@mistake("the tokens start at 1: <unk> is 1, so they start at 2")
def one_too_low(texts, min_count=1):
    right = reference("rnn").build_vocabulary(texts, min_count)
    return {token: max(number - 1, 0) if number != 1 else 1 for token, number in right.items()}


@mistake("a <pad> or <unk> among the words is numbered again, with the other tokens")
def special_numbered_again(texts, min_count=1):
    counts = _count(texts)
    vocabulary = _numbered([], min_count)
    kept = [token for token in counts if counts[token] >= min_count]
    return vocabulary | {token: number for number, token in enumerate(sorted(kept), start=2)}


@mistake("a <pad> or <unk> among the words leaves a hole: its place in the numbers stays empty")
def hole_for_special_tokens(texts, min_count=1):
    counts = _count(texts)
    vocabulary = _numbered([], min_count)
    kept = sorted(token for token in counts if counts[token] >= min_count)
    for number, token in enumerate(kept, start=2):
        vocabulary.setdefault(token, number)
    return vocabulary


@mistake("a list of the tokens is returned: a dict from token to number is asked for")
def list_of_tokens(texts, min_count=1):
    return list(reference("rnn").build_vocabulary(texts, min_count))


@mistake("the dict is turned round, from number to token: it goes from token to number")
def turned_round(texts, min_count=1):
    right = reference("rnn").build_vocabulary(texts, min_count)
    return {number: token for token, number in right.items()}


@mistake("the lists of texts are sorted in place: leave the arguments as they are")
def texts_sorted_in_place(texts, min_count=1):
    right = reference("rnn").build_vocabulary(texts, min_count)
    for text in texts:
        if isinstance(text, list):
            text.sort()
    return right
