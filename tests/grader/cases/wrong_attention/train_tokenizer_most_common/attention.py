from collections import Counter


def train_tokenizer(text, merges):
    ids = list(text.encode("utf-8"))
    pairs = []
    for i in range(merges):
        counter = Counter(zip(ids, ids[1:]))
        if not counter:
            break
        pair, count = counter.most_common(1)[0]
        if count == 1:
            break
        pairs.append(pair)
        out, j = [], 0
        while j < len(ids):
            if tuple(ids[j : j + 2]) == pair:
                out.append(256 + i)
                j += 2
            else:
                out.append(ids[j])
                j += 1
        ids = out
    return pairs
