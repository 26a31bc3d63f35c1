from collections import namedtuple

import numpy as np
import torch
from torch import nn

PADDING = "<pad>"
UNKNOWN = "<unk>"


def build_vocabulary(texts, min_count=1):
    everything = np.array([token for text in texts for token in text], dtype=object)
    tokens, counts = np.unique(everything, return_counts=True)
    vocabulary = {PADDING: 0, UNKNOWN: 1}
    for token in tokens[counts >= min_count]:
        vocabulary.setdefault(token, len(vocabulary))
    return vocabulary


def encode(text, vocabulary):
    numbers = np.full(len(text), vocabulary[UNKNOWN], dtype=np.int64)
    for place, token in enumerate(text):
        if token in vocabulary:
            numbers[place] = vocabulary[token]
    return torch.from_numpy(numbers)


def decode(indices, vocabulary):
    names = np.array(list(vocabulary.keys()), dtype=object)
    numbers = np.array(list(vocabulary.values()), dtype=np.int64)
    table = np.empty(numbers.max(initial=-1) + 1, dtype=object)
    table[numbers] = names
    tokens = table[indices.cpu().numpy()]
    return tokens[tokens != PADDING].tolist()


def one_hot_sequence(indices, num_tokens):
    if np.any([(indices < 0).any().item(), (indices >= num_tokens).any().item()]):
        raise IndexError("indices out of range")
    n, t = indices.shape
    y = torch.zeros(t, n, num_tokens, device=indices.device)
    steps, samples = np.meshgrid(np.arange(t), np.arange(n), indexing="ij")
    steps, samples = torch.from_numpy(steps), torch.from_numpy(samples)
    y[steps.to(indices.device), samples.to(indices.device), indices.T] = 1
    return y


def rnn_cell_step(x, h, w_ih, w_hh, b_ih, b_hh):
    if tuple(h.shape) != (x.shape[0], w_hh.shape[0]):
        raise ValueError("h has the wrong shape: %s" % (tuple(h.shape),))
    return torch.tanh(x.matmul(w_ih.T) + b_ih + h.matmul(w_hh.T) + b_hh)


def draw(hidden_size, *shape):
    """numpy draws the seeds' worth of numbers from torch: uniform on (-r, r)."""
    r = 1 / np.sqrt(hidden_size)
    return nn.Parameter(torch.rand(*shape) * (2 * r) - r)


class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.weight_ih = draw(hidden_size, hidden_size, input_size)
        self.weight_hh = draw(hidden_size, hidden_size, hidden_size)
        self.bias_ih = draw(hidden_size, hidden_size)
        self.bias_hh = draw(hidden_size, hidden_size)

    def forward(self, x, h=None):
        if h is None:
            h = torch.zeros((x.shape[0], self.bias_hh.shape[0]), dtype=x.dtype, device=x.device)
        return rnn_cell_step(x, h, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)


RNNOutput = namedtuple("RNNOutput", ["output", "h_n"])


class RNN(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers=1, batch_first=False, bidirectional=False):
        super().__init__()
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.batch_first = batch_first
        self.num_directions = 2 if bidirectional else 1
        width = input_size
        for layer in range(num_layers):
            for suffix in ["", "_reverse"][: self.num_directions]:
                setattr(self, f"weight_ih_l{layer}{suffix}", draw(hidden_size, hidden_size, width))
                setattr(self, f"weight_hh_l{layer}{suffix}", draw(hidden_size, hidden_size, hidden_size))
                setattr(self, f"bias_ih_l{layer}{suffix}", draw(hidden_size, hidden_size))
                setattr(self, f"bias_hh_l{layer}{suffix}", draw(hidden_size, hidden_size))
            width = self.num_directions * hidden_size

    def forward(self, x, h_0=None):
        if self.batch_first:
            x = x.swapaxes(0, 1)
        steps, n = x.shape[:2]
        size, directions = self.hidden_size, self.num_directions
        h_n = torch.empty((self.num_layers * directions, n, size), dtype=x.dtype, device=x.device)
        for layer in range(self.num_layers):
            output = torch.empty((steps, n, directions * size), dtype=x.dtype, device=x.device)
            for d in range(directions):
                row = layer * directions + d
                name = "_l%d%s" % (layer, "_reverse" if d else "")
                weights = [getattr(self, w + name) for w in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
                h = torch.zeros((n, size), dtype=x.dtype, device=x.device) if h_0 is None else h_0[row]
                for t in np.arange(steps)[:: -1 if d else 1]:
                    h = rnn_cell_step(x[t], h, *weights)
                    output[t, :, d * size : (d + 1) * size] = h
                h_n[row] = h
            x = output
        return RNNOutput(x.swapaxes(0, 1) if self.batch_first else x, h_n)


LSTMState = namedtuple("LSTMState", ["h", "c"])


def logistic(a):
    return 0.5 * (1.0 + torch.tanh(0.5 * a))


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.weight_ih = draw(hidden_size, 4 * hidden_size, input_size)
        self.weight_hh = draw(hidden_size, 4 * hidden_size, hidden_size)
        self.bias_ih = draw(hidden_size, 4 * hidden_size)
        self.bias_hh = draw(hidden_size, 4 * hidden_size)

    def forward(self, x, state=None):
        size = self.weight_hh.shape[1]
        if state is None:
            state = torch.zeros((2, x.shape[0], size), dtype=x.dtype, device=x.device)
        h, c = state
        a = x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh
        i = logistic(a[:, 0 * size : 1 * size])
        f = logistic(a[:, 1 * size : 2 * size])
        g = torch.tanh(a[:, 2 * size : 3 * size])
        o = logistic(a[:, 3 * size : 4 * size])
        c = f * c + i * g
        return LSTMState(o * torch.tanh(c), c)


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.weight_ih = draw(hidden_size, 3 * hidden_size, input_size)
        self.weight_hh = draw(hidden_size, 3 * hidden_size, hidden_size)
        self.bias_ih = draw(hidden_size, 3 * hidden_size)
        self.bias_hh = draw(hidden_size, 3 * hidden_size)

    def forward(self, x, h=None):
        size = self.weight_hh.shape[1]
        if h is None:
            h = torch.zeros((x.shape[0], size), dtype=x.dtype, device=x.device)
        a = x @ self.weight_ih.T + self.bias_ih
        s = h @ self.weight_hh.T + self.bias_hh
        rz = logistic(a[:, : 2 * size] + s[:, : 2 * size])
        n = torch.tanh(a[:, 2 * size :] + rz[:, :size] * s[:, 2 * size :])
        return (1 - rz[:, size:]) * n + rz[:, size:] * h


class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        table = torch.randn(num_embeddings, embedding_dim)
        if padding_idx is not None:
            table[padding_idx] = 0
        self.weight = nn.Parameter(table)
        self.padding_idx = padding_idx

    def forward(self, indices):
        if ((indices < 0) | (indices >= self.weight.shape[0])).any():
            raise IndexError("indices out of range")
        y = self.weight[indices]
        if self.padding_idx is not None:
            y = torch.where((indices == self.padding_idx)[..., np.newaxis], y.detach(), y)
        return y


class CellCharRNN(nn.Module):
    def __init__(self, vocabulary_size, hidden_size):
        super().__init__()
        self.cell = RNNCell(vocabulary_size, hidden_size)
        self.linear = nn.Linear(hidden_size, vocabulary_size)

    def forward(self, tokens, hidden=None):
        x = one_hot_sequence(tokens, self.linear.out_features).to(self.linear.weight.dtype)
        logits = torch.empty_like(x)
        for t in range(x.shape[0]):
            hidden = self.cell(x[t], hidden)
            logits[t] = self.linear(hidden)
        return logits.swapaxes(0, 1), hidden


class CharRNN(nn.Module):
    def __init__(self, vocabulary_size, hidden_size):
        super().__init__()
        self.rnn = RNN(vocabulary_size, hidden_size)
        self.linear = nn.Linear(hidden_size, vocabulary_size)

    def forward(self, tokens, hidden=None):
        x = one_hot_sequence(tokens, self.linear.out_features).to(self.linear.weight.dtype)
        output, hidden = self.rnn(x, hidden)
        return self.linear(output).swapaxes(0, 1), hidden


class EmbeddingCharRNN(nn.Module):
    def __init__(self, vocabulary_size, embedding_dim, hidden_size, num_layers=2):
        super().__init__()
        self.embedding = Embedding(vocabulary_size, embedding_dim)
        self.rnn = RNN(embedding_dim, hidden_size, num_layers)
        self.linear = nn.Linear(hidden_size, vocabulary_size)

    def forward(self, tokens, hidden=None):
        output, hidden = self.rnn(self.embedding(tokens.T), hidden)
        return self.linear(output).swapaxes(0, 1), hidden


def cross_entropy(logits, targets):
    """The mean of -log p, with the numbers of the right tokens picked by two arrays of indices."""
    logits, targets = logits.reshape(-1, logits.shape[-1]), targets.reshape(-1)
    shifted = logits - logits.max(axis=1, keepdims=True).values.detach()
    log_sum = torch.log(torch.exp(shifted).sum(axis=1))
    rows = torch.arange(targets.shape[0], device=targets.device)
    return (log_sum - shifted[rows, targets]).mean()


def train_char_rnn(model, inputs, targets, steps, lr):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = np.zeros(steps)
    for step in range(steps):
        loss = cross_entropy(model(inputs)[0], targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses[step] = loss.item()
    return losses.tolist()


Padded = namedtuple("Padded", ["padded", "lengths"])


def pad_sequences(sequences, padding_value=0, batch_first=True):
    lengths = np.array([sequence.shape[0] for sequence in sequences], dtype=np.int64)
    first = sequences[0]
    shape = (len(sequences), int(lengths.max())) + tuple(first.shape[1:])
    padded = torch.full(shape, padding_value, dtype=first.dtype, device=first.device)
    for n, sequence in enumerate(sequences):
        padded[n, : lengths[n]] = sequence
    if not batch_first:
        padded = padded.swapaxes(0, 1)
    return Padded(padded, torch.from_numpy(lengths).to(first.device))


def last_valid_state(output, lengths):
    if tuple(lengths.shape) != (output.shape[0],):
        raise ValueError("lengths should have one number for each sequence")
    if (lengths < 1).any() or (lengths > output.shape[1]).any():
        raise ValueError("lengths out of range")
    return output[torch.arange(output.shape[0], device=output.device), lengths - 1]


def masked_mean(x, lengths):
    x = x.clone()
    x[torch.arange(x.shape[1], device=x.device)[np.newaxis, :] >= lengths[:, np.newaxis]] = 0
    return x.sum(axis=1) / lengths[:, np.newaxis]


def detach_hidden(hidden):
    if hidden is None:
        return None
    if isinstance(hidden, tuple):
        return tuple([detach_hidden(part) for part in hidden])
    return hidden.detach().clone()


def truncated_backpropagation(model, tokens, length, optimizer):
    model.train()
    steps = tokens.shape[1] - 1
    losses, hidden = [], None
    for start in np.arange(0, steps, length):
        stop = min(start + length, steps)
        logits, hidden = model(tokens[:, start:stop], detach_hidden(hidden))
        loss = cross_entropy(logits, tokens[:, start + 1 : stop + 1])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def gradient_through_time(w, steps):
    norms = torch.empty(steps + 1, dtype=w.dtype, device=w.device)
    power = torch.eye(w.shape[0], dtype=w.dtype, device=w.device)
    for t in range(steps + 1):
        norms[t] = torch.linalg.svd(power)[1][0]
        power = power @ w
    return norms


def perplexity(logits, targets, ignore_index=-100):
    counted = targets != ignore_index
    return torch.exp(cross_entropy(logits[counted], targets[counted]))


def sample(model, prompt, length, temperature, generator):
    written = torch.zeros(length, dtype=torch.int64, device=prompt.device)
    text, hidden = prompt, None
    with torch.no_grad():
        for k in range(length):
            logits, hidden = model(text[np.newaxis, :], hidden)
            z = logits[0, -1].to(torch.float64)
            if temperature == 0:
                token = z.argmax()
            else:
                p = torch.exp((z - z.max()) / temperature)
                cumulated = torch.cumsum(p, 0)
                u = torch.rand((), dtype=torch.float64, generator=generator, device=generator.device)
                token = (cumulated <= u.to(z.device) * cumulated[-1]).sum()
            written[k] = token
            text = written[k : k + 1]
    return written


class NameClassifier(nn.Module):
    def __init__(self, vocabulary_size, embedding_dim, hidden_size, num_classes):
        super().__init__()
        self.embedding = Embedding(vocabulary_size, embedding_dim)
        self.gru = nn.GRU(embedding_dim, hidden_size, bidirectional=True)
        self.linear = nn.Linear(2 * hidden_size, num_classes)

    def forward(self, tokens, lengths):
        x = self.embedding(tokens.T)
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths.cpu().numpy(), enforce_sorted=False)
        h_n = self.gru(packed)[1]
        return self.linear(torch.concatenate([h_n[0], h_n[1]], axis=1))


NamesRun = namedtuple("NamesRun", ["model", "losses"])


def train_names(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    n, device = len(names), labels.device
    lengths = np.array([len(name) for name in names])
    table = np.zeros((n, lengths.max()), dtype=np.int64)
    for row, name in zip(table, names):
        row[: len(name)] = np.frombuffer(name.encode("ascii"), dtype=np.uint8) - ord("a")
    table = torch.from_numpy(table).to(device)
    lengths = torch.from_numpy(lengths).to(device)
    model = NameClassifier(26, 16, 24, labels.max().item() + 1).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    losses = np.zeros(epochs)
    model.train()
    for epoch in range(epochs):
        for batch in torch.randperm(n, generator=generator).split(batch_size):
            batch = batch.to(device)
            loss = cross_entropy(model(table[batch], lengths[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses[epoch] += loss.item() * len(batch) / n
    return NamesRun(model.eval(), losses.tolist())


def check_masked_mean(masked_mean):
    rs = np.random.RandomState(1)
    for lens, T, D in [([3, 6, 2, 5], 6, 4), ([1], 3, 1), ([2, 2, 7, 1, 4], 7, 2)]:
        for dtype, tol in [(np.float32, 1e-5), (np.float64, 1e-7)]:
            for fill in [0.0, -50.0, np.nan]:
                data = rs.randn(len(lens), T, D).astype(dtype)
                pad = np.arange(T)[None, :] >= np.array(lens)[:, None]
                data[pad] = fill
                x = torch.tensor(data, requires_grad=True)
                y = masked_mean(x, torch.tensor(lens))
                np.testing.assert_array_equal(x.detach().numpy(), data)
                want = np.stack([row[:n].mean(axis=0) for row, n in zip(data, lens)])
                got = y.detach().numpy()
                assert got.dtype == dtype
                np.testing.assert_allclose(got, want, rtol=tol, atol=tol)
                assert y.grad_fn is not None
                g = rs.randn(len(lens), D).astype(dtype)
                y.backward(torch.tensor(g))
                back = np.where(pad[:, :, None], 0, (g / np.array(lens, dtype=dtype)[:, None])[:, None, :])
                np.testing.assert_allclose(x.grad.numpy(), back, rtol=tol, atol=tol)


PaddedScore = namedtuple("PaddedScore", "loss accuracy")


def fix_padded_score(scores, targets, lengths):
    steps = np.arange(scores.shape[0])[np.newaxis, :]
    valid = torch.from_numpy(steps < lengths.cpu().numpy()[:, np.newaxis]).to(scores.device)
    n, t = torch.nonzero(valid, as_tuple=True)
    rows, answers = scores[t, n], targets[n, t]
    logs = torch.log_softmax(rows, axis=1)
    loss = -logs[torch.arange(len(rows), device=rows.device), answers].mean()
    hits = torch.argmax(rows, axis=1).cpu().numpy() == answers.cpu().numpy()
    return PaddedScore(loss, float(np.mean(hits)))


def fix_text_training(model, tokens, epochs, batch_size, lr, generator):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.0)
    criterion = nn.CrossEntropyLoss()
    losses = np.zeros(epochs)
    for epoch in range(epochs):
        order = torch.randperm(len(tokens), generator=generator)
        sizes, values = [], []
        for rows in torch.split(order, batch_size):
            batch = tokens[rows.to(tokens.device)]
            x, y = batch[:, :-1], batch[:, 1:]
            scores = model(x, None)[0]
            loss = criterion(torch.swapaxes(scores, 1, 2), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            sizes.append(len(batch))
            values.append(loss.item())
        losses[epoch] = np.average(values, weights=sizes)
    return losses.tolist()
