"""Recurrent networks and embeddings: from text to numbers, cells, layers over time, and models of sequences.

Letters: N batch, T time, D features in, H hidden units, L layers, V tokens in a vocabulary, E width of an embedding;
`*` any axes, none included.
Time comes first unless a docstring says otherwise: (T, N, D).
Results have the dtype and the device of the inputs unless a docstring says otherwise; arguments stay as they were.
Every module is a `torch.nn.Module`: it keeps parameters under the names its docstring gives (the keys of
`state_dict()`), works in the dtype and on the device that `.to(...)` moved it to, computes in float64 as in float32,
and is differentiable in all parameters and floating-point inputs. A call remembers nothing for the next one, and
the samples of a batch do not meet.
Where a function draws random numbers, the order of the draws is free.
"By hand" means: the torch functions and classes named in the note are forbidden; the rest of torch is free.
"""

import collections
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

PADDING = "<pad>"  # fills short texts up; number 0 of a vocabulary
UNKNOWN = "<unk>"  # stands for every token that a vocabulary does not know; number 1


def build_vocabulary(texts: Sequence[Sequence[str]], min_count: int = 1) -> dict[str, int]:
    """Number the tokens of some texts: return a dict from token to number, in the order 0, 1, 2, ... of the numbers.

    "<pad>" is 0 and "<unk>" is 1, always, and they get no other number where they occur among the words. From 2 on
    come the tokens that occur at least min_count times in all texts together, sorted as Python does ("B" before "a").

    Args:
        texts: a list of texts: strings, whose tokens are characters, or lists of words. List and texts may be empty.
        min_count: how often a token has to occur, at least 1.
    Example:
        >>> build_vocabulary(["hello", "hey"])
        {'<pad>': 0, '<unk>': 1, 'e': 2, 'h': 3, 'l': 4, 'o': 5, 'y': 6}

    Source: Zhang, Lipton, Li, Smola, Dive into Deep Learning, section 9.2.2.
    Deviations: sorted by token, not by how often it occurs; a number for padding.
    """
    ### BEGIN SOLUTION
    counts = collections.Counter(token for text in texts for token in text)
    frequent = sorted(token for token, count in counts.items() if count >= min_count)
    tokens = [PADDING, UNKNOWN, *(token for token in frequent if token not in (PADDING, UNKNOWN))]
    return {token: number for number, token in enumerate(tokens)}
    ### END SOLUTION


def encode(text: Sequence[str], vocabulary: dict[str, int]) -> Tensor:
    """Return the number of each token of a text.

    Args:
        text: a string, whose tokens are its characters, or a list of words; T tokens, maybe none.
        vocabulary: a number for each token, in any order, "<unk>" among them. No token is added to it.
    Returns:
        (T,), int64, on the CPU. A token that is not in the vocabulary has the number of "<unk>".
    Example:
        >>> encode("hexe", {"<pad>": 0, "<unk>": 1, "e": 2, "h": 3})
        tensor([3, 2, 1, 2])

    Source: Zhang, Lipton, Li, Smola, Dive into Deep Learning, section 9.2.
    """
    ### BEGIN SOLUTION
    unknown = vocabulary[UNKNOWN]
    return torch.tensor([vocabulary.get(token, unknown) for token in text], dtype=torch.int64)
    ### END SOLUTION


def decode(indices: Tensor, vocabulary: dict[str, int]) -> list[str]:
    """Return the tokens that a row of numbers stands for, without padding.

    Every "<pad>" is left out, wherever it stands; "<unk>" is a token like any other.

    Args:
        indices: (T,), int64, on any device, each the number of a token; T may be 0.
        vocabulary: a number for each token, no two alike, in any order; it may lack "<pad>" and "<unk>".
    Returns:
        A list of strings, the tokens in order. Of characters "".join(...) makes a text.
    Example:
        >>> decode(torch.tensor([3, 2, 1, 0, 0]), {"<pad>": 0, "<unk>": 1, "e": 2, "h": 3})
        ['h', 'e', '<unk>']

    Source: Zhang, Lipton, Li, Smola, Dive into Deep Learning, section 9.2. Deviations: padding is left out.
    """
    ### BEGIN SOLUTION
    token_of = {number: token for token, number in vocabulary.items()}
    return [token_of[number] for number in indices.tolist() if token_of[number] != PADDING]
    ### END SOLUTION


def one_hot_sequence(indices: Tensor, num_tokens: int) -> Tensor:
    """Turn a batch of numbered texts into one-hot vectors, time first: the input of a recurrent network.

    Args:
        indices: (N, T), int64, one text in each row; T may be 0.
        num_tokens: V, also when the last tokens do not occur.
    Returns:
        y: (T, N, V), float32, on the device of indices: y[t, n, v] is 1 where indices[n, t] is v, else 0.
        Made without a Python loop; torch.nn.functional.one_hot is welcome.
    Raises:
        IndexError: an entry of `indices` is negative or not below `num_tokens`.
    Example:
        >>> one_hot_sequence(torch.tensor([[2, 0, 0]]), 4)[0]
        tensor([[0., 0., 1., 0.]])

    Source: Zhang, Lipton, Li, Smola, Dive into Deep Learning, section 9.5.2.1. Deviations: bad indices raise.
    """
    ### BEGIN SOLUTION
    if ((indices < 0) | (indices >= num_tokens)).any():
        raise IndexError(f"indices must lie in 0 .. {num_tokens - 1}")
    tokens = torch.arange(num_tokens, device=indices.device)
    return (indices.t().unsqueeze(-1) == tokens).float()
    ### END SOLUTION


def rnn_cell_step(x: Tensor, h: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor) -> Tensor:
    """Make one step of a recurrent network: return its new state h' = tanh(x W_ih^T + b_ih + h W_hh^T + b_hh), (N, H).

    Differentiable in all arguments, and finite where x is 1000.
    By hand: no torch rnn_tanh_cell, rnn_relu_cell, rnn_tanh, rnn_relu, nn.RNNCell, nn.RNN.

    Args:
        x, h: (N, D), the input, and (N, H), the state after the step before; floating point, like all arguments.
        w_ih, w_hh, b_ih, b_hh: (H, D), (H, H), (H,), (H,); row i belongs to unit i of the new state.
    Raises:
        ValueError: naming `h` when it is not (N, H), also where torch would broadcast it.
    Example:
        >>> rnn_cell_step(*(torch.tensor([[k]]) for k in (1.0, 0.5, 0.5, -1.0)), torch.ones(1), torch.zeros(1))
        tensor([[0.7616]])

    Source: Elman, Finding Structure in Time (1990). Deviations: tanh and two biases, as in torch.nn.RNNCell.
    """
    ### BEGIN SOLUTION
    if tuple(h.shape) != (len(x), len(w_hh)):
        raise ValueError(f"h must be {(len(x), len(w_hh))}, not {tuple(h.shape)}")
    return torch.tanh(x @ w_ih.t() + b_ih + h @ w_hh.t() + b_hh)
    ### END SOLUTION


### BEGIN SOLUTION


def _uniform(hidden_size: int, *shape: int) -> nn.Parameter:
    """Return a new parameter with entries from -1 / sqrt(H) to 1 / sqrt(H)."""
    r = 1 / math.sqrt(hidden_size)
    return nn.Parameter(torch.empty(shape).uniform_(-r, r))


### END SOLUTION


class RNNCell(nn.Module):
    """One step of a recurrent network, as a module with its own weights.

    h' = tanh(x W_ih^T + b_ih + h W_hh^T + b_hh), as `rnn_cell_step` computes it. The caller passes the state on.
    By hand: no torch rnn_tanh_cell, rnn_relu_cell, rnn_tanh, rnn_relu, nn.RNNCell, nn.RNN.

    Args:
        input_size, hidden_size: D and H, at least 1.
    Parameters (keys of the state_dict, in any order):
        weight_ih, weight_hh: (H, D) and (H, H).
        bias_ih, bias_hh: (H,) each.
        Every entry starts as a draw of its own from the uniform distribution on (-r, r), r = 1 / sqrt(H).
    Forward:
        x: (N, D), in the dtype and on the device of the parameters.
        h: (N, H), or None for zeros.
        -> h': (N, H).
    Example:
        >>> cell = RNNCell(3, 2)
        >>> h = cell(torch.zeros(5, 3))
        >>> cell(torch.ones(5, 3), h).shape
        torch.Size([5, 2])

    Source: Elman, Finding Structure in Time (1990).
    Deviations: as torch.nn.RNNCell, without its unbatched input and its options.
    """

    def __init__(self, input_size: int, hidden_size: int) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.hidden_size = hidden_size
        self.weight_ih = _uniform(hidden_size, hidden_size, input_size)
        self.weight_hh = _uniform(hidden_size, hidden_size, hidden_size)
        self.bias_ih = _uniform(hidden_size, hidden_size)
        self.bias_hh = _uniform(hidden_size, hidden_size)
        ### END SOLUTION

    def forward(self, x: Tensor, h: Tensor | None = None) -> Tensor:
        """Return the new state."""
        ### BEGIN SOLUTION
        h = x.new_zeros(len(x), self.hidden_size) if h is None else h
        return rnn_cell_step(x, h, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        ### END SOLUTION


class RNNOutput(NamedTuple):
    """What `RNN` returns."""

    output: Tensor  # the last layer's states: (T, N, S * H), or (N, T, S * H) with batch_first
    h_n: Tensor  # the last state of every layer and direction: (L * S, N, H), always


class RNN(nn.Module):
    """A recurrent network: L layers of cells in S directions, each run along the whole sequence.

    Layer 0 reads x, each further layer what the layer below hands on. Forwards, h_t is the step (`rnn_cell_step`) from
    the input at t and h_{t-1}; h_{-1} is the initial state. The reverse direction (`bidirectional`, S = 2, else 1) has
    weights of its own and goes from t = T - 1 to 0: its state at t comes from the input at t and its state at t + 1. A
    layer hands on at t the forward state, then the reverse one, along the last axis. A Python loop over time is right.
    By hand: no torch nn.RNN, nn.RNNCell, nn.RNNBase, rnn_tanh, rnn_relu, rnn_tanh_cell, rnn_relu_cell.

    Args:
        input_size, hidden_size, num_layers: D, H and L, each at least 1.
        batch_first: whether x and output are (N, T, .) instead of (T, N, .); h_0 and h_n are not affected.
        bidirectional: whether there is a reverse direction too.
    Parameters (keys of the state_dict, named as in torch.nn.RNN; entries start as those of `RNNCell`):
        weight_ih_l0 (H, D), weight_hh_l0 (H, H), bias_ih_l0, bias_hh_l0 (H,); for the reverse direction the same, with
        "_reverse" at the end of the name; then layer 1: weight_ih_l1 (H, S * H), weight_hh_l1, and so on.
    Forward:
        x, h_0: (T, N, D), T at least 1, and (L * S, N, H) or None for zeros; entry l * S + 1 is layer l in reverse.
        -> the named tuple RNNOutput: output (T, N, S * H), what the last layer hands on at each step, and h_n
        (L * S, N, H), in the order of h_0: the state after the last step, which is t = 0 in reverse.
    Example:
        >>> output, h_n = RNN(3, 5, num_layers=2, bidirectional=True)(torch.zeros(7, 4, 3))
        >>> torch.equal(output[-1, :, :5], h_n[2]), torch.equal(output[0, :, 5:], h_n[3])
        (True, True)

    Source: Elman (1990); Schuster, Paliwal, Bidirectional Recurrent Neural Networks (1997); torch.nn.RNN.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        batch_first: bool = False,
        bidirectional: bool = False,
    ) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.hidden_size = hidden_size
        self.num_layers, self.batch_first = num_layers, batch_first
        self.suffixes = ("", "_reverse") if bidirectional else ("",)
        for layer in range(num_layers):
            width = len(self.suffixes) * hidden_size if layer else input_size
            for suffix in self.suffixes:
                end = f"l{layer}{suffix}"
                self.register_parameter(f"weight_ih_{end}", _uniform(hidden_size, hidden_size, width))
                self.register_parameter(f"weight_hh_{end}", _uniform(hidden_size, hidden_size, hidden_size))
                self.register_parameter(f"bias_ih_{end}", _uniform(hidden_size, hidden_size))
                self.register_parameter(f"bias_hh_{end}", _uniform(hidden_size, hidden_size))
        ### END SOLUTION

    def forward(self, x: Tensor, h_0: Tensor | None = None) -> RNNOutput:
        """Return the states of the last layer at every step, and the last state of every layer and direction."""
        ### BEGIN SOLUTION
        x = x.transpose(0, 1) if self.batch_first else x
        shape = (self.num_layers * len(self.suffixes), x.shape[1], self.hidden_size)
        h_0 = x.new_zeros(shape) if h_0 is None else h_0
        last, starts = [], iter(h_0)
        for layer in range(self.num_layers):
            runs = [self._run(x, next(starts), f"l{layer}{suffix}") for suffix in self.suffixes]
            last += [run[0 if direction else -1] for direction, run in enumerate(runs)]
            x = torch.cat(runs, dim=2)
        return RNNOutput(x.transpose(0, 1) if self.batch_first else x, torch.stack(last))
        ### END SOLUTION

    ### BEGIN SOLUTION

    def _run(self, x: Tensor, h: Tensor, end: str) -> Tensor:
        """Return the states of one direction of one layer in the order of time."""
        names = (f"{part}_{end}" for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
        weights = [self.get_parameter(name) for name in names]
        steps = range(len(x))
        states = {}
        for t in reversed(steps) if end.endswith("_reverse") else steps:
            states[t] = h = rnn_cell_step(x[t], h, *weights)
        return torch.stack([states[t] for t in steps])

    ### END SOLUTION


class LSTMState(NamedTuple):
    """The two states of an `LSTMCell`."""

    h: Tensor  # (N, H), the hidden state: what the cell shows, between -1 and 1
    c: Tensor  # (N, H), the cell state: what it remembers, any number


class LSTMCell(nn.Module):
    """One step of a long short-term memory: the lesson has the equations of its two new states, h' and c'.

    Two linear maps, one of x and one of h, each with its bias, are added to (N, 4H). Its quarters belong, in this
    order, to the input gate i, the forget gate f, the new content g and the output gate o. Sums up to 1000 do no harm.
    By hand: no torch nn.LSTMCell, nn.LSTM, nn.RNNBase, lstm_cell, lstm.

    Args:
        input_size, hidden_size: D and H, at least 1.
    Parameters (keys of the state_dict, in any order):
        weight_ih, weight_hh: (4H, D) and (4H, H), rows 0 .. H-1 for i, the next H for f, then g, then o.
        bias_ih, bias_hh: (4H,) each, likewise.
        Every entry starts as a draw of its own from the uniform distribution on (-r, r), r = 1 / sqrt(H).
    Forward:
        x: (N, D), in the dtype and on the device of the parameters.
        state: a pair (h, c), each (N, H), or None for zeros.
        -> the named tuple LSTMState(h, c) with h' and c', each (N, H).
    Example:
        >>> cell = LSTMCell(3, 2)
        >>> h, c = cell(torch.ones(5, 3), cell(torch.zeros(5, 3)))
        >>> h.shape, c.shape
        (torch.Size([5, 2]), torch.Size([5, 2]))

    Source: Hochreiter, Schmidhuber, Long Short-Term Memory (1997); Gers, Schmidhuber, Cummins, Learning to Forget
    (2000). Deviations: as torch.nn.LSTMCell, without its unbatched input and its options; a named tuple comes back.
    """

    def __init__(self, input_size: int, hidden_size: int) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.hidden_size = hidden_size
        self.weight_ih = _uniform(hidden_size, 4 * hidden_size, input_size)
        self.weight_hh = _uniform(hidden_size, 4 * hidden_size, hidden_size)
        self.bias_ih = _uniform(hidden_size, 4 * hidden_size)
        self.bias_hh = _uniform(hidden_size, 4 * hidden_size)
        ### END SOLUTION

    def forward(self, x: Tensor, state: tuple[Tensor, Tensor] | None = None) -> LSTMState:
        """Return the new hidden state and the new cell state."""
        ### BEGIN SOLUTION
        zeros = x.new_zeros(len(x), self.hidden_size)
        h, c = (zeros, zeros) if state is None else state
        gates = x @ self.weight_ih.t() + self.bias_ih + h @ self.weight_hh.t() + self.bias_hh
        i, f, g, o = gates.chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return LSTMState(torch.sigmoid(o) * torch.tanh(c), c)
        ### END SOLUTION


class GRUCell(nn.Module):
    """One step of a gated recurrent unit. Two products, each (N, 3H), have thirds in the order r, z, n:

        [a_r, a_z, a_n] = x W_ih^T + b_ih        [s_r, s_z, s_n] = h W_hh^T + b_hh
        r = sigmoid(a_r + s_r)    z = sigmoid(a_z + s_z)    n = tanh(a_n + r * s_n)    h' = (1 - z) * n + z * h

    Sums up to 1000 do no harm. By hand: no torch nn.GRUCell, nn.GRU, nn.RNNBase, gru_cell, gru.

    Args:
        input_size, hidden_size: D and H, at least 1.
    Parameters (keys of the state_dict, in any order):
        weight_ih, weight_hh: (3H, D) and (3H, H), rows 0 .. H-1 for r, the next H for z, then n.
        bias_ih, bias_hh: (3H,) each, likewise.
        Every entry starts as a draw of its own from the uniform distribution on (-r, r), r = 1 / sqrt(H).
    Forward:
        x: (N, D), in the dtype and on the device of the parameters; h: (N, H), or None for zeros.
        -> h': (N, H).
    Example:
        >>> cell = GRUCell(3, 2)
        >>> cell(torch.ones(5, 3), cell(torch.zeros(5, 3))).shape
        torch.Size([5, 2])

    Source: Cho et al., Learning Phrase Representations using RNN Encoder-Decoder (2014). Deviations: as
    torch.nn.GRUCell, r comes after the product and z keeps the old state; no unbatched input, no options.
    """

    def __init__(self, input_size: int, hidden_size: int) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.hidden_size = hidden_size
        self.weight_ih = _uniform(hidden_size, 3 * hidden_size, input_size)
        self.weight_hh = _uniform(hidden_size, 3 * hidden_size, hidden_size)
        self.bias_ih = _uniform(hidden_size, 3 * hidden_size)
        self.bias_hh = _uniform(hidden_size, 3 * hidden_size)
        ### END SOLUTION

    def forward(self, x: Tensor, h: Tensor | None = None) -> Tensor:
        """Return the new state."""
        ### BEGIN SOLUTION
        h = x.new_zeros(len(x), self.hidden_size) if h is None else h
        from_x = (x @ self.weight_ih.t() + self.bias_ih).chunk(3, dim=1)
        from_h = (h @ self.weight_hh.t() + self.bias_hh).chunk(3, dim=1)
        r, z = (torch.sigmoid(a + s) for a, s in zip(from_x[:2], from_h[:2], strict=True))
        n = torch.tanh(from_x[2] + r * from_h[2])
        return (1 - z) * n + z * h
        ### END SOLUTION


class Embedding(nn.Module):
    """A learned vector for each token, a row of a table: y[...] = weight[indices[...]].

    A token that occurs several times adds up the gradients of all its places; the padding token, and one that does not
    occur, have gradient zero. Rows are looked up: no one_hot, no product (matmul, @, mm, einsum), no Python loop.
    By hand: no torch nn.Embedding, nn.EmbeddingBag, functional embedding, embedding_bag.

    Args:
        num_embeddings, embedding_dim: V and E, at least 1.
        padding_idx: the number of the padding token, from 0 to V - 1, or None. Its row is looked up like any other.
    Parameters (keys of the state_dict):
        weight: (V, E). Every entry starts as a draw of its own from the standard normal distribution, but the row of
            padding_idx starts at zero.
    Forward:
        indices: (*), int64, each from 0 to V - 1, maybe none -> y: (*, E), in the dtype and on the device of weight.
    Raises:
        IndexError: forward, an entry of `indices` is negative or not below V.
    Example:
        >>> embedding = Embedding(5, 2, padding_idx=0)
        >>> embedding(torch.tensor([[3, 0, 3]])).sum().backward()
        >>> embedding.weight.grad[:, 0]
        tensor([0., 0., 0., 2., 0.])

    Source: Bengio et al., A Neural Probabilistic Language Model (2003). Deviations: bad indices raise IndexError.
    """

    def __init__(self, num_embeddings: int, embedding_dim: int, padding_idx: int | None = None) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.padding_idx = padding_idx
        weight = torch.randn(num_embeddings, embedding_dim)
        if padding_idx is not None:
            weight[padding_idx] = 0
        self.weight = nn.Parameter(weight)
        ### END SOLUTION

    def forward(self, indices: Tensor) -> Tensor:
        """Return the row of each index."""
        ### BEGIN SOLUTION
        if ((indices < 0) | (indices >= len(self.weight))).any():
            raise IndexError(f"indices must lie in 0 .. {len(self.weight) - 1}")
        rows = self.weight[indices]
        if self.padding_idx is None:
            return rows
        return torch.where((indices == self.padding_idx).unsqueeze(-1), rows.detach(), rows)
        ### END SOLUTION


# Sequences


class CellCharRNN(nn.Module):
    """A network that reads letters one by one, from a cell and a loop of your own. For t = 0, ..., T-1:

        h_t = tanh(W_ih one_hot(token_t) + b_ih + W_hh h_{t-1} + b_hh),    logits_t = W h_t + b

    one_hot(k) is 1 at k and 0 elsewhere, h_{-1} is `hidden`. "hello" becomes "ohlol" so: row t of the logits names
    letter t of the answer. Initial weights have any distribution from which training works.
    torch.nn.RNNCell and torch.nn.Linear are welcome. By hand: no torch nn.RNN, LSTM, GRU, rnn_tanh, lstm, gru.

    Args:
        vocabulary_size, hidden_size: V, the number of different tokens, and H.
    Parameters (keys of the state_dict, in any order):
        cell.weight_ih, cell.weight_hh: (H, V) and (H, H); cell.bias_ih, cell.bias_hh: (H,) each.
        linear.weight: (V, H); linear.bias: (V,).
    Forward:
        tokens: (N, T) int64, from 0 to V-1, T at least 1.
        hidden: (N, H), what an earlier call returned as its last state, or None for zeros.
        -> (logits, hidden), a plain tuple: logits (N, T, V), raw scores without a softmax; h_{T-1}, (N, H).
    Example:
        >>> logits, hidden = CellCharRNN(4, 3)(torch.tensor([[1, 0, 2, 2, 3]]))
        >>> logits.shape, hidden.shape
        (torch.Size([1, 5, 4]), torch.Size([1, 3]))

    Source: Elman, Finding Structure in Time (1990). Deviations: two biases, as in torch.nn.RNNCell.
    """

    def __init__(self, vocabulary_size: int, hidden_size: int) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.cell = nn.RNNCell(vocabulary_size, hidden_size)
        self.linear = nn.Linear(hidden_size, vocabulary_size)
        ### END SOLUTION

    def forward(self, tokens: Tensor, hidden: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return the scores of every step, and the last hidden state."""
        ### BEGIN SOLUTION
        if hidden is None:
            hidden = self.cell.weight_hh.new_zeros(len(tokens), self.cell.hidden_size)
        x = functional.one_hot(tokens, self.cell.input_size).to(hidden.dtype)
        states = []
        for step in x.unbind(1):
            hidden = self.cell(step, hidden)
            states.append(hidden)
        return self.linear(torch.stack(states, 1)), hidden
        ### END SOLUTION


class CharRNN(nn.Module):
    """The network of `CellCharRNN` with a layer that runs over all steps by itself. torch.nn.RNN is welcome.

    The formula is the same; the names of the parameters and the shape of the hidden state are those of a recurrent
    layer: the batch comes first in tokens and logits, and second in hidden.

    Args:
        vocabulary_size, hidden_size: V, the number of different tokens, and H.
    Parameters (keys of the state_dict, in any order):
        rnn.weight_ih_l0, rnn.weight_hh_l0: (H, V) and (H, H); rnn.bias_ih_l0, rnn.bias_hh_l0: (H,) each.
        linear.weight: (V, H); linear.bias: (V,).
    Forward:
        tokens: (N, T) int64, from 0 to V-1, T at least 1.
        hidden: (1, N, H), the last state of an earlier call, or None for zeros.
        -> (logits, hidden), a plain tuple: logits (N, T, V), raw scores, and the last state, (1, N, H).
    Example:
        >>> logits, hidden = CharRNN(4, 3)(torch.tensor([[1, 0, 2, 2, 3]]))
        >>> logits.shape, hidden.shape
        (torch.Size([1, 5, 4]), torch.Size([1, 1, 3]))

    Source: torch.nn.RNN.
    """

    def __init__(self, vocabulary_size: int, hidden_size: int) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.rnn = nn.RNN(vocabulary_size, hidden_size, batch_first=True)
        self.linear = nn.Linear(hidden_size, vocabulary_size)
        ### END SOLUTION

    def forward(self, tokens: Tensor, hidden: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return the scores of every step, and the last hidden state."""
        ### BEGIN SOLUTION
        x = functional.one_hot(tokens, self.rnn.input_size).to(self.linear.weight.dtype)
        states, hidden = self.rnn(x, hidden)
        return self.linear(states), hidden
        ### END SOLUTION


class EmbeddingCharRNN(nn.Module):
    """Learned vectors for the letters, several recurrent layers, and scores.

    x_t is row token_t of the embedding. Layer l computes, from its input x^l with x^0 = x,

        h^l_t = tanh(W_ih^l x^l_t + b_ih^l + W_hh^l h^l_{t-1} + b_hh^l),    x^{l+1} = h^l

    and logits_t = W h^{L-1}_t + b. No token is a padding token, and there is no dropout.
    torch.nn.Embedding and torch.nn.RNN are welcome.

    Args:
        vocabulary_size, embedding_dim, hidden_size, num_layers: V, E, H and L, each at least 1.
    Parameters (keys of the state_dict, in any order):
        embedding.weight: (V, E).
        rnn.weight_ih_l0, rnn.weight_hh_l0: (H, E) and (H, H); rnn.bias_ih_l0, rnn.bias_hh_l0: (H,) each; the same four
            of layer 1 with l1, and so on, where weight_ih is (H, H).
        linear.weight: (V, H); linear.bias: (V,).
    Forward:
        tokens, hidden: (N, T) int64, from 0 to V-1, T at least 1; (L, N, H), from an earlier call, or None for zeros.
        -> (logits, hidden), a plain tuple: logits (N, T, V), raw scores, and the last states, (L, N, H).
    Example:
        >>> [part.shape for part in EmbeddingCharRNN(4, 10, 8)(torch.tensor([[1, 0, 2, 2, 3]]))]
        [torch.Size([1, 5, 4]), torch.Size([2, 1, 8])]

    Source: torch.nn.Embedding and torch.nn.RNN.
    """

    def __init__(
        self, vocabulary_size: int, embedding_dim: int, hidden_size: int, num_layers: int = 2
    ) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_dim)
        self.rnn = nn.RNN(embedding_dim, hidden_size, num_layers, batch_first=True)
        self.linear = nn.Linear(hidden_size, vocabulary_size)
        ### END SOLUTION

    def forward(self, tokens: Tensor, hidden: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return the scores of every step, and the last hidden states of all layers."""
        ### BEGIN SOLUTION
        states, hidden = self.rnn(self.embedding(tokens), hidden)
        return self.linear(states), hidden
        ### END SOLUTION


def train_char_rnn(model: nn.Module, inputs: Tensor, targets: Tensor, steps: int, lr: float) -> list[float]:
    """Teach a network to answer a sequence with another one, such as "hello" with "ohlol".

    Each step: the scores of the whole batch, read from an empty hidden state; the mean cross-entropy over all
    N * T tokens; its gradient, and nothing of earlier gradients; one step of Adam. No hidden state goes from one step
    to the next. The model is trained in place, in training mode, and left in it.

    Args:
        model: model(tokens) is (logits (N, T, V), hidden), as of `CharRNN`.
        inputs: (N, T) int64, on the device of the model; N sequences that have nothing to do with one another.
        targets: (N, T) int64, on the device of the model: the answer to each token.
        steps: how many steps to take, at least 0.
        lr: the learning rate of torch.optim.Adam, whose other settings are the defaults.
    Returns:
        The losses, a list of floats, one for each step, from before the step.
    Example:
        >>> model = CharRNN(4, 8)
        >>> hello, ohlol = torch.tensor([[1, 0, 2, 2, 3]]), torch.tensor([[3, 1, 2, 3, 2]])
        >>> losses = train_char_rnn(model, hello, ohlol, 60, 0.1)
        >>> model(hello)[0].argmax(-1).tolist(), len(losses)
        ([[3, 1, 2, 3, 2]], 60)

    Source: torch.nn.functional.cross_entropy; Kingma and Ba, Adam (2015).
    """
    ### BEGIN SOLUTION
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    losses = []
    for _ in range(steps):
        logits, _ = model(inputs)
        loss = functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
    ### END SOLUTION


class Padded(NamedTuple):
    """Sequences of different lengths in one tensor."""

    padded: Tensor
    lengths: Tensor


def pad_sequences(sequences: Sequence[Tensor], padding_value: float = 0, batch_first: bool = True) -> Padded:
    """Put sequences of different lengths into one tensor, filled up after their ends.

    padded[n, t] = sequences[n][t] for t < lengths[n], else padding_value. The order of the sequences stays.
    Differentiable in the sequences.
    By hand: no torch pad_sequence, pack_sequence, pad_packed_sequence, nested_tensor, to_padded_tensor.

    Args:
        sequences: N tensors (T_n, *), N at least 1, of one dtype, on one device, and with the same further axes (often
            there are none); T_n may be 0 in some.
        padding_value: what stands after the end of a sequence.
        batch_first: whether padded is (N, T, *) or (T, N, *).
    Returns:
        padded: (N, T, *) or (T, N, *), T the largest of the T_n; dtype and device of the sequences.
        lengths: (N,) int64, the T_n, on the device of the sequences.
    Example:
        >>> pad_sequences([torch.tensor([5, 6]), torch.tensor([7])], padding_value=9)
        Padded(padded=tensor([[5, 6],
                [7, 9]]), lengths=tensor([2, 1]))

    Source: torch.nn.utils.rnn.pad_sequence. Deviations: lengths come back too, and the batch is first.
    """
    ### BEGIN SOLUTION
    longest, rows = max(map(len, sequences)), []
    for sequence in sequences:
        filling = sequence.new_full((longest - len(sequence), *sequence.shape[1:]), padding_value)
        rows.append(torch.cat([sequence, filling]))
    lengths = torch.tensor([len(sequence) for sequence in sequences], device=sequences[0].device)
    return Padded(torch.stack(rows, 0 if batch_first else 1), lengths)
    ### END SOLUTION


def last_valid_state(output: Tensor, lengths: Tensor) -> Tensor:
    """Return the state of every sequence at its own last step: y_n = output[n, lengths[n] - 1], (N, H).

    Differentiable in output; what stands in the padding does not matter, and has gradient 0.
    No loop over the sequences: the number of torch operators does not grow with N.

    Args:
        output: (N, T, H), the states of a padded batch at all steps.
        lengths: (N,) int64, from 1 to T, on the device of output.
    Raises:
        ValueError: naming `lengths` when they are not N numbers, or one of them is below 1 or above T.
    Example:
        >>> last_valid_state(torch.arange(6.0).reshape(2, 3, 1), torch.tensor([3, 1])).tolist()
        [[2.0], [3.0]]

    Source: torch.nn.utils.rnn.pad_packed_sequence, which returns the lengths.
    """
    ### BEGIN SOLUTION
    if lengths.shape != output.shape[:1] or not ((lengths >= 1) & (lengths <= output.shape[1])).all():
        raise ValueError(f"lengths must be {len(output)} numbers from 1 to {output.shape[1]}, not {lengths.tolist()}")
    return output[torch.arange(len(output), device=output.device), lengths - 1]
    ### END SOLUTION


def masked_mean(x: Tensor, lengths: Tensor) -> Tensor:
    """Return the mean of every sequence over its own steps, (N, D), without the padding.

    y_n = (x[n, 0] + ... + x[n, L-1]) / L with L = lengths[n]. Differentiable in x.
    What stands in the padding does not matter, even if it is inf or nan, and has gradient 0.
    No loop over the sequences: the number of torch operators does not grow with N.

    Args:
        x: (N, T, D) floating point, a padded batch.
        lengths: (N,) int64, from 1 to T, on the device of x.
    Example:
        >>> x = torch.tensor([[[1.0], [2.0], [6.0]], [[4.0], [8.0], [99.0]]])
        >>> masked_mean(x, torch.tensor([3, 2])).tolist()
        [[3.0], [6.0]]

    Source: Zhang, Lipton, Li, Smola, Dive into Deep Learning, chapter 11, for masks by length.
    """
    ### BEGIN SOLUTION
    valid = torch.arange(x.shape[1], device=x.device) < lengths.unsqueeze(1)
    total = torch.where(valid.unsqueeze(2), x, 0.0).sum(1)
    return total / lengths.unsqueeze(1)
    ### END SOLUTION


def check_masked_mean(masked_mean: Callable[[Tensor, Tensor], Tensor]) -> None:
    """A test of any mean over padded sequences: raises AssertionError if it is wrong, and nothing if it is right.

    Right is what the task `masked_mean` asks for: the mean over the first lengths[n] steps of each sequence, whatever
    stands in the padding, nan too; dtype of x, differentiable in x; x and lengths stay as they were. Right code of
    several styles has to pass, each of which rounds in its own way. The points are the share of wrong code that is
    caught: one that counts the padding, one that divides by T, one that takes the first length for all, and rarer ones.
    No other exception counts: where nothing requires a gradient, `backward` raises a RuntimeError.

    Args:
        masked_mean: called as `masked_mean(x, lengths)`, with lengths from 1 to T.
    Example:
        >>> check_masked_mean(lambda x, lengths: torch.stack([row[:n].mean(0) for row, n in zip(x, lengths)]))

    Source: Zhang, Lipton, Li, Smola, Dive into Deep Learning, chapter 11, for masks by length.
    """
    ### BEGIN SOLUTION
    generator = torch.Generator().manual_seed(0)
    steps = [2, 5, 1, 4]
    for padding in (0.0, 7.0, math.nan):
        values = torch.randn(4, 5, 3, generator=generator, dtype=torch.float64)
        for row, n in zip(values, steps, strict=True):
            row[n:] = padding
        x, lengths = values.clone().requires_grad_(), torch.tensor(steps)
        y = masked_mean(x, lengths)
        assert lengths.tolist() == steps, "lengths was changed"
        torch.testing.assert_close(x.detach(), values, rtol=0, atol=0, equal_nan=True)
        want = torch.stack([row[:n].mean(0) for row, n in zip(values, steps, strict=True)])
        torch.testing.assert_close(y.detach(), want)
        assert y.requires_grad, "y is cut from the graph"
        above = torch.randn(4, 3, generator=generator, dtype=torch.float64)
        (slope,) = torch.autograd.grad(y, x, above)
        parts = [above[i] / n if t < n else torch.zeros(3) for i, n in enumerate(steps) for t in range(5)]
        torch.testing.assert_close(slope, torch.stack(parts).reshape(4, 5, 3).double())
    ### END SOLUTION


def detach_hidden(hidden: Any) -> Any:
    """Return a hidden state that knows its values, and not where they come from.

    Args:
        hidden: a tensor, None, or a tuple of such, as deep as you like: the (h, c) of an LSTM, or ((h, c), (h, c)).
            It keeps its graph: a gradient through the original goes on as far as before.
    Returns:
        The same structure: for each tensor one with its values outside of every graph (requires_grad is False); None
        for None; a plain tuple for a tuple. Whether memory is shared is free.
    Example:
        >>> h = torch.ones(2, requires_grad=True) * 3
        >>> detach_hidden((h, (h, None)))
        (tensor([3., 3.]), (tensor([3., 3.]), None))

    Source: torch.Tensor.detach.
    """
    ### BEGIN SOLUTION
    if isinstance(hidden, tuple):
        return tuple(detach_hidden(part) for part in hidden)
    return None if hidden is None else hidden.detach()
    ### END SOLUTION


def truncated_backpropagation(
    model: nn.Module, tokens: Tensor, length: int, optimizer: torch.optim.Optimizer
) -> list[float]:
    """Train on a long text, piece by piece: the state goes on, the gradient stops. Return the loss of each piece.

    The network is to name the next token: its inputs are tokens 0 to T-1, its targets tokens 1 to T. Both are cut
    into pieces of `length` steps; the last one may be shorter. For each piece: the logits, from the state with which
    the piece before ended, detached (None at first); the mean cross-entropy over all tokens of the piece; its gradient,
    through all steps of the piece, and nothing of earlier gradients; one step of the optimizer.
    The model is trained in place, in training mode, and left in it.

    Args:
        model: model(tokens (N, L), hidden) is (logits (N, L, V), hidden), as of `CharRNN`; its hidden may also be a
            tuple, as of an LSTM.
        tokens: (N, T + 1) int64, T at least 1, on the device of the model: N texts side by side.
        length: the most steps of a piece, at least 1.
        optimizer: holds the parameters of the model.
    Returns:
        A list of floats, one for each piece, from before its step.
    Example:
        >>> model, tokens = CharRNN(4, 8), torch.tensor([[0, 1, 2, 3] * 10])
        >>> optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
        >>> [len(truncated_backpropagation(model, tokens, length, optimizer)) for length in (1, 10, 39, 99)]
        [39, 4, 1, 1]

    Source: Williams, Peng, An Efficient Gradient-Based Algorithm for On-Line Training of Recurrent Network Trajectories
    (1990). Deviations: the pieces do not overlap.
    """
    ### BEGIN SOLUTION
    model.train()
    hidden, losses = None, []
    inputs, targets = tokens[:, :-1].split(length, 1), tokens[:, 1:].split(length, 1)
    for x, y in zip(inputs, targets, strict=True):
        logits, hidden = model(x, detach_hidden(hidden))
        loss = functional.cross_entropy(logits.flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
    ### END SOLUTION


def gradient_through_time(w: Tensor, steps: int) -> Tensor:
    """Tell how much of a gradient is left after t steps: where it vanishes, and where it explodes.

    In h_t = w h_{t-1} the derivative of h_t with respect to h_0 is a matrix. norms_t is its spectral norm, the most by
    which it can stretch a vector: its largest singular value. A tanh network near h = 0 behaves the same, with w its
    weight_hh. Whether norms is in a graph is free.

    Args:
        w: (H, H), float32 or float64.
        steps: T, at least 1.
    Returns:
        norms: (T + 1,), the dtype and device of w, for t = 0, ..., T. norms_0 is 1.
    Example:
        >>> gradient_through_time(torch.tensor([[0.5, 0.0], [0.0, 2.0]]), 3)
        tensor([1., 2., 4., 8.])

    Source: Pascanu, Mikolov, Bengio, On the Difficulty of Training Recurrent Neural Networks (2013), section 2.1.
    """
    ### BEGIN SOLUTION
    power = torch.eye(len(w), dtype=w.dtype, device=w.device)
    norms = [torch.ones((), dtype=w.dtype, device=w.device)]
    for _ in range(steps):
        power = w @ power
        norms.append(torch.linalg.matrix_norm(power, ord=2))
    return torch.stack(norms)
    ### END SOLUTION


def perplexity(logits: Tensor, targets: Tensor, ignore_index: int = -100) -> Tensor:
    """Tell between how many tokens, all equally likely, a network is left to choose: return a tensor of shape ().

    perplexity = exp(mean over all tokens of the batch that count of -log softmax(logits)[target]), inf where it is too
    large for the dtype. Differentiable in logits. torch's log_softmax and cross_entropy are welcome.

    Args:
        logits: (N, T, V) floating point, raw scores of any size.
        targets: (N, T) int64, from 0 to V-1, or ignore_index where there is padding; at least one counts.
        ignore_index: the target of the tokens that do not count; it may be one of 0 to V-1.
    Example:
        >>> perplexity(torch.zeros(1, 3, 26), torch.tensor([[4, 0, 25]]))
        tensor(26.0000)

    Source: Jelinek, Mercer, Bahl, Baker, Perplexity: a Measure of the Difficulty of Speech Recognition Tasks (1977).
    """
    ### BEGIN SOLUTION
    return functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=ignore_index).exp()
    ### END SOLUTION


def sample(
    model: nn.Module, prompt: Tensor, length: int, temperature: float, generator: torch.Generator
) -> Tensor:
    """Write on after a prompt, token by token: return (length,) int64, without the prompt, on the device of prompt.

    Read the prompt. Then, `length` times: from the scores z (V,) of the last step draw a token k with the probability
    exp(z_k / temperature) / sum_j exp(z_j / temperature), and read it. At temperature 0, the limit, it is the token of
    the largest score, without a draw. Every token counts for all that come after it: hand hidden on and read each token
    once, or read the whole text anew. No graph is built; the model stays in its mode, with its parameters as they are.

    Args:
        model: model(tokens (1, L), hidden) is (logits (1, L, V), hidden), as of `CharRNN`; hidden is None at first, and
            may be of any kind.
        prompt: (P,) int64, P at least 1, on the device of the model.
        length: how many tokens to write, at least 0.
        temperature: 0, or from 1e-3 to 1e6.
        generator: the only source of the draws, for torch.multinomial. It may live on another device than the model:
            take the probabilities to `generator.device` then, and the token back.
    Example:
        >>> sample(CharRNN(4, 8), torch.tensor([1, 0]), 3, 1.0, torch.Generator().manual_seed(0)).shape
        torch.Size([3])

    Source: Ackley, Hinton, Sejnowski, A Learning Algorithm for Boltzmann Machines (1985), for the temperature.
    """
    ### BEGIN SOLUTION
    written, hidden, unread = [], None, prompt.unsqueeze(0)
    with torch.no_grad():
        for _ in range(length):
            logits, hidden = model(unread, hidden)
            token = _choose(logits[0, -1], temperature, generator).to(prompt.device)
            written.append(token)
            unread = token.unsqueeze(0)
    return torch.cat([prompt[:0], *written])
    ### END SOLUTION


### BEGIN SOLUTION


def _choose(scores: Tensor, temperature: float, generator: torch.Generator) -> Tensor:
    """Draw one token, (1,), by its scores (V,)."""
    if temperature == 0:
        return scores.argmax(keepdim=True)
    probabilities = torch.softmax(scores / temperature, 0)
    return torch.multinomial(probabilities.to(generator.device), 1, generator=generator)


### END SOLUTION


class NameClassifier(nn.Module):
    """Reads a name from both sides and scores the languages it may come from.

    The letters become vectors by an embedding; a bidirectional GRU reads them from zeros, each name up to its own end.
    The state in which the forward direction ends (after the last letter) stands beside the one in which the reverse
    direction ends (after the first), and a linear layer scores both. The scores of a name depend on its own letters,
    not on the token in its padding, which may be any, nor on how much padding there is.
    torch.nn.GRU and torch.nn.utils.rnn.pack_padded_sequence are welcome; the latter wants lengths on the CPU, and takes
    any order with enforce_sorted=False.

    Args:
        vocabulary_size, embedding_dim, hidden_size, num_classes: V, E, H of each direction, and K.
    Parameters (keys of the state_dict, in any order):
        embedding.weight: (V, E); linear.weight, linear.bias: (K, 2H), forward state first, and (K,).
        gru.weight_ih_l0, gru.weight_hh_l0, gru.bias_ih_l0, gru.bias_hh_l0: (3H, E), (3H, H), (3H,), (3H,); with
            "_reverse" at the end of the name for that direction.
    Forward:
        tokens: (N, T) int64, from 0 to V-1, a padded batch; T may be larger than all lengths.
        lengths: (N,) int64, from 1 to T, in any order, on the device of tokens.
        -> scores: (N, K), raw scores without a softmax, in the order of tokens.
    Example:
        >>> NameClassifier(26, 8, 6, 12)(torch.tensor([[3, 1, 0], [4, 2, 5]]), torch.tensor([2, 3])).shape
        torch.Size([2, 12])

    Source: Schuster, Paliwal (1997); Cho et al. (2014). Deviations: the GRU is that of torch.nn.GRU.
    """

    def __init__(self, vocabulary_size: int, embedding_dim: int, hidden_size: int, num_classes: int) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_dim)
        self.gru = nn.GRU(embedding_dim, hidden_size, batch_first=True, bidirectional=True)
        self.linear = nn.Linear(2 * hidden_size, num_classes)
        ### END SOLUTION

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Return the scores of each name."""
        ### BEGIN SOLUTION
        packed = nn.utils.rnn.pack_padded_sequence(
            self.embedding(tokens), lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        _, (forward, backward) = self.gru(packed)
        return self.linear(torch.cat([forward, backward], 1))
        ### END SOLUTION


class NamesRun(NamedTuple):
    """What a training on names returns."""

    model: nn.Module  # in evaluation mode
    losses: list[float]


### BEGIN SOLUTION


def _batch_of(names: Sequence[str]) -> Padded:
    """Return names as tokens, padded."""
    return pad_sequences([torch.tensor([ord(letter) - ord("a") for letter in name]) for name in names])


### END SOLUTION


def train_names(
    names: list[str],
    labels: Tensor,
    generator: torch.Generator,
    epochs: int = 6,
    batch_size: int = 20,
    lr: float = 0.3,
) -> NamesRun:
    """Train a network to tell which language a name comes from, and give it back.

    The net is a new NameClassifier(26, 16, 24, K) on the device of labels; its tokens are places in the alphabet, 0 for
    a and 25 for z. Each epoch goes once over all names, in the batches of a new
    `torch.randperm(N, generator=generator).split(batch_size)`; the last may be smaller, and counts. Each batch is one
    step of torch.optim.SGD with this lr and momentum 0.9, one for the whole training, along the gradient of the mean
    cross-entropy of the batch. Initial weights come from torch's own generator.

    Args:
        names, labels: N words in the letters a to z; (N,) int64, from 0 to K-1, K is the largest of them plus 1.
        generator: a generator of the CPU, which only draws the orders.
        epochs: how often to go over the names; 0 gives the untrained net.
        batch_size, lr: names of a batch, and the learning rate.
    Returns:
        model: the net, in evaluation mode.
        losses: a list of `epochs` floats, for each epoch the mean over all names of the losses that the steps were
            made from; a small last batch counts less than a full one.
    Example:
        >>> names, labels = ["abab", "baba", "xyx", "yyxx"] * 20, torch.tensor([0, 0, 1, 1] * 20)
        >>> run = train_names(names, labels, torch.Generator().manual_seed(0))
        >>> run.losses[-1] < run.losses[0]
        True

    Source: the data set `names` of this course, see its README. Deviations: names and languages are drawn at random.
    """
    ### BEGIN SOLUTION
    tokens, lengths = (part.to(labels.device) for part in _batch_of(names))
    model = NameClassifier(26, 16, 24, int(labels.max()) + 1).to(labels.device)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    losses = []
    model.train()
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(names), generator=generator).to(labels.device).split(batch_size):
            loss = functional.cross_entropy(model(tokens[rows], lengths[rows]), labels[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(names))
    return NamesRun(model.eval(), losses)
    ### END SOLUTION


class PaddedScore(NamedTuple):
    """How well the tokens of padded texts were named."""

    loss: Tensor
    accuracy: float


def fix_padded_score(scores: Tensor, targets: Tensor, lengths: Tensor) -> PaddedScore:
    """Tell how well the tokens of padded texts were named. The code that is given runs, and is wrong: mend it.

    Text n has the tokens targets[n, t] for t < lengths[n]; what stands after them does not matter, whatever it is,
    and has gradient 0. The scores for targets[n, t] are scores[t, n]: they come from a layer that has the time first.

    Args:
        scores: (T, N, V), finite, float32 or float64.
        targets: (N, T) int64; those of the texts lie in 0 .. V - 1.
        lengths: (N,) int64, from 0 to T, one of them at least 1; all on the device of scores.
    Returns:
        A named tuple: loss, the mean cross-entropy over the tokens of all texts, differentiable in scores; accuracy, a
        float, the share of these tokens that have the largest score.
    Example:
        >>> scores = torch.tensor([[[2.0, 0.0], [0.0, 2.0]], [[0.0, 2.0], [0.0, 0.0]]])
        >>> score = fix_padded_score(scores, torch.tensor([[0, 1], [1, 0]]), torch.tensor([2, 1]))
        >>> round(score.loss.item(), 4), score.accuracy
        (0.1269, 1.0)

    Source: Zhang, Lipton, Li, Smola, Dive into Deep Learning, section 10.7, for the masked loss.
    """
    ### BEGIN SOLUTION
    valid = torch.arange(len(scores), device=scores.device) < lengths.unsqueeze(1)  # (N, T)
    rows = scores.transpose(0, 1)[valid]
    answers = targets[valid]
    loss = functional.cross_entropy(rows, answers)
    return PaddedScore(loss, (rows.argmax(1) == answers).sum().item() / len(rows))
    ### BEGIN STUB
    # t, n, v = scores.shape
    # valid = torch.arange(t, device=scores.device) < lengths.unsqueeze(1)
    # rows, answers = scores.reshape(n * t, v), targets.reshape(n * t)
    # loss = functional.cross_entropy(rows, answers)
    # right = (rows.argmax(1) == answers).reshape(n, t) & valid
    # return PaddedScore(loss, right.sum().item() / (n * t))
    ### END STUB
    ### END SOLUTION


def fix_text_training(
    model: nn.Module, tokens: Tensor, epochs: int, batch_size: int, lr: float, generator: torch.Generator
) -> list[float]:
    """Teach a network the next token of many short texts. The code that is given runs, and is wrong: mend it.

    The inputs of a text are its tokens 0 to T-1, the targets its tokens 1 to T. In each epoch, in training mode, the N
    texts come in a new random order, torch.randperm(N, generator=generator), in batches of batch_size; the last one may
    be smaller. A batch starts without a state (None), for it has nothing to do with the batch before. Its loss is the
    mean cross-entropy over all its tokens; its own gradient makes one step w <- w - lr * gradient.

    Args:
        model: model(tokens (B, T), hidden) is (logits (B, T, V), hidden), as of `CharRNN`. Trained in place.
        tokens: (N, T + 1) int64, T at least 1, on the device of the model: N texts that do not go on in one another.
        epochs, batch_size, lr: how often; texts in a batch; the learning rate.
        generator: on the CPU, the source of the orders.
    Returns:
        A list of floats, one for each epoch: the mean over its texts of the losses before the steps.
    Example:
        >>> tokens = torch.tensor([[0, 1, 2, 3], [3, 2, 1, 0], [0, 1, 2, 3]])
        >>> losses = fix_text_training(CharRNN(4, 8), tokens, 60, 2, 0.5, torch.Generator().manual_seed(0))
        >>> len(losses), losses[-1] < losses[0]
        (60, True)

    Source: Graves, Generating Sequences with Recurrent Neural Networks (2013), section 2.
    """
    ### BEGIN SOLUTION
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(tokens), generator=generator).split(batch_size):
            texts = tokens[rows.to(tokens.device)]
            logits, _ = model(texts[:, :-1], None)
            loss = functional.cross_entropy(logits.flatten(0, 1), texts[:, 1:].flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(texts)
        losses.append(total / len(tokens))
    return losses
    ### BEGIN STUB
    # model.train()
    # optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    # inputs, targets = tokens[:, 1:], tokens[:, :-1]
    # hidden, losses = None, []
    # for _ in range(epochs):
    #     total = 0.0
    #     inputs = inputs[torch.randperm(len(tokens), generator=generator).to(tokens.device)]
    #     for x, y in zip(inputs.split(batch_size), targets.split(batch_size), strict=True):
    #         logits, hidden = model(x, None if hidden is None else hidden.detach())
    #         loss = functional.cross_entropy(logits.flatten(0, 1), y.flatten())
    #         optimizer.zero_grad()
    #         loss.backward()
    #         optimizer.step()
    #         total += loss.item() * len(x)
    #     losses.append(total / len(tokens))
    # return losses
    ### END STUB
    ### END SOLUTION
