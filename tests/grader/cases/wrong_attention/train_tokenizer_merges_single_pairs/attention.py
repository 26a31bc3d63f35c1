def train_tokenizer(text, merges):
    ids = list(text.encode("utf-8"))
    pairs = []
    while len(pairs) < merges and len(ids) > 1:
        counts = {}
        for pair in zip(ids[:-1], ids[1:]):
            counts[pair] = counts.get(pair, 0) + 1
        best = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[0][0]
        new = []
        while ids:
            if len(ids) > 1 and (ids[0], ids[1]) == best:
                new.append(256 + len(pairs))
                ids = ids[2:]
            else:
                new.append(ids.pop(0))
        ids = new
        pairs.append(best)
    return pairs
