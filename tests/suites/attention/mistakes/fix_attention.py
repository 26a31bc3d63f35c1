"""Wrong variants of attention.fix_attention: each planted mistake alone, and a few others."""

import math

import torch
from torch.nn import functional

from grader.suite import mistake


def _right(x, in_weight, in_bias, out_weight, out_bias, num_heads, left=(), **parts):
    """Attention in which some mistakes are left, or some parts are others."""
    n, t, e = x.shape
    joint = functional.linear(x, in_weight, in_bias)
    split = parts.get("split", _split)
    query, key, value = split(joint, num_heads)
    width = e if "scale" in left else e // num_heads
    scores = query @ key.transpose(-2, -1) / parts.get("scale", math.sqrt)(width)
    past = torch.ones(t, t, dtype=torch.bool, device=x.device).tril(1 if "future" in left else 0)
    hidden = parts.get("hide", _hidden)(scores, past)
    weights = parts.get("after", _as_it_is)(hidden.softmax(-2 if "axis" in left else -1), past)
    heads = weights @ value
    heads = heads if "merge" in left else heads.transpose(1, 2)
    return functional.linear(heads.reshape(n, t, e), out_weight, out_bias)


def _split(joint, h):
    n, t, e = joint.shape
    return joint.reshape(n, t, 3, h, e // (3 * h)).permute(2, 0, 3, 1, 4)


def _hidden(scores, past):
    return scores.masked_fill(~past, -torch.inf)


def _as_it_is(weights, past):
    return weights


@mistake("each token still sees the one after it: the diagonal of tril is 0")
def left_future(*args):
    return _right(*args, left=("future",))


@mistake("the softmax still runs over the queries: over the keys, the last axis")
def left_axis(*args):
    return _right(*args, left=("axis",))


@mistake("scores are still divided by the root of E: by that of E / H")
def left_scale(*args):
    return _right(*args, left=("scale",))


@mistake("the heads are still laid together by a reshape alone: exchange heads and tokens first")
def left_merge(*args):
    return _right(*args, left=("merge",))


@mistake("everything is seen: the mask went away, it had only the wrong diagonal")
def mask_removed(*args):
    return _right(*args, hide=lambda scores, past: scores)


@mistake("no token sees itself, and the first one sees nothing: the diagonal of tril is 0")
def without_itself(*args):
    return _right(*args, hide=lambda scores, past: _hidden(scores, past.tril(-1)))


@mistake("tokens see what follows them: the mask was turned round")
def mask_turned_round(*args):
    return _right(*args, hide=lambda scores, past: _hidden(scores, past.t()))


@mistake("scores that may not be seen are 0: their exponential is 1, they need -inf")
def hidden_is_zero(*args):
    return _right(*args, hide=lambda scores, past: scores * past)


@mistake("the weights are set to 0 after the softmax: what is left no longer sums to 1")
def hidden_behind_the_softmax(*args):
    return _right(*args, hide=lambda scores, past: scores, after=lambda weights, past: weights * past)


@mistake("scores are not divided at all: by the root of E / H")
def scale_removed(*args):
    return _right(*args, scale=lambda width: 1.0)


@mistake("scores are divided by E / H: by its root")
def root_lost(*args):
    return _right(*args, scale=lambda width: width)


@mistake("scores are divided by the root of H: by that of E / H")
def root_of_the_heads(x, in_weight, in_bias, out_weight, out_bias, num_heads):
    return _right(x, in_weight, in_bias, out_weight, out_bias, num_heads, scale=lambda width: math.sqrt(num_heads))


@mistake("the split into heads was right: query, key and value are the first axis after the tokens, then the heads")
def split_changed(*args):
    def split(joint, h):
        n, t, e = joint.shape
        return joint.reshape(n, t, h, 3, e // (3 * h)).permute(3, 0, 2, 1, 4)

    return _right(*args, split=split)


@mistake("heads stand after their features: exchange heads with tokens, and join (N, T, H, E/H)")
def merged_features_first(x, in_weight, in_bias, out_weight, out_bias, num_heads):
    features = torch.arange(x.shape[2]).view(num_heads, -1).t().flatten()  # where each feature of the heads comes to
    return _right(x, in_weight, in_bias, out_weight[:, features.argsort()], out_bias, num_heads)


@mistake("the result is detached: gradients flow to all tensors")
def detached(*args):
    return _right(*args).detach()


@mistake("the mask is made on the CPU: on the device of x")
def mask_on_the_cpu(x, *args):
    past = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).tril()
    return _right(x, *args, hide=lambda scores, _: _hidden(scores, past))
