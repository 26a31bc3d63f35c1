import functools
import itertools
from collections import Counter, namedtuple

import torch
from torch import nn

PADDING = "<pad>"
UNKNOWN = "<unk>"


def build_vocabulary(texts, min_count=1):
    if min_count < 1:
        raise ValueError("min_count should be >= 1")
    counts = functools.reduce(lambda counter, text: counter + Counter(text), texts, Counter())
    often = filter(lambda token: counts[token] >= min_count and token not in (PADDING, UNKNOWN), counts)
    tokens = itertools.chain((PADDING, UNKNOWN), sorted(often))
    return dict(zip(tokens, itertools.count()))


class Known(dict):
    def __missing__(self, token):
        if UNKNOWN in self:
            return self[UNKNOWN]
        raise KeyError(token)


def encode(text, vocabulary):
    return torch.LongTensor(list(map(Known(vocabulary).__getitem__, text)))


def decode(indices, vocabulary):
    table = dict(map(reversed, vocabulary.items()))
    try:
        tokens = [table[number] for number in indices.cpu().numpy().tolist()]
    except KeyError as error:
        raise IndexError(f"no token has the number {error.args[0]}") from error
    return list(filter(lambda token: token != PADDING, tokens))


def one_hot_sequence(indices, num_tokens):
    if indices.numel() and not 0 <= indices.min() <= indices.max() < num_tokens:
        raise IndexError(f"indices should be from 0 to {num_tokens - 1}")
    eye = torch.eye(num_tokens, dtype=torch.float32, device=indices.device)
    return eye[indices.transpose(0, 1)]


def rnn_cell_step(x, h, w_ih, w_hh, b_ih, b_hh):
    if x.dim() != 2 or x.shape[1] != w_ih.shape[1]:
        raise ValueError("x should be (N, D)")
    if h.shape != (x.shape[0], w_hh.shape[0]):
        raise ValueError("h should be (N, H)")
    return (nn.functional.linear(x, w_ih, b_ih) + nn.functional.linear(h, w_hh, b_hh)).tanh()


def uniform_(module, hidden_size):
    """Draw all parameters of a module, the last one first."""
    for parameter in reversed(list(module.parameters())):
        nn.init.uniform_(parameter, -(hidden_size**-0.5), hidden_size**-0.5)


def checks(name):
    """Let a step of a cell check x, and each of its states under `name`."""

    def decorate(step):
        @functools.wraps(step)
        def forward(self, x, state=None):
            if x.dim() != 2 or x.shape[1] != self.weight_ih.shape[1]:
                raise ValueError("x should be (N, D)")
            shape = (x.shape[0], self.weight_hh.shape[1])
            single = torch.is_tensor(state) or (state is None and self.states == 1)
            parts = (state,) if single else (None, None) if state is None else tuple(state)
            parts = tuple(x.new_zeros(shape) if part is None else part for part in parts)
            if any(part.shape != shape for part in parts):
                raise ValueError(f"{name} should be {shape}")
            return step(self, x, *parts)

        return forward

    return decorate


class Cell(nn.Module):
    gates = 1
    states = 1

    def __init__(self, input_size, hidden_size):
        super().__init__()
        rows = self.gates * hidden_size
        self.weight_ih = nn.Parameter(torch.empty(rows, input_size))
        self.weight_hh = nn.Parameter(torch.empty(rows, hidden_size))
        self.bias_ih = nn.Parameter(torch.empty(rows))
        self.bias_hh = nn.Parameter(torch.empty(rows))
        uniform_(self, hidden_size)

    def sums(self, x, h):
        given = nn.functional.linear(x, self.weight_ih, self.bias_ih)
        kept = nn.functional.linear(h, self.weight_hh, self.bias_hh)
        return given.tensor_split(self.gates, -1), kept.tensor_split(self.gates, -1)


class RNNCell(Cell):
    def forward(self, x, h=None):
        return self.step(x, h)

    @checks("h")
    def step(self, x, h):
        return rnn_cell_step(x, h, *self.parameters())


RNNOutput = namedtuple("RNNOutput", "output h_n")


class Direction:
    """One direction of one layer; a helper without weights of its own."""

    def __init__(self, owner, end):
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        self.weights = [getattr(owner, name + end) for name in names]
        self.turn = reversed if end.endswith("_reverse") else iter

    def __call__(self, steps, h):
        step = lambda h, x: rnn_cell_step(x, h, *self.weights)
        states = list(itertools.accumulate(self.turn(steps), step, initial=h))[1:]
        return list(self.turn(states)), states[-1]


class RNN(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers=1, batch_first=False, bidirectional=False):
        super().__init__()
        self.batch_first = batch_first
        self.input_size = input_size
        self.hidden_size = hidden_size
        ends = ("", "_reverse") if bidirectional else ("",)
        self.ends = [[f"_l{layer}{end}" for end in ends] for layer in range(num_layers)]
        for layer, row in enumerate(self.ends):
            width = len(ends) * hidden_size if layer else input_size
            for end in row:
                self.register_parameter("weight_ih" + end, nn.Parameter(torch.empty(hidden_size, width)))
                self.register_parameter("weight_hh" + end, nn.Parameter(torch.empty(hidden_size, hidden_size)))
                self.register_parameter("bias_ih" + end, nn.Parameter(torch.empty(hidden_size)))
                self.register_parameter("bias_hh" + end, nn.Parameter(torch.empty(hidden_size)))
        uniform_(self, hidden_size)

    def forward(self, x, h_0=None):
        time = 1 if self.batch_first else 0
        if x.dim() != 3 or x.shape[2] != self.input_size or not x.shape[time]:
            raise ValueError("x should be three axes, at least one step, D features")
        shape = (sum(map(len, self.ends)), x.shape[1 - time], self.hidden_size)
        if h_0 is not None and h_0.shape != shape:
            raise ValueError(f"h_0 should be {shape}")
        starts = iter(x.new_zeros(shape) if h_0 is None else h_0)
        steps, last = x.unbind(time), []
        for row in self.ends:
            outputs, ends = zip(*[Direction(self, end)(steps, next(starts)) for end in row])
            last.extend(ends)
            steps = [torch.cat(states, -1) for states in zip(*outputs)]
        return RNNOutput(output=torch.stack(steps, time), h_n=torch.stack(last))


LSTMState = namedtuple("LSTMState", ["h", "c"])


class LSTMCell(Cell):
    gates = 4
    states = 2

    def forward(self, x, state=None):
        return self.step(x, state)

    @checks("state")
    def step(self, x, h, c):
        i, f, g, o = itertools.starmap(torch.add, zip(*self.sums(x, h)))
        c = torch.addcmul(c * f.sigmoid(), i.sigmoid(), g.tanh())
        return LSTMState(c=c, h=c.tanh() * o.sigmoid())


class GRUCell(Cell):
    gates = 3

    def forward(self, x, h=None):
        return self.step(x, h)

    @checks("h")
    def step(self, x, h):
        (ar, az, an), (sr, sz, sn) = self.sums(x, h)
        reset, keep = torch.sigmoid(ar + sr), torch.sigmoid(az + sz)
        new = torch.tanh(an + reset * sn)
        return new + keep * (h - new)


class Lookup(torch.autograd.Function):
    """Rows of a table; backwards they are added up where they came from, but for the row of the padding."""

    @staticmethod
    def forward(ctx, table, indices, padding):
        ctx.save_for_backward(indices)
        ctx.shape, ctx.padding = table.shape, padding
        return table[indices]

    @staticmethod
    def backward(ctx, above):
        (indices,) = ctx.saved_tensors
        gradient = above.new_zeros(ctx.shape).index_add(0, indices.flatten(), above.reshape(-1, ctx.shape[1]))
        if ctx.padding is not None:
            gradient[ctx.padding] = 0
        return gradient, None, None


class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        if padding_idx is not None and padding_idx not in range(num_embeddings):
            raise ValueError("padding_idx should be None or the number of a row")
        self.padding_idx = padding_idx
        self.weight = nn.Parameter(torch.empty(num_embeddings, embedding_dim))
        nn.init.normal_(self.weight)
        if padding_idx is not None:
            nn.init.zeros_(self.weight[padding_idx])

    def forward(self, indices):
        if indices.dtype is not torch.long:
            raise ValueError("indices should be int64")
        if indices.numel() and not 0 <= indices.min() <= indices.max() < len(self.weight):
            raise IndexError("indices should be the numbers of rows")
        return Lookup.apply(self.weight, indices, self.padding_idx)


class CellCharRNN(nn.Module):
    def __init__(self, vocabulary_size, hidden_size):
        super().__init__()
        self.add_module("cell", nn.RNNCell(vocabulary_size, hidden_size))
        self.add_module("linear", nn.Linear(hidden_size, vocabulary_size))
        nn.init.orthogonal_(self.cell.weight_hh)
        nn.init.xavier_uniform_(self.cell.weight_ih)

    def forward(self, tokens, hidden=None):
        weight = self.linear.weight
        if hidden is None:
            hidden = weight.new_zeros(len(tokens), weight.shape[1])
        steps = one_hot_sequence(tokens, weight.shape[0]).to(weight.dtype)
        states = list(itertools.accumulate(steps, lambda h, x: self.cell(x, h), initial=hidden))[1:]
        return self.linear(torch.stack(states, dim=1)), states[-1]


class CharRNN(nn.Module):
    def __init__(self, vocabulary_size, hidden_size):
        super().__init__()
        self.rnn = nn.RNN(vocabulary_size, hidden_size)
        self.linear = nn.Linear(hidden_size, vocabulary_size)
        nn.init.zeros_(self.linear.bias)
        nn.init.orthogonal_(self.rnn.weight_hh_l0)

    def forward(self, tokens, hidden=None):
        one_hot = nn.functional.one_hot(tokens.T, self.linear.out_features).to(self.linear.weight)
        output, hidden = self.rnn(one_hot, hidden)
        return self.linear(output).transpose(0, 1), hidden


class EmbeddingCharRNN(nn.Module):
    def __init__(self, vocabulary_size, embedding_dim, hidden_size, num_layers=2):
        super().__init__()
        self.embedding = Embedding(vocabulary_size, embedding_dim)
        self.rnn = RNN(embedding_dim, hidden_size, num_layers, batch_first=True)
        self.linear = nn.Linear(hidden_size, vocabulary_size)

    def forward(self, tokens, hidden=None):
        output, hidden = self.rnn(self.embedding(tokens), hidden)
        return self.linear(output), hidden


def train_char_rnn(model, inputs, targets, steps, lr):
    optimizer = torch.optim.Adam([{"params": list(model.parameters())}], lr=lr)
    criterion = nn.CrossEntropyLoss()
    model.train()

    def closure():
        optimizer.zero_grad()
        loss = criterion(model(inputs)[0].permute(0, 2, 1), targets)
        loss.backward()
        return loss

    return [optimizer.step(closure).item() for _ in range(steps)]


Padded = namedtuple("Padded", "padded lengths")


def pad_sequences(sequences, padding_value=0, batch_first=True):
    if not len(sequences):
        raise ValueError("sequences should hold one at least")
    first, *others = sequences
    if any(other.shape[1:] != first.shape[1:] for other in others):
        raise ValueError("sequences should have the same further axes")
    longest = max(map(len, sequences))

    def filled(sequence):
        return torch.cat((sequence, sequence.new_full((longest - len(sequence), *first.shape[1:]), padding_value)))

    padded = torch.stack(list(map(filled, sequences)), 0 if batch_first else 1)
    return Padded(padded, torch.tensor(list(map(len, sequences)), dtype=torch.long, device=first.device))


def own_lengths(function):
    @functools.wraps(function)
    def checked(x, lengths):
        if lengths.shape != x.shape[:1]:
            raise ValueError("lengths should be one number for each sequence")
        if ((lengths < 1) | (lengths > x.shape[1])).any():
            raise ValueError("lengths should be from 1 to T")
        return function(x, lengths)

    return checked


@own_lengths
def last_valid_state(output, lengths):
    flat = torch.arange(len(output), device=lengths.device) * output.shape[1] + lengths - 1
    return output.flatten(0, 1).index_select(0, flat)


@own_lengths
def masked_mean(x, lengths):
    inside = torch.arange(x.shape[1], device=x.device).expand(len(x), -1) < lengths.unsqueeze(1)
    owner = torch.arange(len(x), device=x.device).repeat_interleave(lengths)
    total = x.new_zeros(x.shape[0], x.shape[2]).index_add(0, owner, x[inside])
    return total.div(lengths.unsqueeze(1))


def detach_hidden(hidden):
    kinds = {type(None): lambda _: None, tuple: lambda parts: tuple(detach_hidden(part) for part in parts)}
    kind = tuple if isinstance(hidden, tuple) else type(hidden)
    return kinds.get(kind, lambda tensor: tensor.detach().clone())(hidden)


def truncated_backpropagation(model, tokens, length, optimizer):
    if length < 1:
        raise ValueError("length should be >= 1")
    model.train()
    criterion = nn.CrossEntropyLoss()

    def pieces():
        hidden = None
        for window in range(0, tokens.shape[1] - 1, length):
            piece = tokens[:, window : window + length + 1]
            logits, hidden = model(piece[:, :-1], hidden)
            loss = criterion(logits.reshape(-1, logits.shape[-1]), piece[:, 1:].reshape(-1))
            model.zero_grad()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            hidden = detach_hidden(hidden)
            yield loss.item()

    return list(pieces())


def gradient_through_time(w, steps):
    if w.dim() != 2 or w.shape[0] != w.shape[1]:
        raise ValueError("w should be a square matrix")
    if steps < 1:
        raise ValueError("steps should be >= 1")
    powers = itertools.accumulate(itertools.repeat(w, steps), torch.mm, initial=torch.eye(len(w)).to(w))
    return torch.stack([torch.linalg.norm(power, ord=2) for power in powers])


def perplexity(logits, targets, ignore_index=-100):
    if (targets == ignore_index).all():
        raise ValueError("targets should hold one token that counts")
    criterion = nn.CrossEntropyLoss(ignore_index=ignore_index)
    return torch.exp(criterion(logits.permute(0, 2, 1), targets))


def sample(model, prompt, length, temperature, generator):
    if temperature < 0:
        raise ValueError("temperature should not be negative")
    if prompt.numel() == 0:
        raise ValueError("prompt should hold a token")

    def draw(z):
        if temperature == 0:
            return z.argmax().view(1)
        p = nn.functional.softmax((z - z.max()) / temperature, dim=0)
        return torch.multinomial(p.to(generator.device), 1, generator=generator).to(prompt.device)

    @torch.no_grad()
    def write():
        hidden, read = None, prompt
        for _ in range(length):
            logits, hidden = model(read.unsqueeze(0), hidden)
            read = draw(logits[0, -1])
            yield read

    return torch.cat([prompt.new_empty(0), *write()])


class NameClassifier(nn.Module):
    def __init__(self, vocabulary_size, embedding_dim, hidden_size, num_classes):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_dim)
        self.gru = nn.GRU(embedding_dim, hidden_size, bidirectional=True)
        self.linear = nn.Linear(2 * hidden_size, num_classes)

    def forward(self, tokens, lengths):
        return self.scores(tokens, lengths)

    def scores(self, tokens, lengths):
        if lengths.shape != tokens.shape[:1] or ((lengths < 1) | (lengths > tokens.shape[1])).any():
            raise ValueError("lengths should be N numbers from 1 to T")
        lengths, order = lengths.sort(descending=True, stable=True)
        packed = nn.utils.rnn.pack_padded_sequence(self.embedding(tokens[order].T), lengths.cpu())
        _, h_n = self.gru(packed)
        back = torch.empty_like(order).scatter_(0, order, torch.arange(len(order), device=order.device))
        return self.linear(h_n.permute(1, 0, 2).flatten(1))[back]


NamesRun = namedtuple("NamesRun", "model losses")


class Names(torch.utils.data.Dataset):
    """Names with their labels, as pairs."""

    def __init__(self, names, labels):
        self.names, self.labels = names, labels

    def __len__(self):
        return len(self.names)

    def __getitem__(self, place):
        return torch.tensor([ord(letter) - 97 for letter in self.names[place]]), self.labels[place]


class Shuffled(torch.utils.data.Sampler):
    """The batches of a new order in each epoch."""

    def __init__(self, size, batch_size, generator):
        self.size, self.batch_size, self.generator = size, batch_size, generator

    def __iter__(self):
        return map(torch.Tensor.tolist, torch.randperm(self.size, generator=self.generator).split(self.batch_size))


def collate(pairs):
    words, labels = zip(*pairs, strict=True)
    return pad_sequences(list(words)), torch.stack(labels)


def train_names(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    device = labels.device
    model = NameClassifier(26, 16, 24, int(labels.max()) + 1).to(device)
    loader = torch.utils.data.DataLoader(
        Names(names, labels), batch_sampler=Shuffled(len(names), batch_size, generator), collate_fn=collate,
        generator=torch.Generator(),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    loss_of = nn.CrossEntropyLoss()

    def step(padded, y):
        optimizer.zero_grad()
        loss = loss_of(model(padded.padded.to(device), padded.lengths.to(device)), y)
        loss.backward()
        optimizer.step()
        return loss.item() * len(y)

    model.train()
    losses = [sum(step(*batch) for batch in loader) / len(names) for _ in range(epochs)]
    model.eval()
    return NamesRun(model, losses)
