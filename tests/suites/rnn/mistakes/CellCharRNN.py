"""Wrong variants of rnn.CellCharRNN."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference

Right = reference("rnn").CellCharRNN


class _Loop(Right):
    """The right network; a variant changes one step of it."""

    def zeros(self, tokens):
        return self.cell.weight_hh.new_zeros(len(tokens), self.cell.hidden_size)

    def letters(self, tokens):
        return functional.one_hot(tokens, self.cell.input_size).to(self.linear.weight.dtype)

    def carried(self, hidden):
        return hidden

    def finished(self, states, hidden):
        return self.linear(torch.stack(states, 1)), hidden

    def forward(self, tokens, hidden=None):
        hidden = self.zeros(tokens) if hidden is None else hidden
        states = []
        for x in self.letters(tokens).unbind(1):
            hidden = self.cell(x, self.carried(hidden))
            states.append(hidden)
        return self.finished(states, hidden)


@mistake("the first state is zeros of float32 on the CPU: take dtype and device from the parameters")
class ZerosOfTheWrongKind(_Loop):
    def zeros(self, tokens):
        return torch.zeros(len(tokens), self.cell.hidden_size, device="cpu")


@mistake("the one-hot vectors were made float32: they take the dtype of the parameters")
class LettersInFloat32(_Loop):
    def letters(self, tokens):
        return super().letters(tokens).float()


@mistake("every step starts from zeros: it takes the state of the step before")
class StateNotHandedOn(_Loop):
    def carried(self, hidden):
        return torch.zeros_like(hidden)


@mistake("the state is detached at every step: the gradient must run back through all of them")
class DetachedAtEveryStep(_Loop):
    def carried(self, hidden):
        return hidden.detach()


@mistake("the given state is ignored: only None means zeros")
class GivenStateIgnored(_Loop):
    def forward(self, tokens, hidden=None):
        return super().forward(tokens)


@mistake("the last state is kept for the next call: a call without a state starts from zeros")
class RemembersTheLastCall(_Loop):
    last = None

    def forward(self, tokens, hidden=None):
        kept = self.last if self.last is not None and len(self.last) == len(tokens) else None
        logits, hidden = super().forward(tokens, kept if hidden is None else hidden)
        self.last = hidden.detach()
        return logits, hidden


@mistake("the first state is drawn at random: it is zeros")
class RandomFirstState(_Loop):
    def zeros(self, tokens):
        return torch.randn_like(super().zeros(tokens))


@mistake("one row of scores came back: there is one for each step")
class LastScoresOnly(_Loop):
    def finished(self, states, hidden):
        return self.linear(hidden), hidden


@mistake("the scores came back with the time first: they are (N, T, V)")
class TimeFirst(_Loop):
    def finished(self, states, hidden):
        return self.linear(torch.stack(states, 0)), hidden


@mistake("the loop runs over the samples, not over the steps: the time is axis 1")
class LoopOverSamples(Right):
    def forward(self, tokens, hidden=None):
        logits, hidden = super().forward(tokens.t())
        return logits.transpose(0, 1), hidden


@mistake("the states were joined one after the other and reshaped: stack them along axis 1")
class JoinedAndReshaped(_Loop):
    def finished(self, states, hidden):
        return self.linear(torch.cat(states).reshape(len(hidden), len(states), -1)), hidden


@mistake("only the scores came back: the last state belongs to the result")
class ScoresOnly(_Loop):
    def finished(self, states, hidden):
        return super().finished(states, hidden)[0]


@mistake("the states of all steps came back as hidden: only the last one is asked for")
class AllStatesReturned(_Loop):
    def finished(self, states, hidden):
        return super().finished(states, hidden)[0], torch.stack(states, 1)


@mistake("the state that came in goes out again: the last one is asked for")
class FirstStateReturned(_Loop):
    def forward(self, tokens, hidden=None):
        return super().forward(tokens, hidden)[0], self.zeros(tokens) if hidden is None else hidden


@mistake("the last state has an axis too many: that of a cell is (N, H)")
class StateLikeALayer(_Loop):
    def forward(self, tokens, hidden=None):
        logits, hidden = super().forward(
            tokens, hidden[0] if hidden is not None and hidden.ndim == 3 else hidden
        )
        return logits, hidden.unsqueeze(0)


@mistake("the activation is a ReLU: it is tanh")
class Relu(_Loop):
    def __init__(self, vocabulary_size, hidden_size):
        super().__init__(vocabulary_size, hidden_size)
        self.cell.nonlinearity = "relu"


@mistake("the linear layer is called fc: it is linear, with the keys linear.weight and linear.bias")
class OtherName(nn.Module):
    def __init__(self, vocabulary_size, hidden_size):
        super().__init__()
        right = Right(vocabulary_size, hidden_size)
        self.cell, self.fc = right.cell, right.linear

    @property
    def linear(self):
        return self.fc

    forward = Right.forward


@mistake("all weights start at one number: hidden units stay equal to one another")
class ConstantWeights(Right):
    def __init__(self, vocabulary_size, hidden_size):
        super().__init__(vocabulary_size, hidden_size)
        for parameter in self.parameters():
            nn.init.constant_(parameter, 0.0)


@mistake("a recurrent layer makes the steps: write the loop with a cell")
class ByALayer(Right):
    def forward(self, tokens, hidden=None):
        x = functional.one_hot(tokens, self.cell.input_size).to(self.linear.weight.dtype)
        h = x.new_zeros(1, len(x), self.cell.hidden_size) if hidden is None else hidden.unsqueeze(0)
        states, last = torch.rnn_tanh(
            x, h, list(self.cell.parameters()), True, 1, 0.0, self.training, False, True
        )
        return self.linear(states), last.squeeze(0)
