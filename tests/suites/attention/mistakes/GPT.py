"""Wrong variants of attention.GPT."""

import math

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference

Right = reference("attention").GPT
Block = reference("attention").TransformerBlock
sinusoidal_positions = reference("attention").sinusoidal_positions


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    def forward(self, tokens):
        return self._scores(self._normed(self._through(self._entered(tokens))))

    def _entered(self, tokens):
        return self.embedding(tokens) + self.positions(self._places(tokens))

    def _places(self, tokens):
        return torch.arange(tokens.shape[1], device=tokens.device)

    def _through(self, x):
        for block in self.blocks:
            x = block(x, causal=True)
        return x

    def _normed(self, x):
        return self.norm(x)

    def _scores(self, x):
        return functional.linear(x, self.embedding.weight)


@mistake("the blocks are not causal: a token sees those that it is to foretell")
class NotCausal(_Parts):
    def _through(self, x):
        for block in self.blocks:
            x = block(x)
        return x


@mistake("only the first block is causal: all of them are")
class FirstCausalAlone(_Parts):
    def _through(self, x):
        for i, block in enumerate(self.blocks):
            x = block(x, causal=i == 0)
        return x


@mistake("no place is added: without one the model does not know an order")
class WithoutPlaces(_Parts):
    def _entered(self, tokens):
        return self.embedding(tokens)


@mistake("places are counted from 1: the first token has place 0")
class PlacesFromOne(_Parts):
    def _places(self, tokens):
        return (torch.arange(tokens.shape[1], device=tokens.device) + 1) % self.positions.num_embeddings


@mistake("the last places of the table are taken: the first token has place 0")
class LastPlaces(_Parts):
    def _places(self, tokens):
        c = self.positions.num_embeddings
        return torch.arange(c - tokens.shape[1], c, device=tokens.device)


@mistake("the tokens are looked up in the table of places too: place t is the number of the token in its row")
class TokensAsPlaces(_Parts):
    def _places(self, tokens):
        return tokens % self.positions.num_embeddings


@mistake("the places are added again before every block: once, at the entrance")
class PlacesInEveryBlock(_Parts):
    def _through(self, x):
        places = self.positions.weight[: x.shape[1]]
        for i, block in enumerate(self.blocks):
            x = block(x if i == 0 else x + places, causal=True)
        return x


@mistake("waves stand in place of a learned table: positions.weight is a parameter")
class SinusoidalPlaces(_Parts):
    def _entered(self, tokens):
        e = self.embedding.embedding_dim
        waves = sinusoidal_positions(tokens.shape[1], e + e % 2, tokens.device)[:, :e]
        return self.embedding(tokens) + waves.to(self.embedding.weight)


@mistake("the embedding is multiplied by the root of E: the vectors are taken as they are")
class ScaledEmbedding(_Parts):
    def _entered(self, tokens):
        return math.sqrt(self.embedding.embedding_dim) * self.embedding(tokens) + self.positions(self._places(tokens))


@mistake("the last norm is not used: it stands after the blocks")
class LastNormMissing(_Parts):
    def _normed(self, x):
        return x


@mistake("the norm stands before the blocks: it belongs after the last of them")
class NormAtTheEntrance(_Parts):
    def forward(self, tokens):
        return self._scores(self._through(self.norm(self._entered(tokens))))


@mistake("a norm stands before the blocks too: after the last of them is enough")
class NormTwice(_Parts):
    def _entered(self, tokens):
        return self.norm(super()._entered(tokens))


@mistake("the probabilities come back: raw scores are asked for")
class Probabilities(_Parts):
    def _scores(self, x):
        return super()._scores(x).softmax(-1)


@mistake("log-probabilities come back: raw scores are asked for")
class LogProbabilities(_Parts):
    def _scores(self, x):
        return super()._scores(x).log_softmax(-1)


@mistake("the scores of the last token alone come back: each token has its scores")
class LastScoresOnly(_Parts):
    def _scores(self, x):
        return super()._scores(x)[:, -1]


@mistake("the scores are divided by the root of E: they are the products as they are")
class ScaledScores(_Parts):
    def _scores(self, x):
        return super()._scores(x) / math.sqrt(x.shape[-1])


@mistake("the embedding is detached in the last layer: its gradient has two parts, one from each of its uses")
class DetachedHead(_Parts):
    def _scores(self, x):
        return functional.linear(x, self.embedding.weight.detach())


@mistake("the last layer has a key of its own, head.weight: compute the scores from embedding.weight itself")
class HeadUnderAKey(_Parts):
    def __init__(self, vocab_size, context, embed_dim, num_heads, num_layers):
        super().__init__(vocab_size, context, embed_dim, num_heads, num_layers)
        self.head = nn.Linear(embed_dim, vocab_size, bias=False)
        nn.init.normal_(self.head.weight, std=0.02)

    def _scores(self, x):
        return self.head(x)


@mistake("the last layer has a bias: it has neither weight nor bias of its own")
class HeadWithABias(_Parts):
    def __init__(self, vocab_size, context, embed_dim, num_heads, num_layers):
        super().__init__(vocab_size, context, embed_dim, num_heads, num_layers)
        self.bias = nn.Parameter(torch.zeros(vocab_size))

    def _scores(self, x):
        return super()._scores(x) + self.bias


@mistake("one block is used again and again: each layer has a block of its own")
class OneBlock(_Parts):
    def _through(self, x):
        for _ in self.blocks:
            x = self.blocks[0](x, causal=True)
        return x


@mistake("one block stands in all places of the list: make a block for each layer")
class SharedBlock(_Parts):
    def __init__(self, vocab_size, context, embed_dim, num_heads, num_layers):
        super().__init__(vocab_size, context, embed_dim, num_heads, num_layers)
        self.blocks = nn.ModuleList([*self.blocks[:1]] * num_layers)


@mistake("only the first block is used: x goes through all of them")
class FirstBlockAlone(_Parts):
    def _through(self, x):
        for block in self.blocks[:1]:
            x = block(x, causal=True)
        return x


@mistake("every block reads the vectors from the entrance: each reads what the one before left")
class BlocksSideBySide(_Parts):
    def _through(self, x):
        y = x
        for block in self.blocks:
            y = block(x, causal=True)
        return y


@mistake("the result of a block is added to x: a block adds by itself")
class BlocksWithASkip(_Parts):
    def _through(self, x):
        for block in self.blocks:
            x = x + block(x, causal=True)
        return x


@mistake("the blocks stand in a plain list: a ModuleList registers them")
class PlainList(_Parts):
    def __init__(self, vocab_size, context, embed_dim, num_heads, num_layers):
        super().__init__(vocab_size, context, embed_dim, num_heads, num_layers)
        blocks = list(self.blocks)
        del self.blocks
        self.blocks = blocks


@mistake("the blocks are E wide inside: hidden_dim is 4E")
class NarrowBlocks(_Parts):
    def __init__(self, vocab_size, context, embed_dim, num_heads, num_layers):
        super().__init__(vocab_size, context, embed_dim, num_heads, num_layers)
        self.blocks = nn.ModuleList(Block(embed_dim, num_heads, embed_dim) for _ in range(num_layers))


@mistake("positions is a parameter by itself: the key is positions.weight, as of a torch.nn.Embedding")
class PositionsAsAParameter(_Parts):
    def __init__(self, vocab_size, context, embed_dim, num_heads, num_layers):
        super().__init__(vocab_size, context, embed_dim, num_heads, num_layers)
        del self.positions
        self.positions = nn.Parameter(0.02 * torch.randn(context, embed_dim))

    def _entered(self, tokens):
        return self.embedding(tokens) + self.positions[: tokens.shape[1]]


@mistake("the embedding starts standard normal, as torch.nn.Embedding does: the scores are then far apart")
class StartsTooLarge(_Parts):
    def __init__(self, vocab_size, context, embed_dim, num_heads, num_layers):
        super().__init__(vocab_size, context, embed_dim, num_heads, num_layers)
        self.embedding.reset_parameters()
        self.positions.reset_parameters()


@mistake("the places start standard normal, as torch.nn.Embedding does: both tables start small")
class PlacesStartTooLarge(_Parts):
    def __init__(self, vocab_size, context, embed_dim, num_heads, num_layers):
        super().__init__(vocab_size, context, embed_dim, num_heads, num_layers)
        self.positions.reset_parameters()


@mistake("the places are made on the CPU: make them on the device of the tokens")
class PlacesOnTheCpu(_Parts):
    def _places(self, tokens):
        return torch.arange(tokens.shape[1])


@mistake("a part of the vectors drops out in training: nothing drops out here")
class DropsOut(_Parts):
    def _entered(self, tokens):
        return functional.dropout(super()._entered(tokens), 0.1, self.training)
