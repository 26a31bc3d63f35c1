import functools
from functools import partial
from typing import NamedTuple

import torch
from torch import nn
from torch.func import functional_call, vmap
from torch.utils._pytree import tree_map

PADDING = "<pad>"
UNKNOWN = "<unk>"


def scan(f, carry, xs, reverse=False):
    """lax.scan: f(carry, x) -> (carry, y), and all y in the order of xs."""
    ys = [None] * len(xs)
    for t in range(len(xs) - 1, -1, -1) if reverse else range(len(xs)):
        carry, ys[t] = f(carry, xs[t])
    return carry, torch.stack(ys)


def build_vocabulary(texts, min_count=1):
    tokens = sorted(functools.reduce(list.__add__, map(list, texts), []))
    found = {PADDING: 0, UNKNOWN: 1}
    for here, token in enumerate(tokens):
        # sorted: the run of a token is as long as min_count if that many places on it still stands
        ahead = here + min_count - 1
        if ahead < len(tokens) and tokens[ahead] == token and token not in found:
            found[token] = len(found)
    return found


def encode(text, vocabulary):
    look = lambda token: vocabulary.get(token, vocabulary[UNKNOWN])
    return torch.tensor(tree_map(look, list(text)), dtype=torch.int64)


def decode(indices, vocabulary):
    inverse = {number: token for token, number in vocabulary.items()}
    return [token for token in tree_map(inverse.__getitem__, indices.tolist()) if token != PADDING]


def one_hot_sequence(indices, num_tokens):
    if (indices != indices.clamp(0, num_tokens - 1)).any():
        raise IndexError("one_hot: an index is out of range")
    classes = torch.arange(num_tokens, device=indices.device)
    hot = lambda k: (k[..., None] == classes).to(torch.float32)
    return hot(indices).swapaxes(0, 1)


def rnn_cell_step(x, h, w_ih, w_hh, b_ih, b_hh):
    if h.shape != (x.shape[0], b_hh.shape[0]):
        raise ValueError(f"h: expected {(x.shape[0], b_hh.shape[0])}, got {tuple(h.shape)}")
    one = lambda x, h: torch.tanh(w_ih @ x + b_ih + w_hh @ h + b_hh)
    return vmap(one)(x, h)


def uniform(hidden_size, *shape):
    return nn.Parameter((torch.rand(shape) * 2 - 1) * hidden_size**-0.5)


def init_cell(module, gates, input_size, hidden_size, tail=""):
    setattr(module, "weight_ih" + tail, uniform(hidden_size, gates * hidden_size, input_size))
    setattr(module, "weight_hh" + tail, uniform(hidden_size, gates * hidden_size, hidden_size))
    setattr(module, "bias_ih" + tail, uniform(hidden_size, gates * hidden_size))
    setattr(module, "bias_hh" + tail, uniform(hidden_size, gates * hidden_size))


class Weights(NamedTuple):
    w_ih: torch.Tensor
    w_hh: torch.Tensor
    b_ih: torch.Tensor
    b_hh: torch.Tensor


def weights_of(module, tail=""):
    return Weights(*(getattr(module, name + tail) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")))


def elman(p, h, x):
    h = torch.tanh(x @ p.w_ih.T + p.b_ih + h @ p.w_hh.T + p.b_hh)
    return h, h


def lstm(p, carry, x):
    h, c = carry
    i, f, g, o = (x @ p.w_ih.T + p.b_ih + h @ p.w_hh.T + p.b_hh).tensor_split(4, dim=-1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(c)
    return (h, c), h


def gru(p, h, x):
    a = (x @ p.w_ih.T + p.b_ih).tensor_split(3, dim=-1)
    s = (h @ p.w_hh.T + p.b_hh).tensor_split(3, dim=-1)
    r, z = torch.sigmoid(a[0] + s[0]), torch.sigmoid(a[1] + s[1])
    h = (1 - z) * torch.tanh(a[2] + r * s[2]) + z * h
    return h, h


def empty_state(p, n):
    return torch.zeros(n, p.w_hh.shape[1], dtype=p.w_hh.dtype, device=p.w_hh.device)


class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        init_cell(self, 1, input_size, hidden_size)

    def forward(self, x, h=None):
        p = weights_of(self)
        return elman(p, empty_state(p, len(x)) if h is None else h, x)[0]


class RNNOutput(NamedTuple):
    output: torch.Tensor
    h_n: torch.Tensor


class RNN(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers=1, batch_first=False, bidirectional=False):
        super().__init__()
        self.tails = [[f"_l{l}"] + [f"_l{l}_reverse"] * bidirectional for l in range(num_layers)]
        self.batch_first = batch_first
        for layer, tails in enumerate(self.tails):
            for tail in tails:
                init_cell(self, 1, hidden_size * len(tails) if layer else input_size, hidden_size, tail)

    def forward(self, x, h_0=None):
        xs = x.swapaxes(0, 1) if self.batch_first else x

        def layer(xs, tails_and_states):
            runs = []
            for tail, h in tails_and_states:
                p = weights_of(self, tail)
                h = empty_state(p, xs.shape[1]) if h is None else h
                runs.append(scan(partial(elman, p), h, xs, reverse=tail.endswith("reverse")))
            carries, outputs = zip(*runs)
            return torch.concatenate(outputs, -1), list(carries)

        states = [None] * sum(map(len, self.tails)) if h_0 is None else list(h_0)
        last = []
        for tails in self.tails:
            xs, carries = layer(xs, [(tail, states.pop(0)) for tail in tails])
            last += carries
        return RNNOutput(xs.swapaxes(0, 1) if self.batch_first else xs, torch.stack(last))


class LSTMState(NamedTuple):
    h: torch.Tensor
    c: torch.Tensor


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        init_cell(self, 4, input_size, hidden_size)

    def forward(self, x, state=None):
        p = weights_of(self)
        carry, _ = lstm(p, (empty_state(p, len(x)),) * 2 if state is None else state, x)
        return LSTMState(*carry)


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        init_cell(self, 3, input_size, hidden_size)

    def forward(self, x, h=None):
        p = weights_of(self)
        return gru(p, empty_state(p, len(x)) if h is None else h, x)[1]


class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(num_embeddings, embedding_dim))
        self.padding_idx = padding_idx
        if padding_idx is not None:
            self.weight.data[padding_idx] = 0.0

    def forward(self, indices):
        if (indices != indices.clamp(0, len(self.weight) - 1)).any():
            raise IndexError("an index is out of range")
        # stop_gradient for the places of the padding
        y = self.weight[indices]
        stopped = torch.zeros_like(indices, dtype=torch.bool) if self.padding_idx is None else indices == self.padding_idx
        return torch.where(stopped[..., None], self.weight.detach()[indices], y)


class CellCharRNN(nn.Module):
    def __init__(self, vocabulary_size, hidden_size):
        super().__init__()
        self.cell = RNNCell(vocabulary_size, hidden_size)
        self.linear = nn.Linear(hidden_size, vocabulary_size)

    def forward(self, tokens, hidden=None):
        p = weights_of(self.cell)
        xs = one_hot_sequence(tokens, self.linear.out_features).to(p.w_ih.dtype)

        def step(h, x):
            h, _ = elman(p, h, x)
            return h, self.linear(h)

        hidden, logits = scan(step, empty_state(p, len(tokens)) if hidden is None else hidden, xs)
        return logits.swapaxes(0, 1), hidden


class CharRNN(nn.Module):
    def __init__(self, vocabulary_size, hidden_size):
        super().__init__()
        self.rnn = RNN(vocabulary_size, hidden_size, batch_first=True)
        self.linear = nn.Linear(hidden_size, vocabulary_size)

    def forward(self, tokens, hidden=None):
        xs = nn.functional.one_hot(tokens, self.linear.out_features).to(self.linear.bias.dtype)
        output, hidden = self.rnn(xs, hidden)
        return self.linear(output), hidden


class EmbeddingCharRNN(nn.Module):
    def __init__(self, vocabulary_size, embedding_dim, hidden_size, num_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_dim)
        self.rnn = RNN(embedding_dim, hidden_size, num_layers, batch_first=True)
        self.linear = nn.Linear(hidden_size, vocabulary_size)

    def forward(self, tokens, hidden=None):
        output, hidden = self.rnn(self.embedding(tokens), hidden)
        return self.linear(output), hidden


def mean_cross_entropy(logits, targets):
    logp = logits - logits.logsumexp(-1, keepdim=True)
    return -torch.take_along_dim(logp, targets[..., None], -1).mean()


def value_and_grad(f, params):
    """f(params) with its gradient, a dict like params; a parameter that f does not use has None."""
    value = f(params)
    grads = torch.autograd.grad(value, list(params.values()), allow_unused=True)
    return value.item(), dict(zip(params, grads))


def apply_updates(optimizer, params, grads):
    optimizer.zero_grad()
    for name, grad in grads.items():
        params[name].grad = grad
    optimizer.step()


def train_char_rnn(model, inputs, targets, steps, lr):
    model.train()
    params = dict(model.named_parameters())
    adam = torch.optim.Adam(params.values(), lr=lr)

    def loss_fn(params):
        logits, _ = functional_call(model, params, (inputs,))
        return mean_cross_entropy(logits, targets)

    losses = []
    for _ in range(steps):
        loss, grads = value_and_grad(loss_fn, params)
        apply_updates(adam, params, grads)
        losses.append(loss)
    return losses


class Padded(NamedTuple):
    padded: torch.Tensor
    lengths: torch.Tensor


def pad_sequences(sequences, padding_value=0, batch_first=True):
    longest = max(tree_map(len, list(sequences)))
    fill = lambda s: torch.concatenate([s, s.new_full((longest - len(s), *s.shape[1:]), padding_value)])
    padded = torch.stack(tree_map(fill, list(sequences)), 0 if batch_first else 1)
    return Padded(padded, torch.tensor(tree_map(len, list(sequences)), device=padded.device))


def last_valid_state(output, lengths):
    if lengths.shape != output.shape[:1]:
        raise ValueError("lengths: one for each sequence")
    if (lengths != lengths.clamp(1, output.shape[1])).any():
        raise ValueError("lengths: from 1 to T")
    pick = lambda states, length: torch.index_select(states, 0, length[None] - 1)[0]
    return vmap(pick)(output, lengths)


def masked_mean(x, lengths):
    def one(steps, length):
        inside = torch.arange(steps.shape[0], device=steps.device) < length
        return torch.where(inside[:, None], steps, 0.0).sum(0) / length

    return vmap(one)(x, lengths)


def detach_hidden(hidden):
    if isinstance(hidden, tuple):
        return tuple(detach_hidden(part) for part in hidden)
    return hidden if hidden is None else hidden.detach()


def truncated_backpropagation(model, tokens, length, optimizer):
    model.train()
    params = dict(model.named_parameters())
    hidden, losses = None, []
    for start in range(0, tokens.shape[1] - 1, length):
        piece = tokens[:, start : start + length + 1]
        after = []

        def loss_fn(params):
            logits, state = functional_call(model, params, (piece[:, :-1], hidden))
            after.append(state)
            return mean_cross_entropy(logits, piece[:, 1:])

        loss, grads = value_and_grad(loss_fn, params)
        apply_updates(optimizer, params, grads)
        hidden = detach_hidden(after[0])
        losses.append(loss)
    return losses


def gradient_through_time(w, steps):
    norm = lambda power: torch.linalg.matrix_norm(power, ord=2)
    start = torch.eye(w.shape[0], dtype=w.dtype, device=w.device)
    _, norms = scan(lambda power, _: (w @ power, norm(power)), start, range(steps + 1))
    return norms


def perplexity(logits, targets, ignore_index=-100):
    flat, wanted = logits.reshape(-1, logits.shape[-1]), targets.reshape(-1)
    counts = wanted != ignore_index
    picked = vmap(lambda z, k: z.logsumexp(0) - z.gather(0, k[None])[0])(flat, torch.where(counts, wanted, 0))
    return torch.exp(torch.where(counts, picked, 0.0).sum() / counts.sum())


def sample(model, prompt, length, temperature, generator):
    params = tree_map(torch.Tensor.detach, dict(model.named_parameters()))
    apply = lambda tokens, hidden: functional_call(model, params, (tokens[None], hidden))

    def categorical(scores):
        if temperature == 0:
            return scores.argmax(keepdim=True)
        p = torch.softmax((scores - scores.max()) / temperature, -1)
        return torch.multinomial(p.to(generator.device), 1, generator=generator).to(prompt.device)

    def step(carry, _):
        hidden, read = carry
        logits, hidden = apply(read, hidden)
        token = categorical(logits[0, -1].double())
        return (hidden, token), token[0]

    with torch.no_grad():
        return scan(step, (None, prompt), range(length))[1] if length else prompt[:0].clone()


class NameClassifier(nn.Module):
    def __init__(self, vocabulary_size, embedding_dim, hidden_size, num_classes):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_dim)
        self.gru = nn.Module()
        init_cell(self.gru, 3, embedding_dim, hidden_size, "_l0")
        init_cell(self.gru, 3, embedding_dim, hidden_size, "_l0_reverse")
        self.linear = nn.Linear(2 * hidden_size, num_classes)

    def forward(self, tokens, lengths):
        embedded = self.embedding(tokens.T)
        inside = torch.arange(tokens.shape[1], device=tokens.device)[:, None] < lengths
        xs = list(zip(embedded, inside))

        def read(tail):
            p = weights_of(self.gru, tail)

            def step(h, x_and_inside):
                x, here = x_and_inside
                new, _ = gru(p, h, x)
                h = torch.where(here[:, None], new, h)
                return h, h

            return scan(step, empty_state(p, len(tokens)), xs, reverse=tail.endswith("reverse"))[0]

        return self.linear(torch.concatenate([read("_l0"), read("_l0_reverse")], -1))


class NamesRun(NamedTuple):
    model: nn.Module
    losses: list


def train_names(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    device = labels.device
    data = pad_sequences([torch.tensor([ord(letter) - 97 for letter in name]) for name in names])
    data = tree_map(lambda leaf: leaf.to(device), (data.padded, data.lengths, labels))
    model = NameClassifier(26, 16, 24, int(labels.max()) + 1).to(device)
    params = dict(model.named_parameters())
    sgd = torch.optim.SGD(params.values(), lr=lr, momentum=0.9)

    def loss_fn(params, tokens, lengths, wanted):
        return mean_cross_entropy(functional_call(model, params, (tokens, lengths)), wanted)

    def epoch():
        total = 0.0
        for rows in torch.randperm(len(names), generator=generator).split(batch_size):
            batch = tree_map(lambda leaf: leaf[rows.to(device)], data)
            loss, grads = value_and_grad(lambda p: loss_fn(p, *batch), params)
            apply_updates(sgd, params, grads)
            total += loss * len(rows)
        return total / len(names)

    model.train()
    losses = [epoch() for _ in range(epochs)]
    return NamesRun(model.eval(), losses)
