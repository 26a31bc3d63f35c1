"""Wrong variants of attention.train_tokenizer."""

from collections import Counter
from itertools import pairwise

from grader.suite import mistake


def _merged(tokens, pair, new):
    merged, t = [], 0
    while t < len(tokens):
        found = tuple(tokens[t : t + 2]) == pair
        merged.append(new if found else tokens[t])
        t += 2 if found else 1
    return merged


def _count(tokens):
    return Counter(pairwise(tokens))


def _best(counts):
    return min(counts, key=lambda pair: (-counts[pair], pair))


def _learn(text, merges, *, first=None, count=_count, best=_best, least=2, replace=_merged, begin=256):
    """The right way, but for what is given."""
    tokens, pairs = list(text.encode()) if first is None else first, []
    while len(pairs) < merges:
        counts = count(tokens)
        if not counts or counts[best(counts)] < least:
            break
        pair = best(counts)
        tokens = replace(tokens, pair, begin + len(pairs))
        pairs.append(pair)
    return pairs


@mistake("of equally frequent pairs the one that occurs first is taken: it is the smallest")
def first_of_equals(text, merges):
    return _learn(text, merges, best=lambda counts: max(counts, key=counts.get))


@mistake("of equally frequent pairs the largest is taken: it is the smallest")
def largest_of_equals(text, merges):
    return _learn(text, merges, best=lambda counts: max(counts, key=lambda pair: (counts[pair], pair)))


@mistake("of equally frequent pairs only the first number decides: of those the smaller second one comes first")
def smallest_first_number(text, merges):
    return _learn(text, merges, best=lambda counts: max(counts, key=lambda pair: (counts[pair], -pair[0])))


@mistake("of equally frequent pairs the last one is taken: it is the smallest")
def last_of_equals(text, merges):
    return _learn(text, merges, best=lambda counts: max(reversed(counts), key=counts.get))


@mistake("the rarest pair is taken: it is the most frequent")
def rarest(text, merges):
    def best(counts):
        many = {pair: count for pair, count in counts.items() if count > 1} or counts
        return min(many, key=lambda pair: (many[pair], pair))

    return _learn(text, merges, best=best)


@mistake("pairs that occur once are merged too: stop where no pair occurs twice")
def merges_what_occurs_once(text, merges):
    return _learn(text, merges, least=1)


@mistake("a pair has to occur three times: twice is enough")
def three_times(text, merges):
    return _learn(text, merges, least=3)


@mistake("places of a pair that overlap count once: b b b holds b b twice")
def without_overlaps(text, merges):
    def count(tokens):
        return {pair: _merged(tokens, pair, -1).count(-1) for pair in _count(tokens)}

    return _learn(text, merges, count=count)


@mistake("pairs are counted at every second place only: every token begins one")
def every_second_place(text, merges):
    return _learn(text, merges, count=lambda tokens: Counter(zip(tokens[::2], tokens[1::2], strict=False)))


@mistake("the tokens begin as code points: as bytes in UTF-8")
def code_points(text, merges):
    return _learn(text, merges, first=[ord(letter) for letter in text])


@mistake("the new tokens are counted from 257: the first pair becomes 256")
def from_257(text, merges):
    return _learn(text, merges, begin=257)


@mistake("the new tokens are counted from the largest token of the text: the first pair becomes 256")
def from_the_largest(text, merges):
    return _learn(text, merges, begin=max(text.encode(), default=0) + 1)


@mistake("all pairs are counted once, in the bytes: count anew after each merge")
def counted_once(text, merges):
    counts = _count(list(text.encode()))
    order = sorted(counts, key=lambda pair: (-counts[pair], pair))
    return [pair for pair in order if counts[pair] > 1][:merges]


@mistake("only the first place of a pair is merged: all of them are")
def first_place_alone(text, merges):
    def replace(tokens, pair, new):
        t = list(pairwise(tokens)).index(pair)
        return [*tokens[:t], new, *tokens[t + 2 :]]

    return _learn(text, merges, replace=replace)


@mistake("pairs are merged from right to left: b b b becomes 256 b")
def from_right_to_left(text, merges):
    def replace(tokens, pair, new):
        return _merged(tokens[::-1], pair[::-1], new)[::-1]

    return _learn(text, merges, replace=replace)


@mistake("after a merged pair its second token is looked at again: go on after both")
def second_token_twice(text, merges):
    def replace(tokens, pair, new):
        merged, t = [], 0
        while t < len(tokens):
            found = tuple(tokens[t : t + 2]) == pair
            merged.append(new if found else tokens[t])
            t += 1
            if found and tuple(tokens[t : t + 2]) != pair:
                t += 1
        return merged

    return _learn(text, merges, replace=replace)


@mistake("the last token is lost where pairs are merged")
def last_token_lost(text, merges):
    def replace(tokens, pair, new):
        ended = tuple(tokens[-2:]) == pair
        return _merged(tokens, pair, new) if ended else _merged(tokens, pair, new)[:-1]

    return _learn(text, merges, replace=replace)


@mistake("no pair goes over a space: here spaces are letters like all others")
def within_words(text, merges):
    def count(tokens):
        return Counter(pair for pair in pairwise(tokens) if 32 not in pair)

    return _learn(text, merges, count=count)


@mistake("one pair too many is found")
def one_more(text, merges):
    return _learn(text, merges + 1)


@mistake("pairs come back as bytes: as pairs of token numbers")
def as_bytes(text, merges):
    table = [bytes([number]) for number in range(256)]
    found = []
    for left, right in _learn(text, merges):
        table.append(table[left] + table[right])
        found.append((table[left], table[right]))
    return found


@mistake("a dict of pairs and new tokens comes back: a list of the pairs is asked for")
def as_a_dict(text, merges):
    return {pair: 256 + i for i, pair in enumerate(_learn(text, merges))}


@mistake("pairs come back as lists: each is a tuple")
def as_lists(text, merges):
    return [list(pair) for pair in _learn(text, merges)]
