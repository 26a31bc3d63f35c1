"""Wrong variants of rnn.CharRNN."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference

Right = reference("rnn").CharRNN


class _Layer(Right):
    """The right network; a variant changes one step of it."""

    def letters(self, tokens):
        return functional.one_hot(tokens, self.rnn.input_size).to(self.linear.weight.dtype)

    def started(self, tokens, hidden):
        return hidden

    def finished(self, states, hidden):
        return self.linear(states), hidden

    def forward(self, tokens, hidden=None):
        states, hidden = self.rnn(self.letters(tokens), self.started(tokens, hidden))
        return self.finished(states, hidden)


@mistake("batch_first=True is missing: the layer takes the batch for the time")
class BatchTakenForTime(_Layer):
    def __init__(self, vocabulary_size, hidden_size):
        super().__init__(vocabulary_size, hidden_size)
        self.rnn.batch_first = False


@mistake("the axes were exchanged by reshaping: letters change their word, transpose instead")
class Reshaped(_Layer):
    def letters(self, tokens):
        x = super().letters(tokens)
        n, t, v = x.shape
        return x.reshape(t, n, v).transpose(0, 1)


@mistake("the scores came back with the time first: they are (N, T, V)")
class TimeFirst(_Layer):
    def finished(self, states, hidden):
        return self.linear(states).transpose(0, 1), hidden


@mistake(
    "the first state is zeros of float32 on the CPU: leave it out, or take dtype and device from a parameter"
)
class ZerosOfTheWrongKind(_Layer):
    def started(self, tokens, hidden):
        return torch.zeros(1, len(tokens), self.rnn.hidden_size, device="cpu") if hidden is None else hidden


@mistake("the one-hot vectors were made float32: they take the dtype of the parameters")
class LettersInFloat32(_Layer):
    def letters(self, tokens):
        return super().letters(tokens).float()


@mistake("the one-hot vectors were made on the CPU: they take the device of the tokens")
class LettersOnTheCpu(_Layer):
    def letters(self, tokens):
        eye = torch.eye(self.rnn.input_size, dtype=self.linear.weight.dtype)
        return eye[tokens.cpu()]


@mistake("the given state is ignored: only None means zeros")
class GivenStateIgnored(_Layer):
    def started(self, tokens, hidden):
        return None


@mistake("the given state is detached: whether it is cut off is decided outside")
class GivenStateDetached(_Layer):
    def started(self, tokens, hidden):
        return None if hidden is None else hidden.detach()


@mistake("the last state is kept for the next call: a call without a state starts from zeros")
class RemembersTheLastCall(_Layer):
    last = None

    def started(self, tokens, hidden):
        kept = self.last if self.last is not None and self.last.shape[1] == len(tokens) else None
        return kept if hidden is None else hidden

    def finished(self, states, hidden):
        self.last = hidden.detach()
        return super().finished(states, hidden)


@mistake("one row of scores came back: there is one for each step")
class LastScoresOnly(_Layer):
    def finished(self, states, hidden):
        return self.linear(states[:, -1]), hidden


@mistake("only the scores came back: the last state belongs to the result")
class ScoresOnly(_Layer):
    def finished(self, states, hidden):
        return self.linear(states)


@mistake("the axis of the layers is missing in hidden: it is (1, N, H)")
class StateSqueezed(_Layer):
    def finished(self, states, hidden):
        return self.linear(states), hidden.squeeze(0)


@mistake("the last state came back detached: a gradient may come in from the next piece")
class LastStateDetached(_Layer):
    def finished(self, states, hidden):
        return self.linear(states), hidden.detach()


@mistake("the states of all steps came back as hidden: only the last one is asked for")
class AllStatesReturned(_Layer):
    def finished(self, states, hidden):
        return self.linear(states), states


@mistake("the activation is a ReLU: it is tanh")
class Relu(_Layer):
    def __init__(self, vocabulary_size, hidden_size):
        super().__init__(vocabulary_size, hidden_size)
        self.rnn = nn.RNN(vocabulary_size, hidden_size, batch_first=True, nonlinearity="relu")


@mistake(
    "the layer is an LSTM, which has four times the weights and a state of two parts: nn.RNN is asked for"
)
class AnLSTM(Right):
    def __init__(self, vocabulary_size, hidden_size):
        super().__init__(vocabulary_size, hidden_size)
        self.rnn = nn.LSTM(vocabulary_size, hidden_size, batch_first=True)


@mistake("the layer reads in both directions, so a score knows the letters to come")
class ReadsAhead(_Layer):
    def letters(self, tokens):
        x = super().letters(tokens)
        return x + x.flip(1)


@mistake("all weights start at one number: hidden units stay equal to one another")
class ConstantWeights(Right):
    def __init__(self, vocabulary_size, hidden_size):
        super().__init__(vocabulary_size, hidden_size)
        for parameter in self.parameters():
            nn.init.constant_(parameter, 0.0)
