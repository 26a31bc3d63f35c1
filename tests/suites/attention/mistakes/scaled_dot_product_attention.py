"""Wrong variants of attention.scaled_dot_product_attention."""

import math

import torch
from torch.nn import functional

from grader.suite import mistake, reference


def _output(weights, value):
    return reference("attention").AttentionOutput(weights @ value, weights)


def _refuse(mask):
    if mask is not None and mask.dtype is not torch.bool:
        raise TypeError("mask must be bool")


def _softmax(scores, mask):
    if mask is None:
        return scores.softmax(-1)
    return scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(-1) * mask


def _root_of_d(query, key, value):
    return math.sqrt(query.shape[-1])


def _attend(query, key, value, mask, scale=_root_of_d, softmax=_softmax):
    """The right function, but for what is given."""
    _refuse(mask)
    weights = softmax(query @ key.transpose(-2, -1) / scale(query, key, value), mask)
    return _output(weights, value)


@mistake("the scores are not divided by sqrt(D): the softmax is then too sharp")
def not_scaled(query, key, value, mask=None):
    return _attend(query, key, value, mask, lambda query, key, value: 1.0)


@mistake("the scores are divided by D: divide by its root")
def divided_by_d(query, key, value, mask=None):
    return _attend(query, key, value, mask, lambda query, key, value: query.shape[-1])


@mistake("the scores are multiplied by sqrt(D): divide by it")
def multiplied_by_the_root(query, key, value, mask=None):
    return _attend(query, key, value, mask, lambda query, key, value: 1 / math.sqrt(query.shape[-1]))


@mistake("the scale is the root of the width of the values: take that of the queries")
def scaled_by_the_width_of_values(query, key, value, mask=None):
    return _attend(query, key, value, mask, lambda query, key, value: math.sqrt(value.shape[-1]))


@mistake("the scale is the root of the number of queries: take their width, the last axis")
def scaled_by_the_number_of_queries(query, key, value, mask=None):
    return _attend(query, key, value, mask, lambda query, key, value: math.sqrt(query.shape[-2]))


@mistake("the scale is the root of the number of keys: take the width of the queries, the last axis")
def scaled_by_the_number_of_keys(query, key, value, mask=None):
    return _attend(query, key, value, mask, lambda query, key, value: math.sqrt(key.shape[-2]))


@mistake("the weights are divided by sqrt(D) instead of the scores: it comes before the softmax")
def scaled_after_the_softmax(query, key, value, mask=None):
    _refuse(mask)
    weights = _softmax(query @ key.transpose(-2, -1), mask) / math.sqrt(query.shape[-1])
    return _output(weights, value)


@mistake("the softmax runs over the queries: the weights of each query sum to 1 over the keys, the last axis")
def softmax_over_queries(query, key, value, mask=None):
    def softmax(scores, mask):
        if mask is None:
            return scores.softmax(-2)
        return scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(-2) * mask

    return _attend(query, key, value, mask, softmax=softmax)


@mistake("the softmax runs over axis 1: with axes in front the keys are the last one, -1")
def softmax_over_axis_1(query, key, value, mask=None):
    def softmax(scores, mask):
        if mask is None:
            return scores.softmax(1)
        return scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(1) * mask

    return _attend(query, key, value, mask, softmax=softmax)


@mistake("no softmax: the weights are the scores themselves")
def without_softmax(query, key, value, mask=None):
    return _attend(
        query,
        key,
        value,
        mask,
        softmax=lambda scores, mask: scores if mask is None else scores * mask,
    )


@mistake("True hides a key here: it lets one be seen, the other way round than in torch's own layer")
def true_hides(query, key, value, mask=None):
    return _attend(query, key, value, None if mask is None else ~mask)


@mistake("the mask is not used")
def mask_ignored(query, key, value, mask=None):
    _refuse(mask)
    return _attend(query, key, value, None)


@mistake("hidden scores are set to 0: a score of 0 has a weight, hide with a very low one")
def hidden_scores_are_zero(query, key, value, mask=None):
    def softmax(scores, mask):
        return (scores if mask is None else scores.masked_fill(~mask, 0.0)).softmax(-1)

    return _attend(query, key, value, mask, softmax=softmax)


@mistake("hidden weights are set to 0 after the softmax: those that are left do not sum to 1")
def masked_after_the_softmax(query, key, value, mask=None):
    def softmax(scores, mask):
        weights = scores.softmax(-1)
        return weights if mask is None else weights * mask

    return _attend(query, key, value, mask, softmax=softmax)


@mistake("True was added to the scores as 1, and False as 0: hiding needs a very low score")
def mask_added_as_ones(query, key, value, mask=None):
    def softmax(scores, mask):
        return (scores if mask is None else scores + mask).softmax(-1)

    return _attend(query, key, value, mask, softmax=softmax)


@mistake("hidden scores are -inf: where nothing is seen softmax is nan; a finite number hides as well")
def nan_where_nothing_is_seen(query, key, value, mask=None):
    def softmax(scores, mask):
        return (scores if mask is None else scores.masked_fill(~mask, -torch.inf)).softmax(-1)

    return _attend(query, key, value, mask, softmax=softmax)


@mistake("the largest of all scores is subtracted, hidden ones too: where that is large the rest becomes 0 / 0")
def hidden_largest_subtracted(query, key, value, mask=None):
    def softmax(scores, mask):
        powers = (scores - scores.amax(-1, keepdim=True)).exp()
        powers = powers if mask is None else powers * mask
        total = powers.sum(-1, keepdim=True)
        return powers / total.masked_fill(total == 0, 1)

    return _attend(query, key, value, mask, softmax=softmax)


@mistake("-inf was added and nan overwritten with 0: the gradient through softmax is still nan")
def nan_in_the_gradient(query, key, value, mask=None):
    def softmax(scores, mask):
        if mask is None:
            return scores.softmax(-1)
        hidden = torch.zeros(mask.shape, dtype=scores.dtype, device=mask.device)
        return (scores + hidden.masked_fill(~mask, -torch.inf)).softmax(-1).nan_to_num(0.0)

    return _attend(query, key, value, mask, softmax=softmax)


@mistake("a query that sees nothing mixes all values alike: its weights must be set to 0")
def even_where_nothing_is_seen(query, key, value, mask=None):
    def softmax(scores, mask):
        least = torch.finfo(scores.dtype).min
        return (scores if mask is None else scores.masked_fill(~mask, least)).softmax(-1)

    return _attend(query, key, value, mask, softmax=softmax)


@mistake("a query that sees nothing has output 0, but its weights are even: they are 0 as well")
def weights_where_nothing_is_seen(query, key, value, mask=None):
    _refuse(mask)
    right = _attend(query, key, value, mask)
    if mask is None:
        return right
    nothing = ~mask.expand(right.weights.shape).any(-1, keepdim=True)
    even = torch.full_like(right.weights, 1 / key.shape[-2])
    return right._replace(weights=torch.where(nothing, even, right.weights))


@mistake("hidden scores are a number like -10000: a seen key may score less, take the least of the dtype")
def hidden_by_a_small_number(query, key, value, mask=None):
    def softmax(scores, mask):
        if mask is None:
            return scores.softmax(-1)
        weights = scores.masked_fill(~mask, -1e4).softmax(-1)
        return weights * mask.expand(weights.shape).any(-1, keepdim=True)

    return _attend(query, key, value, mask, softmax=softmax)


@mistake("exp overflows where scores are large: subtract the largest first, or call softmax")
def overflow(query, key, value, mask=None):
    def softmax(scores, mask):
        e = scores.exp() if mask is None else scores.exp() * mask
        total = e.sum(-1, keepdim=True)
        return e / torch.where(total > 0, total, 1.0)

    return _attend(query, key, value, mask, softmax=softmax)


@mistake("a small number was added to the sum of the exponentials: the weights of a query sum to 1 exactly")
def added_to_the_sum(query, key, value, mask=None):
    def softmax(scores, mask):
        e = (scores - scores.amax(-1, keepdim=True)).exp()
        e = e if mask is None else e * mask
        return e / (e.sum(-1, keepdim=True) + 1e-6)

    return _attend(query, key, value, mask, softmax=softmax)


@mistake("the scores were scaled by the largest: scores stay as they are but for sqrt(D)")
def divided_by_the_largest(query, key, value, mask=None):
    def softmax(scores, mask):
        return _softmax(scores / scores.abs().amax(-1, keepdim=True).clamp(min=1e-9), mask)

    return _attend(query, key, value, mask, softmax=softmax)


@mistake("no query sees a later key, also without a mask: None lets everything be seen")
def always_causal(query, key, value, mask=None):
    _refuse(mask)
    size = query.shape[-2], key.shape[-2]
    past = torch.ones(size, dtype=torch.bool, device=query.device).tril()
    return _attend(query, key, value, past if mask is None else mask & past)


@mistake("the keys are mixed: the weights belong to the values")
def keys_mixed(query, key, value, mask=None):
    return _attend(query, key, key, mask)


@mistake("the scores compare queries with values: they compare them with keys")
def values_compared(query, key, value, mask=None):
    return _attend(query, value, value, mask)


@mistake("key.t() turns round two axes only: with axes in front exchange the last two, transpose(-2, -1)")
def turned_with_t(query, key, value, mask=None):
    _refuse(mask)
    return _output(_softmax(query @ key.t() / math.sqrt(query.shape[-1]), mask), value)


@mistake("bmm takes three axes: there may be none or several in front, matmul takes them all")
def batches_alone(query, key, value, mask=None):
    _refuse(mask)
    weights = _softmax(torch.bmm(query, key.transpose(1, 2)) / math.sqrt(query.shape[-1]), mask)
    return _output(weights, value)


@mistake("the weights are detached: gradients reach query and key through them")
def weights_detached(query, key, value, mask=None):
    right = _attend(query, key, value, mask)
    return _output(right.weights.detach(), value)


@mistake("query was scaled in place: the argument must stay as it is")
def query_scaled_in_place(query, key, value, mask=None):
    _refuse(mask)
    query.data /= math.sqrt(query.shape[-1])
    return _output(_softmax(query @ key.transpose(-2, -1), mask), value)


@mistake("the scores were computed in float32: keep the dtype")
def scores_in_float32(query, key, value, mask=None):
    _refuse(mask)
    scores = query.float() @ key.float().transpose(-2, -1) / math.sqrt(query.shape[-1])
    return _output(_softmax(scores, mask).to(value.dtype), value)


@mistake("the result is always float32: keep the dtype")
def always_float32(query, key, value, mask=None):
    return _attend(query.float(), key.float(), value.float(), mask)


@mistake("the weights come first: output, then weights")
def weights_first(query, key, value, mask=None):
    output, weights = _attend(query, key, value, mask)
    return weights, output


@mistake("the output came back alone: the weights are asked for too")
def output_alone(query, key, value, mask=None):
    return _attend(query, key, value, mask).output


@mistake("a plain tuple comes back: a named tuple has names for its parts")
def plain_tuple(query, key, value, mask=None):
    return tuple(_attend(query, key, value, mask))


@mistake("a mask of numbers is taken as well: it raises a TypeError, for 0 may mean both")
def any_mask_accepted(query, key, value, mask=None):
    return _attend(query, key, value, mask if mask is None else mask != 0)


@mistake("a mask of another dtype raises a ValueError: raise a TypeError")
def value_error_for_the_mask(query, key, value, mask=None):
    if mask is not None and mask.dtype is not torch.bool:
        raise ValueError("mask")
    return _attend(query, key, value, mask)


@mistake("torch's own attention is used: write it by hand")
def own_of_torch(query, key, value, mask=None):
    right = _attend(query, key, value, mask)
    functional.scaled_dot_product_attention(query.detach(), key.detach(), value.detach())
    return right


@mistake("the weights come back on the CPU: they stay where the arguments are")
def weights_on_the_cpu(query, key, value, mask=None):
    right = _attend(query, key, value, mask)
    return right._replace(weights=right.weights.cpu())


@mistake("a tensor was made on the CPU: what is added to the scores must lie where they do")
def hidden_by_the_cpu(query, key, value, mask=None):
    def softmax(scores, mask):
        if mask is None:
            return scores.softmax(-1)
        least = torch.zeros(mask.shape, dtype=scores.dtype)
        least[~mask.cpu()] = torch.finfo(scores.dtype).min
        return (scores + least).softmax(-1) * mask

    return _attend(query, key, value, mask, softmax=softmax)
