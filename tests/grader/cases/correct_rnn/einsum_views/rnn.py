from collections import Counter
from itertools import chain
from typing import NamedTuple

import torch
from torch import einsum, nn

PADDING, UNKNOWN = "<pad>", "<unk>"
KINDS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def build_vocabulary(texts, min_count=1):
    counts = Counter(chain.from_iterable(texts))
    counts.pop(PADDING, None), counts.pop(UNKNOWN, None)
    often = sorted(token for token, count in counts.items() if count >= min_count)
    return dict(zip([PADDING, UNKNOWN] + often, range(len(often) + 2)))


def encode(text, vocabulary):
    unknown = vocabulary[UNKNOWN]
    return torch.as_tensor([vocabulary.get(token, unknown) for token in text], dtype=torch.long)


def decode(indices, vocabulary):
    back = dict(zip(vocabulary.values(), vocabulary))
    padding = vocabulary.get(PADDING, -1)
    return [back[k] for k in indices[indices != padding].tolist()]


def one_hot_sequence(indices, num_tokens):
    if indices.numel() and bool(((indices < 0) + (indices >= num_tokens)).any()):
        raise IndexError("an index is not below num_tokens")
    return nn.functional.one_hot(indices, num_tokens).permute(1, 0, 2).to(torch.float32)


def rnn_cell_step(x, h, w_ih, w_hh, b_ih, b_hh):
    if h.shape != x.shape[:1] + w_hh.shape[:1]:
        raise ValueError("h is not (N, H)")
    return (einsum("nd,hd->nh", x, w_ih) + einsum("nk,hk->nh", h, w_hh) + b_ih + b_hh).tanh()


class Weights(nn.Module):
    """Named parameters, all from the uniform distribution that belongs to the hidden size."""

    def __init__(self, hidden_size, shapes):
        super().__init__()
        for name, shape in shapes.items():
            uniform = torch.distributions.Uniform(-(hidden_size**-0.5), hidden_size**-0.5)
            self.register_parameter(name, nn.Parameter(uniform.sample(torch.Size(shape))))


def gate_shapes(gates, input_size, hidden_size, end=""):
    rows = gates * hidden_size
    return dict(zip((kind + end for kind in KINDS), ((rows, input_size), (rows, hidden_size), (rows,), (rows,))))


class RNNCell(Weights):
    def __init__(self, input_size, hidden_size):
        super().__init__(hidden_size, gate_shapes(1, input_size, hidden_size))

    def forward(self, x, h=None):
        h = x.new_zeros(x.shape[0], self.bias_hh.shape[0]) if h is None else h
        return rnn_cell_step(x, h, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)


class RNNOutput(NamedTuple):
    output: torch.Tensor
    h_n: torch.Tensor


class RNN(Weights):
    def __init__(self, input_size, hidden_size, num_layers=1, batch_first=False, bidirectional=False):
        ends = ("", "_reverse")[: 1 + bidirectional]
        shapes = {}
        for layer in range(num_layers):
            for end in ends:
                width = len(ends) * hidden_size if layer else input_size
                shapes |= gate_shapes(1, width, hidden_size, f"_l{layer}{end}")
        super().__init__(hidden_size, shapes)
        self.ends, self.layers, self.batch_first = ends, num_layers, batch_first

    def stacked(self, kind, layer):
        return torch.stack([getattr(self, f"{kind}_l{layer}{end}") for end in self.ends])

    def forward(self, x, h_0=None):
        """Letters of the products: t steps, s directions, n samples, d features, h and k units."""
        x = x.permute(1, 0, 2) if self.batch_first else x
        last = []
        for layer in range(self.layers):
            w, u, b, c = (self.stacked(kind, layer) for kind in KINDS)
            directions = torch.stack([x, x.flip(0)][: len(self.ends)], 1)
            given = einsum("tsnd,shd->tsnh", directions, w) + (b + c)[:, None]
            if h_0 is None:
                h = torch.zeros_like(given[0])
            else:
                h = h_0.view(self.layers, len(self.ends), *h_0.shape[1:])[layer]
            states = []
            for step in given:
                h = torch.tanh(step + einsum("snk,shk->snh", h, u))
                states.append(h)
            last.append(h)
            forwards, *backwards = torch.stack(states, 1)
            x = torch.cat([forwards] + [states.flip(0) for states in backwards], -1)
        return RNNOutput(x.permute(1, 0, 2) if self.batch_first else x, torch.cat(last))


class LSTMState(NamedTuple):
    h: torch.Tensor
    c: torch.Tensor


def gates(cell, x, h, number):
    """The sums of x and of h, each (gates, N, H)."""
    w, u = cell.weight_ih.unflatten(0, (number, -1)), cell.weight_hh.unflatten(0, (number, -1))
    b, c = cell.bias_ih.view(number, 1, -1), cell.bias_hh.view(number, 1, -1)
    return einsum("nd,qhd->qnh", x, w) + b, einsum("nk,qhk->qnh", h, u) + c


class LSTMCell(Weights):
    def __init__(self, input_size, hidden_size):
        super().__init__(hidden_size, gate_shapes(4, input_size, hidden_size))

    def forward(self, x, state=None):
        h, c = x.new_zeros(2, len(x), self.weight_hh.shape[1]) if state is None else state
        sums = torch.add(*gates(self, x, h, 4))
        opened = sums[[0, 1, 3]].sigmoid()
        c = einsum("qnh,qnh->nh", opened[:2], torch.stack([sums[2].tanh(), c]))
        return LSTMState(opened[2] * c.tanh(), c)


class GRUCell(Weights):
    def __init__(self, input_size, hidden_size):
        super().__init__(hidden_size, gate_shapes(3, input_size, hidden_size))

    def forward(self, x, h=None):
        h = x.new_zeros(len(x), self.weight_hh.shape[1]) if h is None else h
        a, s = gates(self, x, h, 3)
        r, z = (a + s)[:2].sigmoid()
        return torch.stack([1 - z, z]).mul(torch.stack([torch.tanh(a[2] + r * s[2]), h])).sum(0)


class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(num_embeddings, embedding_dim).normal_())
        self.padding_idx = padding_idx
        if padding_idx is not None:
            self.weight.detach()[padding_idx].zero_()

    def forward(self, indices):
        if (indices < 0).any() or (indices >= self.weight.size(0)).any():
            raise IndexError("an index is not a row")
        width = self.weight.shape[1]
        places = indices.reshape(-1, 1).expand(-1, width)
        rows = self.weight.gather(0, places)
        if self.padding_idx is not None:  # a gradient of rows that are overwritten is zero; their value is kept
            rows = rows.masked_scatter(places == self.padding_idx, rows.detach()[places == self.padding_idx])
        return rows.view(*indices.shape, width)


class CellCharRNN(nn.Module):
    def __init__(self, vocabulary_size, hidden_size):
        super().__init__()
        self.cell = RNNCell(vocabulary_size, hidden_size)
        self.linear = nn.Linear(hidden_size, vocabulary_size)

    def forward(self, tokens, hidden=None):
        cell, states = self.cell, []
        given = torch.movedim(cell.weight_ih[:, tokens], 0, -1) + cell.bias_ih + cell.bias_hh  # (N, T, H)
        hidden = torch.zeros_like(given[:, 0]) if hidden is None else hidden
        for t in range(given.shape[1]):
            hidden = (given[:, t] + einsum("nk,hk->nh", hidden, cell.weight_hh)).tanh()
            states.append(hidden)
        return einsum("tnh,vh->ntv", torch.stack(states), self.linear.weight) + self.linear.bias, hidden


class CharRNN(nn.Module):
    def __init__(self, vocabulary_size, hidden_size):
        super().__init__()
        self.rnn = RNN(vocabulary_size, hidden_size)
        self.linear = nn.Linear(hidden_size, vocabulary_size)

    def forward(self, tokens, hidden=None):
        output, hidden = self.rnn(one_hot_sequence(tokens, self.linear.out_features).to(self.linear.weight), hidden)
        return einsum("tnh,vh->ntv", output, self.linear.weight) + self.linear.bias, hidden


class EmbeddingCharRNN(nn.Module):
    def __init__(self, vocabulary_size, embedding_dim, hidden_size, num_layers=2):
        super().__init__()
        self.embedding = Embedding(vocabulary_size, embedding_dim)
        self.rnn = RNN(embedding_dim, hidden_size, num_layers)
        self.linear = nn.Linear(hidden_size, vocabulary_size)

    def forward(self, tokens, hidden=None):
        output, hidden = self.rnn(self.embedding(tokens.mT), hidden)
        return einsum("tnh,vh->ntv", output, self.linear.weight) + self.linear.bias, hidden


def token_losses(logits, targets):
    """-log p of the right token at each place: the sum over the scores less the one that was right."""
    right = torch.take_along_dim(logits, targets[..., None], -1)
    return (logits - right).logsumexp(-1)


def descend(optimizer, loss):
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return loss.item()


def train_char_rnn(model, inputs, targets, steps, lr):
    model.train(True)
    adam = torch.optim.Adam(model.parameters(), lr)
    return [descend(adam, token_losses(model(inputs)[0], targets).mean()) for _ in range(steps)]


class Padded(NamedTuple):
    padded: torch.Tensor
    lengths: torch.Tensor


def pad_sequences(sequences, padding_value=0, batch_first=True):
    first = sequences[0]
    lengths = torch.tensor([len(s) for s in sequences], device=first.device)
    filler = torch.full_like(first.new_empty(1, *first.shape[1:]), padding_value)
    flat = torch.cat([*sequences, filler])
    place = torch.arange(int(lengths.amax()), device=first.device)
    starts = lengths.cumsum(0) - lengths
    table = torch.where(place < lengths[:, None], starts[:, None] + place, len(flat) - 1)
    return Padded(flat[table if batch_first else table.mT], lengths)


def last_valid_state(output, lengths):
    if lengths.shape != output.shape[:1] or bool((lengths.clamp(1, output.shape[1]) != lengths).any()):
        raise ValueError("lengths are not N numbers from 1 to T")
    return torch.take_along_dim(output, lengths.view(-1, 1, 1) - 1, 1).flatten(1)


def masked_mean(x, lengths):
    inside = torch.arange(x.shape[1], device=x.device).lt(lengths.view(-1, 1))
    share = inside / lengths.view(-1, 1).to(x.dtype)
    return einsum("ntd,nt->nd", torch.where(inside[..., None], x, torch.zeros_like(x)), share)


def detach_hidden(hidden):
    return torch.utils._pytree.tree_map(lambda leaf: leaf if leaf is None else leaf.detach(), hidden)


def truncated_backpropagation(model, tokens, length, optimizer):
    model.train(True)
    losses, hidden = [], None
    for x, y in zip(tokens[:, :-1].split(length, 1), tokens[:, 1:].split(length, 1)):
        logits, hidden = model(x, hidden)
        losses.append(descend(optimizer, token_losses(logits, y).mean()))
        hidden = detach_hidden(hidden)
    return losses


def gradient_through_time(w, steps):
    powers = torch.stack([torch.matrix_power(w, t) for t in range(steps + 1)])
    return torch.linalg.svdvals(powers)[:, 0]


def perplexity(logits, targets, ignore_index=-100):
    counts = targets != ignore_index
    found = token_losses(logits, targets.where(counts, 0))
    return (found.where(counts, 0).sum() / counts.sum()).exp()


@torch.inference_mode()
def sample(model, prompt, length, temperature, generator):
    """k is where z / temperature + Gumbel noise is largest: that is a draw from the softmax."""
    text = prompt.clone()
    for _ in range(length):
        z = model(text[None], None)[0][0, -1].double().to(generator.device)
        if temperature > 0:
            noise = torch.rand(z.shape, dtype=z.dtype, device=z.device, generator=generator).log().neg().log().neg()
            z = (z - z.amax()) / temperature + noise
        text = torch.cat([text, z.argmax(0, keepdim=True).to(text.device)])
    return text[len(prompt) :].clone()


class NameClassifier(nn.Module):
    """Both directions go at once; a state stays as it is where a name has ended."""

    def __init__(self, vocabulary_size, embedding_dim, hidden_size, num_classes):
        super().__init__()
        self.embedding = Embedding(vocabulary_size, embedding_dim)
        shapes = gate_shapes(3, embedding_dim, hidden_size, "_l0") | gate_shapes(3, embedding_dim, hidden_size, "_l0_reverse")
        self.gru = Weights(hidden_size, shapes)
        self.linear = nn.Linear(2 * hidden_size, num_classes)

    def forward(self, tokens, lengths):
        places = torch.arange(tokens.shape[1], device=tokens.device).expand_as(tokens)
        mirrored = (lengths[:, None] - 1 - places).clamp(min=0)
        x = self.embedding(torch.stack([tokens, tokens.gather(1, mirrored)]))  # (2, N, T, E)
        w, u, b, c = (
            torch.stack([getattr(self.gru, kind + end) for end in ("_l0", "_l0_reverse")]).unflatten(1, (3, -1))
            for kind in KINDS
        )
        a = einsum("snte,sghe->tgsnh", x, w) + b.permute(1, 0, 2).unsqueeze(2)
        h = torch.zeros_like(a[0, 0])
        for t, step in enumerate(a):
            s = einsum("snk,sghk->gsnh", h, u) + c.permute(1, 0, 2).unsqueeze(2)
            r, z = (step + s)[:2].sigmoid()
            new = torch.lerp((step[2] + r * s[2]).tanh(), h, z)
            h = torch.where((t < lengths)[:, None], new, h)
        return self.linear(h.permute(1, 0, 2).flatten(1))


class NamesRun(NamedTuple):
    model: nn.Module
    losses: list


def train_names(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    words = [torch.frombuffer(bytearray(name, "ascii"), dtype=torch.uint8).long() - 97 for name in names]
    tokens, lengths = (part.to(labels.device) for part in pad_sequences(words))
    model = NameClassifier(26, 16, 24, int(labels.max() + 1)).to(labels.device).train()
    sgd = torch.optim.SGD(model.parameters(), lr, momentum=0.9)
    losses = []
    for _ in range(epochs):
        batches = torch.randperm(len(names), generator=generator).split(batch_size)
        sizes = torch.tensor([len(batch) for batch in batches], dtype=torch.float64)
        found = torch.tensor([
            descend(sgd, token_losses(model(tokens[batch], lengths[batch]), labels[batch]).mean())
            for batch in (batch.to(labels.device) for batch in batches)
        ], dtype=torch.float64)
        losses.append((einsum("b,b->", found, sizes) / len(names)).item())
    return NamesRun(model.eval(), losses)
