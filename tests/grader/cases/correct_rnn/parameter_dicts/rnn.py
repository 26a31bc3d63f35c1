import collections
from operator import itemgetter

import torch
import torch.nn.functional as F
from torch.nn import Module, ParameterDict

PADDING = "<pad>"
UNKNOWN = "<unk>"

# vocabularies


def build_vocabulary(texts, min_count=1):
    counts = collections.Counter()
    for text in texts:
        counts.update(text)
    known = [PADDING, UNKNOWN]
    known += [t for t in sorted(counts) if counts[t] >= min_count and t not in known]
    return {t: known.index(t) for t in known}


def encode(text, vocabulary):
    out = torch.zeros(len(text), dtype=torch.int64)
    for i, token in enumerate(text):
        out[i] = vocabulary.get(token, vocabulary[UNKNOWN])
    return out


def decode(indices, vocabulary):
    pairs = sorted(vocabulary.items(), key=itemgetter(1))
    tokens = {number: token for token, number in pairs}
    return [tokens[n] for n in indices.tolist() if tokens[n] is not PADDING and tokens[n] != PADDING]


def one_hot_sequence(indices, num_tokens):
    bad = indices.lt(0).logical_or(indices.ge(num_tokens))
    if bad.any():
        raise IndexError("indices")
    places = torch.arange(num_tokens, device=indices.device).view(1, 1, -1)
    return places.eq(indices.t().unsqueeze(-1)).to(torch.float)


# initial weights: dicts from name to tensor


def init_gates(input_size, hidden_size, gates=1, end=""):
    def uniform(*shape):
        return torch.empty(shape).uniform_(-1, 1).div(hidden_size**0.5)

    return {
        "weight_ih" + end: uniform(gates * hidden_size, input_size),
        "weight_hh" + end: uniform(gates * hidden_size, hidden_size),
        "bias_ih" + end: uniform(gates * hidden_size),
        "bias_hh" + end: uniform(gates * hidden_size),
    }


def init_linear(inputs, outputs):
    return {"weight": torch.randn(outputs, inputs) / inputs**0.5, "bias": torch.zeros(outputs)}


def init_rnn(input_size, hidden_size, layers, directions):
    weights = {}
    for layer in range(layers):
        for end in ["", "_reverse"][:directions]:
            width = input_size if layer == 0 else directions * hidden_size
            weights.update(init_gates(width, hidden_size, 1, f"_l{layer}{end}"))
    return weights


# pure functions of such dicts


def affine(p, x):
    return x @ p["weight"].mT + p["bias"]


def products(p, x, h, end=""):
    a = x @ p["weight_ih" + end].mT + p["bias_ih" + end]
    s = h @ p["weight_hh" + end].mT + p["bias_hh" + end]
    return a, s


def rnn_cell_step(x, h, w_ih, w_hh, b_ih, b_hh):
    if list(h.shape) != [x.shape[0], w_hh.shape[0]]:
        raise ValueError("h must be (N, H)")
    p = {"weight_ih": w_ih, "weight_hh": w_hh, "bias_ih": b_ih, "bias_hh": b_hh}
    return sum(products(p, x, h)).tanh()


def tanh_step(p, x, h, end=""):
    a, s = products(p, x, h, end)
    return torch.tanh(a + s)


def lstm_step(p, x, h, c):
    a, s = products(p, x, h)
    i, f, g, o = torch.chunk(a + s, 4, dim=-1)
    c = f.sigmoid().mul(c).addcmul(i.sigmoid(), g.tanh())
    return o.sigmoid() * c.tanh(), c


def gru_step(p, x, h, end=""):
    a, s = products(p, x, h, end)
    a_r, a_z, a_n = a.chunk(3, -1)
    s_r, s_z, s_n = s.chunk(3, -1)
    n = (a_n + (a_r + s_r).sigmoid() * s_n).tanh()
    z = (a_z + s_z).sigmoid()
    return n - z * n + z * h


def run(step, p, xs, h, end=""):
    """Return the states at all times, in the order of time, and the one in which the direction ends."""
    states = {}
    for t in sorted(range(len(xs)), reverse=end.endswith("_reverse")):
        h = states[t] = step(p, xs[t], h, end)
    return torch.stack([states[t] for t in range(len(xs))]), h


def rnn(p, xs, h_0, layers, directions):
    last = []
    for layer in range(layers):
        outs = []
        for d in range(directions):
            end = f"_l{layer}" + "_reverse" * d
            out, h = run(tanh_step, p, xs, h_0[layer * directions + d], end)
            outs.append(out)
            last.append(h)
        xs = torch.cat(outs, -1)
    return xs, torch.stack(last)


def zeros(p, *shape):
    return torch.zeros(shape, dtype=p.dtype, device=p.device)


# modules


class Net(ParameterDict):
    __call__ = Module.__call__  # a dict of parameters refuses to be called


class RNNCell(Net):
    def __init__(self, input_size, hidden_size):
        super().__init__(init_gates(input_size, hidden_size))

    def forward(self, x, h=None):
        w = self["weight_hh"]
        return tanh_step(self, x, zeros(w, len(x), w.shape[1]) if h is None else h)


RNNOutput = collections.namedtuple("RNNOutput", "output h_n")


class RNN(Net):
    def __init__(self, input_size, hidden_size, num_layers=1, batch_first=False, bidirectional=False):
        super().__init__(init_rnn(input_size, hidden_size, num_layers, 1 + bidirectional))
        self.shape = num_layers, 1 + bidirectional, hidden_size
        self.batch_first = batch_first

    def forward(self, x, h_0=None):
        layers, directions, size = self.shape
        xs = x.transpose(0, 1) if self.batch_first else x
        if h_0 is None:
            h_0 = zeros(self["weight_hh_l0"], layers * directions, xs.shape[1], size)
        out, h_n = rnn(self, xs, h_0, layers, directions)
        return RNNOutput(out.transpose(0, 1) if self.batch_first else out, h_n)


LSTMState = collections.namedtuple("LSTMState", "h c")


class LSTMCell(Net):
    def __init__(self, input_size, hidden_size):
        super().__init__(init_gates(input_size, hidden_size, 4))

    def forward(self, x, state=None):
        w = self["weight_hh"]
        if state is None:
            state = [zeros(w, len(x), w.shape[1]) for _ in "hc"]
        return LSTMState(*lstm_step(self, x, *state))


class GRUCell(Net):
    def __init__(self, input_size, hidden_size):
        super().__init__(init_gates(input_size, hidden_size, 3))

    def forward(self, x, h=None):
        w = self["weight_hh"]
        return gru_step(self, x, zeros(w, len(x), w.shape[1]) if h is None else h)


class Embedding(Net):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        weight = torch.randn(num_embeddings, embedding_dim)
        if padding_idx is not None:
            weight[padding_idx].zero_()
        super().__init__({"weight": weight})
        self.padding_idx = padding_idx

    def forward(self, indices):
        w = self["weight"]
        if indices.numel() and not (0 <= int(indices.min()) and int(indices.max()) < len(w)):
            raise IndexError("indices")
        if self.padding_idx is not None:
            learned = torch.ones(len(w), 1, dtype=torch.bool, device=w.device)
            learned[self.padding_idx] = False
            w = torch.where(learned, w, w.detach())
        return w[indices]


class CellCharRNN(Module):
    def __init__(self, vocabulary_size, hidden_size):
        super().__init__()
        self.cell = ParameterDict(init_gates(vocabulary_size, hidden_size))
        self.linear = ParameterDict(init_linear(hidden_size, vocabulary_size))

    def forward(self, tokens, hidden=None):
        w = self.cell["weight_hh"]
        xs = one_hot_sequence(tokens, len(self.linear["bias"])).to(w.dtype)
        states, h = run(tanh_step, self.cell, xs, zeros(w, len(tokens), len(w)) if hidden is None else hidden)
        return affine(self.linear, states).transpose(0, 1), h


class CharRNN(Module):
    def __init__(self, vocabulary_size, hidden_size):
        super().__init__()
        self.rnn = ParameterDict(init_rnn(vocabulary_size, hidden_size, 1, 1))
        self.linear = ParameterDict(init_linear(hidden_size, vocabulary_size))

    def forward(self, tokens, hidden=None):
        w = self.rnn["weight_hh_l0"]
        xs = one_hot_sequence(tokens, len(self.linear["bias"])).to(w.dtype)
        out, h_n = rnn(self.rnn, xs, zeros(w, 1, len(tokens), len(w)) if hidden is None else hidden, 1, 1)
        return affine(self.linear, out).transpose(0, 1), h_n


class EmbeddingCharRNN(Module):
    def __init__(self, vocabulary_size, embedding_dim, hidden_size, num_layers=2):
        super().__init__()
        self.num_layers = num_layers
        self.embedding = ParameterDict({"weight": torch.randn(vocabulary_size, embedding_dim)})
        self.rnn = ParameterDict(init_rnn(embedding_dim, hidden_size, num_layers, 1))
        self.linear = ParameterDict(init_linear(hidden_size, vocabulary_size))

    def forward(self, tokens, hidden=None):
        xs, w = self.embedding["weight"][tokens.t()], self.rnn["weight_hh_l0"]
        if hidden is None:
            hidden = zeros(w, self.num_layers, len(tokens), len(w))
        out, h_n = rnn(self.rnn, xs, hidden, self.num_layers, 1)
        return affine(self.linear, out).transpose(0, 1), h_n


def train_char_rnn(model, inputs, targets, steps, lr):
    model.train()
    weights = dict(model.named_parameters())
    adam = torch.optim.Adam(weights.values(), lr=lr)
    losses = []
    for _ in range(steps):
        logits, _ = model(inputs)
        loss = F.cross_entropy(logits.permute(0, 2, 1), targets)
        gradients = torch.autograd.grad(loss, weights.values(), allow_unused=True)
        for weight, gradient in zip(weights.values(), gradients):
            weight.grad = gradient
        adam.step()
        losses.append(float(loss))
    return losses


Padded = collections.namedtuple("Padded", "padded lengths")


def pad_sequences(sequences, padding_value=0, batch_first=True):
    sequences = list(sequences)
    lengths = torch.tensor([s.shape[0] for s in sequences], device=sequences[0].device)
    longest = max(s.shape[0] for s in sequences)
    steps = []
    for t in range(longest):
        filler = torch.full_like(sequences[0].new_empty(sequences[0].shape[1:]), padding_value)
        steps.append(torch.stack([s[t] if t < s.shape[0] else filler for s in sequences]))
    if longest == 0:
        padded = torch.stack(sequences, 1)
    else:
        padded = torch.stack(steps)
    return Padded(padded.transpose(0, 1) if batch_first else padded, lengths)


def last_valid_state(output, lengths):
    n, steps = output.shape[:2]
    if lengths.shape != (n,) or (lengths - 1).lt(0).any() or (lengths - 1).ge(steps).any():
        raise ValueError("lengths must be (N,), from 1 to T")
    rows = torch.arange(n, device=output.device) * steps + lengths - 1
    return output.reshape(n * steps, -1)[rows]


def masked_mean(x, lengths):
    steps = torch.arange(1, x.shape[1] + 1, device=x.device)
    padding = steps[None, :] > lengths[:, None]
    return x.masked_fill(padding[:, :, None], 0).sum(1).div(lengths[:, None])


def detach_hidden(hidden):
    if isinstance(hidden, tuple):
        return tuple(map(detach_hidden, hidden))
    if hidden is not None:
        return hidden.data
    return None


def truncated_backpropagation(model, tokens, length, optimizer):
    model.train()
    hidden, losses = None, []
    for start in range(0, tokens.shape[1] - 1, length):
        window = tokens[:, start : start + length + 1]
        optimizer.zero_grad()
        logits, hidden = model(window[:, :-1], hidden)
        loss = F.cross_entropy(logits.permute(0, 2, 1), window[:, 1:])
        loss.backward()
        optimizer.step()
        hidden = detach_hidden(hidden)
        losses.append(float(loss))
    return losses


def gradient_through_time(w, steps):
    found, power = [], torch.eye(len(w)).to(w)
    for _ in range(steps + 1):
        found.append(torch.linalg.svdvals(power).max())
        power = w @ power
    return torch.stack(found)


def perplexity(logits, targets, ignore_index=-100):
    logp = F.log_softmax(logits, -1)
    keep = targets.ne(ignore_index)
    picked = logp.gather(-1, targets.masked_fill(~keep, 0).unsqueeze(-1)).squeeze(-1)
    return torch.exp(-torch.masked_select(picked, keep).mean())


@torch.no_grad()
def sample(model, prompt, length, temperature, generator):
    def choose(scores):
        if temperature == 0:
            return scores.argmax().reshape(1)
        chances = F.softmax(scores.double() / temperature, 0).to(generator.device)
        return chances.multinomial(1, generator=generator).to(prompt.device)

    text = prompt
    for _ in range(length):  # the whole text anew for each token
        scores = model(text.reshape(1, -1), None)[0][0, -1]
        text = torch.cat((text, choose(scores)))
    return text[prompt.numel() :]


class NameClassifier(Module):
    def __init__(self, vocabulary_size, embedding_dim, hidden_size, num_classes):
        super().__init__()
        self.embedding = ParameterDict({"weight": torch.randn(vocabulary_size, embedding_dim)})
        self.gru = ParameterDict()
        self.gru.update(init_gates(embedding_dim, hidden_size, 3, "_l0"))
        self.gru.update(init_gates(embedding_dim, hidden_size, 3, "_l0_reverse"))
        self.linear = ParameterDict(init_linear(2 * hidden_size, num_classes))

    def forward(self, tokens, lengths):
        xs = self.embedding["weight"][tokens.t()]
        w = self.gru["weight_hh_l0"]
        real = torch.arange(len(xs), device=tokens.device)[:, None, None] < lengths[:, None]  # (T, N, 1)
        ends = []
        for end, times in (("_l0", range(len(xs))), ("_l0_reverse", reversed(range(len(xs))))):
            h = zeros(w, len(tokens), w.shape[1])
            for t in times:  # in the padding the state stays as it is, from either side
                h = torch.where(real[t], gru_step(self.gru, xs[t], h, end), h)
            ends.append(h)
        return affine(self.linear, torch.cat(ends, 1))


NamesRun = collections.namedtuple("NamesRun", "model losses")


def train_names(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    alphabet = {chr(97 + place): place for place in range(26)}
    net = NameClassifier(26, 16, 24, labels.max().item() + 1).to(labels.device)
    weights = dict(net.named_parameters())
    sgd = torch.optim.SGD(list(weights.values()), lr=lr, momentum=0.9)
    net.train()
    losses = []
    for _ in range(epochs):
        found = {}
        for number, batch in enumerate(torch.randperm(len(names), generator=generator).split(batch_size)):
            rows = [encode(names[i], {**alphabet, UNKNOWN: 0}) for i in batch]
            padded, lengths = pad_sequences(rows)
            target = labels[batch.to(labels.device)]
            loss = F.cross_entropy(net(padded.to(labels.device), lengths.to(labels.device)), target)
            for weight, gradient in zip(weights.values(), torch.autograd.grad(loss, weights.values())):
                weight.grad = gradient
            sgd.step()
            found[number] = float(loss), len(batch)
        losses.append(sum(loss * size for loss, size in found.values()) / len(names))
    net.eval()
    return NamesRun(net, losses)
