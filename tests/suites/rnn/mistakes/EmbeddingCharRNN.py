"""Wrong variants of rnn.EmbeddingCharRNN."""

import torch
from torch import nn

from grader.suite import mistake, reference

Right = reference("rnn").EmbeddingCharRNN


class _Layers(Right):
    """The right network; a variant changes one step of it."""

    def vectors(self, tokens):
        return self.embedding(tokens)

    def started(self, tokens, hidden):
        return hidden

    def finished(self, states, hidden):
        return self.linear(states), hidden

    def forward(self, tokens, hidden=None):
        states, hidden = self.rnn(self.vectors(tokens), self.started(tokens, hidden))
        return self.finished(states, hidden)


@mistake("batch_first=True is missing: the layers take the batch for the time")
class BatchTakenForTime(_Layers):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.rnn.batch_first = False


@mistake("token 0 was made a padding token: its row takes part in the training like any other")
class PaddingIndex(_Layers):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.embedding.padding_idx = 0


@mistake("num_layers is ignored: there is one layer")
class AlwaysOneLayer(Right):
    def __init__(self, vocabulary_size, embedding_dim, hidden_size, num_layers=2):
        super().__init__(vocabulary_size, embedding_dim, hidden_size, 1)


@mistake("num_layers is ignored: there are always two layers")
class AlwaysTwoLayers(Right):
    def __init__(self, vocabulary_size, embedding_dim, hidden_size, num_layers=2):
        super().__init__(vocabulary_size, embedding_dim, hidden_size)


@mistake("without num_layers there is one layer: the default is 2")
class OneLayerUnlessTold(Right):
    def __init__(self, vocabulary_size, embedding_dim, hidden_size, num_layers=1):
        super().__init__(vocabulary_size, embedding_dim, hidden_size, num_layers)


@mistake("there is dropout between the layers: none is asked for")
class DropoutBetweenLayers(Right):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.rnn.dropout = 0.5 if self.rnn.num_layers > 1 else 0.0


@mistake("embedding_dim and hidden_size are exchanged")
class SizesExchanged(Right):
    def __init__(self, vocabulary_size, embedding_dim, hidden_size, num_layers=2):
        super().__init__(vocabulary_size, hidden_size, embedding_dim, num_layers)


@mistake(
    "the first state is zeros of float32 on the CPU: leave it out, or take dtype and device from a parameter"
)
class ZerosOfTheWrongKind(_Layers):
    def started(self, tokens, hidden):
        shape = self.rnn.num_layers, len(tokens), self.rnn.hidden_size
        return torch.zeros(shape, device="cpu") if hidden is None else hidden


@mistake("the given state is ignored: only None means zeros")
class GivenStateIgnored(_Layers):
    def started(self, tokens, hidden):
        return None


@mistake("every layer starts from the state of the first: each has its own")
class FirstStateForAllLayers(_Layers):
    def started(self, tokens, hidden):
        return None if hidden is None else hidden[:1].expand_as(hidden).contiguous()


@mistake("the last state is kept for the next call: a call without a state starts from zeros")
class RemembersTheLastCall(_Layers):
    last = None

    def started(self, tokens, hidden):
        kept = self.last if self.last is not None and self.last.shape[1] == len(tokens) else None
        return kept if hidden is None else hidden

    def finished(self, states, hidden):
        self.last = hidden.detach()
        return super().finished(states, hidden)


@mistake("only the state of the last layer came back: (L, N, H) is asked for")
class LastLayersStateOnly(_Layers):
    def finished(self, states, hidden):
        return self.linear(states), hidden[-1]


@mistake("one row of scores came back: there is one for each step")
class LastScoresOnly(_Layers):
    def finished(self, states, hidden):
        return self.linear(hidden[-1]), hidden


@mistake("only the scores came back: the last states belong to the result")
class ScoresOnly(_Layers):
    def finished(self, states, hidden):
        return self.linear(states)


@mistake("a ReLU stands between embedding and layers: the vectors go in as they are")
class ReluAfterEmbedding(_Layers):
    def vectors(self, tokens):
        return torch.relu(self.embedding(tokens))


@mistake("the embedding is out of the graph: .weight.data or detach() keeps it from learning")
class EmbeddingDetached(_Layers):
    def vectors(self, tokens):
        return self.embedding(tokens).detach()


@mistake("the linear layer has no bias, or does not add it")
class LinearWithoutBias(_Layers):
    def finished(self, states, hidden):
        return states @ self.linear.weight.t(), hidden


@mistake("the activation is a ReLU: it is tanh")
class Relu(Right):
    def __init__(self, vocabulary_size, embedding_dim, hidden_size, num_layers=2):
        super().__init__(vocabulary_size, embedding_dim, hidden_size, num_layers)
        self.rnn = nn.RNN(embedding_dim, hidden_size, num_layers, batch_first=True, nonlinearity="relu")


@mistake("all weights start at one number: hidden units stay equal to one another")
class ConstantWeights(Right):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for parameter in self.parameters():
            nn.init.constant_(parameter, 0.0)
