"""Wrong variants of rnn.decode."""

from grader.suite import mistake, reference


def _token_of(vocabulary):
    return {number: token for token, number in vocabulary.items()}


def _checked(indices, vocabulary):
    """Return the numbers, all of which are known."""
    reference("rnn").decode(indices, vocabulary)
    return indices.tolist()


@mistake("the place of a token in the vocabulary is taken for its number: turn the dict round")
def place_for_number(indices, vocabulary):
    tokens = list(vocabulary)
    return [tokens[number] for number in _checked(indices, vocabulary) if tokens[number] != "<pad>"]


@mistake("padding is kept: leave every <pad> out")
def padding_kept(indices, vocabulary):
    return [_token_of(vocabulary)[number] for number in _checked(indices, vocabulary)]


@mistake("only padding at the end is left out: leave out every <pad>, wherever it stands")
def padding_kept_inside(indices, vocabulary):
    tokens = [_token_of(vocabulary)[number] for number in _checked(indices, vocabulary)]
    while tokens and tokens[-1] == "<pad>":
        tokens.pop()
    return tokens


@mistake("decoding stops at the first <pad>: leave it out and go on")
def stops_at_padding(indices, vocabulary):
    tokens = [_token_of(vocabulary)[number] for number in _checked(indices, vocabulary)]
    return tokens[: tokens.index("<pad>")] if "<pad>" in tokens else tokens


@mistake("number 0 is left out: leave out <pad>, whatever its number is")
def zero_left_out(indices, vocabulary):
    return [_token_of(vocabulary)[number] for number in _checked(indices, vocabulary) if number != 0]


@mistake("<unk> is left out, too: only <pad> is")
def unknown_left_out(indices, vocabulary):
    return [token for token in reference("rnn").decode(indices, vocabulary) if token != "<unk>"]


@mistake("a string is returned: a list of tokens is asked for")
def string_returned(indices, vocabulary):
    return "".join(reference("rnn").decode(indices, vocabulary))


@mistake("a number is looked up as a tensor: a tensor is no key of a dict, take indices.tolist()")
def tensors_as_keys(indices, vocabulary):
    token_of = _token_of(vocabulary)
    tokens = [token_of[number] for number in indices]
    return [token for token in tokens if token != "<pad>"]


@mistake("the numbers are read with .numpy(), which works on the CPU alone: take indices.tolist()")
def through_numpy(indices, vocabulary):
    indices.numpy()
    return reference("rnn").decode(indices, vocabulary)


@mistake("equal tokens in a row are joined to one: each number gives its token")
def repetitions_joined(indices, vocabulary):
    tokens = reference("rnn").decode(indices, vocabulary)
    return [token for i, token in enumerate(tokens) if i == 0 or token != tokens[i - 1]]


@mistake("the vocabulary must have a <pad>: it may lack one")
def padding_looked_up(indices, vocabulary):
    right = reference("rnn").decode(indices, vocabulary)
    return [token for token in right if vocabulary[token] != vocabulary["<pad>"]]
