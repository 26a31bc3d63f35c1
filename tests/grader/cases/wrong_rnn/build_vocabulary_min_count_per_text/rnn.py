import collections
from collections.abc import Sequence


PADDING = "<pad>"


UNKNOWN = "<unk>"


def build_vocabulary(texts: Sequence[Sequence[str]], min_count: int = 1) -> dict[str, int]:
    if min_count < 1:
        raise ValueError(f"min_count must be at least 1, not {min_count}")
    counts = collections.Counter()
    for text in texts:
        for token, count in collections.Counter(text).items():
            counts[token] = max(counts[token], count)
    vocabulary = {PADDING: 0, UNKNOWN: 1}
    for token in sorted(counts):
        if counts[token] >= min_count and token not in vocabulary:
            vocabulary[token] = len(vocabulary)
    return vocabulary
