"""Wrong variants of rnn.encode."""

import torch

from grader.suite import mistake, reference


def _row(numbers):
    return torch.tensor(numbers, dtype=torch.int64)


@mistake("unknown tokens are left out: they become <unk>")
def unknown_left_out(text, vocabulary):
    return _row([vocabulary[token] for token in text if token in vocabulary])


@mistake("unknown tokens become 0: they become the number of <unk>")
def unknown_is_zero(text, vocabulary):
    return _row([vocabulary.get(token, 0) for token in text])


@mistake("unknown tokens become 1: look the number of <unk> up")
def unknown_is_one(text, vocabulary):
    return _row([vocabulary.get(token, 1) for token in text])


@mistake("unknown tokens become <pad>: they become <unk>")
def unknown_is_padding(text, vocabulary):
    return _row([vocabulary[token if token in vocabulary else "<pad>"] for token in text])


@mistake("an unknown token raises a KeyError although there is an <unk>")
def unknown_raises(text, vocabulary):
    return _row([vocabulary[token] for token in text])


@mistake("unknown tokens get a new number and enter the vocabulary: they become <unk>")
def vocabulary_grows(text, vocabulary):
    return _row([vocabulary.setdefault(token, len(vocabulary)) for token in text])


@mistake("unknown tokens enter the vocabulary: leave it as it is")
def unknown_remembered(text, vocabulary):
    right = reference("rnn").encode(text, vocabulary)
    vocabulary.update(zip(text, right.tolist(), strict=True))
    return right


@mistake("an empty text gives float32: torch.tensor([]) needs dtype=torch.int64")
def empty_is_float(text, vocabulary):
    return torch.tensor(reference("rnn").encode(text, vocabulary).tolist())


@mistake("a list is returned: a tensor is asked for")
def list_returned(text, vocabulary):
    return reference("rnn").encode(text, vocabulary).tolist()


@mistake("the words are joined and read letter by letter: each word is a token")
def words_read_as_letters(text, vocabulary):
    return reference("rnn").encode("".join(text), vocabulary)


@mistake("the place of a token in the vocabulary is taken for its number: look the number up")
def place_for_number(text, vocabulary):
    tokens = list(vocabulary)
    return _row([tokens.index(token if token in vocabulary else "<unk>") for token in text])


@mistake("tokens are put into lower case first: look them up as they are")
def lower_case(text, vocabulary):
    return reference("rnn").encode([token.lower() for token in text], vocabulary)


@mistake("the result is (1, T): a single text is one row of T numbers, (T,)")
def batch_of_one(text, vocabulary):
    return reference("rnn").encode(text, vocabulary).unsqueeze(0)


@mistake("the numbers are floats: they are int64")
def floats(text, vocabulary):
    return reference("rnn").encode(text, vocabulary).float()
