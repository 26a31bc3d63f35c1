"""Wrong variants of rnn.NameClassifier."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from grader.suite import mistake, reference

Right = reference("rnn").NameClassifier


class _Packed(Right):
    """The right network; a variant changes one step of it."""

    def pack(self, x, lengths):
        return pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)

    def start(self, n):
        return None

    def joined(self, output, h_n, lengths):
        return torch.cat([h_n[0], h_n[1]], 1)

    def forward(self, tokens, lengths):
        output, h_n = self.gru(self.pack(self.embedding(tokens), lengths), self.start(len(tokens)))
        return self.linear(self.joined(output, h_n, lengths))


@mistake("the batch is not packed: both directions run through the padding")
class NotPacked(_Packed):
    def pack(self, x, lengths):
        return x


@mistake("not packed, and output[:, -1]: the end of the padding, and the reverse state after one step of it")
class LastOfThePadding(_Packed):
    def pack(self, x, lengths):
        return x

    def joined(self, output, h_n, lengths):
        return output[:, -1]


@mistake("the reverse state was taken at the last letter, where it has read one: it ends at the first letter")
class ReverseStateAtTheEnd(_Packed):
    def joined(self, output, h_n, lengths):
        states, _ = pad_packed_sequence(output, batch_first=True)
        return states[torch.arange(len(lengths), device=states.device), lengths - 1]


@mistake("the forward direction ends at its name's end, but the reverse one started in the padding: pack")
class ReverseStartsInThePadding(_Packed):
    def pack(self, x, lengths):
        return x

    def joined(self, output, h_n, lengths):
        ends = output[torch.arange(len(lengths), device=output.device), lengths - 1]
        size = self.gru.hidden_size
        return torch.cat([ends[:, :size], output[:, 0, size:]], 1)


@mistake("enforce_sorted=False is missing: lengths come in any order")
class MustBeSorted(_Packed):
    def pack(self, x, lengths):
        return pack_padded_sequence(x, lengths.cpu(), batch_first=True)


class _Sorted(Right):
    def forward(self, tokens, lengths):
        order = lengths.argsort(descending=True, stable=True)
        packed = pack_padded_sequence(self.embedding(tokens[order]), lengths[order].cpu(), batch_first=True)
        h_n = self.gru(packed)[1]
        return self.linear(torch.cat([h_n[0], h_n[1]], 1))[self.back(order)]


@mistake("the names were sorted by length and not brought back into their order")
class LeftSorted(_Sorted):
    def back(self, order):
        return torch.arange(len(order), device=order.device)


@mistake("the sorting was done twice instead of undone: argsort of the order leads back")
class SortedTwice(_Sorted):
    def back(self, order):
        return order


@mistake("the two directions are exchanged: forward comes first")
class ReverseFirst(_Packed):
    def joined(self, output, h_n, lengths):
        return torch.cat([h_n[1], h_n[0]], 1)


@mistake("reshape(N, 2H) of (2, N, H) mixes names: join the two states with cat, or transpose first")
class ReshapedStates(_Packed):
    def joined(self, output, h_n, lengths):
        return h_n.reshape(h_n.shape[1], -1)


@mistake("the forward state stands in both places: the other one is that of the reverse direction")
class ForwardTwice(_Packed):
    def joined(self, output, h_n, lengths):
        return torch.cat([h_n[0], h_n[0]], 1)


@mistake("the mean of all states was scored: the two last states are asked for")
class MeanOfStates(_Packed):
    def joined(self, output, h_n, lengths):
        states, _ = pad_packed_sequence(output, batch_first=True)
        return states.sum(1) / lengths.unsqueeze(1)


@mistake("the last state is kept for the next call: every name starts from zeros")
class RemembersTheLastCall(_Packed):
    last = None

    def start(self, n):
        return self.last if self.last is not None and self.last.shape[1] == n else None

    def joined(self, output, h_n, lengths):
        self.last = h_n.detach()
        return super().joined(output, h_n, lengths)


@mistake("the first state is drawn at random: it is zeros")
class RandomFirstState(_Packed):
    def start(self, n):
        weight = self.linear.weight
        return torch.randn(2, n, self.gru.hidden_size, dtype=weight.dtype, device=weight.device)


@mistake(
    "the first state is zeros of float32 on the CPU: leave it out, or take dtype and device from a parameter"
)
class ZerosOfTheWrongKind(_Packed):
    def start(self, n):
        return torch.zeros(2, n, self.gru.hidden_size, device="cpu")


@mistake("lengths went into pack_padded_sequence from the accelerator: it wants them on the CPU")
class LengthsFromTheDevice(_Packed):
    def pack(self, x, lengths):
        return pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)


@mistake("token 0 was made a padding token: names use it, and its row must learn")
class PaddingIndex(_Packed):
    def __init__(self, *sizes):
        super().__init__(*sizes)
        self.embedding.padding_idx = 0


@mistake("lengths were counted from the tokens that are not 0: a name may hold 0, and padding another token")
class LengthsFromTokens(_Packed):
    def forward(self, tokens, lengths):
        return super().forward(tokens, (tokens != 0).sum(1).clamp(min=1))


@mistake("the GRU reads in one direction only: bidirectional=True is missing")
class OneDirection(Right):
    def __init__(self, vocabulary_size, embedding_dim, hidden_size, num_classes):
        super().__init__(vocabulary_size, embedding_dim, hidden_size, num_classes)
        self.gru = nn.GRU(embedding_dim, hidden_size, batch_first=True)
        self.linear = nn.Linear(hidden_size, num_classes)

    def forward(self, tokens, lengths):
        packed = pack_padded_sequence(
            self.embedding(tokens), lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        return self.linear(self.gru(packed)[1][0])


@mistake("a tanh stands before the linear layer: the states go in as they are")
class TanhOfStates(_Packed):
    def joined(self, output, h_n, lengths):
        return torch.tanh(super().joined(output, h_n, lengths))


@mistake("the names were cut to the shortest of the batch: each is read to its own end")
class CutToTheShortest(_Packed):
    def pack(self, x, lengths):
        return super().pack(x, lengths.clamp(max=int(lengths.min())))
