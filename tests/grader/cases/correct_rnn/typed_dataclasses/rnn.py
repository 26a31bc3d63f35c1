from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol, TypeAlias, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

PADDING: Final[str] = "<pad>"
UNKNOWN: Final[str] = "<unk>"

Vocabulary: TypeAlias = dict[str, int]


class Recurrent(Protocol):
    def __call__(self, tokens: Tensor, hidden: Any = ...) -> tuple[Tensor, Any]: ...


def build_vocabulary(texts: Sequence[Sequence[str]], min_count: int = 1) -> Vocabulary:
    counts: defaultdict[str, int] = defaultdict(int)
    for text in texts:
        for token in text:
            counts[token] += 1
    vocabulary: Vocabulary = {PADDING: 0, UNKNOWN: 1}
    frequent = {token for token, count in counts.items() if count >= min_count}
    for number, token in enumerate(sorted(frequent.difference(vocabulary)), start=2):
        vocabulary[token] = number
    return vocabulary


def encode(text: Sequence[str], vocabulary: Vocabulary) -> Tensor:
    numbers: list[int] = [vocabulary[token if token in vocabulary else UNKNOWN] for token in text]
    return torch.tensor(numbers, dtype=torch.int64)


def decode(indices: Tensor, vocabulary: Vocabulary) -> list[str]:
    token_of: dict[int, str] = {number: token for token, number in vocabulary.items()}
    tokens: Iterator[str] = (token_of[int(number)] for number in indices)
    return [token for token in tokens if token != PADDING]


def check_indices(indices: Tensor, size: int) -> None:
    if indices.numel() == 0:
        return
    low, high = (int(bound) for bound in indices.aminmax())
    if low < 0 or high >= size:
        raise IndexError(f"indices must be from 0 to {size - 1}, not from {low} to {high}")


def one_hot_sequence(indices: Tensor, num_tokens: int) -> Tensor:
    check_indices(indices, num_tokens)
    identity: Tensor = torch.eye(num_tokens, device=indices.device)
    return F.embedding(indices.t(), identity)


def rnn_cell_step(x: Tensor, h: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor) -> Tensor:
    expected = torch.Size((x.size(0), w_hh.size(0)))
    if h.size() != expected:
        raise ValueError(f"h has shape {tuple(h.size())}, not {tuple(expected)}")
    return torch.tanh(torch.addmm(b_ih, x, w_ih.t()) + torch.addmm(b_hh, h, w_hh.t()))


def uniform_parameter(hidden_size: int, *shape: int) -> nn.Parameter:
    bound: float = 1.0 / math.sqrt(hidden_size)
    return nn.Parameter(nn.init.uniform_(torch.empty(*shape), -bound, bound))


class GatedCell(nn.Module):
    weight_ih: nn.Parameter
    weight_hh: nn.Parameter
    bias_ih: nn.Parameter
    bias_hh: nn.Parameter

    def __init__(self, input_size: int, hidden_size: int, num_gates: int) -> None:
        super().__init__()
        self.hidden_size: int = hidden_size
        self.weight_ih = uniform_parameter(hidden_size, num_gates * hidden_size, input_size)
        self.weight_hh = uniform_parameter(hidden_size, num_gates * hidden_size, hidden_size)
        self.bias_ih = uniform_parameter(hidden_size, num_gates * hidden_size)
        self.bias_hh = uniform_parameter(hidden_size, num_gates * hidden_size)

    def zeros(self, x: Tensor) -> Tensor:
        return self.weight_hh.new_zeros((x.size(0), self.hidden_size))

    def from_input(self, x: Tensor) -> tuple[Tensor, ...]:
        return F.linear(x, self.weight_ih, self.bias_ih).split(self.hidden_size, dim=1)

    def from_state(self, h: Tensor) -> tuple[Tensor, ...]:
        return F.linear(h, self.weight_hh, self.bias_hh).split(self.hidden_size, dim=1)


class RNNCell(GatedCell):
    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__(input_size, hidden_size, num_gates=1)

    def forward(self, x: Tensor, h: Tensor | None = None) -> Tensor:
        (given,) = self.from_input(x)
        (kept,) = self.from_state(self.zeros(x) if h is None else h)
        return (given + kept).tanh()


class RNNOutput(NamedTuple):
    output: Tensor
    h_n: Tensor


@dataclass(frozen=True)
class Direction:
    """Where the weights of one direction of one layer are found, and which way it goes."""

    layer: int
    reverse: bool

    @property
    def suffix(self) -> str:
        return f"_l{self.layer}" + ("_reverse" if self.reverse else "")

    def create(self, owner: nn.Module, input_size: int, hidden_size: int) -> None:
        shapes: dict[str, tuple[int, ...]] = {
            "weight_ih": (hidden_size, input_size),
            "weight_hh": (hidden_size, hidden_size),
            "bias_ih": (hidden_size,),
            "bias_hh": (hidden_size,),
        }
        for name, shape in shapes.items():
            owner.register_parameter(name + self.suffix, uniform_parameter(hidden_size, *shape))

    def weight(self, owner: nn.Module, name: str) -> Tensor:
        return owner.get_parameter(name + self.suffix)

    def states(self, owner: nn.Module, x: Tensor, h: Tensor) -> Iterator[Tensor]:
        """Yield the states in the order in which they are computed; the products with x are made at once."""
        given = F.linear(x, self.weight(owner, "weight_ih"), self.weight(owner, "bias_ih"))
        weight_hh, bias_hh = self.weight(owner, "weight_hh"), self.weight(owner, "bias_hh")
        for step in reversed(given.unbind(0)) if self.reverse else given.unbind(0):
            h = torch.tanh(step + F.linear(h, weight_hh, bias_hh))
            yield h


class RNN(nn.Module):
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        batch_first: bool = False,
        bidirectional: bool = False,
    ) -> None:
        super().__init__()
        self.hidden_size: int = hidden_size
        self.batch_first: bool = batch_first
        ways: tuple[bool, ...] = (False, True) if bidirectional else (False,)
        self.layers: list[list[Direction]] = [[Direction(l, way) for way in ways] for l in range(num_layers)]
        width: int = input_size
        for layer in self.layers:
            for direction in layer:
                direction.create(self, width, hidden_size)
            width = len(ways) * hidden_size

    def forward(self, x: Tensor, h_0: Tensor | None = None) -> RNNOutput:
        if self.batch_first:
            x = x.transpose(0, 1)
        starts: Iterator[Tensor]
        if h_0 is None:
            count = sum(len(layer) for layer in self.layers)
            starts = iter([x.new_zeros(x.size(1), self.hidden_size)] * count)
        else:
            starts = iter(h_0.unbind(0))
        last: list[Tensor] = []
        for layer in self.layers:
            columns: list[Tensor] = []
            for direction in layer:
                states: list[Tensor] = list(direction.states(self, x, next(starts)))
                last.append(states[-1])
                columns.append(torch.stack(states[::-1] if direction.reverse else states))
            x = torch.cat(columns, dim=2)
        return RNNOutput(output=x.transpose(0, 1) if self.batch_first else x, h_n=torch.stack(last))


class LSTMState(NamedTuple):
    h: Tensor
    c: Tensor


class LSTMCell(GatedCell):
    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__(input_size, hidden_size, num_gates=4)

    def forward(self, x: Tensor, state: tuple[Tensor, Tensor] | None = None) -> LSTMState:
        old = LSTMState(self.zeros(x), self.zeros(x)) if state is None else LSTMState(*state)
        a_i, a_f, a_g, a_o = (a + s for a, s in zip(self.from_input(x), self.from_state(old.h), strict=True))
        written: Tensor = torch.sigmoid(a_i) * torch.tanh(a_g)
        c: Tensor = torch.sigmoid(a_f) * old.c + written
        return LSTMState(h=torch.sigmoid(a_o) * torch.tanh(c), c=c)


class GRUCell(GatedCell):
    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__(input_size, hidden_size, num_gates=3)

    def forward(self, x: Tensor, h: Tensor | None = None) -> Tensor:
        state: Tensor = self.zeros(x) if h is None else h
        a_r, a_z, a_n = self.from_input(x)
        s_r, s_z, s_n = self.from_state(state)
        r, z = torch.sigmoid(a_r + s_r), torch.sigmoid(a_z + s_z)
        n = torch.tanh(torch.addcmul(a_n, r, s_n))
        return (1.0 - z) * n + z * state


class Embedding(nn.Module):
    def __init__(self, num_embeddings: int, embedding_dim: int, padding_idx: int | None = None) -> None:
        super().__init__()
        self.num_embeddings: int = num_embeddings
        self.padding_idx: int | None = padding_idx
        self.weight = nn.Parameter(torch.normal(0.0, 1.0, (num_embeddings, embedding_dim)))
        if padding_idx is not None:
            with torch.no_grad():
                self.weight[padding_idx] = 0.0

    def forward(self, indices: Tensor) -> Tensor:
        check_indices(indices, self.num_embeddings)
        rows: Tensor = self.weight[indices]
        if self.padding_idx is None:
            return rows
        learned: Tensor = (indices != self.padding_idx).unsqueeze(-1).to(rows.dtype)
        return rows * learned + rows.detach() * (1 - learned)


class CellCharRNN(nn.Module):
    def __init__(self, vocabulary_size: int, hidden_size: int) -> None:
        super().__init__()
        self.vocabulary_size: int = vocabulary_size
        self.cell = nn.RNNCell(vocabulary_size, hidden_size)
        self.linear = nn.Linear(hidden_size, vocabulary_size)

    def states(self, tokens: Tensor, hidden: Tensor | None) -> Iterator[Tensor]:
        for column in tokens.unbind(1):
            one_hot = F.one_hot(column, self.vocabulary_size).type_as(self.cell.weight_ih)
            hidden = cast(Tensor, self.cell(one_hot, hidden))
            yield hidden

    def forward(self, tokens: Tensor, hidden: Tensor | None = None) -> tuple[Tensor, Tensor]:
        states: list[Tensor] = list(self.states(tokens, hidden))
        return self.linear(torch.stack(states, dim=1)), states[-1]


class CharRNN(nn.Module):
    def __init__(self, vocabulary_size: int, hidden_size: int) -> None:
        super().__init__()
        self.rnn = nn.RNN(vocabulary_size, hidden_size, batch_first=True)
        self.linear = nn.Linear(hidden_size, vocabulary_size)

    def forward(self, tokens: Tensor, hidden: Tensor | None = None) -> tuple[Tensor, Tensor]:
        one_hot: Tensor = F.one_hot(tokens, self.linear.out_features).to(self.linear.weight.dtype)
        output, hidden = self.rnn(one_hot, hidden)
        return self.linear(output), cast(Tensor, hidden)


class EmbeddingCharRNN(nn.Module):
    def __init__(self, vocabulary_size: int, embedding_dim: int, hidden_size: int, num_layers: int = 2) -> None:
        super().__init__()
        self.embedding = Embedding(vocabulary_size, embedding_dim)
        self.rnn = nn.RNN(embedding_dim, hidden_size, num_layers=num_layers, batch_first=True)
        self.linear = nn.Linear(hidden_size, vocabulary_size)

    def forward(self, tokens: Tensor, hidden: Tensor | None = None) -> tuple[Tensor, Tensor]:
        output, hidden = self.rnn(self.embedding(tokens), hidden)
        return self.linear(output), cast(Tensor, hidden)


@dataclass
class Stepper:
    """One step of an optimizer along the gradient of a loss, with the losses so far."""

    optimizer: torch.optim.Optimizer
    losses: list[float] = field(default_factory=list)

    def __call__(self, logits: Tensor, targets: Tensor) -> None:
        loss: Tensor = F.cross_entropy(logits.flatten(end_dim=-2), targets.flatten())
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.losses.append(loss.item())


def train_char_rnn(model: nn.Module, inputs: Tensor, targets: Tensor, steps: int, lr: float) -> list[float]:
    network: Recurrent = model.train()
    stepper = Stepper(torch.optim.Adam(model.parameters(), lr=lr))
    for _ in range(steps):
        logits, _hidden = network(inputs)
        stepper(logits, targets)
    return stepper.losses


class Padded(NamedTuple):
    padded: Tensor
    lengths: Tensor


def pad_sequences(sequences: Sequence[Tensor], padding_value: float = 0, batch_first: bool = True) -> Padded:
    lengths: list[int] = [sequence.size(0) for sequence in sequences]
    longest: int = max(lengths)

    def fill(sequence: Tensor) -> Tensor:
        behind = [0, 0] * (sequence.dim() - 1) + [0, longest - sequence.size(0)]
        return F.pad(sequence, behind, value=padding_value)

    padded: Tensor = torch.stack([fill(sequence) for sequence in sequences], dim=0 if batch_first else 1)
    return Padded(padded, torch.tensor(lengths, dtype=torch.int64, device=padded.device))


@dataclass(frozen=True)
class Mask:
    """Which steps of a padded batch are real."""

    lengths: Tensor
    steps: int

    def places(self) -> Tensor:
        return torch.arange(self.steps, device=self.lengths.device).unsqueeze(0)

    def real(self) -> Tensor:
        return self.places() < self.lengths.unsqueeze(1)

    def last(self) -> Tensor:
        return self.places() == self.lengths.unsqueeze(1) - 1


def last_valid_state(output: Tensor, lengths: Tensor) -> Tensor:
    if lengths.ndim != 1 or lengths.numel() != output.size(0):
        raise ValueError(f"lengths has shape {tuple(lengths.shape)}, but the batch has {output.size(0)} sequences")
    if not bool(((lengths >= 1) & (lengths <= output.size(1))).all()):
        raise ValueError(f"lengths must be from 1 to {output.size(1)}")
    return output[Mask(lengths, output.size(1)).last()]  # one True in each row: N rows in order


def masked_mean(x: Tensor, lengths: Tensor) -> Tensor:
    real: Tensor = Mask(lengths, x.size(1)).real().unsqueeze(-1)
    total: Tensor = torch.where(real, x, x.new_zeros(())).sum(dim=1)
    return total / real.sum(dim=1)


def detach_hidden(hidden: Any) -> Any:
    match hidden:
        case None:
            return None
        case Tensor():
            return hidden.detach()
        case tuple():
            return tuple(detach_hidden(part) for part in hidden)


@dataclass(frozen=True)
class Piece:
    inputs: Tensor
    targets: Tensor


def pieces(tokens: Tensor, length: int) -> Iterator[Piece]:
    total: int = tokens.size(1) - 1
    for start in range(0, total, length):
        count = min(length, total - start)
        yield Piece(tokens.narrow(1, start, count), tokens.narrow(1, start + 1, count))


def truncated_backpropagation(
    model: nn.Module, tokens: Tensor, length: int, optimizer: torch.optim.Optimizer
) -> list[float]:
    network: Recurrent = model.train()
    stepper, hidden = Stepper(optimizer), None
    for piece in pieces(tokens, length):
        logits, hidden = network(piece.inputs, detach_hidden(hidden))
        stepper(logits, piece.targets)
    return stepper.losses


def gradient_through_time(w: Tensor, steps: int) -> Tensor:
    norms: list[Tensor] = []
    power: Tensor = torch.eye(w.size(0), dtype=w.dtype, device=w.device)
    for _ in range(steps + 1):
        norms.append(torch.linalg.matrix_norm(power, ord=2))
        power = torch.mm(power, w)
    return torch.stack(norms)


def perplexity(logits: Tensor, targets: Tensor, ignore_index: int = -100) -> Tensor:
    loss: Tensor = F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=ignore_index)
    return loss.exp()


Draw: TypeAlias = Callable[[Tensor], Tensor]


def drawing(temperature: float, generator: torch.Generator) -> Draw:
    def draw(scores: Tensor) -> Tensor:
        probabilities = F.softmax(scores.double() / temperature, dim=-1).to(generator.device)
        return torch.multinomial(probabilities, 1, generator=generator)

    def best(scores: Tensor) -> Tensor:
        return scores.argmax(dim=-1, keepdim=True)

    return best if temperature == 0 else draw


def sample(model: nn.Module, prompt: Tensor, length: int, temperature: float, generator: torch.Generator) -> Tensor:
    network: Recurrent = model
    draw: Draw = drawing(temperature, generator)
    written: list[Tensor] = []
    hidden: Any = None
    with torch.no_grad():
        token: Tensor = prompt
        while len(written) < length:
            logits, hidden = network(token.unsqueeze(0), hidden)
            token = draw(logits[0, -1]).to(prompt.device)
            written.append(token)
    return torch.cat(written) if written else torch.empty(0, dtype=torch.int64, device=prompt.device)


class NameClassifier(nn.Module):
    def __init__(self, vocabulary_size: int, embedding_dim: int, hidden_size: int, num_classes: int) -> None:
        super().__init__()
        self.embedding = Embedding(vocabulary_size, embedding_dim)
        self.gru = nn.GRU(embedding_dim, hidden_size, batch_first=True, bidirectional=True)
        self.linear = nn.Linear(2 * hidden_size, num_classes)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        packed: PackedSequence = pack_padded_sequence(
            self.embedding(tokens), lengths.to("cpu"), batch_first=True, enforce_sorted=False
        )
        _output, h_n = self.gru(packed)
        return cast(Tensor, self.linear(h_n.transpose(0, 1).reshape(tokens.size(0), -1)))


class NamesRun(NamedTuple):
    model: nn.Module
    losses: list[float]


@dataclass
class NameBatch:
    names: list[str]
    labels: Tensor
    padded: Padded = field(init=False)

    def __post_init__(self) -> None:
        rows = [torch.tensor([ord(letter) - ord("a") for letter in name]) for name in self.names]
        self.padded = pad_sequences([row.to(self.labels.device) for row in rows])


@dataclass
class RunningMean:
    total: float = 0.0
    weight: int = 0

    def add(self, value: float, weight: int) -> None:
        self.total += value * weight
        self.weight += weight

    @property
    def value(self) -> float:
        return self.total / self.weight


def train_names(
    names: list[str],
    labels: Tensor,
    generator: torch.Generator,
    epochs: int = 6,
    batch_size: int = 20,
    lr: float = 0.3,
) -> NamesRun:
    model = NameClassifier(26, 16, 24, int(labels.max()) + 1).to(labels.device)
    stepper = Stepper(torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9))
    losses: list[float] = []
    for _ in range(epochs):
        mean = RunningMean()
        for order in torch.randperm(len(names), generator=generator).split(batch_size):
            batch = NameBatch([names[place] for place in order.tolist()], labels[order.to(labels.device)])
            stepper(model(batch.padded.padded, batch.padded.lengths), batch.labels)
            mean.add(stepper.losses[-1], len(batch.names))
        losses.append(mean.value)
    return NamesRun(model.eval(), losses)
