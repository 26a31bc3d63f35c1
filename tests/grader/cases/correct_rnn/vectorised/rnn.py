from collections import Counter
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

PADDING, UNKNOWN = "<pad>", "<unk>"


def need(ok, name, kind=ValueError):
    if not ok:
        raise kind(f"`{name}` is not right")


def build_vocabulary(texts, min_count=1):
    need(min_count >= 1, "min_count")
    counts = Counter(token for text in texts for token in text)
    kept = sorted({t for t, c in counts.items() if c >= min_count} - {PADDING, UNKNOWN})
    return {token: number for number, token in enumerate([PADDING, UNKNOWN, *kept])}


def encode(text, vocabulary):
    return torch.tensor([vocabulary.get(t, vocabulary[UNKNOWN]) for t in text], dtype=torch.int64)


def decode(indices, vocabulary):
    tokens = {number: token for token, number in vocabulary.items()}
    need(set(indices.tolist()) <= tokens.keys(), "indices", IndexError)
    return [tokens[i] for i in indices.tolist() if tokens[i] != PADDING]


def one_hot_sequence(indices, num_tokens):
    need(not ((indices < 0) | (indices >= num_tokens)).any(), "indices", IndexError)
    return (indices.T[..., None] == torch.arange(num_tokens, device=indices.device)).float()


def rnn_cell_step(x, h, w_ih, w_hh, b_ih, b_hh):
    need(x.ndim == 2 and x.shape[1] == w_ih.shape[1], "x"), need(h.shape == (len(x), len(w_hh)), "h")
    return torch.tanh(torch.cat((x, h), 1) @ torch.cat((w_ih, w_hh), 1).T + (b_ih + b_hh))


class Gated(nn.Module):
    gates = 1

    def __init__(self, input_size, hidden_size):
        super().__init__()
        rows, r = self.gates * hidden_size, hidden_size**-0.5
        shapes = {"weight_ih": (rows, input_size), "weight_hh": (rows, hidden_size), "bias_ih": rows, "bias_hh": rows}
        for name, shape in shapes.items():
            self.register_parameter(name, nn.Parameter(torch.empty(shape).uniform_(-r, r)))

    def start(self, x, h, name="h"):
        need(x.ndim == 2 and x.shape[1] == self.weight_ih.shape[1], "x")
        shape = (len(x), self.weight_hh.shape[1])
        h = x.new_zeros(shape) if h is None else h
        need(h.shape == shape, name)
        return h


class RNNCell(Gated):
    def forward(self, x, h=None):
        return rnn_cell_step(x, self.start(x, h), self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)


class RNNOutput(NamedTuple):
    output: Tensor
    h_n: Tensor


class RNN(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers=1, batch_first=False, bidirectional=False):
        super().__init__()
        self.sizes, self.batch_first, r = (input_size, hidden_size, num_layers), batch_first, hidden_size**-0.5
        self.ends = ("", "_reverse")[: 1 + bidirectional]
        for layer in range(num_layers):
            d = len(self.ends) * hidden_size if layer else input_size
            for end in self.ends:
                for name, *shape in (("weight_ih", hidden_size, d), ("weight_hh", hidden_size, hidden_size)) + tuple(
                    (b, hidden_size) for b in ("bias_ih", "bias_hh")
                ):
                    weight = nn.Parameter((torch.rand(shape) - 0.5) * 2 * r)
                    self.register_parameter(f"{name}_l{layer}{end}", weight)

    def forward(self, x, h_0=None):
        d, size, layers = self.sizes
        need(x.ndim == 3 and x.shape[2] == d and x.shape[int(self.batch_first)], "x")
        x = x.transpose(0, 1) if self.batch_first else x
        shape = (layers * len(self.ends), x.shape[1], size)
        h_0 = x.new_zeros(shape) if h_0 is None else h_0
        need(h_0.shape == shape, "h_0")
        starts, last = iter(h_0), []
        for layer in range(layers):
            outputs = []
            for end in self.ends:
                w, u, b, c = (getattr(self, f"{n}_l{layer}{end}") for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
                given, h, states = torch.einsum("tnd,hd->tnh", x, w) + (b + c), next(starts), []
                for g in given.flip(0) if end else given:  # the products with x came all at once
                    h = torch.tanh(torch.addmm(g, h, u.T))
                    states.append(h)
                last.append(h)
                outputs.append(torch.stack(states).flip(0) if end else torch.stack(states))
            x = torch.cat(outputs, 2)
        return RNNOutput(x.transpose(0, 1) if self.batch_first else x, torch.stack(last))


class LSTMState(NamedTuple):
    h: Tensor
    c: Tensor


class LSTMCell(Gated):
    gates = 4

    def forward(self, x, state=None):
        h, c = (self.start(x, s, "state") for s in state or (None, None))
        given = x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh
        i, f, g, o = given.unflatten(1, (4, -1)).unbind(1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return LSTMState(o.sigmoid() * c.tanh(), c)


class GRUCell(Gated):
    gates = 3

    def forward(self, x, h=None):
        h = self.start(x, h)
        a, s = x @ self.weight_ih.T + self.bias_ih, h @ self.weight_hh.T + self.bias_hh
        (ar, az, an), (sr, sz, sn) = a.chunk(3, 1), s.chunk(3, 1)
        return torch.lerp(torch.tanh(an + (ar + sr).sigmoid() * sn), h, (az + sz).sigmoid())


class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        need(padding_idx is None or 0 <= padding_idx < num_embeddings, "padding_idx")
        rows = torch.arange(num_embeddings)[:, None]
        keep = rows != (-1 if padding_idx is None else padding_idx)
        self.weight, self.padding_idx = nn.Parameter(torch.randn(num_embeddings, embedding_dim).where(keep, 0.0)), padding_idx

    def forward(self, indices):
        need(indices.dtype == torch.int64, "indices")
        need(not ((indices < 0) | (indices >= len(self.weight))).any(), "indices", IndexError)
        table = self.weight
        if self.padding_idx is not None:
            fixed = torch.arange(len(table), device=table.device)[:, None] == self.padding_idx
            table = torch.where(fixed, table.detach(), table)
        return table.index_select(0, indices.flatten()).unflatten(0, indices.shape) if indices.ndim else table[indices]


class CellCharRNN(nn.Module):
    def __init__(self, vocabulary_size, hidden_size):
        super().__init__()
        self.cell, self.linear = nn.RNNCell(vocabulary_size, hidden_size), nn.Linear(hidden_size, vocabulary_size)

    def forward(self, tokens, hidden=None):
        # a one-hot vector times a matrix is a column of it
        given, states = self.cell.weight_ih.T[tokens] + self.cell.bias_ih + self.cell.bias_hh, []
        h = given.new_zeros(len(tokens), given.shape[2]) if hidden is None else hidden
        for g in given.unbind(1):
            h = torch.tanh(g + h @ self.cell.weight_hh.T)
            states.append(h)
        return self.linear(torch.stack(states, 1)), h


class CharRNN(nn.Module):
    def __init__(self, vocabulary_size, hidden_size):
        super().__init__()
        self.rnn = nn.RNN(vocabulary_size, hidden_size, batch_first=True)
        self.linear = nn.Linear(hidden_size, vocabulary_size)

    def forward(self, tokens, hidden=None):
        eye = torch.eye(self.linear.out_features, dtype=self.linear.weight.dtype, device=tokens.device)
        output, hidden = self.rnn(eye[tokens], hidden)
        return self.linear(output), hidden


class EmbeddingCharRNN(nn.Module):
    def __init__(self, vocabulary_size, embedding_dim, hidden_size, num_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_dim)
        self.rnn = nn.RNN(embedding_dim, hidden_size, num_layers, batch_first=True)
        self.linear = nn.Linear(hidden_size, vocabulary_size)

    def forward(self, tokens, hidden=None):
        output, hidden = self.rnn(self.embedding(tokens), hidden)
        return self.linear(output), hidden


def train_char_rnn(model, inputs, targets, steps, lr):
    adam, losses = torch.optim.Adam(model.train().parameters(), lr), []
    for _ in range(steps):
        loss = F.cross_entropy(model(inputs)[0].flatten(0, 1), targets.flatten())
        adam.zero_grad(), loss.backward(), adam.step()
        losses.append(loss.item())
    return losses


class Padded(NamedTuple):
    padded: Tensor
    lengths: Tensor


def pad_sequences(sequences, padding_value=0, batch_first=True):
    need(len(sequences) and len({s.shape[1:] for s in sequences}) == 1, "sequences")
    lengths = torch.tensor([len(s) for s in sequences], device=sequences[0].device)
    mask = torch.arange(int(lengths.max()), device=lengths.device) < lengths[:, None]
    padded = sequences[0].new_full((*mask.shape, *sequences[0].shape[1:]), padding_value)
    padded = padded.index_put(mask.nonzero(as_tuple=True), torch.cat(tuple(sequences)))
    return Padded(padded if batch_first else padded.transpose(0, 1), lengths)


def inside(x, lengths):
    need(lengths.shape == x.shape[:1] and not ((lengths < 1) | (lengths > x.shape[1])).any(), "lengths")
    return torch.arange(x.shape[1], device=x.device) < lengths[:, None]


def last_valid_state(output, lengths):
    inside(output, lengths)
    return output.gather(1, (lengths - 1)[:, None, None].expand(-1, 1, output.shape[2]))[:, 0]


def masked_mean(x, lengths):
    return x.masked_fill(~inside(x, lengths)[..., None], 0).sum(1) / lengths[:, None]


def detach_hidden(hidden):
    return tuple(map(detach_hidden, hidden)) if isinstance(hidden, tuple) else None if hidden is None else hidden.detach()


def truncated_backpropagation(model, tokens, length, optimizer):
    need(length >= 1, "length")
    model.train()
    hidden, losses = None, []
    for x, y in zip(tokens[:, :-1].split(length, 1), tokens[:, 1:].split(length, 1), strict=True):
        logits, hidden = model(x, detach_hidden(hidden))
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        optimizer.zero_grad(), loss.backward(), optimizer.step()
        losses.append(loss.item())
    return losses


def gradient_through_time(w, steps):
    need(w.ndim == 2 and w.shape[0] == w.shape[1], "w"), need(steps >= 1, "steps")
    powers = [torch.eye(len(w), dtype=w.dtype, device=w.device)]
    for _ in range(steps):
        powers.append(w @ powers[-1])
    return torch.linalg.matrix_norm(torch.stack(powers), 2)


def perplexity(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    need(keep.any(), "targets")
    rows, right = logits[keep], targets[keep]
    return rows.log_softmax(1).gather(1, right[:, None]).mean().neg().exp()


@torch.no_grad()
def sample(model, prompt, length, temperature, generator):
    need(temperature >= 0, "temperature"), need(len(prompt), "prompt")
    written, hidden, read = prompt[:0], None, prompt
    while len(written) < length:
        logits, hidden = model(read[None], hidden)
        z = logits[0, -1].double()
        if temperature:  # p / Exp(1) is largest at k with probability p_k: what multinomial does inside
            p = ((z - z.max()) / temperature).softmax(0).to(generator.device)
            z = p / torch.empty_like(p).exponential_(generator=generator)
        read = z.argmax(0, keepdim=True).to(prompt.device)
        written = torch.cat((written, read))
    return written


class NameClassifier(nn.Module):
    def __init__(self, vocabulary_size, embedding_dim, hidden_size, num_classes):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_dim)
        self.gru = nn.GRU(embedding_dim, hidden_size, batch_first=True, bidirectional=True)
        self.linear = nn.Linear(2 * hidden_size, num_classes)

    def forward(self, tokens, lengths):
        inside(tokens, lengths)
        turned = (lengths[:, None] - 1 - torch.arange(tokens.shape[1], device=tokens.device)).clamp(min=0)
        start, ends = self.linear.weight.new_zeros(1, len(tokens), self.gru.hidden_size), []
        for text, end in ((tokens, ""), (tokens.gather(1, turned), "_reverse")):
            names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            weights = [getattr(self.gru, f"{name}_l0{end}") for name in names]
            output, _ = torch.gru(self.embedding(text), start, weights, True, 1, 0.0, self.training, False, True)
            ends.append(last_valid_state(output, lengths))
        return self.linear(torch.cat(ends, 1))


class NamesRun(NamedTuple):
    model: nn.Module
    losses: list[float]


def train_names(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    """The names as one table, padded once; momentum by hand, all sums on the device until the end."""
    here, alphabet = labels.device, {letter: place for place, letter in enumerate("abcdefghijklmnopqrstuvwxyz")}
    tokens, lengths = (part.to(here) for part in pad_sequences(
        [torch.tensor([alphabet[letter] for letter in name]) for name in names]
    ))
    model = NameClassifier(26, 16, 24, labels.amax().item() + 1).to(here).train()
    weights = list(model.parameters())
    velocity = [torch.zeros_like(w) for w in weights]
    losses = labels.new_zeros(epochs, dtype=torch.float32)
    for epoch in range(epochs):
        for rows in torch.randperm(len(names), generator=generator).split(batch_size):
            rows = rows.to(here)
            loss = F.cross_entropy(model(tokens[rows], lengths[rows]), labels[rows])
            losses[epoch] += loss.detach() * len(rows) / len(names)
            with torch.no_grad():
                torch._foreach_mul_(velocity, 0.9)
                torch._foreach_add_(velocity, torch.autograd.grad(loss, weights))
                torch._foreach_add_(weights, velocity, alpha=-lr)
    return NamesRun(model.eval(), losses.tolist())


def check_masked_mean(masked_mean):
    generator = torch.Generator().manual_seed(3)
    lengths = torch.randperm(8, generator=generator) % 5 + 1
    mask = (torch.arange(5) < lengths[:, None])[:, :, None]
    for padding in (0.0, 3.0, torch.nan):
        clean = torch.randn(8, 5, 3, generator=generator, dtype=torch.float64) + 1
        x = clean.where(mask, padding).requires_grad_()
        before, given = x.detach().clone(), lengths.clone()
        y = masked_mean(x, given)
        torch.testing.assert_close(y.detach(), torch.einsum("ntd,nt->nd", clean, mask[:, :, 0] / lengths[:, None].double()))
        torch.testing.assert_close(x.detach(), before, equal_nan=True)
        torch.testing.assert_close(given, lengths)
        assert y.requires_grad
        (y * torch.arange(24.0).view(8, 3)).sum().backward()
        torch.testing.assert_close(
            x.grad, (torch.arange(24.0).view(8, 1, 3) * mask / lengths[:, None, None]).double()
        )


class PaddedScore(NamedTuple):
    loss: Tensor
    accuracy: float


def fix_padded_score(scores, targets, lengths):
    real = torch.arange(len(scores), device=scores.device).unsqueeze(1) < lengths
    answers = targets.T.masked_fill(~real, -100)
    loss = F.cross_entropy(scores.flatten(0, 1), answers.flatten())
    return PaddedScore(loss, float((scores.argmax(2) == answers).sum() / real.sum()))


def fix_text_training(model, tokens, epochs, batch_size, lr, generator):
    model.train()
    opt, losses = torch.optim.SGD(model.parameters(), lr), []
    for _ in range(epochs):
        parts = []
        for batch in tokens[torch.randperm(len(tokens), generator=generator).to(tokens.device)].split(batch_size):
            loss = F.cross_entropy(model(batch[:, :-1], None)[0].mT, batch[:, 1:])
            opt.zero_grad(), loss.backward(), opt.step()
            parts.append(loss.detach().expand(len(batch)))
        losses.append(torch.cat(parts).mean().item())
    return losses
