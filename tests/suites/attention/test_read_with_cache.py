"""Suite of attention.read_with_cache."""

import pytest
import torch
from torch.nn import functional

from grader.suite import check_close, check_equal, check_fields, check_manners, check_that, to_device

ARGS = (7, 9, 6, 2, 2)  # of a GPT: vocabulary, context, width, heads, blocks


def draw_weights(rng, model, std=0.5):
    """Draw all weights of a model."""
    return {key: rng.normal(*value.shape, std=std) for key, value in model.state_dict().items()}


def oracle_of(shared, args, weights):
    """Return a model of torch's own layers with these weights."""
    model = shared.LanguageModel(*args).double()
    model.load_state_dict(weights)
    return model


def draw_cache(rng, args, n, s):
    """Draw keys and values for each block, (N, H, S, D)."""
    _, _, e, h, layers = args
    return [(rng.normal(n, h, s, e // h), rng.normal(n, h, s, e // h)) for _ in range(layers)]


def by_hand(model, args, tokens, cache):
    """The oracle: text by text, block by block, new token by new token."""
    texts = [one_text(model, args[3], row, [(k[n], v[n]) for k, v in cache]) for n, row in enumerate(tokens)]
    pairs = zip(*(pairs for _, pairs in texts), strict=True)
    return torch.stack([scores for scores, _ in texts]), [
        tuple(torch.stack(part) for part in zip(*block, strict=True)) for block in pairs
    ]


def one_text(model, heads, row, cache):
    """Return scores and cache of one text."""
    s, e = cache[0][0].shape[1], model.embedding.embedding_dim
    d, kept = e // heads, [(list(k.unbind(1)), list(v.unbind(1))) for k, v in cache]  # a list of (H, D) for each
    scores = []
    for t, token in enumerate(row):
        x = model.embedding.weight[token] + model.positions.weight[s + t]
        for block, (keys, values) in zip(model.blocks, kept, strict=True):
            attention = block.attention
            joint = functional.linear(block.norm1(x), attention.in_proj_weight, attention.in_proj_bias)
            query, key, value = joint.reshape(3, heads, d)
            keys.append(key)
            values.append(value)
            looks = torch.stack([(query * each).sum(1) / d**0.5 for each in keys]).softmax(0)  # (S, H)
            found = (looks.unsqueeze(2) * torch.stack(values)).sum(0).reshape(e)
            x = x + attention.out_proj(found)
            x = x + block.linear2(functional.gelu(block.linear1(block.norm2(x))))
        scores.append(functional.linear(model.norm(x), model.embedding.weight))
    return torch.stack(scores), [(torch.stack(k, 1), torch.stack(v, 1)) for k, v in kept]


def read(submission, args, weights, parts, cache):
    """Read one part after the other with a new model; return scores and cache of each, and the cache that was given."""
    model = submission.GPT(*args).to(parts[0].device)
    model = model.to(next(iter(weights.values())).dtype)
    model.load_state_dict(weights)
    seen, given = [], cache
    for tokens in parts:
        logits, cache = submission.read_with_cache(model, tokens, cache)
        seen.append((logits.detach().clone(), [[part.detach().clone() for part in pair] for pair in cache]))
    return seen, given


def check_cache(got, want, what="the cache"):
    """Check the pairs of a cache, block by block."""
    check_equal(len(got), len(want), f"the number of pairs in {what}")
    for number, (pair, ours) in enumerate(zip(got, want, strict=True)):
        check_equal(len(pair), 2, f"the tensors of block {number}")
        for name, one, other in zip(("keys", "values"), pair, ours, strict=True):
            check_close(one, other, f"{name} of block {number} in {what}")


def check_read(submission, shared, rng, args, n, s, t, move=None):
    """Compare with the oracle after s tokens that only the cache knows; s = None is without a cache."""
    weights = draw_weights(rng, shared.LanguageModel(*args))
    tokens, cache = rng.integers(0, args[0], n, t), draw_cache(rng, args, n, s or 0)
    with torch.no_grad():
        logits, pairs = by_hand(oracle_of(shared, args, weights), args, tokens, cache)
    given = weights, [tokens], None if s is None else cache
    if move:
        given, logits, pairs = move(given), move(logits), move(pairs)
    seen, _ = submission.run(read, args, *given)
    check_close(seen[0][0], logits, "the scores")
    check_cache(seen[0][1], pairs)


def cached_pair(submission):
    """Return a model of width 2 that adds to x the mean of all values, and a cache of one token."""
    model = submission.GPT(2, 3, 2, 1, 1)
    eye, zero = torch.eye(2), torch.zeros(2, 2)
    weights = {
        "embedding.weight": torch.tensor([[1.0, 1.0], [0.0, 5.0]]),
        "positions.weight": torch.zeros(3, 2),
        "norm.weight": torch.ones(2),
        "blocks.0.norm1.weight": torch.ones(2),
        "blocks.0.norm2.weight": torch.ones(2),
        "blocks.0.attention.in_proj_weight": torch.cat([zero, zero, eye]),
        "blocks.0.attention.in_proj_bias": torch.zeros(6),
        "blocks.0.attention.out_proj.weight": eye,
        "blocks.0.attention.out_proj.bias": torch.zeros(2),
        "blocks.0.linear1.weight": torch.zeros(8, 2),
        "blocks.0.linear1.bias": torch.zeros(8),
        "blocks.0.linear2.weight": torch.zeros(2, 8),
        "blocks.0.linear2.bias": torch.zeros(2),
    }
    model.load_state_dict(weights)
    return model, [(torch.zeros(1, 1, 1, 2), torch.tensor([[[[11.0, -1.0]]]]))]


@pytest.mark.visible
def test_read_with_cache_keeps_keys_and_values(submission):
    """Of 2 and then 3 tokens each block keeps (N, H, 2, D), then (N, H, 5, D)."""
    model = submission.GPT(7, 9, 6, 2, 3)
    first = submission.read_with_cache(model, torch.tensor([[1, 2], [3, 4], [5, 6], [0, 1]]))
    check_fields(first, ("logits", "cache"))
    second = submission.read_with_cache(model, torch.zeros(4, 3, dtype=torch.int64), first[1])
    for (logits, cache), t, length in ((first, 2, 2), (second, 3, 5)):
        check_equal(tuple(logits.shape), (4, t, 7), "the shape of the scores")
        shapes = [tuple(tuple(part.shape) for part in pair) for pair in cache]
        check_equal(shapes, [((4, 2, length, 3),) * 2] * 3, "the shapes in the cache")


@pytest.mark.visible
def test_read_with_cache_of_one_token(submission):
    """With (11, -1) in the cache and a new (1, 1) x is (7, 1), the scores 1.6, 1."""
    model, cache = cached_pair(submission)
    logits, cache = submission.read_with_cache(model, torch.tensor([[0]]), cache)
    check_close(logits, torch.tensor([[[1.6, 1.0]]]), "the scores")
    check_close(cache[0][1], torch.tensor([[[[11.0, -1.0], [1.0, 1.0]]]]), "the values in the cache")


@pytest.mark.weight(2)
def test_read_with_cache_of_nothing(submission, shared, rng):
    """Without a cache the scores are the model's, and all keys and values are kept."""
    check_read(submission, shared, rng, ARGS, 3, None, 4)


@pytest.mark.weight(3)
@pytest.mark.parametrize("args", [ARGS, (5, 8, 4, 4, 1), (5, 8, 6, 1, 3)], ids=str)
@pytest.mark.parametrize("n, s, t", [(2, 3, 1), (1, 1, 4), (3, 4, 4)])
def test_read_with_cache_goes_on(submission, shared, rng, args, n, s, t):
    """After tokens that only the cache knows, the scores are right."""
    check_read(submission, shared, rng, args, n, s, t)


@pytest.mark.weight(3)
@pytest.mark.parametrize("sizes", [(1, 1, 1, 1), (3, 2, 4), (1, 8), (5, 1, 1)], ids=str)
def test_read_with_cache_in_parts(submission, shared, rng, sizes):
    """A text in parts has the scores of the whole one."""
    weights, tokens = draw_weights(rng, shared.LanguageModel(*ARGS)), rng.integers(0, 7, 2, sum(sizes))
    seen, _ = submission.run(read, ARGS, weights, [part.clone() for part in tokens.split(sizes, 1)], None)
    with torch.no_grad():
        want = oracle_of(shared, ARGS, weights)(tokens)
    for number, (part, ours) in enumerate(zip(seen, want.split(sizes, 1), strict=True), start=1):
        check_close(part[0], ours, f"the scores of part {number}")


def test_read_with_cache_leaves_the_old_cache(submission, shared, rng):
    """The cache that was given can be used again: it stays as it was."""
    weights, cache = draw_weights(rng, shared.LanguageModel(*ARGS)), draw_cache(rng, ARGS, 2, 3)
    _, after = submission.run(read, ARGS, weights, [rng.integers(0, 7, 2, 2)], cache)
    check_cache(after, cache, "the old cache")


def test_read_with_cache_in_float32(submission, shared, rng):
    """In float32 scores and cache are float32."""
    weights = {key: value.float() for key, value in draw_weights(rng, shared.LanguageModel(*ARGS), 0.3).items()}
    tokens = rng.integers(0, 7, 2, 5)
    seen, _ = submission.run(read, ARGS, weights, [tokens[:, :3].clone(), tokens[:, 3:].clone()], None)
    model = shared.LanguageModel(*ARGS)
    model.load_state_dict(weights)
    check_close(seen[1][0], model(tokens)[:, 3:].detach(), "the scores", rtol=1e-3, atol=1e-4)
    kinds = {part.dtype for pair in seen[1][1] for part in pair}
    check_that(kinds == {torch.float32}, "the dtype of the cache", "float32", "another one")


@pytest.mark.detail
def test_read_with_cache_has_manners(submission, rng):
    """No random number is drawn."""
    model = submission.GPT(*ARGS)
    check_manners(submission, lambda: submission.read_with_cache(model, rng.integers(0, 7, 2, 3)))


def test_read_with_cache_on_a_device(submission, shared, rng):
    """On an accelerator it is the same."""
    check_read(submission, shared, rng, ARGS, 2, 3, 2, move=to_device)
