"""Wrong ways to encode words."""

import torch

from grader.suite import mistake, reference


def _right(column):
    return reference("tensors").encode_categories(column)


def _encode(column, names):
    right = _right(column)
    chosen = [right.names.index(name) for name in names]
    return right._replace(values=right.values[:, torch.tensor(chosen, dtype=torch.int64)], names=list(names))


@mistake("there is no column for missing when nothing is missing; it is there in any case")
def missing_only_when_needed(column):
    right = _right(column)
    return right if right.values[:, -1].any() else _encode(column, right.names[:-1])


@mistake("there is no column for missing: a missing entry has a row of zeros")
def no_column_for_missing(column):
    return _encode(column, _right(column).names[:-1])


@mistake("the names stand in the order in which they occur; they ascend")
def order_of_occurrence(column):
    words = [entry for entry in column if isinstance(entry, str)]
    _right(column)
    return _encode(column, [*dict.fromkeys(words), None])


@mistake("None stands first among the names; it comes last")
def missing_first(column):
    right = _right(column)
    return _encode(column, [None, *right.names[:-1]])


@mistake("only None is taken for missing: nan does not equal itself and got lost; test it on its own")
def only_none_is_missing(column):
    right = _right(column)
    values = right.values.clone()
    values[[isinstance(entry, float) for entry in column], -1] = 0
    return right._replace(values=values)


@mistake("an empty word was taken for missing; only None and nan are")
def empty_word_is_missing(column):
    _right(column)
    return _right([entry or None for entry in column])


@mistake("entries were turned into text: missing became the word nan or None")
def missing_became_a_word(column):
    _right(column)
    return _right([str(entry) for entry in column])


@mistake("the values are int64; float32 is asked for")
def integer_values(column):
    right = _right(column)
    return right._replace(values=right.values.long())


@mistake("returned one code for each entry; one indicator for each category is asked for")
def codes_for_indicators(column):
    right = _right(column)
    return right._replace(values=right.values.argmax(dim=1).float())


@mistake("the first category has no column, as for a regression without redundancy; every category has one")
def dropped_the_first(column):
    return _encode(column, _right(column).names[1:])


@mistake("upper and lower case were made the same; these are different words")
def lower_case(column):
    _right(column)
    return _right([entry.lower() if isinstance(entry, str) else entry for entry in column])


@mistake("the missing entries were dropped from the caller's own list")
def changed_the_column(column):
    right = _right(column)
    column[:] = [entry for entry in column if isinstance(entry, str)]
    return right
