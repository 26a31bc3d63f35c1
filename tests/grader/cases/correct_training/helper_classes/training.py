# no annotations, small helper classes
import math
from collections import namedtuple

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, Sampler, TensorDataset
from mlp import MLP, LogisticRegression
Loaders = namedtuple("Loaders", "train validation")
Fold = namedtuple("Fold", "train validation")
Standardized = namedtuple("Standardized", "train test")
PolynomialFit = namedtuple("PolynomialFit", "weights train_error validation_error")
History = namedtuple("History", "train_losses validation_losses")
TrainingRun = namedtuple("TrainingRun", "model losses")


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(out_features, in_features))
        self.bias = nn.Parameter(torch.empty(out_features)) if bias else None
        self.reset(1 / in_features**0.5)

    @torch.no_grad()
    def reset(self, r):
        for p in reversed(list(self.parameters())):
            p.uniform_(-r, r)

    def forward(self, x):
        d = self.weight.shape[1]
        if x.dim() == 0 or x.shape[-1] != d:
            raise ValueError("x: the last axis is not %d long" % d)
        flat = x.reshape(math.prod(x.shape[:-1]), d)
        y = flat.mm(self.weight.t()).reshape(*x.shape[:-1], self.weight.shape[0])
        if self.bias is not None:
            y = y + self.bias
        return y


def parameter_groups(model, weight_decay):
    if weight_decay < 0:
        raise ValueError("weight_decay must be positive or zero")
    groups = [{"params": [], "weight_decay": weight_decay}, {"params": [], "weight_decay": 0.0}]
    for p in model.parameters():
        if p.requires_grad:
            groups[0 if p.dim() > 1 else 1]["params"].append(p)
    return groups


class Column:
    """The cells of one column, None where one is missing."""

    def __init__(self, name):
        self.name = name
        self.cells = []

    def add(self, text):
        text = text.strip()
        self.cells.append(None if text in ("", "NA") else text)

    def keep(self, rows):
        self.cells = [self.cells[i] for i in rows]

    def holds_words(self):
        try:
            [float(c) for c in self.cells if c is not None]
            return False
        except ValueError:
            return True

    def filled(self):
        known = [float(c) for c in self.cells if c is not None]
        mean = sum(known) / len(known) if known else 0.0
        return [mean if c is None else float(c) for c in self.cells]

    def features(self):
        if not self.holds_words():
            return [(self.name, self.filled())]
        words = sorted({c for c in self.cells if c is not None})
        return [
            (self.name + "=" + (word or "NA"), [1.0 if c == word else 0.0 for c in self.cells])
            for word in [*words, None]
        ]


class CSVDataset(Dataset):
    def __init__(self, path, target):
        with open(path) as f:
            columns = [Column(name.strip()) for name in f.readline().split(",")]
            lines = [line for line in f if line.strip()]
        wanted = [c for c in columns if c.name == target]
        wanted = wanted[0]
        for line in lines:
            cells = line.split(",")
            for column, cell in zip(columns, cells):
                column.add(cell)
        rows = [i for i, c in enumerate(wanted.cells) if c is not None]
        for column in columns:
            column.keep(rows)
        features = [f for c in columns if c is not wanted for f in c.features()]
        self.names = [name for name, _ in features]
        self.y = torch.tensor(wanted.filled(), dtype=torch.float32)
        self.x = torch.empty(len(rows), len(features), dtype=torch.float32)
        for j, (_, values) in enumerate(features):
            self.x[:, j] = torch.tensor(values, dtype=torch.float64)

    def __len__(self):
        return self.x.size(0)

    def __getitem__(self, index):
        return (self.x[index], self.y[index])


class FreshOrder(Sampler):
    """The given rows, in a new random order each time."""

    def __init__(self, rows, generator):
        self.rows = rows
        self.generator = generator

    def __len__(self):
        return len(self.rows)

    def __iter__(self):
        order = torch.randperm(len(self.rows), generator=self.generator)
        return iter(self.rows[order].tolist())


def make_loaders(dataset, batch_size, split, generator):
    if batch_size < 1:
        raise ValueError("batch_size must be 1 or more")
    n = len(dataset)
    n_train = round(split * n)
    if n_train <= 0 or n_train >= n:
        raise ValueError("split makes one part empty")
    order = torch.randperm(n, generator=generator)
    validation = order[n_train:].sort().values.tolist()
    return Loaders(
        train=DataLoader(dataset, batch_size, sampler=FreshOrder(order[:n_train], generator)),
        validation=DataLoader(dataset, batch_size, sampler=validation),
    )


def kfold_indices(n, k, generator):
    if k < 2 or k > n:
        raise ValueError("k is %d, n is %d" % (k, n))
    order = torch.randperm(n, generator=generator).tolist()
    deals = [order[i::k] for i in range(k)]
    folds = []
    for deal in deals:
        rest = sorted(set(order) - set(deal))
        folds.append(Fold(train=torch.tensor(rest), validation=torch.tensor(deal)))
    return folds


class Scaler:
    def __init__(self, rows):
        self.mean = rows.mean(0)
        self.std = ((rows - self.mean) ** 2).mean(0).sqrt()
        same = (rows == rows[0]).all(0)
        self.mean[same] = rows[0][same]
        self.std[same] = 1

    def there(self, x):
        return (x - self.mean) / self.std


def standardize(train, test):
    if test.dim() != 2 or test.shape[1] != train.shape[1]:
        raise ValueError("test does not fit to train")
    scaler = Scaler(train)
    return Standardized(scaler.there(train), scaler.there(test))


class Meter:
    """A mean over samples."""

    def __init__(self):
        self.losses, self.sizes = [], []

    def add(self, loss, n):
        self.losses.append(loss.item())
        self.sizes.append(n)

    def mean(self):
        return np.average(self.losses, weights=self.sizes)


class Frozen:
    """with Frozen(model): evaluation mode and no gradients, afterwards all as before."""

    def __init__(self, model):
        self.model = model

    def __enter__(self):
        self.modes = {module: module.training for module in self.model.modules()}
        self.grad = torch.is_grad_enabled()
        self.model.eval()
        torch.set_grad_enabled(False)

    def __exit__(self, *exception):
        torch.set_grad_enabled(self.grad)
        for module, mode in self.modes.items():
            module.training = mode
        return False


def device_of(model):
    for p in model.parameters():
        return p.device


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    device = device_of(model)
    meter = Meter()
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        model.zero_grad()
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        meter.add(loss, len(x))
    return meter.mean()


def evaluate(model, loader, loss_fn):
    device = device_of(model)
    meter = Meter()
    with Frozen(model):
        for x, y in loader:
            meter.add(loss_fn(model(x.to(device)), y.to(device)), len(x))
    return meter.mean()


def predict(model, x, batch_size=64):
    if batch_size < 1:
        raise ValueError("batch_size must be 1 or more")
    device = device_of(model)
    with Frozen(model):
        outputs = None
        for start in range(0, len(x), batch_size):
            part = model(x[start : start + batch_size].to(device))
            if outputs is None:
                outputs = part.new_empty((len(x),) + tuple(part.shape[1:]))
            outputs[start : start + len(part)] = part
    return outputs


def polynomial_features(x, degree):
    if x.dim() != 1:
        raise ValueError("x is not a vector")
    if degree < 0:
        raise ValueError("degree is negative")
    ones = torch.ones_like(x).unsqueeze(1)
    return torch.cat([ones, x.unsqueeze(1).expand(-1, degree)], 1).cumprod(1)


class Polynomial:
    def __init__(self, x, y, degree):
        features = polynomial_features(x, degree)
        self.weights = torch.linalg.lstsq(features, y.unsqueeze(1)).solution.squeeze(1)

    def __call__(self, x):
        y = torch.zeros_like(x)
        for w in reversed(list(self.weights)):  # Horner
            y = y * x + w
        return y

    def error(self, x, y):
        return ((self(x) - y) ** 2).mean()


def fit_polynomial(x, y, x_val, y_val, degree):
    if x.shape[0] < degree + 1:
        raise ValueError("degree %d is too much for %d points" % (degree, x.shape[0]))
    p = Polynomial(x, y, degree)
    return PolynomialFit(p.weights, p.error(x, y), p.error(x_val, y_val))


def save_checkpoint(path, model, optimizer, epoch):
    checkpoint = {}
    checkpoint["epoch"] = epoch
    checkpoint["model"] = model.state_dict()
    checkpoint["optimizer"] = optimizer.state_dict()
    torch.save(checkpoint, path)


def load_checkpoint(path, model, optimizer=None, map_location="cpu"):
    checkpoint = torch.load(path, weights_only=True, map_location=map_location)
    if optimizer is not None:
        optimizer.load_state_dict(checkpoint["optimizer"])
    model.load_state_dict(checkpoint["model"])
    return checkpoint["epoch"]


class Snapshot:
    """Copies of all parameters and buffers, persistent or not."""

    def __init__(self, model):
        self.tensors = {name: t.detach().clone() for name, t in self.all(model)}

    @staticmethod
    def all(model):
        yield from model.named_parameters()
        yield from model.named_buffers()

    @torch.no_grad()
    def write(self, model):
        for name, t in self.all(model):
            t.copy_(self.tensors[name])


class EarlyStopping:
    def __init__(self, patience, min_delta=0.0):
        if patience < 1:
            raise ValueError("patience must be 1 or more")
        if min_delta < 0:
            raise ValueError("min_delta must be 0 or more")
        self.patience = patience
        self.min_delta = min_delta
        self.best_loss = math.inf
        self._epochs = 0
        self._best_epoch = 0
        self._snapshot = None

    def step(self, loss, model):
        self._epochs += 1
        if loss < self.best_loss - self.min_delta:
            self.best_loss = loss
            self._best_epoch = self._epochs
            self._snapshot = Snapshot(model)
        return self._epochs - self._best_epoch >= self.patience

    def restore(self, model):
        if self._snapshot is None:
            raise RuntimeError("never improved")
        self._snapshot.write(model)


def fix_training_loop(model, x, y, x_val, y_val, epochs, batch_size, lr, generator):
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True, generator=generator)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = History([], [])
    for _ in range(epochs):
        history.train_losses.append(train_epoch(model, loader, F.cross_entropy, optimizer))
        with Frozen(model):
            history.validation_losses.append(F.cross_entropy(model(x_val), y_val).item())
    return history


class Trainer:
    def __init__(self, model, loss_fn, generator, lr, epochs, batch_size=32):
        self.model = model
        self.loss_fn = loss_fn
        self.generator = generator
        self.optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        self.epochs = epochs
        self.batch_size = batch_size

    def batches(self, x, y):
        for rows in torch.randperm(len(x), generator=self.generator).split(self.batch_size):
            yield x[rows], y[rows]

    def fit(self, x, y):
        return [
            train_epoch(self.model, self.batches(x, y), self.loss_fn, self.optimizer) for _ in range(self.epochs)
        ]


def train_regression(x, y, generator, epochs=12, batch_size=32, lr=0.05):
    inputs, target = Scaler(x), Scaler(y.unsqueeze(1))
    trainer = Trainer(Linear(x.shape[1], 1).to(x), nn.MSELoss(), generator, lr, epochs, batch_size)
    losses = trainer.fit(inputs.there(x), target.there(y.unsqueeze(1)))
    return TrainingRun(trainer.model.eval(), losses)


def train_classifier(x, y, generator, epochs=10, batch_size=32, lr=0.05):
    trainer = Trainer(LogisticRegression(x.shape[1]).to(x), nn.BCELoss(), generator, lr, epochs, batch_size)
    losses = trainer.fit(Scaler(x).there(x), y.to(x.dtype))
    return TrainingRun(trainer.model.eval(), losses)


def train_digits(x, y, generator, epochs=12, batch_size=25, lr=0.1):
    model = MLP([x.shape[1], 128, y.max().item() + 1], nn.ReLU()).to(x)
    trainer = Trainer(model, nn.CrossEntropyLoss(), generator, lr, epochs, batch_size)
    trainer.optimizer = torch.optim.SGD(model.parameters(), lr, 0.9)
    losses = trainer.fit(x, y)
    return TrainingRun(model.eval(), losses)


import contextlib
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from typing import NamedTuple
from torch import Tensor


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
