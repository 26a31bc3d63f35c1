"""Recurrent networks and embeddings: from text to numbers, cells, layers over time, and models of sequences.

Letters: N batch, T time, D features in, H hidden units, L layers, V tokens in a vocabulary, E width of an embedding;
`*` any axes, none included.
Time comes first unless a docstring says otherwise: (T, N, D).
Every module is a `torch.nn.Module`: it keeps parameters under the names its docstring gives (the keys of
`state_dict()`), works in the dtype and on the device that `.to(...)` moved it to, computes in float64 as in
float32, and changes no input. Where a function draws random numbers, the order of the draws is free.
"By hand" means: the torch functions and classes named in the note are forbidden; the rest of torch is free.
"""

import collections
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

PADDING = "<pad>"  # fills short texts up; number 0 of a vocabulary
UNKNOWN = "<unk>"  # stands for every token that a vocabulary does not know; number 1


def build_vocabulary(texts: Sequence[Sequence[str]], min_count: int = 1) -> dict[str, int]:
    """Number the tokens of some texts.

    "<pad>" is 0 and "<unk>" is 1. Then come the tokens of the texts from 2 on, sorted as Python sorts strings
    (so "B" comes before "a"), each once, and only those that occur at least min_count times in all texts
    together.

    Args:
        texts: a list of texts. A text is a string, whose tokens are its characters, or a list of strings, whose
            tokens are these words. There may be none, and a text may be empty.
        min_count: how often a token has to occur, at least 1. "<pad>" and "<unk>" are always there.

    Returns:
        A dict from token to number, in the order of the numbers 0, 1, 2, ... If "<pad>" or "<unk>" occurs among
        the words, it keeps its number and gets no other.

    Note:
        A vocabulary is made from the training texts alone: tokens that only other texts have are unknown. The
        order depends on which tokens there are, not on the order of the texts. texts is unchanged.

    Example:
        >>> build_vocabulary(["hello", "hey"])
        {'<pad>': 0, '<unk>': 1, 'e': 2, 'h': 3, 'l': 4, 'o': 5, 'y': 6}
        >>> build_vocabulary([["to", "be", "or"], ["not", "to", "be"]], min_count=2)
        {'<pad>': 0, '<unk>': 1, 'be': 2, 'to': 3}

    Source: Zhang, Lipton, Li, Smola, Dive into Deep Learning, section 9.2.2.
    Deviations: sorted by token, not by how often it occurs; a number for padding.
    """
    raise NotImplementedError("build_vocabulary")


def encode(text: Sequence[str], vocabulary: dict[str, int]) -> Tensor:
    """Return the number of each token of a text.

    Args:
        text: a string, whose tokens are its characters, or a list of strings, whose tokens are these words; T
            tokens, maybe none.
        vocabulary: a number for each token, in any order, "<unk>" among them.

    Returns:
        (T,), int64, on the CPU. A token that is not in the vocabulary has the number of "<unk>".

    Note:
        text and vocabulary are unchanged: a new token gets no number here.

    Example:
        >>> encode("hexe", {"<pad>": 0, "<unk>": 1, "e": 2, "h": 3})
        tensor([3, 2, 1, 2])

    Source: Zhang, Lipton, Li, Smola, Dive into Deep Learning, section 9.2. Deviations: none.
    """
    raise NotImplementedError("encode")


def decode(indices: Tensor, vocabulary: dict[str, int]) -> list[str]:
    """Return the tokens that a row of numbers stands for, without padding.

    Args:
        indices: (T,), int64, on any device, each the number of a token; T may be 0.
        vocabulary: a number for each token, no two alike, in any order; it may lack "<pad>" and "<unk>".

    Returns:
        A list of strings: the token of each number, in order. Every "<pad>" is left out, wherever it stands;
        "<unk>" is a token like any other. For a text of characters "".join(...) makes a string of it.

    Example:
        >>> decode(torch.tensor([3, 2, 1, 0, 0]), {"<pad>": 0, "<unk>": 1, "e": 2, "h": 3})
        ['h', 'e', '<unk>']

    Source: Zhang, Lipton, Li, Smola, Dive into Deep Learning, section 9.2. Deviations: padding is left out.
    """
    raise NotImplementedError("decode")


def one_hot_sequence(indices: Tensor, num_tokens: int) -> Tensor:
    """Turn a batch of numbered texts into the input of a recurrent network: one-hot vectors, time first.

    y[t, n, v] = 1 if indices[n, t] == v else 0

    Args:
        indices: (N, T), int64, one text in each row, each entry in 0 .. num_tokens - 1; T may be 0.
        num_tokens: V, also when the last tokens do not occur.

    Returns:
        y: (T, N, V), float32, on the device of indices. Time comes first: y[t] is step t of all texts.

    Raises:
        IndexError: an entry of `indices` is negative or not below `num_tokens`.

    Note:
        No Python loop. torch.nn.functional.one_hot is welcome. indices is unchanged.

    Example:
        >>> y = one_hot_sequence(torch.tensor([[2, 0, 0]]), 4)
        >>> y.shape, y[0]
        (torch.Size([3, 1, 4]), tensor([[0., 0., 1., 0.]]))

    Source: Zhang, Lipton, Li, Smola, Dive into Deep Learning, section 9.5.2.1. Deviations: bad indices raise.
    """
    raise NotImplementedError("one_hot_sequence")


def rnn_cell_step(x: Tensor, h: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor) -> Tensor:
    """Make one step of a recurrent network: from the input and the old state to the new state.

    h' = tanh(x W_ih^T + b_ih + h W_hh^T + b_hh)

    Args:
        x: (N, D), the input of this step, floating point.
        h: (N, H), the state after the step before, in the dtype of x like everything else.
        w_ih: (H, D), what the input does to each hidden unit.
        w_hh: (H, H), what the old state does: row i belongs to unit i of the new state.
        b_ih: (H,), added to the product of the input.
        b_hh: (H,), added to the product of the state.

    Returns:
        h': (N, H), the dtype and device of x, between -1 and 1.

    Raises:
        ValueError: naming `h` when it is not (N, H), also where torch would broadcast it.

    Note:
        Differentiable in all six arguments, each of which is unchanged.
        By hand: no torch rnn_tanh_cell, rnn_relu_cell, rnn_tanh, rnn_relu, nn.RNNCell, nn.RNN.

    Example:
        >>> x, h = torch.tensor([[1.0, 2.0]]), torch.tensor([[0.5]])
        >>> w_ih, w_hh = torch.tensor([[0.5, -0.5]]), torch.tensor([[2.0]])
        >>> rnn_cell_step(x, h, w_ih, w_hh, torch.tensor([0.1]), torch.tensor([-0.1]))
        tensor([[0.4621]])

    Source: Elman, Finding Structure in Time (1990). Deviations: tanh and two biases, as in torch.nn.RNNCell.
    """
    raise NotImplementedError("rnn_cell_step")


class RNNCell(nn.Module):
    """One step of a recurrent network, as a module with its own weights.

    h' = tanh(x W_ih^T + b_ih + h W_hh^T + b_hh), as `rnn_cell_step` computes it.

    Args:
        input_size: D, at least 1.
        hidden_size: H, at least 1.

    Parameters (keys of the state_dict, in any order):
        weight_ih: (H, D).
        weight_hh: (H, H).
        bias_ih: (H,).
        bias_hh: (H,).

    Every entry starts as a draw of its own from the uniform distribution on (-r, r), r = 1 / sqrt(H).

    Forward:
        x: (N, D), in the dtype and on the device of the parameters; h: (N, H) or None -> h': (N, H). Without h
        the step starts from zeros.

    Note:
        The cell remembers nothing: who calls it passes the state on from step to step. Differentiable in x, h
        and the parameters.
        By hand: no torch rnn_tanh_cell, rnn_relu_cell, rnn_tanh, rnn_relu, nn.RNNCell, nn.RNN.

    Example:
        >>> cell = RNNCell(3, 2)
        >>> h = cell(torch.zeros(5, 3))
        >>> cell(torch.ones(5, 3), h).shape
        torch.Size([5, 2])

    Source: Elman, Finding Structure in Time (1990).
    Deviations: as torch.nn.RNNCell, without its unbatched input and its options.
    """

    def __init__(self, input_size: int, hidden_size: int) -> None:
        raise NotImplementedError("RNNCell.__init__")

    def forward(self, x: Tensor, h: Tensor | None = None) -> Tensor:
        """Return the new state."""
        raise NotImplementedError("RNNCell.forward")


class RNNOutput(NamedTuple):
    """What `RNN` returns."""

    output: Tensor  # the last layer's states: (T, N, S * H), or (N, T, S * H) with batch_first
    h_n: Tensor  # the last state of every layer and direction: (L * S, N, H), always


class RNN(nn.Module):
    """A recurrent network: layers of cells, each run along the whole sequence.

    Layer 0 reads x, layer l reads the states of layer l - 1 at every step. S = 2 with `bidirectional`, else 1.
    In each layer the forward direction goes from t = 0 to T - 1:

        h_t = tanh(x_t W_ih^T + b_ih + h_{t-1} W_hh^T + b_hh),  where h_{-1} is the initial state.

    The reverse direction has weights of its own and goes from t = T - 1 to 0; its state at t is made from the input
    at t and its state at t + 1. What a layer hands on at step t is the forward state at t, followed by the reverse
    state at t along the last axis: S * H numbers.

    Args:
        input_size: D, at least 1.
        hidden_size: H, at least 1.
        num_layers: L, at least 1.
        batch_first: whether x and output are (N, T, .) instead of (T, N, .); h_0 and h_n are not affected.
        bidirectional: whether there is a reverse direction too.

    Parameters (keys of the state_dict, in any order):
        weight_ih_l0 (H, D), weight_hh_l0 (H, H), bias_ih_l0 (H,), bias_hh_l0 (H,); when bidirectional the same
        four with "_reverse" at the end of the name; then layer 1: weight_ih_l1 (H, S * H), weight_hh_l1 and so on,
        as in torch.nn.RNN.

    Every entry starts as a draw of its own from the uniform distribution on (-r, r), r = 1 / sqrt(H).

    Forward:
        x: (T, N, D), or (N, T, D) with batch_first, in the dtype and on the device of the parameters; T at least 1.
        h_0: (L * S, N, H), or None for zeros: entry l * S is the initial state of layer l forwards, entry
        l * S + 1 the one in reverse.
        Returns the named tuple RNNOutput:
        output: (T, N, S * H), or (N, T, S * H) with batch_first: what the last layer hands on at each step.
        h_n: (L * S, N, H), in the order of h_0: the state of each layer and direction after its last step. That
        is the one at t = T - 1 forwards, and at t = 0 in reverse.

    Note:
        Each call starts anew, from h_0 or from zeros. Differentiable in x, h_0 and the parameters, through all
        steps. A Python loop over time is as it should be.
        By hand: no torch nn.RNN, nn.RNNCell, nn.RNNBase, rnn_tanh, rnn_relu, rnn_tanh_cell, rnn_relu_cell.

    Example:
        >>> net = RNN(3, 5, num_layers=2, bidirectional=True)
        >>> output, h_n = net(torch.zeros(7, 4, 3))
        >>> output.shape, h_n.shape
        (torch.Size([7, 4, 10]), torch.Size([4, 4, 5]))
        >>> torch.equal(output[-1, :, :5], h_n[2]), torch.equal(output[0, :, 5:], h_n[3])
        (True, True)

    Source: Elman (1990); Schuster and Paliwal, Bidirectional Recurrent Neural Networks (1997).
    Deviations: as torch.nn.RNN, without its unbatched and packed input, dropout and other options.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        batch_first: bool = False,
        bidirectional: bool = False,
    ) -> None:
        raise NotImplementedError("RNN.__init__")

    def forward(self, x: Tensor, h_0: Tensor | None = None) -> RNNOutput:
        """Return the states of the last layer at every step, and the last state of every layer and direction."""
        raise NotImplementedError("RNN.forward")


class LSTMState(NamedTuple):
    """The two states of an `LSTMCell`."""

    h: Tensor  # (N, H), the hidden state: what the cell shows, between -1 and 1
    c: Tensor  # (N, H), the cell state: what it remembers, any number


class LSTMCell(nn.Module):
    """One step of a long short-term memory.

    The four gates come from one sum, (N, 4H), whose quarters are in this order i, f, g, o:

        [i, f, g, o] = x W_ih^T + b_ih + h W_hh^T + b_hh
        i = sigmoid(i)    input gate: how much of the new is written
        f = sigmoid(f)    forget gate: how much of the old is kept
        g = tanh(g)       the new content
        o = sigmoid(o)    output gate: how much is shown
        c' = f * c + i * g
        h' = o * tanh(c')

    Args:
        input_size: D, at least 1.
        hidden_size: H, at least 1.

    Parameters (keys of the state_dict, in any order):
        weight_ih: (4H, D), rows 0 .. H-1 for i, the next H for f, then g, then o.
        weight_hh: (4H, H), rows likewise.
        bias_ih: (4H,), likewise.
        bias_hh: (4H,), likewise.

    Every entry starts as a draw of its own from the uniform distribution on (-r, r), r = 1 / sqrt(H).

    Forward:
        x: (N, D), in the dtype and on the device of the parameters; state: a pair (h, c), each (N, H), or None
        for zeros -> the named tuple LSTMState(h, c) with h' and c', each (N, H).

    Note:
        Differentiable in x, h, c and the parameters. Numbers up to 1000 in the sum do no harm.
        By hand: no torch nn.LSTMCell, nn.LSTM, nn.RNNBase, lstm_cell, lstm.

    Example:
        >>> cell = LSTMCell(3, 2)
        >>> state = cell(torch.zeros(5, 3))
        >>> h, c = cell(torch.ones(5, 3), state)
        >>> h.shape, c.shape
        (torch.Size([5, 2]), torch.Size([5, 2]))

    Source: Hochreiter and Schmidhuber, Long Short-Term Memory (1997); Gers, Schmidhuber, Cummins, Learning to
    Forget (2000), for the forget gate.
    Deviations: as torch.nn.LSTMCell, without its unbatched input and its options; returns a named tuple.
    """

    def __init__(self, input_size: int, hidden_size: int) -> None:
        raise NotImplementedError("LSTMCell.__init__")

    def forward(self, x: Tensor, state: tuple[Tensor, Tensor] | None = None) -> LSTMState:
        """Return the new hidden state and the new cell state."""
        raise NotImplementedError("LSTMCell.forward")


class GRUCell(nn.Module):
    """One step of a gated recurrent unit.

    Two products, each (N, 3H), whose thirds are in this order r, z, n:

        [a_r, a_z, a_n] = x W_ih^T + b_ih        [s_r, s_z, s_n] = h W_hh^T + b_hh
        r = sigmoid(a_r + s_r)       reset gate: how much of the old state the new content sees
        z = sigmoid(a_z + s_z)       update gate: how much of the old state is kept
        n = tanh(a_n + r * s_n)      the new content; r is applied after the product, to its bias too
        h' = (1 - z) * n + z * h

    Args:
        input_size: D, at least 1.
        hidden_size: H, at least 1.

    Parameters (keys of the state_dict, in any order):
        weight_ih: (3H, D), rows 0 .. H-1 for r, the next H for z, then n.
        weight_hh: (3H, H), rows likewise.
        bias_ih: (3H,), likewise.
        bias_hh: (3H,), likewise.

    Every entry starts as a draw of its own from the uniform distribution on (-r, r), r = 1 / sqrt(H).

    Forward:
        x: (N, D), in the dtype and on the device of the parameters; h: (N, H) or None for zeros -> h': (N, H).

    Note:
        Differentiable in x, h and the parameters. Numbers up to 1000 in the sums do no harm.
        By hand: no torch nn.GRUCell, nn.GRU, nn.RNNBase, gru_cell, gru.

    Example:
        >>> cell = GRUCell(3, 2)
        >>> h = cell(torch.zeros(5, 3))
        >>> cell(torch.ones(5, 3), h).shape
        torch.Size([5, 2])

    Source: Cho et al., Learning Phrase Representations using RNN Encoder-Decoder (2014).
    Deviations: as torch.nn.GRUCell, which resets after the product and lets z keep the old state; without its
    unbatched input and its options.
    """

    def __init__(self, input_size: int, hidden_size: int) -> None:
        raise NotImplementedError("GRUCell.__init__")

    def forward(self, x: Tensor, h: Tensor | None = None) -> Tensor:
        """Return the new state."""
        raise NotImplementedError("GRUCell.forward")


class Embedding(nn.Module):
    """A learned vector for each token: a table, and a row of it for each number.

    y[...] = weight[indices[...]]

    Args:
        num_embeddings: V, at least 1.
        embedding_dim: E, at least 1.
        padding_idx: the number of the padding token, from 0 to V - 1, or None. Its row starts at zero and its
            gradient is zero, so that training leaves it as it is.

    Parameters (keys of the state_dict, in any order):
        weight: (V, E), one row for each token.

    Every entry starts as a draw of its own from the standard normal distribution, but for the row of padding_idx.

    Forward:
        indices: (*), int64, each from 0 to V - 1, maybe none -> y: (*, E), in the dtype and on the device of
        weight. The row of padding_idx is looked up as it is, like any other.

    Raises:
        IndexError: forward, an entry of `indices` is negative or not below V.

    Note:
        Differentiable in weight: a token that occurs several times adds up the gradients of all its places; one
        that does not occur, and the padding token, have gradient zero.
        Rows are looked up, not multiplied: no one_hot, no matrix product (matmul, @, mm, einsum), no Python loop.
        By hand: no torch nn.Embedding, nn.EmbeddingBag, functional embedding, embedding_bag.

    Example:
        >>> embedding = Embedding(5, 2, padding_idx=0)
        >>> y = embedding(torch.tensor([[3, 0, 3]]))
        >>> y.shape, torch.equal(y[0, 0], y[0, 2]), y[0, 1].tolist()
        (torch.Size([1, 3, 2]), True, [0.0, 0.0])
        >>> y.sum().backward()
        >>> embedding.weight.grad[:, 0]
        tensor([0., 0., 0., 2., 0.])

    Source: Bengio, Ducharme, Vincent, Jauvin, A Neural Probabilistic Language Model (2003).
    Deviations: as torch.nn.Embedding, without its options and negative padding_idx; a negative index raises
    IndexError.
    """

    def __init__(self, num_embeddings: int, embedding_dim: int, padding_idx: int | None = None) -> None:
        raise NotImplementedError("Embedding.__init__")

    def forward(self, indices: Tensor) -> Tensor:
        """Return the row of each index."""
        raise NotImplementedError("Embedding.forward")


# Sequences


class CellCharRNN(nn.Module):
    """A network that reads letters one by one, from a cell and a loop of your own.

    With one_hot(k) the vector of V numbers that is 1 at k and 0 elsewhere, for t = 0, ..., T-1:

        h_t = tanh(W_ih one_hot(token_t) + b_ih + W_hh h_{t-1} + b_hh),    logits_t = W h_t + b

    h_{-1} is `hidden`, or zeros where it is None. "hello" becomes "ohlol" so: at each letter, the five tokens of
    "ohlol" are the classes that the five rows of logits should name.

    Args:
        vocabulary_size: V, the number of different tokens.
        hidden_size: H.

    Parameters (keys of the state_dict, in any order):
        cell.weight_ih: (H, V).
        cell.weight_hh: (H, H).
        cell.bias_ih: (H,).
        cell.bias_hh: (H,).
        linear.weight: (V, H).
        linear.bias: (V,).

    Forward:
        tokens: (N, T) int64, from 0 to V-1, T at least 1.
        hidden: (N, H), what an earlier call returned as its last state, or None for zeros.
        -> (logits, hidden), a plain tuple: logits (N, T, V), raw scores without a softmax, and the last state
        h_{T-1}, (N, H).

    Note:
        Everything random is the initial weights, whose distribution is free as long as training works from them.
        One-hot vectors and zeros take dtype and device of the parameters. logits_t depends on the tokens up to t
        alone, and a sample on no other of the batch; a call remembers nothing for the next one. Differentiable
        in hidden and all parameters, through all steps; tokens and hidden are unchanged.
        torch.nn.RNNCell and torch.nn.Linear are welcome. By hand: no torch nn.RNN, LSTM, GRU, rnn_tanh, lstm, gru.

    Example:
        >>> model = CellCharRNN(4, 3)
        >>> logits, hidden = model(torch.tensor([[1, 0, 2, 2, 3]]))
        >>> logits.shape, hidden.shape
        (torch.Size([1, 5, 4]), torch.Size([1, 3]))

    Source: Elman, Finding Structure in Time (1990). Deviations: two biases, as in torch.nn.RNNCell.
    """

    def __init__(self, vocabulary_size: int, hidden_size: int) -> None:
        raise NotImplementedError("CellCharRNN.__init__")

    def forward(self, tokens: Tensor, hidden: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return the scores of every step, and the last hidden state."""
        raise NotImplementedError("CellCharRNN.forward")


class CharRNN(nn.Module):
    """The same network with a layer that runs over all steps by itself.

    The formula is that of `CellCharRNN`; only the names of the parameters and the shape of the hidden state
    are those of a recurrent layer.

    Args:
        vocabulary_size: V, the number of different tokens.
        hidden_size: H.

    Parameters (keys of the state_dict, in any order):
        rnn.weight_ih_l0: (H, V).
        rnn.weight_hh_l0: (H, H).
        rnn.bias_ih_l0: (H,).
        rnn.bias_hh_l0: (H,).
        linear.weight: (V, H).
        linear.bias: (V,).

    Forward:
        tokens: (N, T) int64, from 0 to V-1, T at least 1.
        hidden: (1, N, H), the last state of an earlier call, or None for zeros.
        -> (logits, hidden), a plain tuple: logits (N, T, V), raw scores, and the last state, (1, N, H).

    Note:
        The batch comes first in tokens and logits, and second in hidden. One-hot vectors take dtype and device
        of the parameters. logits_t depends on the tokens up to t alone, and a sample on no other of the batch; a
        call remembers nothing for the next one. Differentiable in hidden and all parameters; tokens and hidden
        are unchanged. torch.nn.RNN is welcome.

    Example:
        >>> model = CharRNN(4, 3)
        >>> logits, hidden = model(torch.tensor([[1, 0, 2, 2, 3]]))
        >>> logits.shape, hidden.shape
        (torch.Size([1, 5, 4]), torch.Size([1, 1, 3]))

    Source: torch.nn.RNN. Deviations: none.
    """

    def __init__(self, vocabulary_size: int, hidden_size: int) -> None:
        raise NotImplementedError("CharRNN.__init__")

    def forward(self, tokens: Tensor, hidden: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return the scores of every step, and the last hidden state."""
        raise NotImplementedError("CharRNN.forward")


class EmbeddingCharRNN(nn.Module):
    """Learned vectors for the letters, several recurrent layers, and scores.

    x_t = E[token_t], a row of the embedding;  layer l computes, from its input x^l with x^0 = x,

        h^l_t = tanh(W_ih^l x^l_t + b_ih^l + W_hh^l h^l_{t-1} + b_hh^l),    x^{l+1} = h^l

    and logits_t = W h^{L-1}_t + b, from the last layer.

    Args:
        vocabulary_size: V, the number of different tokens.
        embedding_dim: E, the length of a token's vector.
        hidden_size: H.
        num_layers: L, at least 1.

    Parameters (keys of the state_dict, in any order):
        embedding.weight: (V, E).
        rnn.weight_ih_l0: (H, E); of the further layers rnn.weight_ih_l1 and so on, (H, H).
        rnn.weight_hh_l0: (H, H).
        rnn.bias_ih_l0: (H,).
        rnn.bias_hh_l0: (H,), followed by the same four of layer 1, and so on.
        linear.weight: (V, H).
        linear.bias: (V,).

    Forward:
        tokens: (N, T) int64, from 0 to V-1, T at least 1.
        hidden: (L, N, H), the last states of an earlier call, or None for zeros.
        -> (logits, hidden), a plain tuple: logits (N, T, V), raw scores, and the last states, (L, N, H).

    Note:
        No token is a padding token, and there is no dropout. logits_t depends on the tokens up to t alone, and a
        sample on no other of the batch; a call remembers nothing for the next one. Differentiable in hidden and
        all parameters; tokens and hidden are unchanged. torch.nn.Embedding and torch.nn.RNN are welcome.

    Example:
        >>> model = EmbeddingCharRNN(4, 10, 8)
        >>> logits, hidden = model(torch.tensor([[1, 0, 2, 2, 3]]))
        >>> logits.shape, hidden.shape
        (torch.Size([1, 5, 4]), torch.Size([2, 1, 8]))

    Source: torch.nn.Embedding and torch.nn.RNN. Deviations: none.
    """

    def __init__(
        self, vocabulary_size: int, embedding_dim: int, hidden_size: int, num_layers: int = 2
    ) -> None:
        raise NotImplementedError("EmbeddingCharRNN.__init__")

    def forward(self, tokens: Tensor, hidden: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return the scores of every step, and the last hidden states of all layers."""
        raise NotImplementedError("EmbeddingCharRNN.forward")


def train_char_rnn(model: nn.Module, inputs: Tensor, targets: Tensor, steps: int, lr: float) -> list[float]:
    """Teach a network to answer a sequence with another one, such as "hello" with "ohlol".

    Each step: the scores of the whole batch, read from an empty hidden state; the mean cross-entropy over all
    N * T tokens; its gradient, and nothing of earlier gradients; one step of Adam.

    Args:
        model: model(tokens) is (logits (N, T, V), hidden), as of `CharRNN`.
        inputs: (N, T) int64, on the device of the model; N sequences that have nothing to do with one another.
        targets: (N, T) int64, on the device of the model: the answer to each token.
        steps: how many steps to take, at least 0.
        lr: the learning rate of torch.optim.Adam, whose other settings are the defaults.

    Returns:
        The losses, a list of floats, one for each step, from before the step.

    Note:
        Every step reads the sequences from their beginning: no hidden state goes from one step to the next.
        The model is trained in place, in training mode, and left in it. cross_entropy takes the classes of an
        (N, T, V) tensor from axis 1, which is not where they are. inputs and targets are unchanged.

    Example:
        >>> model = CharRNN(4, 8)
        >>> hello, ohlol = torch.tensor([[1, 0, 2, 2, 3]]), torch.tensor([[3, 1, 2, 3, 2]])
        >>> losses = train_char_rnn(model, hello, ohlol, 60, 0.1)
        >>> model(hello)[0].argmax(-1).tolist(), len(losses)
        ([[3, 1, 2, 3, 2]], 60)

    Source: torch.nn.functional.cross_entropy; Kingma and Ba, Adam (2015). Deviations: none.
    """
    raise NotImplementedError("train_char_rnn")


class Padded(NamedTuple):
    """Sequences of different lengths in one tensor."""

    padded: Tensor
    lengths: Tensor


def pad_sequences(sequences: Sequence[Tensor], padding_value: float = 0, batch_first: bool = True) -> Padded:
    """Put sequences of different lengths into one tensor, filled up behind their ends.

    padded[n, t] = sequences[n][t] for t < lengths[n], else padding_value.

    Args:
        sequences: N tensors (T_n, *), N at least 1, of one dtype, on one device, and with the same further axes
            (often there are none); T_n may be 0 in some.
        padding_value: what stands behind the end of a sequence.
        batch_first: whether padded is (N, T, *) or (T, N, *).

    Returns:
        padded: (N, T, *) or (T, N, *), T the largest of the T_n; dtype and device of the sequences.
        lengths: (N,) int64, the T_n, on the device of the sequences.

    Note:
        The order of the sequences stays. Differentiable in the sequences, which are unchanged.
        By hand: no torch pad_sequence, pack_sequence, pad_packed_sequence, nested_tensor, to_padded_tensor.

    Example:
        >>> pad_sequences([torch.tensor([5, 6]), torch.tensor([7])], padding_value=9)
        Padded(padded=tensor([[5, 6],
                [7, 9]]), lengths=tensor([2, 1]))

    Source: torch.nn.utils.rnn.pad_sequence. Deviations: lengths come back too, and the batch is first.
    """
    raise NotImplementedError("pad_sequences")


def last_valid_state(output: Tensor, lengths: Tensor) -> Tensor:
    """Return the state of every sequence at its own last step, not at the end of the padding.

    y_n = output[n, lengths[n] - 1].

    Args:
        output: (N, T, H), the states of a padded batch at all steps.
        lengths: (N,) int64, from 1 to T, on the device of output.

    Returns:
        y: (N, H), the dtype and device of output.

    Raises:
        ValueError: naming `lengths` when they are not N numbers, or one of them is below 1 or above T.

    Note:
        Differentiable in output: the gradient of every other step is 0. No loop over the sequences: the number
        of torch operators does not grow with N. What stands in the padding does not matter.

    Example:
        >>> output = torch.arange(12.0).reshape(2, 3, 2)
        >>> last_valid_state(output, torch.tensor([3, 1]))
        tensor([[4., 5.],
                [6., 7.]])

    Source: torch.nn.utils.rnn.pad_packed_sequence, which returns the lengths. Deviations: none.
    """
    raise NotImplementedError("last_valid_state")


def masked_mean(x: Tensor, lengths: Tensor) -> Tensor:
    """Return the mean of every sequence over its own steps, without the padding.

    y_n = (x[n, 0] + ... + x[n, L-1]) / L with L = lengths[n].

    Args:
        x: (N, T, D) floating point, a padded batch.
        lengths: (N,) int64, from 1 to T, on the device of x.

    Returns:
        y: (N, D), the dtype and device of x.

    Note:
        What stands in the padding does not matter, even if it is inf or nan (and nan * 0 is nan).
        Differentiable in x: the gradient is 1 / L of what comes from above at the steps of a sequence, and 0 at
        its padding. No loop over the sequences: the number of torch operators does not grow with N.

    Example:
        >>> x = torch.tensor([[[1.0], [2.0], [6.0]], [[4.0], [8.0], [99.0]]])
        >>> masked_mean(x, torch.tensor([3, 2]))
        tensor([[3.],
                [6.]])

    Source: Zhang, Lipton, Li, Smola, Dive into Deep Learning, chapter 11, for masks by length. Deviations: none.
    """
    raise NotImplementedError("masked_mean")


def detach_hidden(hidden: Any) -> Any:
    """Return a hidden state that knows its values, and not where they come from.

    Args:
        hidden: a tensor, None, or a tuple of such, as deep as you like: the (h, c) of an LSTM, or
            ((h, c), (h, c)) of two of them.

    Returns:
        The same structure: for each tensor one with its values, dtype and device that is outside of every graph
        (requires_grad is False); None for None; a plain tuple for a tuple.

    Note:
        hidden itself keeps its graph and its place in it: a gradient through the original goes on as far as
        before. Whether memory is shared is free.

    Example:
        >>> h = torch.ones(2, requires_grad=True) * 3
        >>> detach_hidden((h, (h, None)))
        (tensor([3., 3.]), (tensor([3., 3.]), None))
        >>> h.requires_grad
        True

    Source: torch.Tensor.detach. Deviations: none.
    """
    raise NotImplementedError("detach_hidden")


def truncated_backpropagation(
    model: nn.Module, tokens: Tensor, length: int, optimizer: torch.optim.Optimizer
) -> list[float]:
    """Train on a long text, piece by piece: the state goes on, the gradient stops.

    The network is to name the next token: its inputs are tokens 0 to T-1, its targets tokens 1 to T. Both are cut
    into pieces of `length` steps; the last one may be shorter. Piece by piece:

        logits, hidden = model(piece of the inputs, hidden)
        loss = mean cross-entropy over all tokens of the piece
        the gradient of this loss, and nothing of earlier gradients; one step of the optimizer

    hidden is None for the first piece. Each further piece starts from the values with which the one before it
    ended, detached: they are taken as given, so that no gradient reaches an earlier piece.

    Args:
        model: model(tokens (N, L), hidden) is (logits (N, L, V), hidden), as of `CharRNN`; its hidden may also be
            a tuple, as of an LSTM.
        tokens: (N, T + 1) int64, T at least 1, on the device of the model: N texts side by side.
        length: the most steps of a piece, at least 1.
        optimizer: holds the parameters of the model.

    Returns:
        The losses, a list of floats, one for each piece, from before its step.

    Note:
        Within a piece the gradient flows through all its steps; between two pieces, not at all. With length T
        or more this is back-propagation through time without a cut. The model is trained in place, in training
        mode, and left in it. tokens is unchanged.

    Example:
        >>> model = CharRNN(4, 8)
        >>> optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
        >>> tokens = torch.tensor([[0, 1, 2, 3] * 10])
        >>> [len(truncated_backpropagation(model, tokens, length, optimizer)) for length in (1, 10, 39, 99)]
        [39, 4, 1, 1]

    Source: Williams and Peng, An Efficient Gradient-Based Algorithm for On-Line Training of Recurrent Network
    Trajectories (1990).
    Deviations: the pieces do not overlap, as usual today.
    """
    raise NotImplementedError("truncated_backpropagation")


def gradient_through_time(w: Tensor, steps: int) -> Tensor:
    """Tell how much of a gradient is left after t steps: where it vanishes, and where it explodes.

    In h_t = w h_{t-1} the derivative of h_t with respect to h_0 is the matrix w^t (t factors w). Its size is its
    spectral norm, the most by which it can stretch a vector: norms_t = ||w^t||_2, the largest singular value.
    A tanh network near h = 0 behaves the same, with w its weight_hh.

    Args:
        w: (H, H), float32 or float64.
        steps: T, at least 1.

    Returns:
        norms: (T + 1,), the dtype and device of w, for t = 0, ..., T. norms_0 is 1.

    Note:
        Powers of the matrix, not of its norm: ||w^t|| can be far below ||w||^t, and rise before it falls. With
        autograd or without it; whether norms is in a graph is free. w is unchanged.

    Example:
        >>> gradient_through_time(torch.tensor([[0.5, 0.0], [0.0, 2.0]]), 3)
        tensor([1., 2., 4., 8.])
        >>> gradient_through_time(torch.tensor([[0.0, 3.0], [0.0, 0.0]]), 3)
        tensor([1., 3., 0., 0.])

    Source: Pascanu, Mikolov, Bengio, On the Difficulty of Training Recurrent Neural Networks (2013), section 2.1.
    Deviations: no activation and no input.
    """
    raise NotImplementedError("gradient_through_time")


def perplexity(logits: Tensor, targets: Tensor, ignore_index: int = -100) -> Tensor:
    """Tell between how many tokens, all equally likely, a network is left to choose.

    perplexity = exp(mean over all tokens that count of -log softmax(logits)[target]).

    It is 1 for a network that is sure and right, and V for one that gives every token the same score.

    Args:
        logits: (N, T, V) floating point, raw scores of any size.
        targets: (N, T) int64, from 0 to V-1, or ignore_index where there is padding; at least one counts.
        ignore_index: the target of the tokens that do not count; it may be one of 0 to V-1.

    Returns:
        A tensor of shape (), the dtype and device of logits; at least 1, and inf where it is too large for the
        dtype.

    Note:
        One mean over all tokens of the batch that count, then one exp: not the mean of the sequences' means, and not
        the mean of exps. Differentiable in logits. torch's log_softmax and cross_entropy are welcome. logits
        and targets are unchanged.

    Example:
        >>> logits = torch.tensor([[[0.75, 0.25], [0.5, 0.5]], [[0.1, 0.9], [0.3, 0.7]]]).log()
        >>> targets = torch.tensor([[0, 1], [1, -100]])  # log 0.75, log 0.5, log 0.9
        >>> perplexity(logits, targets)
        tensor(1.4363)
        >>> perplexity(torch.zeros(1, 3, 26), torch.tensor([[4, 0, 25]]))
        tensor(26.0000)

    Source: Jelinek, Mercer, Bahl, Baker, Perplexity: a Measure of the Difficulty of Speech Recognition Tasks (1977).
    Deviations: none.
    """
    raise NotImplementedError("perplexity")


def sample(
    model: nn.Module, prompt: Tensor, length: int, temperature: float, generator: torch.Generator
) -> Tensor:
    """Write on after a prompt, token by token.

    Read the prompt. Then, `length` times: from the scores z (V,) of the last step draw a token k with probability

        p_k = exp(z_k / temperature) / sum_j exp(z_j / temperature)

    and read it. A low temperature keeps to the likeliest tokens, a high one makes all equally likely; temperature
    0 is the limit: the token of the largest score, without a draw.

    Args:
        model: model(tokens (1, L), hidden) is (logits (1, L, V), hidden), as of `CharRNN`; hidden is None where
            there is nothing to go on from, and may be of any kind.
        prompt: (P,) int64, P at least 1, on the device of the model.
        length: how many tokens to write, at least 0.
        temperature: at least 0; 0 itself, or from 1e-3 to 1e6.
        generator: the source of the draws, for torch.multinomial. It may live on another device than the model:
            take the probabilities to `generator.device` then, and the token back.

    Returns:
        (length,) int64, the new tokens without the prompt, on the device of prompt.

    Note:
        The same generator in the same state gives the same text; torch's global random state is neither used nor
        changed. No graph is built, and the model stays in its mode, with its parameters as they are.
        Every token counts for all that come after it: either hidden is handed on and each token read once, or
        the whole text is read anew for each token. prompt is unchanged.

    Example:
        >>> model = CharRNN(4, 8)
        >>> sample(model, torch.tensor([1, 0]), 3, 1.0, torch.Generator().manual_seed(0)).shape
        torch.Size([3])

    Source: Ackley, Hinton, Sejnowski, A Learning Algorithm for Boltzmann Machines (1985), for the temperature.
    Deviations: none.
    """
    raise NotImplementedError("sample")


class NameClassifier(nn.Module):
    """Reads a name from both sides and scores the languages it may come from.

    The letters become vectors by an embedding; a bidirectional GRU reads them, each name up to its own end; the
    state in which the forward direction ends (after the last letter) and the one in which the reverse direction
    ends (after the first letter, having started at the last one) stand side by side, and a linear layer scores them.

    Args:
        vocabulary_size: V, the number of different tokens.
        embedding_dim: E.
        hidden_size: H, of each direction.
        num_classes: K.

    Parameters (keys of the state_dict, in any order):
        embedding.weight: (V, E).
        gru.weight_ih_l0: (3H, E).
        gru.weight_hh_l0: (3H, H).
        gru.bias_ih_l0: (3H,).
        gru.bias_hh_l0: (3H,).
        gru.weight_ih_l0_reverse, gru.weight_hh_l0_reverse, gru.bias_ih_l0_reverse, gru.bias_hh_l0_reverse: the
            same four for the reverse direction.
        linear.weight: (K, 2H): the first H columns for the forward state, the others for the reverse one.
        linear.bias: (K,).

    Forward:
        tokens: (N, T) int64, from 0 to V-1, a padded batch; T may be larger than all lengths.
        lengths: (N,) int64, from 1 to T, in any order, on the device of tokens.
        -> scores: (N, K), raw scores without a softmax, in the order of tokens.

    Note:
        A name's scores depend on its own letters alone: not on the token that stands in its padding (which may be
        any, also one that names use), not on how much padding there is, not on the other names of the batch
        or their order. Both directions start from zeros. Everything is differentiable in the parameters.
        torch.nn.GRU and torch.nn.utils.rnn.pack_padded_sequence are welcome (the latter wants its lengths on the
        CPU, and is told with enforce_sorted=False that they are in any order).

    Example:
        >>> model = NameClassifier(26, 8, 6, 12)
        >>> tokens, lengths = torch.tensor([[3, 1, 0], [4, 2, 5]]), torch.tensor([2, 3])
        >>> scores = model(tokens, lengths)
        >>> scores.shape, torch.allclose(scores[:1], model(tokens[:1, :2], lengths[:1]), atol=1e-6)
        (torch.Size([2, 12]), True)

    Source: Schuster and Paliwal, Bidirectional Recurrent Neural Networks (1997); Cho et al., Learning Phrase
    Representations using RNN Encoder-Decoder (2014).
    Deviations: the GRU is that of torch.nn.GRU.
    """

    def __init__(self, vocabulary_size: int, embedding_dim: int, hidden_size: int, num_classes: int) -> None:
        raise NotImplementedError("NameClassifier.__init__")

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Return the scores of each name."""
        raise NotImplementedError("NameClassifier.forward")


class NamesRun(NamedTuple):
    """What a training on names returns."""

    model: nn.Module  # in evaluation mode
    losses: list[float]


def train_names(
    names: list[str],
    labels: Tensor,
    generator: torch.Generator,
    epochs: int = 6,
    batch_size: int = 20,
    lr: float = 0.3,
) -> NamesRun:
    """Train a network to tell which language a name comes from, and give it back.

    The net is a new NameClassifier(26, 16, 24, K) on the device of labels; its tokens are the places in the alphabet, 0
    for a and 25 for z. Each epoch goes once over all names, in the batches of a new
    `torch.randperm(N, generator=generator).split(batch_size)`; the last may be smaller, and counts. Each batch is one
    step of torch.optim.SGD with this lr and momentum 0.9, one for the whole training, along the gradient of the mean
    cross-entropy of the batch.

    Args:
        names: N words in the letters a to z.
        labels: (N,) int64, from 0 to K-1; K is the largest of them plus 1.
        generator: a generator of the CPU, which only draws the orders.
        epochs: how often to go over the names; 0 gives the untrained net.
        batch_size: names of a batch.
        lr: the learning rate.

    Returns:
        model: the net, in evaluation mode.
        losses: a list of `epochs` floats, for each epoch the mean over all names of the losses that the steps were
            made from; a small last batch counts less than a full one.

    Note:
        Afterwards the net meets names that it has never seen. Initial weights come from torch's own generator.

    Example:
        >>> names, labels = ["abab", "baba", "aab", "xyx", "yyxx", "xxy"] * 20, torch.tensor([0, 0, 0, 1, 1, 1] * 20)
        >>> run = train_names(names, labels, torch.Generator().manual_seed(0))
        >>> tokens, lengths = pad_sequences([torch.tensor([1, 0, 1]), torch.tensor([23, 24, 23, 24])])  # bab, xyxy
        >>> run.model(tokens, lengths).argmax(1), run.losses[-1] < run.losses[0]
        (tensor([0, 1]), True)

    Source: the data set `names` of this course, see its README. Deviations: names and languages are drawn at random.
    """
    raise NotImplementedError("train_names")
