"""Wrong variants of attention.token_probabilities."""

import torch
from torch.nn import functional

from grader.suite import mistake


def _warm(logits, temperature):
    return (logits / temperature).softmax(-1)


def _greedy(logits):
    return functional.one_hot(logits.argmax(-1), logits.shape[-1]).to(logits.dtype)


def _kept(shares, keep):
    """Keep where `keep` of the shares in falling order says so; what stays sums to 1."""
    falling, places = shares.sort(-1, descending=True)
    falling = falling * keep(falling)
    falling = falling / falling.sum(-1, keepdim=True)
    return torch.zeros_like(falling).scatter(-1, places, falling)


def _top_k(shares, k):
    return shares if k is None else _kept(shares, lambda s: torch.arange(s.shape[-1], device=s.device) < k)


def _top_p(shares, p):
    return shares if p is None else _kept(shares, lambda s: s.cumsum(-1) - s < p)


def _right(logits, temperature=1.0, top_k=None, top_p=None):
    if temperature == 0:
        return _greedy(logits)
    return _top_p(_top_k(_warm(logits, temperature), top_k), top_p)


@mistake("what was sorted is put back by the order of sorting: that takes its inverse, scatter for gather")
def put_back_by_the_order(logits, temperature=1.0, top_k=None, top_p=None):
    found = _right(logits, temperature, top_k, top_p)
    if temperature == 0:
        return found
    order = logits.argsort(-1, descending=True)
    return found.gather(-1, order).gather(-1, order)


@mistake("the scores are multiplied by the temperature: they are divided by it")
def multiplied(logits, temperature=1.0, top_k=None, top_p=None):
    return _right(logits, 1 / temperature if temperature else 0, top_k, top_p)


@mistake("the temperature is not used")
def temperature_ignored(logits, temperature=1.0, top_k=None, top_p=None):
    return _right(logits, 1.0 if temperature else 0.0, top_k, top_p)


@mistake("the probabilities are divided by the temperature: divide the scores, before the softmax")
def temperature_behind_the_softmax(logits, temperature=1.0, top_k=None, top_p=None):
    if temperature == 0:
        return _greedy(logits)
    shares = (_warm(logits, 1) / temperature).softmax(-1)
    return _top_p(_top_k(shares, top_k), top_p)


@mistake("temperature 0 gives nan: it is the limit, 1 for the largest score")
def divided_by_zero(logits, temperature=1.0, top_k=None, top_p=None):
    return _top_p(_top_k(_warm(logits, temperature), top_k), top_p)


@mistake("temperature 0 is taken for 1: it is the limit, 1 for the largest score")
def zero_as_one(logits, temperature=1.0, top_k=None, top_p=None):
    return _right(logits, temperature or 1.0, top_k, top_p)


@mistake("temperature 0 is taken for a small one: close scores share, where the limit gives all to the largest")
def zero_as_small(logits, temperature=1.0, top_k=None, top_p=None):
    return _right(logits, temperature or 1e-4, top_k, top_p)


@mistake("at temperature 0 the token itself comes back: probabilities are asked for, 1 at that token")
def token_for_probabilities(logits, temperature=1.0, top_k=None, top_p=None):
    return logits.argmax(-1) if temperature == 0 else _right(logits, temperature, top_k, top_p)


@mistake("what top_k leaves is not divided by its sum")
def top_k_without_the_sum(logits, temperature=1.0, top_k=None, top_p=None):
    if temperature == 0 or top_k is None:
        return _right(logits, temperature, top_k, top_p)
    shares = _warm(logits, temperature)
    shares = shares * (_top_k(shares, top_k) > 0)
    return shares if top_p is None else shares * (_top_p(shares, top_p) > 0)


@mistake("what top_p leaves is not divided by its sum")
def top_p_without_the_sum(logits, temperature=1.0, top_k=None, top_p=None):
    shares = _right(logits, temperature, top_k)
    if temperature == 0 or top_p is None:
        return shares
    return shares * (_top_p(shares, top_p) > 0)


@mistake("the scores that top_k leaves out are 0: a score of 0 has a share, they need -inf")
def scores_set_to_zero(logits, temperature=1.0, top_k=None, top_p=None):
    if temperature == 0 or top_k is None:
        return _right(logits, temperature, top_k, top_p)
    stays = _top_k(_warm(logits, temperature), top_k) > 0
    return _top_p(_warm(torch.where(stays, logits, 0.0), temperature), top_p)


@mistake("one token too many stays with top_k")
def one_more_than_k(logits, temperature=1.0, top_k=None, top_p=None):
    return _right(logits, temperature, None if top_k is None else top_k + 1, top_p)


@mistake("the k least likely tokens stay with top_k: sort in falling order")
def least_likely_k(logits, temperature=1.0, top_k=None, top_p=None):
    if temperature == 0 or top_k is None:
        return _right(logits, temperature, top_k, top_p)
    v = logits.shape[-1]
    shares = _warm(logits, temperature)
    return _top_p(_kept(shares, lambda s: torch.arange(v, device=s.device) >= v - top_k), top_p)


@mistake("with more than V for top_k it fails: all stay then")
def k_above_v(logits, temperature=1.0, top_k=None, top_p=None):
    if top_k is not None and temperature:
        logits.topk(top_k)
    return _right(logits, temperature, top_k, top_p)


@mistake("the k first columns stay: they are those of the most likely tokens, put back to their places")
def first_columns(logits, temperature=1.0, top_k=None, top_p=None):
    if temperature == 0 or top_k is None:
        return _right(logits, temperature, top_k, top_p)
    shares = _warm(logits, temperature)
    shares = shares * (torch.arange(shares.shape[-1], device=shares.device) < top_k)
    return _top_p(shares / shares.sum(-1, keepdim=True), top_p)


@mistake("the result stays in falling order: each probability goes back to the place of its token")
def left_in_order(logits, temperature=1.0, top_k=None, top_p=None):
    shares = _right(logits, temperature, top_k, top_p)
    return shares if top_k is None and top_p is None else shares.sort(-1, descending=True).values


@mistake("the places were sorted backwards: scatter puts each probability to the place that sort tells")
def gathered_for_scattered(logits, temperature=1.0, top_k=None, top_p=None):
    shares = _right(logits, temperature, top_k, top_p)
    if temperature == 0 or (top_k is None and top_p is None):
        return shares
    falling, places = shares.sort(-1, descending=True)
    return falling.gather(-1, places)


@mistake("the token that reaches top_p is left out: as many stay as reach it together")
def stops_before_p(logits, temperature=1.0, top_k=None, top_p=None):
    shares = _right(logits, temperature, top_k)
    if temperature == 0 or top_p is None:
        return shares
    first = torch.arange(shares.shape[-1], device=shares.device) == 0
    return _kept(shares, lambda s: (s.cumsum(-1) <= top_p) | first)


@mistake("where the first token reaches top_p alone nothing stays: at least one does")
def empty_nucleus(logits, temperature=1.0, top_k=None, top_p=None):
    shares = _right(logits, temperature, top_k)
    if temperature == 0 or top_p is None:
        return shares
    return _kept(shares, lambda s: s.cumsum(-1) <= top_p)


@mistake("one token too many stays with top_p: stop at the one that reaches it")
def one_more_than_p(logits, temperature=1.0, top_k=None, top_p=None):
    shares = _right(logits, temperature, top_k)
    if temperature == 0 or top_p is None:
        return shares
    return _kept(shares, lambda s: s.cumsum(-1) - s - s.roll(1, -1) * (s.cumsum(-1) - s > 0) < top_p)


@mistake("tokens stay whose own probability reaches top_p: it is the sum of the most likely ones")
def each_above_p(logits, temperature=1.0, top_k=None, top_p=None):
    shares = _right(logits, temperature, top_k)
    if temperature == 0 or top_p is None:
        return shares
    first = torch.arange(shares.shape[-1], device=shares.device) == 0
    return _kept(shares, lambda s: (s >= top_p) | first)


@mistake("the sums for top_p run in rising order: begin with the most likely token")
def rising_sums(logits, temperature=1.0, top_k=None, top_p=None):
    shares = _right(logits, temperature, top_k)
    if temperature == 0 or top_p is None:
        return shares
    return _kept(shares, lambda s: s.flip(-1).cumsum(-1).flip(-1) - s < top_p)


@mistake("the nucleus is found at temperature 1: it is that of the probabilities at this temperature")
def nucleus_without_the_temperature(logits, temperature=1.0, top_k=None, top_p=None):
    if temperature == 0 or top_p is None:
        return _right(logits, temperature, top_k, top_p)
    shares = _right(logits, temperature, top_k) * (_right(logits, 1.0, top_k, top_p) > 0)
    return shares / shares.sum(-1, keepdim=True)


@mistake("the nucleus is that of all tokens: what top_k leaves is divided by its sum first")
def p_before_k(logits, temperature=1.0, top_k=None, top_p=None):
    if temperature == 0:
        return _greedy(logits)
    return _top_k(_top_p(_warm(logits, temperature), top_p), top_k)


@mistake("with top_k top_p is not used: both are")
def k_instead_of_both(logits, temperature=1.0, top_k=None, top_p=None):
    return _right(logits, temperature, top_k, top_p if top_k is None else None)


@mistake("all rows share the tokens that stay: each row is by itself")
def rows_share_the_tokens(logits, temperature=1.0, top_k=None, top_p=None):
    shares = _right(logits, temperature, top_k, top_p)
    if temperature == 0 or logits.dim() < 2 or (top_k is None and top_p is None):
        return shares
    stays = (shares > 0).flatten(0, -2)[0]
    shares = _warm(logits, temperature) * stays
    return shares / shares.sum(-1, keepdim=True)


@mistake("k tokens stay of all rows together: k of each row")
def k_of_all_rows(logits, temperature=1.0, top_k=None, top_p=None):
    if temperature == 0 or top_k is None or top_k >= logits.shape[-1]:
        return _right(logits, temperature, top_k, top_p)
    shares = _warm(logits, temperature)
    shares = shares * (shares >= shares.flatten().sort(descending=True).values[top_k - 1])
    return _top_p(shares / shares.sum(-1, keepdim=True), top_p)


@mistake("the softmax runs over the rows: each row sums to 1, along the last axis")
def softmax_over_rows(logits, temperature=1.0, top_k=None, top_p=None):
    if temperature == 0:
        return _greedy(logits)
    return _top_p(_top_k((logits / temperature).softmax(0), top_k), top_p)


@mistake("the softmax has no care for large scores: take the largest off before exp")
def plain_exp(logits, temperature=1.0, top_k=None, top_p=None):
    if temperature == 0:
        return _greedy(logits)
    powers = (logits / temperature).exp()
    return _top_p(_top_k(powers / powers.sum(-1, keepdim=True), top_k), top_p)


@mistake("the result is always float32: keep the dtype")
def always_float32(logits, temperature=1.0, top_k=None, top_p=None):
    return _right(logits, temperature, top_k, top_p).float()


@mistake("the result is made on the CPU: it stays on the device of the scores")
def on_the_cpu(logits, temperature=1.0, top_k=None, top_p=None):
    return _right(logits, temperature, top_k, top_p).cpu()
