import collections
from collections.abc import Sequence
from typing import Any, NamedTuple
import torch
from torch import Tensor, nn
from torch.nn import functional


PADDING = "<pad>"


UNKNOWN = "<unk>"


def build_vocabulary(texts: Sequence[Sequence[str]], min_count: int = 1) -> dict[str, int]:
    if min_count < 1:
        raise ValueError(f"min_count must be at least 1, not {min_count}")
    counts = collections.Counter()
    for text in texts:
        counts.update(text)
    vocabulary = {PADDING: 0, UNKNOWN: 1}
    for token in sorted(counts):
        if counts[token] >= min_count and token not in vocabulary:
            vocabulary[token] = len(vocabulary)
    return vocabulary


def encode(text: Sequence[str], vocabulary: dict[str, int]) -> Tensor:
    numbers = [vocabulary[token] if token in vocabulary else vocabulary[UNKNOWN] for token in text]
    return torch.tensor(numbers, dtype=torch.int64)


class Padded(NamedTuple):
    padded: Tensor
    lengths: Tensor


def pad_sequences(sequences: Sequence[Tensor], padding_value: float = 0, batch_first: bool = True) -> Padded:
    if len(sequences) == 0:
        raise ValueError("sequences must not be empty")
    first = sequences[0]
    if any(s.shape[1:] != first.shape[1:] for s in sequences):
        raise ValueError("sequences must have the same further axes")
    lengths = torch.tensor([len(s) for s in sequences], device=first.device)
    longest = max(len(s) for s in sequences)
    padded = first.new_full((len(sequences), longest, *first.shape[1:]), padding_value)
    for n, s in enumerate(sequences):
        padded[n, : len(s)] = s
    if not batch_first:
        padded = padded.transpose(0, 1)
    return Padded(padded, lengths)


class NameClassifier(nn.Module):
    def __init__(self, vocabulary_size: int, embedding_dim: int, hidden_size: int, num_classes: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_dim)
        self.gru = nn.GRU(embedding_dim, hidden_size, batch_first=True, bidirectional=True)
        self.linear = nn.Linear(2 * hidden_size, num_classes)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        n, steps = tokens.shape
        if lengths.shape != (n,) or (n and (lengths.min() < 1 or lengths.max() > steps)):
            raise ValueError(f"lengths must be {n} numbers from 1 to {steps}")
        embedded = self.embedding(tokens)
        packed = nn.utils.rnn.pack_padded_sequence(
            embedded, lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        _, h_n = self.gru(packed)
        return self.linear(torch.cat([h_n[0], h_n[1]], dim=1))


class NamesRun(NamedTuple):
    model: nn.Module
    losses: list[float]


def train_names(
    names: list[str],
    labels: Tensor,
    generator: torch.Generator,
    epochs: int = 6,
    batch_size: int = 20,
    lr: float = 0.3,
) -> NamesRun:
    device = labels.device
    tokens, lengths = pad_sequences([torch.tensor([ord(letter) - ord("a") for letter in name]) for name in names])
    tokens, lengths = tokens.to(device), lengths.to(device)
    model = NameClassifier(27, 16, 24, int(labels.max()) + 1).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    losses = []
    model.train()
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(names), generator=generator).to(device).split(batch_size):
            loss = functional.cross_entropy(model(tokens[batch], lengths[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(names))
    model.eval()
    return NamesRun(model, losses)
