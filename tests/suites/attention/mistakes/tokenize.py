"""Wrong variants of attention.tokenize."""

from itertools import pairwise

from grader.suite import mistake


def _merged(tokens, pair, new):
    merged, t = [], 0
    while t < len(tokens):
        found = tuple(tokens[t : t + 2]) == pair
        merged.append(new if found else tokens[t])
        t += 2 if found else 1
    return merged


def _any_merged(tokens, pairs):
    merged, t = [], 0
    while t < len(tokens):
        found = tuple(tokens[t : t + 2]) in pairs
        merged.append(256 + pairs.index(tuple(tokens[t : t + 2])) if found else tokens[t])
        t += 2 if found else 1
    return merged


def _write(text, pairs, *, first=None, replace=_merged, begin=256):
    """The right way, but for what is given."""
    tokens = list(text.encode()) if first is None else first
    for i, pair in enumerate(pairs):
        tokens = replace(tokens, pair, begin + i)
    return tokens


@mistake("the pairs are merged in reverse order: the one that was learned first comes first")
def in_reverse(text, pairs):
    tokens = list(text.encode())
    for i, pair in reversed(list(enumerate(pairs))):
        tokens = _merged(tokens, pair, 256 + i)
    return tokens


@mistake("the pairs are merged in the order of their numbers: in the order in which they were learned")
def in_sorted_order(text, pairs):
    tokens = list(text.encode())
    for pair in sorted(pairs):
        tokens = _merged(tokens, pair, 256 + pairs.index(pair))
    return tokens


@mistake("at each place the longest token that fits is taken: merge pair after pair")
def longest_that_fits(text, pairs):
    table = [bytes([number]) for number in range(256)]
    for left, right in pairs:
        table.append(table[left] + table[right])
    rest, tokens = text.encode(), []
    while rest:
        best = max((token for token in range(len(table)) if rest.startswith(table[token])), key=lambda t: len(table[t]))
        tokens.append(best)
        rest = rest[len(table[best]) :]
    return tokens


@mistake("one walk merges whatever pair stands next: merge the first pair everywhere, then the second")
def one_walk(text, pairs):
    tokens = []
    for token in text.encode():
        tokens.append(token)
        while tuple(tokens[-2:]) in pairs:
            tokens[-2:] = [256 + pairs.index(tuple(tokens[-2:]))]
    return tokens


@mistake("walk after walk merges whatever pair stands next: merge the first pair everywhere, then the second")
def walk_after_walk(text, pairs):
    tokens, before = list(text.encode()), None
    while tokens != before:
        before, tokens = tokens, _any_merged(tokens, pairs)
    return tokens


@mistake("the pairs are not merged: the bytes come back")
def bytes_alone(text, pairs):
    return list(text.encode())


@mistake("each pair is merged at its first place alone: at all of them")
def first_place_alone(text, pairs):
    def replace(tokens, pair, new):
        places = list(pairwise(tokens))
        if pair not in places:
            return tokens
        t = places.index(pair)
        return [*tokens[:t], new, *tokens[t + 2 :]]

    return _write(text, pairs, replace=replace)


@mistake("pairs are merged from right to left: a a a becomes 256 a")
def from_right_to_left(text, pairs):
    def replace(tokens, pair, new):
        return _merged(tokens[::-1], pair[::-1], new)[::-1]

    return _write(text, pairs, replace=replace)


@mistake("places of a pair that overlap are both merged: go on after both tokens")
def overlapping(text, pairs):
    def replace(tokens, pair, new):
        merged, t = [], 0
        while t < len(tokens):
            found = tuple(tokens[t : t + 2]) == pair
            merged.append(new if found else tokens[t])
            t += 2 if found and tuple(tokens[t + 1 : t + 3]) != pair else 1
        return merged

    return _write(text, pairs, replace=replace)


@mistake("the last token is lost: the walk has to reach it though no pair begins there")
def last_token_lost(text, pairs):
    def replace(tokens, pair, new):
        ended = tuple(tokens[-2:]) == pair
        return _merged(tokens, pair, new) if ended else _merged(tokens, pair, new)[:-1]

    return _write(text, pairs, replace=replace)


@mistake("only pairs of bytes are merged: the new tokens make pairs too")
def pairs_of_bytes_alone(text, pairs):
    tokens = list(text.encode())
    for i, pair in enumerate(pairs):
        if max(pair) < 256:
            tokens = _merged(tokens, pair, 256 + i)
    return tokens


@mistake("the pairs are numbered from 257: pair 0 becomes 256")
def from_257(text, pairs):
    return _write(text, [tuple(part + (part > 255) for part in pair) for pair in pairs], begin=257)


@mistake("the text begins as code points: as bytes in UTF-8")
def code_points(text, pairs):
    return _write(text, pairs, first=[ord(letter) for letter in text])


@mistake("characters outside ASCII are left out: they are bytes too")
def ascii_alone(text, pairs):
    return _write(text, pairs, first=list(text.encode("ascii", "ignore")))


@mistake("pairs are learned anew from this text: use the ones that are given")
def learned_anew(text, pairs):
    tokens = list(text.encode())
    for i in range(len(pairs)):
        places = list(pairwise(tokens))
        counts = {pair: places.count(pair) for pair in set(places)}
        pair = min(counts, key=lambda pair: (-counts[pair], pair), default=None)
        if pair is None or counts[pair] < 2:
            break
        tokens = _merged(tokens, pair, 256 + i)
    return tokens


@mistake("texts of the tokens come back: their numbers are asked for")
def as_texts(text, pairs):
    table = [bytes([number]) for number in range(256)]
    for left, right in pairs:
        table.append(table[left] + table[right])
    return [table[token].decode(errors="replace") for token in _write(text, pairs)]


@mistake("the pairs are taken out of the list that came in: it stays as it was")
def empties_the_list(text, pairs):
    tokens, i = list(text.encode()), 0
    while pairs:
        tokens, i = _merged(tokens, pairs.pop(0), 256 + i), i + 1
    return tokens
