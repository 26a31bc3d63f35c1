from torch import Tensor, nn


PADDING = "<pad>"


def decode(indices: Tensor, vocabulary: dict[str, int]) -> list[str]:
    tokens = {number: token for token, number in vocabulary.items()}
    text = []
    for number in indices.tolist():
        if number not in tokens:
            raise IndexError(f"indices: no token has the number {number}")
        if tokens[number] == PADDING:
            break
        text.append(tokens[number])
    return text
