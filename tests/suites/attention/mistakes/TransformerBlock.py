"""Wrong variants of attention.TransformerBlock."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference

Right = reference("attention").TransformerBlock
RMSNorm = reference("attention").RMSNorm


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    def forward(self, x, mask=None, causal=False):
        x = x + self._looked(x, mask, causal)
        return x + self._thought(x)

    def _looked(self, x, mask, causal):
        return self.attention(self.norm1(x), mask, causal)

    def _thought(self, x):
        return self.linear2(self._bent(self.linear1(self.norm2(x))))

    def _bent(self, x):
        return functional.gelu(x)


@mistake("the norms stand on the sums (post-norm): norm first, inside the branch, and add to x itself")
class PostNorm(_Parts):
    def forward(self, x, mask=None, causal=False):
        x = self.norm1(x + self.attention(x, mask, causal))
        return self.norm2(x + self.linear2(self._bent(self.linear1(x))))


@mistake("the norms stand after the branches, before the sums: norm what goes into a branch")
class NormsBehindTheBranches(_Parts):
    def forward(self, x, mask=None, causal=False):
        x = x + self.norm1(self.attention(x, mask, causal))
        return x + self.norm2(self.linear2(self._bent(self.linear1(x))))


@mistake("the branches add to the normed x: they add to x as it came in")
class AddsToTheNormed(_Parts):
    def forward(self, x, mask=None, causal=False):
        x = self.norm1(x)
        x = x + self.attention(x, mask, causal)
        x = self.norm2(x)
        return x + self.linear2(self._bent(self.linear1(x)))


class _SecondNormed(_Parts):
    def forward(self, x, mask=None, causal=False):
        x = self.norm2(x + self._looked(x, mask, causal))
        return x + self.linear2(self._bent(self.linear1(x)))


@mistake("the second branch adds to the normed x: it adds to what the first one left")
class SecondAddsToTheNormed(_SecondNormed):
    pass


@mistake("the attention is added to the normed x: it adds to x as it came in")
class FirstAddsToTheNormed(_Parts):
    def forward(self, x, mask=None, causal=False):
        x = self.norm1(x)
        x = x + self.attention(x, mask, causal)
        return x + self._thought(x)


@mistake("neither branch is added to x: each result takes its place")
class WithoutSkips(_Parts):
    def forward(self, x, mask=None, causal=False):
        return self._thought(self._looked(x, mask, causal))


@mistake("the attention is not added to x: its result takes the place of x")
class FirstSkipMissing(_Parts):
    def forward(self, x, mask=None, causal=False):
        x = self._looked(x, mask, causal)
        return x + self._thought(x)


@mistake("the second branch is not added to x: its result takes the place of x")
class SecondSkipMissing(_Parts):
    def forward(self, x, mask=None, causal=False):
        return self._thought(x + self._looked(x, mask, causal))


@mistake("both branches begin with the x that came in: the second begins with what the first one left")
class SideBySide(_Parts):
    def forward(self, x, mask=None, causal=False):
        return x + self._looked(x, mask, causal) + self._thought(x)


@mistake("the second branch is added to the x that came in: what the attention found is lost")
class AddsToTheFirstX(_Parts):
    def forward(self, x, mask=None, causal=False):
        return x + self._thought(x + self._looked(x, mask, causal))


@mistake("the two layers come first and the attention second: it is the other way round")
class ThinksFirst(_Parts):
    def forward(self, x, mask=None, causal=False):
        x = x + self._thought(x)
        return x + self._looked(x, mask, causal)


@mistake("norm1 stands in both branches: the second has norm2")
class OneNormForBoth(_Parts):
    def _thought(self, x):
        return self.linear2(self._bent(self.linear1(self.norm1(x))))


@mistake("the two norms are exchanged: norm1 belongs to the attention")
class NormsExchanged(_Parts):
    def _looked(self, x, mask, causal):
        return self.attention(self.norm2(x), mask, causal)

    def _thought(self, x):
        return self.linear2(self._bent(self.linear1(self.norm1(x))))


@mistake("no norm stands before the attention")
class FirstNormMissing(_Parts):
    def _looked(self, x, mask, causal):
        return self.attention(x, mask, causal)


@mistake("no norm stands before the two layers")
class SecondNormMissing(_Parts):
    def _thought(self, x):
        return self.linear2(self._bent(self.linear1(x)))


@mistake("ReLU stands between the layers: GELU is asked for")
class ReluForGelu(_Parts):
    def _bent(self, x):
        return functional.relu(x)


@mistake("the tanh formula stands for gelu: the exact one is asked for")
class TanhGelu(_Parts):
    def _bent(self, x):
        return functional.gelu(x, approximate="tanh")


@mistake("nothing stands between the two layers: without gelu they are one")
class NothingBetween(_Parts):
    def _bent(self, x):
        return x


@mistake("gelu stands after the second layer: it belongs between the two")
class GeluAtTheEnd(_Parts):
    def _thought(self, x):
        return self._bent(self.linear2(self.linear1(self.norm2(x))))


@mistake("the mask is not handed on to the attention")
class MaskForgotten(_Parts):
    def _looked(self, x, mask, causal):
        return super()._looked(x, None, causal)


@mistake("causal is not handed on to the attention")
class CausalForgotten(_Parts):
    def _looked(self, x, mask, causal):
        return super()._looked(x, mask, False)


@mistake("the attention is always causal: only where causal is True")
class AlwaysCausal(_Parts):
    def _looked(self, x, mask, causal):
        return super()._looked(x, mask, True)


@mistake("torch's LayerNorm stands for RMSNorm: it subtracts a mean and has a bias")
class LayerNorms(_Parts):
    def __init__(self, embed_dim, num_heads, hidden_dim):
        super().__init__(embed_dim, num_heads, hidden_dim)
        self.norm1, self.norm2 = nn.LayerNorm(embed_dim), nn.LayerNorm(embed_dim)


@mistake("hidden_dim is not used: it is 4E wide between the layers")
class AlwaysFourTimes(_Parts):
    def __init__(self, embed_dim, num_heads, hidden_dim):
        super().__init__(embed_dim, num_heads, 4 * embed_dim)


@mistake("the two layers stand in a Sequential: their keys are linear1 and linear2")
class LayersInASequential(_Parts):
    def __init__(self, embed_dim, num_heads, hidden_dim):
        super().__init__(embed_dim, num_heads, hidden_dim)
        self.mlp = nn.Sequential(self.linear1, nn.GELU(), self.linear2)
        del self.linear1, self.linear2

    def _thought(self, x):
        return self.mlp(self.norm2(x))


@mistake("the two layers have no bias")
class WithoutBiases(_Parts):
    def __init__(self, embed_dim, num_heads, hidden_dim):
        super().__init__(embed_dim, num_heads, hidden_dim)
        self.linear1 = nn.Linear(embed_dim, hidden_dim, bias=False)
        self.linear2 = nn.Linear(hidden_dim, embed_dim, bias=False)


@mistake("num_heads is not handed on: there is one head")
class OneHead(_Parts):
    def __init__(self, embed_dim, num_heads, hidden_dim):
        super().__init__(embed_dim, 1, hidden_dim)


@mistake("a part of the hidden width drops out in training: nothing drops out here")
class DropsOut(_Parts):
    def _bent(self, x):
        return functional.dropout(super()._bent(x), 0.1, self.training)


@mistake("the result comes back on the CPU: it stays on the device of x")
class OnTheCpu(_Parts):
    def forward(self, x, mask=None, causal=False):
        return super().forward(x, mask, causal).to(torch.device("cpu"))
