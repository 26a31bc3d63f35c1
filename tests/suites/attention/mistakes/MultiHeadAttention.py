"""Wrong variants of attention.MultiHeadAttention."""

import math

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference

Right = reference("attention").MultiHeadAttention


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    def forward(self, x, mask=None, causal=False):
        query, key, value = self._split(self._joint(x))
        heads = self._attend(query, key, value, self._seen(x, mask, causal))
        return self._out(self._merged(heads))

    def _joint(self, x):
        return functional.linear(x, self.in_proj_weight, self.in_proj_bias)

    def _split(self, joint):
        return [self._heads(part) for part in joint.chunk(3, -1)]

    def _heads(self, part):
        n, t, e = part.shape
        return part.reshape(n, t, self.num_heads, e // self.num_heads).transpose(1, 2)

    def _seen(self, x, mask, causal):
        past = self._past(x) if causal else None
        mask = None if mask is None else self._with_axes(mask)
        return past if mask is None else mask if past is None else mask & past

    def _past(self, x):
        return torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device).tril()

    def _with_axes(self, mask):
        return mask[:, None, None]

    def _scale(self, query):
        return math.sqrt(query.shape[-1])

    def _attend(self, query, key, value, seen):
        return self._weights(query @ key.transpose(-2, -1) / self._scale(query), seen) @ value

    def _weights(self, scores, seen):
        if seen is None:
            return scores.softmax(-1)
        return scores.masked_fill(~seen, torch.finfo(scores.dtype).min).softmax(-1) * seen

    def _merged(self, heads):
        n, h, t, d = heads.shape
        return heads.transpose(1, 2).reshape(n, t, h * d)

    def _out(self, merged):
        return self.out_proj(merged)


@mistake("the scale is the root of E: each head has queries of width E / H")
class ScaledByTheWholeWidth(_Parts):
    def _scale(self, query):
        return math.sqrt(self.out_proj.in_features)


@mistake("the scores are not divided by the root of E / H")
class NotScaled(_Parts):
    def _scale(self, query):
        return 1.0


@mistake(
    "a reshape from (N, T, E) to (N, H, T, E/H) mixes tokens: make (N, T, H, E/H), then exchange two axes"
)
class SplitWithoutTranspose(_Parts):
    def _heads(self, part):
        n, t, e = part.shape
        return part.reshape(n, self.num_heads, t, e // self.num_heads)


@mistake("a reshape from (N, H, T, E/H) to (N, T, E) mixes heads and tokens: exchange the two axes first")
class MergedWithoutTranspose(_Parts):
    def _merged(self, heads):
        n, h, t, d = heads.shape
        return heads.reshape(n, t, h * d)


@mistake("a head takes every H-th feature: it takes E / H that stand next to each other")
class EveryHthFeature(_Parts):
    def _heads(self, part):
        n, t, e = part.shape
        return part.reshape(n, t, e // self.num_heads, self.num_heads).permute(0, 3, 1, 2)


@mistake(
    "query, key and value are taken head by head: first all of the query, then all of the key, then the value"
)
class ThirdsWithinHeads(_Parts):
    def _split(self, joint):
        n, t, _ = joint.shape
        return joint.reshape(n, t, self.num_heads, 3, -1).permute(3, 0, 2, 1, 4)


@mistake("the first third is taken as the key, the second as the query: query comes first")
class KeyFirst(_Parts):
    def _split(self, joint):
        query, key, value = super()._split(joint)
        return key, query, value


@mistake("the second third is taken as the value, the last as the key: key comes before value")
class ValueBeforeKey(_Parts):
    def _split(self, joint):
        query, key, value = super()._split(joint)
        return query, value, key


@mistake("the value is x itself: it is the last third of the product")
class ValueNotProjected(_Parts):
    def forward(self, x, mask=None, causal=False):
        query, key, _ = self._split(self._joint(x))
        return self._out(self._merged(self._attend(query, key, self._heads(x), self._seen(x, mask, causal))))


@mistake("there is one head of width E: num_heads of them, each E / H wide")
class OneHead(_Parts):
    def _heads(self, part):
        return part.unsqueeze(1)


@mistake("the heads of one token look at one another: the axis of tokens must stand before the features")
class AttentionOverHeads(_Parts):
    def _heads(self, part):
        n, t, e = part.shape
        return part.reshape(n, t, self.num_heads, e // self.num_heads)

    def _seen(self, x, mask, causal):
        return None

    def _merged(self, heads):
        return heads.flatten(2)


@mistake(
    "samples of the batch look at one another: the axis of tokens is the second, as with batch_first=True"
)
class BatchSecond(_Parts):
    def forward(self, x, mask=None, causal=False):
        query, key, value = self._split(self._joint(x.transpose(0, 1)))
        past = torch.ones(len(x), len(x), dtype=torch.bool, device=x.device).tril() if causal else None
        return self._out(self._merged(self._attend(query, key, value, past))).transpose(0, 1)


@mistake("the softmax runs over the queries: it runs over the keys, the last axis")
class SoftmaxOverQueries(_Parts):
    def _weights(self, scores, seen):
        if seen is None:
            return scores.softmax(-2)
        return scores.masked_fill(~seen, torch.finfo(scores.dtype).min).softmax(-2) * seen


@mistake("True in the mask hides a token: it marks where one stands, unlike torch's key_padding_mask")
class MaskInverted(_Parts):
    def _with_axes(self, mask):
        return ~mask[:, None, None]


@mistake("the mask stops padding from looking: it must stop all from looking at padding, (N, 1, 1, T)")
class MaskOfQueries(_Parts):
    def _with_axes(self, mask):
        return mask[:, None, :, None]


@mistake("padding neither is seen nor sees: it may see as any token does")
class MaskOfBoth(_Parts):
    def _with_axes(self, mask):
        return mask[:, None, None] & mask[:, None, :, None]


@mistake("the output of padding is set to 0: it is computed as that of any token")
class PaddingIsZero(_Parts):
    def forward(self, x, mask=None, causal=False):
        y = super().forward(x, mask, causal)
        return y if mask is None else y * mask.unsqueeze(2)


@mistake("padding is set to 0 in x, but still seen: a key of zeros has a weight")
class PaddingZeroedInX(_Parts):
    def forward(self, x, mask=None, causal=False):
        return super().forward(x if mask is None else x * mask.unsqueeze(2), None, causal)


@mistake("the mask is not used")
class MaskIgnored(_Parts):
    def _seen(self, x, mask, causal):
        return super()._seen(x, None, causal)


@mistake("causal is not used")
class CausalIgnored(_Parts):
    def _seen(self, x, mask, causal):
        return super()._seen(x, mask, False)


@mistake("no token ever sees a later one: only with causal=True")
class AlwaysCausal(_Parts):
    def _seen(self, x, mask, causal):
        return super()._seen(x, mask, True)


@mistake("each token sees itself and the later ones: causal means those before")
class FutureAlone(_Parts):
    def _past(self, x):
        return super()._past(x).t()


@mistake("no token sees itself where causal is set: it does")
class WithoutItself(_Parts):
    def _past(self, x):
        return super()._past(x).tril(-1)


@mistake("with a mask causal is forgotten: both hold")
class MaskInsteadOfCausal(_Parts):
    def _seen(self, x, mask, causal):
        return super()._seen(x, mask, causal and mask is None)


@mistake("with causal the mask is forgotten: both hold")
class CausalInsteadOfMask(_Parts):
    def _seen(self, x, mask, causal):
        return super()._seen(x, None if causal else mask, causal)


@mistake("what either mask lets through is seen: both must, join them with &")
class EitherMask(_Parts):
    def _seen(self, x, mask, causal):
        if mask is None or not causal:
            return super()._seen(x, mask, causal)
        return self._with_axes(mask) | self._past(x)


@mistake("a token that sees nothing gets nan: its heads have output 0")
class NanWhereNothingIsSeen(_Parts):
    def _weights(self, scores, seen):
        return (scores if seen is None else scores.masked_fill(~seen, -torch.inf)).softmax(-1)


@mistake("a token that sees nothing gathers from all alike: its heads have output 0")
class EvenWhereNothingIsSeen(_Parts):
    def _weights(self, scores, seen):
        least = torch.finfo(scores.dtype).min
        return (scores if seen is None else scores.masked_fill(~seen, least)).softmax(-1)


@mistake("out_proj is not used: it mixes what the heads found")
class WithoutOutProj(_Parts):
    def _out(self, merged):
        return merged


@mistake("x is added to the result: that is what the block around it does")
class WithASkip(_Parts):
    def forward(self, x, mask=None, causal=False):
        return x + super().forward(x, mask, causal)


@mistake("in_proj_bias is not added")
class WithoutInProjBias(_Parts):
    def _joint(self, x):
        return x @ self.in_proj_weight.t()


@mistake("the first product takes in_proj_weight as it lies: x W_in^T turns it round")
class InProjTransposed(_Parts):
    def __init__(self, embed_dim, num_heads):
        super().__init__(embed_dim, num_heads)
        self.in_proj_weight = nn.Parameter(self.in_proj_weight.detach().t().contiguous())

    def _joint(self, x):
        return x @ self.in_proj_weight + self.in_proj_bias


@mistake("three layers stand for query, key and value: the keys are in_proj_weight and in_proj_bias")
class ThreeLayers(_Parts):
    def __init__(self, embed_dim, num_heads):
        super().__init__(embed_dim, num_heads)
        del self.in_proj_weight, self.in_proj_bias
        self.q_proj, self.k_proj, self.v_proj = (nn.Linear(embed_dim, embed_dim) for _ in range(3))

    def _joint(self, x):
        return torch.cat([self.q_proj(x), self.k_proj(x), self.v_proj(x)], -1)


@mistake("the first layer is a Linear named in_proj: the keys are in_proj_weight and in_proj_bias, with a _")
class LinearForInProj(_Parts):
    def __init__(self, embed_dim, num_heads):
        super().__init__(embed_dim, num_heads)
        del self.in_proj_weight, self.in_proj_bias
        self.in_proj = nn.Linear(embed_dim, 3 * embed_dim)

    def _joint(self, x):
        return self.in_proj(x)


@mistake("out_proj has no bias: out_proj.bias is a parameter too")
class OutProjWithoutBias(_Parts):
    def __init__(self, embed_dim, num_heads):
        super().__init__(embed_dim, num_heads)
        self.out_proj = nn.Linear(embed_dim, embed_dim, bias=False)


@mistake("the bias of out_proj starts as torch.nn.Linear draws it: it starts at 0")
class OutBiasDrawn(_Parts):
    def __init__(self, embed_dim, num_heads):
        super().__init__(embed_dim, num_heads)
        self.out_proj.reset_parameters()


@mistake("in_proj_bias starts as a draw: it starts at 0")
class InBiasDrawn(_Parts):
    def __init__(self, embed_dim, num_heads):
        super().__init__(embed_dim, num_heads)
        nn.init.uniform_(self.in_proj_bias, -0.1, 0.1)


@mistake("in_proj_weight starts standard normal: the scores are then far too large, scale it by the width")
class StartsTooLarge(_Parts):
    def __init__(self, embed_dim, num_heads):
        super().__init__(embed_dim, num_heads)
        nn.init.normal_(self.in_proj_weight)


@mistake("in_proj_weight starts uniform between 0 and 1: draw it around 0")
class StartsPositive(_Parts):
    def __init__(self, embed_dim, num_heads):
        super().__init__(embed_dim, num_heads)
        nn.init.uniform_(self.in_proj_weight)


@mistake("in_proj_weight starts at 0: then no head can differ from another")
class StartsAtZero(_Parts):
    def __init__(self, embed_dim, num_heads):
        super().__init__(embed_dim, num_heads)
        nn.init.zeros_(self.in_proj_weight)


@mistake("some weights drop out in training: nothing drops out here")
class DropsOut(_Parts):
    def _weights(self, scores, seen):
        return functional.dropout(super()._weights(scores, seen), 0.1, self.training)


@mistake("the weights come back too: y alone is asked for")
class WithWeights(_Parts):
    def forward(self, x, mask=None, causal=False):
        y = super().forward(x, mask, causal)
        return y, None


@mistake("the causal mask is made on the CPU: make it on the device of x")
class CausalOnTheCpu(_Parts):
    def _past(self, x):
        return torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).tril()


@mistake("the causal mask of the first call is kept: another length needs another one")
class KeepsTheFirstMask(_Parts):
    past = None

    def _past(self, x):
        if self.past is None:
            self.past = super()._past(x)
        return self.past


@mistake("torch's own function computes the attention: write it by hand")
class OwnOfTorch(_Parts):
    def _attend(self, query, key, value, seen):
        right = super()._attend(query, key, value, seen)
        functional.scaled_dot_product_attention(query.detach(), key.detach(), value.detach())
        return right
