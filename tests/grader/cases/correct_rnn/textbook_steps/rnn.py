import collections
import math

import torch
from torch import nn
from torch.nn import functional


# ---------------------------------------------------------------- vocabulary


def build_vocabulary(texts, min_count=1):
    # 1. count
    counts = {}
    for text in texts:
        for token in text:
            counts[token] = counts.get(token, 0) + 1
    # 2. drop the rare ones and the two special ones
    kept = []
    for token in counts:
        if token == "<pad>" or token == "<unk>":
            continue
        if counts[token] < min_count:
            continue
        kept.append(token)
    # 3. sort
    kept.sort()
    # 4. number
    vocabulary = {}
    vocabulary["<pad>"] = 0
    vocabulary["<unk>"] = 1
    number = 2
    for token in kept:
        vocabulary[token] = number
        number = number + 1
    return vocabulary


def encode(text, vocabulary):
    numbers = []
    unknown = vocabulary["<unk>"]
    for token in text:
        if token in vocabulary:
            number = vocabulary[token]
        else:
            number = unknown
        numbers.append(number)
    result = torch.tensor(numbers, dtype=torch.int64)
    return result


def decode(indices, vocabulary):
    result = []
    for index in indices:
        number = int(index)
        for token in vocabulary:
            if vocabulary[token] == number and token != "<pad>":
                result.append(token)
    return result


def one_hot_sequence(indices, num_tokens):
    too_small = indices < 0
    too_large = indices >= num_tokens
    wrong = too_small | too_large
    if wrong.any():
        raise IndexError("there is an index out of range")
    batch_first = functional.one_hot(indices, num_tokens)  # (N, T, V)
    time_first = torch.transpose(batch_first, 0, 1)  # (T, N, V)
    result = time_first.float()
    return result


# --------------------------------------------------------------------- cells


def rnn_cell_step(x, h, w_ih, w_hh, b_ih, b_hh):
    n = x.shape[0]
    hidden_size = w_hh.shape[0]
    if h.dim() != 2:
        raise ValueError("h must have two axes")
    if h.shape[0] != n:
        raise ValueError("h must have as many rows as x")
    if h.shape[1] != hidden_size:
        raise ValueError("h must have a column for each hidden unit")
    from_input = torch.matmul(x, torch.transpose(w_ih, 0, 1))
    from_input = from_input + b_ih
    from_state = torch.matmul(h, torch.transpose(w_hh, 0, 1))
    from_state = from_state + b_hh
    summed = from_input + from_state
    h_new = torch.tanh(summed)
    return h_new


def new_parameter(shape, hidden_size):
    r = 1.0 / math.sqrt(hidden_size)
    values = torch.empty(shape)
    values.uniform_(-r, r)
    return nn.Parameter(values)


class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.weight_ih = new_parameter((hidden_size, input_size), hidden_size)
        self.weight_hh = new_parameter((hidden_size, hidden_size), hidden_size)
        self.bias_ih = new_parameter((hidden_size,), hidden_size)
        self.bias_hh = new_parameter((hidden_size,), hidden_size)

    def forward(self, x, h=None):
        if h is None:
            h = torch.zeros(x.shape[0], self.hidden_size, dtype=x.dtype, device=x.device)
        h_new = rnn_cell_step(x, h, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        return h_new


RNNOutput = collections.namedtuple("RNNOutput", ["output", "h_n"])


class RNN(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers=1, batch_first=False, bidirectional=False):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.batch_first = batch_first
        self.bidirectional = bidirectional
        for layer in range(num_layers):
            if layer == 0:
                width = input_size
            elif bidirectional:
                width = 2 * hidden_size
            else:
                width = hidden_size
            self.add_direction("_l" + str(layer), width)
            if bidirectional:
                self.add_direction("_l" + str(layer) + "_reverse", width)

    def add_direction(self, ending, width):
        size = self.hidden_size
        self.register_parameter("weight_ih" + ending, new_parameter((size, width), size))
        self.register_parameter("weight_hh" + ending, new_parameter((size, size), size))
        self.register_parameter("bias_ih" + ending, new_parameter((size,), size))
        self.register_parameter("bias_hh" + ending, new_parameter((size,), size))

    def step(self, x_t, h, ending):
        w_ih = getattr(self, "weight_ih" + ending)
        w_hh = getattr(self, "weight_hh" + ending)
        b_ih = getattr(self, "bias_ih" + ending)
        b_hh = getattr(self, "bias_hh" + ending)
        return rnn_cell_step(x_t, h, w_ih, w_hh, b_ih, b_hh)

    def forward(self, x, h_0=None):
        if self.batch_first:
            inputs = [x[:, t, :] for t in range(x.shape[1])]
        else:
            inputs = [x[t, :, :] for t in range(x.shape[0])]
        T = len(inputs)
        N = inputs[0].shape[0]
        S = 2 if self.bidirectional else 1
        if h_0 is None:
            h_0 = torch.zeros(self.num_layers * S, N, self.hidden_size, dtype=x.dtype, device=x.device)

        final_states = []
        for layer in range(self.num_layers):
            ending = "_l" + str(layer)
            # forwards
            h = h_0[layer * S]
            forward_states = []
            for t in range(T):
                h = self.step(inputs[t], h, ending)
                forward_states.append(h)
            final_states.append(h)
            if not self.bidirectional:
                inputs = forward_states
                continue
            # and backwards
            h = h_0[layer * S + 1]
            reverse_states = [None] * T
            t = T - 1
            while t >= 0:
                h = self.step(inputs[t], h, ending + "_reverse")
                reverse_states[t] = h
                t = t - 1
            final_states.append(h)
            both = []
            for t in range(T):
                both.append(torch.cat([forward_states[t], reverse_states[t]], dim=1))
            inputs = both

        time_axis = 1 if self.batch_first else 0
        output = torch.stack(inputs, dim=time_axis)
        h_n = torch.stack(final_states, dim=0)
        return RNNOutput(output, h_n)


LSTMState = collections.namedtuple("LSTMState", ["h", "c"])


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.weight_ih = new_parameter((4 * hidden_size, input_size), hidden_size)
        self.weight_hh = new_parameter((4 * hidden_size, hidden_size), hidden_size)
        self.bias_ih = new_parameter((4 * hidden_size,), hidden_size)
        self.bias_hh = new_parameter((4 * hidden_size,), hidden_size)

    def gate_sum(self, number, x, h):
        """The sum of one gate alone, from its own rows of the weights."""
        rows = slice(number * self.hidden_size, (number + 1) * self.hidden_size)
        a = torch.matmul(x, self.weight_ih[rows].t()) + self.bias_ih[rows]
        s = torch.matmul(h, self.weight_hh[rows].t()) + self.bias_hh[rows]
        return a + s

    def forward(self, x, state=None):
        if state is None:
            h = torch.zeros(x.shape[0], self.hidden_size, dtype=x.dtype, device=x.device)
            c = torch.zeros(x.shape[0], self.hidden_size, dtype=x.dtype, device=x.device)
        else:
            h = state[0]
            c = state[1]
        a_i = self.gate_sum(0, x, h)
        a_f = self.gate_sum(1, x, h)
        a_g = self.gate_sum(2, x, h)
        a_o = self.gate_sum(3, x, h)
        i = torch.sigmoid(a_i)
        f = torch.sigmoid(a_f)
        g = torch.tanh(a_g)
        o = torch.sigmoid(a_o)
        kept = f * c
        written = i * g
        c_new = kept + written
        shown = torch.tanh(c_new)
        h_new = o * shown
        return LSTMState(h_new, c_new)


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.weight_ih = new_parameter((3 * hidden_size, input_size), hidden_size)
        self.weight_hh = new_parameter((3 * hidden_size, hidden_size), hidden_size)
        self.bias_ih = new_parameter((3 * hidden_size,), hidden_size)
        self.bias_hh = new_parameter((3 * hidden_size,), hidden_size)

    def forward(self, x, h=None):
        H = self.hidden_size
        if h is None:
            h = torch.zeros(x.shape[0], H, dtype=x.dtype, device=x.device)
        w_r, w_z, w_n = torch.split(self.weight_ih, H)
        u_r, u_z, u_n = torch.split(self.weight_hh, H)
        b_r, b_z, b_n = torch.split(self.bias_ih, H)
        d_r, d_z, d_n = torch.split(self.bias_hh, H)
        a_r = x @ w_r.t() + b_r
        a_z = x @ w_z.t() + b_z
        a_n = x @ w_n.t() + b_n
        s_r = h @ u_r.t() + d_r
        s_z = h @ u_z.t() + d_z
        s_n = h @ u_n.t() + d_n
        r = torch.sigmoid(a_r + s_r)
        z = torch.sigmoid(a_z + s_z)
        n = torch.tanh(a_n + r * s_n)
        new_part = (1 - z) * n
        old_part = z * h
        return new_part + old_part


class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = padding_idx
        table = torch.randn(num_embeddings, embedding_dim)
        if padding_idx is not None:
            table[padding_idx] = torch.zeros(embedding_dim)
        self.weight = nn.Parameter(table)

    def forward(self, indices):
        wrong = (indices < 0) | (indices >= self.num_embeddings)
        if wrong.sum() > 0:
            raise IndexError("there is an index without a row")
        rows = self.weight[indices]
        if self.padding_idx is None:
            return rows
        constant_rows = self.weight.detach()[indices]
        is_padding = indices == self.padding_idx
        is_padding = is_padding.unsqueeze(-1).expand(rows.shape)
        result = torch.where(is_padding, constant_rows, rows)
        return result


# -------------------------------------------------------------------- models


class CellCharRNN(nn.Module):
    def __init__(self, vocabulary_size, hidden_size):
        super().__init__()
        self.vocabulary_size = vocabulary_size
        self.hidden_size = hidden_size
        self.cell = RNNCell(vocabulary_size, hidden_size)
        self.linear = nn.Linear(hidden_size, vocabulary_size)

    def forward(self, tokens, hidden=None):
        N, T = tokens.shape
        dtype = self.linear.weight.dtype
        h = hidden
        all_logits = []
        for t in range(T):
            token_t = tokens[:, t]
            x_t = functional.one_hot(token_t, self.vocabulary_size)
            x_t = x_t.to(dtype)
            h = self.cell(x_t, h)
            logits_t = self.linear(h)
            all_logits.append(logits_t)
        logits = torch.stack(all_logits, dim=1)
        return logits, h


class CharRNN(nn.Module):
    def __init__(self, vocabulary_size, hidden_size):
        super().__init__()
        self.vocabulary_size = vocabulary_size
        self.rnn = nn.RNN(vocabulary_size, hidden_size)
        self.linear = nn.Linear(hidden_size, vocabulary_size)

    def forward(self, tokens, hidden=None):
        x = one_hot_sequence(tokens, self.vocabulary_size)
        x = x.to(self.linear.weight.dtype)
        if hidden is None:
            states, last = self.rnn(x)
        else:
            states, last = self.rnn(x, hidden)
        logits = self.linear(states)
        logits = logits.transpose(0, 1)
        return logits, last


class EmbeddingCharRNN(nn.Module):
    def __init__(self, vocabulary_size, embedding_dim, hidden_size, num_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_dim)
        self.rnn = RNN(embedding_dim, hidden_size, num_layers=num_layers, batch_first=True)
        self.linear = nn.Linear(hidden_size, vocabulary_size)

    def forward(self, tokens, hidden=None):
        vectors = self.embedding(tokens)
        states, last = self.rnn(vectors, hidden)
        logits = self.linear(states)
        return logits, last


def sequence_loss(logits, targets):
    N, T, V = logits.shape
    flat_logits = logits.reshape(N * T, V)
    flat_targets = targets.reshape(N * T)
    return functional.cross_entropy(flat_logits, flat_targets)


def train_char_rnn(model, inputs, targets, steps, lr):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    losses = []
    step = 0
    while step < steps:
        for parameter in model.parameters():
            parameter.grad = None
        logits, hidden = model(inputs)
        loss = functional.cross_entropy(logits.reshape(-1, logits.shape[2]), targets.view(-1))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        step = step + 1
    return losses


Padded = collections.namedtuple("Padded", ["padded", "lengths"])


def pad_sequences(sequences, padding_value=0, batch_first=True):
    # how long is the longest one?
    longest = 0
    lengths = []
    for sequence in sequences:
        length = sequence.shape[0]
        lengths.append(length)
        if length > longest:
            longest = length
    # fill each one up
    rows = []
    for sequence in sequences:
        missing = longest - sequence.shape[0]
        further_axes = list(sequence.shape[1:])
        filling = torch.full([missing] + further_axes, padding_value, dtype=sequence.dtype, device=sequence.device)
        row = torch.cat([sequence, filling], dim=0)
        rows.append(row)
    padded = torch.stack(rows, dim=0)
    if not batch_first:
        padded = torch.transpose(padded, 0, 1)
    lengths = torch.tensor(lengths, dtype=torch.int64, device=padded.device)
    return Padded(padded, lengths)


def last_valid_state(output, lengths):
    N, T, H = output.shape
    if lengths.dim() != 1 or lengths.shape[0] != N:
        raise ValueError("lengths must be N numbers")
    if (lengths < 1).any():
        raise ValueError("lengths must be at least 1")
    if (lengths > T).any():
        raise ValueError("lengths must be at most T")
    samples = torch.arange(N, device=output.device)
    last_steps = lengths - 1
    return output[samples, last_steps, :]


def masked_mean(x, lengths):
    N, T, D = x.shape
    steps = torch.arange(T, device=x.device)
    steps = steps.reshape(1, T, 1)
    ends = lengths.reshape(N, 1, 1)
    is_real = steps < ends
    is_real = is_real.expand(N, T, D)
    zeros = torch.zeros(N, T, D, dtype=x.dtype, device=x.device)
    clean = torch.where(is_real, x, zeros)
    total = torch.sum(clean, dim=1)
    count = lengths.reshape(N, 1).to(x.dtype)
    return total / count


def detach_hidden(hidden):
    if hidden is None:
        return None
    if isinstance(hidden, tuple):
        parts = []
        for part in hidden:
            parts.append(detach_hidden(part))
        return tuple(parts)
    return hidden.detach()


def truncated_backpropagation(model, tokens, length, optimizer):
    model.train()
    inputs = tokens[:, :-1]
    targets = tokens[:, 1:]
    T = inputs.shape[1]
    number_of_pieces = math.ceil(T / length)
    hidden = None
    losses = []
    for piece in range(number_of_pieces):
        first = piece * length
        behind = first + length
        input_piece = inputs[:, first:behind]
        target_piece = targets[:, first:behind]
        hidden = detach_hidden(hidden)
        optimizer.zero_grad()
        logits, hidden = model(input_piece, hidden)
        loss = sequence_loss(logits, target_piece)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def gradient_through_time(w, steps):
    H = w.shape[0]
    product = torch.eye(H, dtype=w.dtype, device=w.device)
    norms = torch.zeros(steps + 1, dtype=w.dtype, device=w.device)
    norms[0] = 1
    for t in range(1, steps + 1):
        product = torch.matmul(w, product)
        u, singular_values, v = torch.linalg.svd(product)
        norms[t] = torch.max(singular_values)
    return norms


def perplexity(logits, targets, ignore_index=-100):
    V = logits.shape[-1]
    log_probabilities = torch.log_softmax(logits, dim=-1)
    flat_log_probabilities = log_probabilities.reshape(-1, V)
    flat_targets = targets.reshape(-1)
    losses = []
    for place in range(flat_targets.shape[0]):
        target = flat_targets[place].item()
        if target == ignore_index:
            continue
        losses.append(-flat_log_probabilities[place, target])
    mean = torch.stack(losses).mean()
    return torch.exp(mean)


def sample(model, prompt, length, temperature, generator):
    written = []
    with torch.no_grad():
        # read the prompt token by token; the scores after the last one are those that count
        hidden = None
        for k in range(prompt.shape[0]):
            token = prompt[k].reshape(1, 1)
            logits, hidden = model(token, hidden)
        # write
        for k in range(length):
            scores = logits[0, -1, :]
            if temperature == 0:
                token = torch.argmax(scores)
            else:
                largest = torch.max(scores)
                weights = torch.exp((scores - largest) / temperature)
                probabilities = weights / torch.sum(weights)
                probabilities = probabilities.to(generator.device)
                token = torch.multinomial(probabilities, 1, generator=generator)
            token = token.to(prompt.device).reshape(1, 1)
            written.append(token.item())
            logits, hidden = model(token, hidden)
    return torch.tensor(written, dtype=torch.int64, device=prompt.device)


class NameClassifier(nn.Module):
    def __init__(self, vocabulary_size, embedding_dim, hidden_size, num_classes):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_dim)
        self.gru = nn.GRU(embedding_dim, hidden_size, bidirectional=True)
        self.linear = nn.Linear(2 * hidden_size, num_classes)

    def forward(self, tokens, lengths):
        # one name after the other, each cut at its own end: then there is no padding to think of
        rows = []
        for n in range(tokens.shape[0]):
            length = int(lengths[n])
            name = tokens[n, :length]
            vectors = self.embedding(name)
            vectors = vectors.unsqueeze(1)  # a batch of one
            states, last = self.gru(vectors)
            forward_end = last[0, 0]
            reverse_end = last[1, 0]
            rows.append(torch.cat([forward_end, reverse_end]))
        both = torch.stack(rows)
        return self.linear(both)


NamesRun = collections.namedtuple("NamesRun", ["model", "losses"])


def train_names(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    device = labels.device
    N = len(names)
    K = int(labels.max()) + 1
    model = NameClassifier(26, 16, 24, K)
    model = model.to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)

    # every name as a row of numbers
    rows = []
    for name in names:
        row = []
        for letter in name:
            row.append("abcdefghijklmnopqrstuvwxyz".index(letter))
        rows.append(torch.tensor(row, device=device))
    tokens, lengths = pad_sequences(rows)

    model.train()
    losses = []
    for epoch in range(epochs):
        order = torch.randperm(N, generator=generator)
        batches = order.split(batch_size)
        sum_of_losses = 0.0
        for batch in batches:
            batch = batch.to(device)
            batch_tokens = tokens[batch]
            batch_lengths = lengths[batch]
            batch_labels = labels[batch]
            optimizer.zero_grad()
            scores = model(batch_tokens, batch_lengths)
            loss = functional.cross_entropy(scores, batch_labels)
            loss.backward()
            optimizer.step()
            sum_of_losses = sum_of_losses + loss.item() * len(batch)
        mean_loss = sum_of_losses / N
        losses.append(mean_loss)
    model.eval()
    return NamesRun(model, losses)


def check_masked_mean(masked_mean):
    # two features, three sequences; the padding is 99
    x = torch.tensor([
        [[1.0, -2.0], [3.0, 4.0], [99.0, 99.0], [99.0, 99.0]],
        [[2.0, 0.5], [4.0, 1.5], [6.0, -5.0], [8.0, 7.0]],
        [[-7.0, 5.0], [99.0, 99.0], [99.0, 99.0], [99.0, 99.0]],
    ], dtype=torch.float64)
    lengths = torch.tensor([2, 4, 1])
    want = torch.tensor([[2.0, 1.0], [5.0, 1.0], [-7.0, 5.0]], dtype=torch.float64)
    for padding in [99.0, 0.0, float("inf"), float("nan")]:
        given = torch.where(x == 99.0, padding, x)
        leaf = given.clone().requires_grad_()
        y = masked_mean(leaf, lengths)
        assert lengths.tolist() == [2, 4, 1]
        assert torch.equal(torch.nan_to_num(leaf.detach()), torch.nan_to_num(given)), "x is another one now"
        assert y.shape == want.shape and y.dtype == want.dtype
        assert ((y.detach() - want).abs() < 1e-6).all(), f"padding {padding}: {y}"
        assert y.requires_grad
        y.backward(torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], dtype=torch.float64))
        grad = torch.zeros(3, 4, 2, dtype=torch.float64)
        grad[0, :2] = torch.tensor([0.5, 1.0])
        grad[1] = torch.tensor([0.75, 1.0])
        grad[2, 0] = torch.tensor([5.0, 6.0])
        assert ((leaf.grad - grad).abs() < 1e-6).all()


# ---------------------------------------------------------------- mended code


class PaddedScore(collections.namedtuple("PaddedScore", ["loss", "accuracy"])):
    pass


def fix_padded_score(scores, targets, lengths):
    total = torch.zeros((), dtype=scores.dtype, device=scores.device)
    count = 0
    right = 0
    for n in range(targets.shape[0]):
        length = int(lengths[n])
        if length == 0:
            continue
        own_scores = scores[:length, n]  # (length, V)
        own_targets = targets[n, :length]
        total = total + functional.cross_entropy(own_scores, own_targets, reduction="sum")
        right += int((own_scores.argmax(dim=1) == own_targets).sum())
        count += length
    return PaddedScore(total / count, right / count)


def fix_text_training(model, tokens, epochs, batch_size, lr, generator):
    losses = []
    model.train()
    for _ in range(epochs):
        order = torch.randperm(tokens.shape[0], generator=generator).tolist()
        total = 0.0
        for start in range(0, len(order), batch_size):
            batch = torch.stack([tokens[n] for n in order[start : start + batch_size]])
            inputs = batch[:, :-1]
            targets = batch[:, 1:]
            model.zero_grad()
            logits, _ = model(inputs, None)
            loss = functional.cross_entropy(logits.reshape(-1, logits.shape[2]), targets.reshape(-1))
            loss.backward()
            with torch.no_grad():
                for parameter in model.parameters():
                    if parameter.grad is not None:
                        parameter -= lr * parameter.grad
            total += float(loss.detach()) * batch.shape[0]
        losses.append(total / tokens.shape[0])
    return losses
