from __future__ import annotations

import contextlib
import csv
import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Optimizer
from torch.utils.data import DataLoader, Dataset, random_split
from mlp import MLP, LogisticRegression
LossFunction = Callable[[Tensor, Tensor], Tensor]


@dataclass
class Group:
    weight_decay: float
    params: list[nn.Parameter] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return {"params": self.params, "weight_decay": self.weight_decay}


def parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    decaying, others = Group(weight_decay), Group(0.0)
    for parameter in filter(lambda p: p.requires_grad, model.parameters()):
        (decaying if parameter.dim() >= 2 else others).params.append(parameter)
    return [decaying.as_dict(), others.as_dict()]


def number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


@dataclass(frozen=True)
class Column:
    name: str
    cells: list[str | None]

    @property
    def words(self) -> list[str]:
        return sorted({cell for cell in self.cells if cell is not None})

    def features(self) -> dict[str, list[float]]:
        numbers: list[float | None] = [None if cell is None else number(cell) for cell in self.cells]
        if all(number(word) is not None for word in self.words):
            known: list[float] = [value for value in numbers if value is not None]
            mean: float = sum(known) / len(known) if known else 0.0
            return {self.name: [mean if value is None else value for value in numbers]}
        kinds: list[str | None] = [*self.words, None]
        return {
            f"{self.name}={'NA' if kind is None else kind}": [float(cell == kind) for cell in self.cells]
            for kind in kinds
        }


class CSVDataset(Dataset[tuple[Tensor, Tensor]]):
    names: list[str]
    x: Tensor
    y: Tensor

    def __init__(self, path: str, target: str) -> None:
        with open(path, newline="", encoding="utf-8") as file:
            rows: list[list[str]] = [[cell.strip() for cell in row] for row in csv.reader(file)]
        header, *table = [row for row in rows if any(row)]
        place: int = header.index(target)
        kept: list[list[str | None]] = [
            [None if cell in {"", "NA"} else cell for cell in row] for row in table if row[place] not in {"", "NA"}
        ]
        columns = [Column(name, [row[j] for row in kept]) for j, name in enumerate(header) if j != place]
        features: dict[str, list[float]] = {}
        for column in columns:
            features |= column.features()
        self.names = list(features)
        self.x = torch.tensor(list(features.values()), dtype=torch.float32).reshape(len(features), len(kept)).t()
        self.y = torch.tensor([float(row[place] or "nan") for row in kept], dtype=torch.float32)

    def __len__(self) -> int:
        return self.y.numel()

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        return self.x[index], self.y[index]


class Loaders(NamedTuple):
    train: DataLoader[Any]
    validation: DataLoader[Any]


def make_loaders(dataset: Dataset[Any], batch_size: int, split: float, generator: torch.Generator) -> Loaders:
    total: int = len(dataset)  # type: ignore[arg-type]
    count: int = round(split * total)
    train, validation = random_split(dataset, [count, total - count], generator)
    sampler = torch.utils.data.RandomSampler(train, generator=generator)
    return Loaders(
        train=DataLoader(train, batch_size, sampler=sampler, generator=generator),
        validation=DataLoader(validation, batch_size, generator=generator),
    )


class Fold(NamedTuple):
    train: Tensor
    validation: Tensor


def kfold_indices(n: int, k: int, generator: torch.Generator) -> list[Fold]:
    order: Tensor = torch.randperm(n, generator=generator)
    fold_of: Tensor = torch.arange(n) % k  # the first n % k folds get one more
    return [Fold(train=order[fold_of != fold], validation=order[fold_of == fold]) for fold in range(k)]


class Standardized(NamedTuple):
    train: Tensor
    test: Tensor


@dataclass(frozen=True)
class Scaler:
    mean: Tensor
    std: Tensor

    @classmethod
    def fit(cls, train: Tensor) -> Scaler:
        constant: Tensor = train.amax(dim=0) == train.amin(dim=0)
        std, mean = torch.std_mean(train, dim=0, correction=0)
        return cls(torch.where(constant, train[0], mean), torch.where(constant, torch.ones_like(std), std))

    def __call__(self, x: Tensor) -> Tensor:
        return (x - self.mean) / self.std


def standardize(train: Tensor, test: Tensor) -> Standardized:
    scaler = Scaler.fit(train)
    return Standardized(scaler(train), scaler(test))


@dataclass
class Mean:
    total: float = 0.0
    count: int = 0

    def add(self, value: float, weight: int) -> None:
        self.total += value * weight
        self.count += weight

    def __float__(self) -> float:
        return self.total / self.count


def device_of(model: nn.Module) -> torch.device:
    return next(model.parameters()).device


def descend(optimizer: Optimizer, loss: Tensor) -> float:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def train_epoch(
    model: nn.Module, loader: Iterable[tuple[Tensor, Tensor]], loss_fn: LossFunction, optimizer: Optimizer
) -> float:
    device, mean = device_of(model), Mean()
    model.train()
    for x, y in loader:
        mean.add(descend(optimizer, loss_fn(model(x.to(device)), y.to(device))), len(x))
    return float(mean)


@contextlib.contextmanager
def evaluating(model: nn.Module) -> Iterator[torch.device]:
    modes: dict[nn.Module, bool] = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            yield device_of(model)
    finally:
        for module, mode in modes.items():
            module.training = mode


def evaluate(model: nn.Module, loader: Iterable[tuple[Tensor, Tensor]], loss_fn: LossFunction) -> float:
    mean = Mean()
    with evaluating(model) as device:
        for x, y in loader:
            mean.add(loss_fn(model(x.to(device)), y.to(device)).item(), len(x))
    return float(mean)


def predict(model: nn.Module, x: Tensor, batch_size: int = 64) -> Tensor:
    with evaluating(model) as device:
        outputs: list[Tensor] = [model(batch.to(device)) for batch in x.split(batch_size)]
    return torch.cat(outputs)


def polynomial_features(x: Tensor, degree: int) -> Tensor:
    powers: Iterator[Tensor] = itertools.accumulate(itertools.repeat(x, degree), torch.mul, initial=torch.ones_like(x))
    return torch.stack(list(powers), dim=1)


class PolynomialFit(NamedTuple):
    weights: Tensor
    train_error: Tensor
    validation_error: Tensor


def fit_polynomial(x: Tensor, y: Tensor, x_val: Tensor, y_val: Tensor, degree: int) -> PolynomialFit:
    design: Tensor = polynomial_features(x.double(), degree)
    weights: Tensor = torch.linalg.pinv(design) @ y.double()

    def error(inputs: Tensor, targets: Tensor) -> Tensor:
        return F.mse_loss(polynomial_features(inputs.double(), degree) @ weights, targets.double()).to(x.dtype)

    return PolynomialFit(weights.to(x.dtype), error(x, y), error(x_val, y_val))


def save_checkpoint(path: str, model: nn.Module, optimizer: Optimizer, epoch: int) -> None:
    with open(path, "wb") as file:
        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}, file)


def load_checkpoint(
    path: str, model: nn.Module, optimizer: Optimizer | None = None, map_location: str | torch.device = "cpu"
) -> int:
    checkpoint: dict[str, Any] = torch.load(path, map_location, weights_only=True)
    model.load_state_dict(checkpoint["model"], strict=True)
    if optimizer is not None:
        optimizer.load_state_dict(checkpoint["optimizer"])
    epoch: int = checkpoint["epoch"]
    return epoch


@dataclass
class EarlyStopping:
    patience: int
    min_delta: float = 0.0
    best_loss: float = field(default=math.inf, init=False)
    waited: int = field(default=0, init=False)
    best: dict[str, Tensor] = field(default_factory=dict, init=False)

    def step(self, loss: float, model: nn.Module) -> bool:
        if loss < self.best_loss - self.min_delta:
            self.best_loss, self.waited = loss, 0
            self.best = {name: value.detach().clone() for name, value in model.state_dict().items()}
        else:
            self.waited += 1
        return self.waited >= self.patience

    def restore(self, model: nn.Module) -> None:
        model.load_state_dict(self.best)


class History(NamedTuple):
    train_losses: list[float]
    validation_losses: list[float]


@dataclass
class Batches:
    """Batches of a new order for each epoch."""

    x: Tensor
    y: Tensor
    batch_size: int
    generator: torch.Generator

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        for rows in torch.randperm(len(self.x), generator=self.generator).split(self.batch_size):
            here: Tensor = rows.to(self.x.device)
            yield self.x[here], self.y[here]


def fix_training_loop(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    x_val: Tensor,
    y_val: Tensor,
    epochs: int,
    batch_size: int,
    lr: float,
    generator: torch.Generator,
) -> History:
    optimizer, history = torch.optim.SGD(model.parameters(), lr=lr), History([], [])
    batches = Batches(x, y, batch_size, generator)
    for _ in range(epochs):
        history.train_losses.append(train_epoch(model, batches, F.cross_entropy, optimizer))
        history.validation_losses.append(evaluate(model, [(x_val, y_val)], F.cross_entropy))
    return history


class TrainingRun(NamedTuple):
    model: nn.Module
    losses: list[float]


def fit(model: nn.Module, optimizer: Optimizer, loss_fn: LossFunction, batches: Batches, epochs: int) -> TrainingRun:
    losses: list[float] = [train_epoch(model, batches, loss_fn, optimizer) for _ in range(epochs)]
    return TrainingRun(model.eval(), losses)


def train_regression(
    x: Tensor, y: Tensor, generator: torch.Generator, epochs: int = 12, batch_size: int = 32, lr: float = 0.05
) -> TrainingRun:
    rows, targets = Scaler.fit(x)(x), y.unsqueeze(1)
    model = nn.Linear(x.size(1), 1, device=x.device, dtype=x.dtype)
    batches = Batches(rows, Scaler.fit(targets)(targets), batch_size, generator)
    return fit(model, torch.optim.Adam(model.parameters(), lr), nn.MSELoss(), batches, epochs)


def train_classifier(
    x: Tensor, y: Tensor, generator: torch.Generator, epochs: int = 10, batch_size: int = 32, lr: float = 0.05
) -> TrainingRun:
    model = LogisticRegression(x.size(1)).to(x.device, x.dtype)
    batches = Batches(Scaler.fit(x)(x), y.to(x.dtype), batch_size, generator)
    return fit(model, torch.optim.Adam(model.parameters(), lr), nn.BCELoss(), batches, epochs)


def train_digits(
    x: Tensor, y: Tensor, generator: torch.Generator, epochs: int = 12, batch_size: int = 25, lr: float = 0.1
) -> TrainingRun:
    model = MLP((x.size(1), 128, int(y.max()) + 1), torch.relu).to(x.device, x.dtype)
    optimizer = torch.optim.SGD(model.parameters(), lr, momentum=0.9)
    return fit(model, optimizer, nn.CrossEntropyLoss(), Batches(x, y, batch_size, generator), epochs)


import json
import os
from collections import defaultdict


class ThreeWaySplit(NamedTuple):
    train: Tensor
    validation: Tensor
    test: Tensor


class PaddedBatch(NamedTuple):
    x: Tensor
    lengths: Tensor
    y: Tensor


class PrecisionRecall(NamedTuple):
    precision: float
    recall: float
    f1: float


def three_way_split(n: int, fractions: tuple[float, float, float], generator: torch.Generator) -> ThreeWaySplit:
    order: list[int] = torch.randperm(n, generator=generator).tolist()

    def take(count: int) -> Tensor:
        return torch.tensor([order.pop() for _ in range(count)], dtype=torch.int64)

    validation, test = take(round(fractions[1] * n)), take(round(fractions[2] * n))
    return ThreeWaySplit(take(len(order)), validation, test)


def pad_collate(batch: list[tuple[Tensor, int]]) -> PaddedBatch:
    lengths = torch.tensor([sequence.shape[0] for sequence, _ in batch])
    x = nn.utils.rnn.pad_sequence([sequence for sequence, _ in batch], batch_first=True, padding_value=0)
    return PaddedBatch(x=x, lengths=lengths, y=torch.as_tensor([label for _, label in batch], dtype=torch.int64))


def precision_and_recall(scores: Tensor, labels: Tensor, threshold: float) -> PrecisionRecall:
    alarms = torch.ge(scores, threshold)
    hits = int(torch.count_nonzero(alarms & labels.bool()))
    try:
        precision = hits / int(torch.count_nonzero(alarms))
    except ZeroDivisionError:
        precision = 0.0
    try:
        recall = hits / int(labels.sum())
    except ZeroDivisionError:
        recall = 0.0
    if precision + recall == 0:
        return PrecisionRecall(precision, recall, 0.0)
    return PrecisionRecall(precision, recall, 2 / (1 / precision + 1 / recall))


class MetricLogger:
    def __init__(self, path: str) -> None:
        self.path: str = path
        with open(path, "a", encoding="utf-8") as file:
            if not self.ends_a_line():
                file.write("\n")

    def ends_a_line(self) -> bool:
        with open(self.path, "rb") as file:
            if os.fstat(file.fileno()).st_size == 0:
                return True
            file.seek(-1, 2)
            return file.read(1) == b"\n"

    def log(self, step: int, numbers: dict[str, Any]) -> None:
        plain = {name: float(value.item() if isinstance(value, Tensor) else value) for name, value in numbers.items()}
        with open(self.path, "a", encoding="utf-8") as file:
            json.dump({"step": step, **plain}, file)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())

    def rows(self) -> Iterator[dict[str, Any]]:
        with open(self.path, encoding="utf-8") as file:
            for line in file:
                with contextlib.suppress(ValueError):
                    yield json.loads(line)

    def curves(self) -> dict[str, list[tuple[int, float]]]:
        found: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for row in self.rows():
            step = row.pop("step")
            for name, value in row.items():
                found[name].append((step, value))
        return dict(found)


def train_epoch_autocast(model: nn.Module, loader: Any, loss_fn: Any, optimizer: torch.optim.Optimizer) -> float:
    device: torch.device = next(model.parameters()).device
    model.train(True)
    total, count = torch.zeros((), dtype=torch.float64), 0
    for x, y in loader:
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=True):
            prediction: Tensor = model(x.to(device))
        loss: Tensor = loss_fn(prediction.type(torch.float32), y.to(device))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        total += float(loss.detach()) * len(x)
        count += len(x)
    return float(total / count)
