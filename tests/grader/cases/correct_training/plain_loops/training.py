"""Plain loops, step by step."""

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset, random_split
from mlp import MLP, LogisticRegression


def parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    if weight_decay < 0:
        raise ValueError("weight_decay must be at least 0")
    decaying, others = [], []
    for p in model.parameters():
        if not p.requires_grad:
            continue
        if p.ndim >= 2:
            decaying.append(p)
        else:
            others.append(p)
    return [{"params": decaying, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]


class CSVDataset(Dataset[tuple[Tensor, Tensor]]):
    def __init__(self, path: str, target: str) -> None:
        with open(path, encoding="utf-8") as file:
            lines = [line for line in file if line.strip() != ""]
        header = []
        if lines:
            for name in lines[0].split(","):
                header.append(name.strip())
        position = header.index(target)

        rows: list[list[str]] = []
        for line in lines[1:]:
            row = []
            for cell in line.split(","):
                cell = cell.strip()
                if cell == "NA":
                    cell = ""
                row.append(cell)
            if row[position] != "":
                rows.append(row)

        self.names = []
        features: list[list[float]] = [[] for _ in rows]
        targets: list[float] = []
        for row in rows:
            targets.append(float(row[position]))
        for column in range(len(header)):
            if column == position:
                continue
            words: list[str] = []
            total, count, only_numbers = 0.0, 0, True
            for row in rows:
                cell = row[column]
                if cell == "":
                    continue
                if cell not in words:
                    words.append(cell)
                try:
                    total += float(cell)
                    count += 1
                except ValueError:
                    only_numbers = False
            if only_numbers:
                self.names.append(header[column])
                mean = total / count if count > 0 else 0.0
                for feature, row in zip(features, rows):
                    feature.append(mean if row[column] == "" else float(row[column]))
            else:
                words.sort()
                words.append("")
                for word in words:
                    self.names.append(header[column] + "=" + (word if word != "" else "NA"))
                    for feature, row in zip(features, rows):
                        feature.append(1.0 if row[column] == word else 0.0)

        self.x = torch.tensor(features, dtype=torch.float32).reshape(len(targets), len(self.names))
        self.y = torch.tensor(targets, dtype=torch.float32)

    def __len__(self) -> int:
        return len(self.y)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        return self.x[index], self.y[index]


class Loaders(NamedTuple):
    train: DataLoader[Any]
    validation: DataLoader[Any]


def make_loaders(dataset: Dataset[Any], batch_size: int, split: float, generator: torch.Generator) -> Loaders:
    if batch_size < 1:
        raise ValueError("batch_size must be at least 1")
    total = len(dataset)
    count = round(split * total)
    if count < 1 or count > total - 1:
        raise ValueError(f"split = {split} leaves a part without samples")
    train_part, validation_part = random_split(dataset, [count, total - count], generator=generator)
    train = DataLoader(train_part, batch_size=batch_size, shuffle=True, generator=generator)
    validation = DataLoader(validation_part, batch_size=batch_size)
    return Loaders(train, validation)


class Fold(NamedTuple):
    train: Tensor
    validation: Tensor


def kfold_indices(n: int, k: int, generator: torch.Generator) -> list[Fold]:
    if k < 2 or k > n:
        raise ValueError(f"k must be from 2 to {n}, not {k}")
    order = torch.randperm(n, generator=generator)
    folds = []
    start = 0
    for i in range(k):
        size = n // k
        if i < n % k:
            size += 1
        stop = start + size
        folds.append(Fold(torch.cat([order[:start], order[stop:]]), order[start:stop]))
        start = stop
    return folds


class Standardized(NamedTuple):
    train: Tensor
    test: Tensor


def standardize(train: Tensor, test: Tensor) -> Standardized:
    columns = train.shape[1]
    if test.ndim != 2 or test.shape[1] != columns:
        raise ValueError(f"test must have {columns} columns")
    new_train = torch.empty_like(train)
    new_test = torch.empty_like(test)
    for j in range(columns):
        column = train[:, j]
        centre = column.mean()
        std = ((column - centre) ** 2).mean().sqrt()
        if (column == column[0]).all() or std < 1e-8:
            centre = column[0]
            std = torch.ones_like(centre)
        new_train[:, j] = (column - centre) / std
        new_test[:, j] = (test[:, j] - centre) / std
    return Standardized(new_train, new_test)


def train_epoch(
    model: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
) -> float:
    device = next(model.parameters()).device
    model.train()
    total = torch.zeros((), device=device)
    count = 0
    for x, y in loader:
        x = x.to(device)
        y = y.to(device)
        loss = loss_fn(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.detach() * len(x)
        count += len(x)
    return (total / count).item()


def evaluate(
    model: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
) -> float:
    device = next(model.parameters()).device
    modes = []
    for module in model.modules():
        modes.append((module, module.training))
    total = torch.zeros((), device=device)
    count = 0
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            loss = loss_fn(model(x.to(device)), y.to(device))
            total += loss * len(x)
            count += len(x)
    for module, mode in modes:
        module.training = mode
    return (total / count).item()


def predict(model: nn.Module, x: Tensor, batch_size: int = 64) -> Tensor:
    if batch_size < 1:
        raise ValueError("batch_size must be at least 1")
    device = next(model.parameters()).device
    modes = []
    for module in model.modules():
        modes.append((module, module.training))
    outputs = []
    try:
        model.eval()
        with torch.no_grad():
            for start in range(0, len(x), batch_size):
                outputs.append(model(x[start : start + batch_size].to(device)))
            return torch.cat(outputs)
    finally:
        for module, mode in modes:
            module.training = mode


def polynomial_features(x: Tensor, degree: int) -> Tensor:
    if x.ndim != 1:
        raise ValueError("x must have one axis")
    if degree < 0:
        raise ValueError("degree must not be negative")
    columns = [torch.ones_like(x)]
    for _ in range(degree):
        columns.append(columns[-1] * x)
    return torch.stack(columns, dim=1)


class PolynomialFit(NamedTuple):
    weights: Tensor
    train_error: Tensor
    validation_error: Tensor


def fit_polynomial(x: Tensor, y: Tensor, x_val: Tensor, y_val: Tensor, degree: int) -> PolynomialFit:
    if len(x) < degree + 1:
        raise ValueError(f"degree {degree} needs at least {degree + 1} points")
    features = polynomial_features(x, degree)
    weights = torch.linalg.lstsq(features, y[:, None]).solution[:, 0]
    train_error = ((features @ weights - y) ** 2).mean()
    validation_error = ((polynomial_features(x_val, degree) @ weights - y_val) ** 2).mean()
    return PolynomialFit(weights, train_error, validation_error)


def save_checkpoint(path: str, model: nn.Module, optimizer: torch.optim.Optimizer, epoch: int) -> None:
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}, path)


def load_checkpoint(
    path: str,
    model: nn.Module,
    optimizer: torch.optim.Optimizer | None = None,
    map_location: str | torch.device = "cpu",
) -> int:
    checkpoint = torch.load(path, map_location=map_location, weights_only=True)
    model.load_state_dict(checkpoint["model"])
    if optimizer is not None:
        optimizer.load_state_dict(checkpoint["optimizer"])
    return checkpoint["epoch"]


class EarlyStopping:
    def __init__(self, patience: int, min_delta: float = 0.0) -> None:
        if patience < 1:
            raise ValueError("patience must be at least 1")
        if min_delta < 0:
            raise ValueError("min_delta must be at least 0")
        self.patience = patience
        self.min_delta = min_delta
        self.best_loss = math.inf
        self.count = 0
        self.best_state: dict[str, Any] | None = None

    def step(self, loss: float, model: nn.Module) -> bool:
        if loss < self.best_loss - self.min_delta:
            self.best_loss = loss
            self.count = 0
            self.best_state = {}
            for key, entry in model.state_dict().items():
                self.best_state[key] = entry.detach().clone()
        else:
            self.count += 1
        return self.count >= self.patience

    def restore(self, model: nn.Module) -> None:
        if self.best_state is None:
            raise RuntimeError("there was no improvement yet")
        model.load_state_dict(self.best_state)


class History(NamedTuple):
    train_losses: list[float]
    validation_losses: list[float]


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
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    train_losses, validation_losses = [], []
    for _ in range(epochs):
        model.train()
        total = 0.0
        order = torch.randperm(len(x), generator=generator)
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]
            loss = functional.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        train_losses.append(total / len(x))
        model.eval()
        with torch.no_grad():
            validation_losses.append(functional.cross_entropy(model(x_val), y_val).item())
    return History(train_losses, validation_losses)


class TrainingRun(NamedTuple):
    model: nn.Module
    losses: list[float]


def train_regression(
    x: Tensor, y: Tensor, generator: torch.Generator, epochs: int = 12, batch_size: int = 32, lr: float = 0.05
) -> TrainingRun:
    x = standardize(x, x).train
    centre, scale = y.mean(), y.std(correction=0)
    goal = ((y - centre) / scale).unsqueeze(1)
    model = nn.Linear(x.shape[1], 1).to(device=x.device, dtype=x.dtype)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        order = torch.randperm(len(x), generator=generator)
        batches = []
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]
            batches.append((x[rows], goal[rows]))
        losses.append(train_epoch(model, batches, nn.MSELoss(), optimizer))
    model.eval()
    return TrainingRun(model, losses)


def train_classifier(
    x: Tensor, y: Tensor, generator: torch.Generator, epochs: int = 10, batch_size: int = 32, lr: float = 0.05
) -> TrainingRun:
    x = standardize(x, x).train
    goal = y.to(x.dtype)
    model = LogisticRegression(x.shape[1]).to(device=x.device, dtype=x.dtype)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        order = torch.randperm(len(x), generator=generator)
        batches = []
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]
            batches.append((x[rows], goal[rows]))
        losses.append(train_epoch(model, batches, nn.BCELoss(), optimizer))
    model.eval()
    return TrainingRun(model, losses)


def train_digits(
    x: Tensor, y: Tensor, generator: torch.Generator, epochs: int = 12, batch_size: int = 25, lr: float = 0.1
) -> TrainingRun:
    model = MLP((x.shape[1], 128, int(y.max()) + 1), torch.relu).to(device=x.device, dtype=x.dtype)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    losses = []
    for _ in range(epochs):
        order = torch.randperm(len(x), generator=generator)
        batches = []
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]
            batches.append((x[rows], y[rows]))
        losses.append(train_epoch(model, batches, nn.CrossEntropyLoss(), optimizer))
    model.eval()
    return TrainingRun(model, losses)


class DegreeChoice(NamedTuple):
    folds: list
    errors: list
    degree: int
    prediction: Tensor


def fit_and_predict(x: Tensor, y: Tensor, x_new: Tensor, degree: int, penalty: float) -> Tensor:
    n = len(x)
    columns, new_columns = [], []
    for power in range(1, degree + 1):
        column, new_column = x**power, x_new**power
        mean = column.mean()
        std = ((column - mean) ** 2).mean().sqrt()
        if bool((column == column[0]).all()):
            std, mean = torch.ones_like(std), column[0]
        columns.append((column - mean) / std)
        new_columns.append((new_column - mean) / std)
    b = y.sum() / n
    left = torch.zeros(degree, degree, dtype=x.dtype, device=x.device)
    right = torch.zeros(degree, dtype=x.dtype, device=x.device)
    for i in range(degree):
        for j in range(degree):
            left[i, j] = (columns[i] * columns[j]).sum() / n
        left[i, i] += penalty
        right[i] = (columns[i] * (y - b)).sum() / n
    w = torch.linalg.solve(left, right)
    said = b.expand(len(x_new)).clone()
    for i in range(degree):
        said = said + w[i] * new_columns[i]
    return said


def choose_degree(x, y, x_new, degrees, k, generator, penalty=0.001) -> DegreeChoice:
    folds = kfold_indices(len(x), k, generator)
    errors = []
    best_degree, best_error = None, math.inf
    for degree in degrees:
        total = 0.0
        for fold in folds:
            said = fit_and_predict(x[fold.train], y[fold.train], x[fold.validation], degree, penalty)
            for i in range(len(said)):
                total += (said[i].item() - y[fold.validation][i].item()) ** 2
        error = total / len(x)
        errors.append(error)
        if error < best_error:
            best_degree, best_error = degree, error
    return DegreeChoice(folds, errors, best_degree, fit_and_predict(x, y, x_new, best_degree, penalty))


class RateRange(NamedTuple):
    start_loss: float
    losses: list
    best: float


def validation_loss(model: nn.Module, rows: tuple, loss_fn: Callable) -> float:
    modes = []
    for module in model.modules():
        modes.append((module, module.training))
    model.eval()
    with torch.no_grad():
        loss = float(loss_fn(model(rows[0]), rows[1]))
    for module, mode in modes:
        module.training = mode
    return loss


def learning_rate_range(model, train, validation, loss_fn, rates, steps) -> RateRange:
    import copy

    start_loss = validation_loss(model, validation, loss_fn)
    losses, best, best_loss = [], math.nan, math.inf
    for rate in rates:
        twin = copy.deepcopy(model)
        twin.train()
        for _ in range(steps):
            twin.zero_grad()
            loss = loss_fn(twin(train[0]), train[1])
            loss.backward()
            with torch.no_grad():
                for p in twin.parameters():
                    if p.grad is not None:
                        p -= rate * p.grad
        loss = validation_loss(twin, validation, loss_fn)
        if not math.isfinite(loss) or loss > start_loss:
            losses.append(math.nan)
            continue
        losses.append(loss)
        if loss < best_loss:
            best, best_loss = rate, loss
    return RateRange(start_loss, losses, best)


class SelectionLeak(NamedTuple):
    leaky_columns: Tensor
    honest_columns: Tensor
    leaky_error: float
    honest_error: float
    mean_error: float


def strongest_columns(x: Tensor, y: Tensor, count: int) -> list[int]:
    strengths = []
    for j in range(x.shape[1]):
        column = x[:, j]
        if bool((column == column[0]).all()):
            strengths.append((0.0, j))
            continue
        a, b = column - column.mean(), y - y.mean()
        strengths.append((abs(float((a * b).sum() / ((a * a).sum() * (b * b).sum()).sqrt())), j))
    strengths.sort(reverse=True)
    return sorted(j for _, j in strengths[:count])


def held_out_squares(x: Tensor, y: Tensor, train: Tensor, validation: Tensor, columns: list[int]) -> float:
    def features(rows: Tensor) -> Tensor:
        return torch.stack([torch.ones_like(y[rows])] + [x[rows, j] for j in columns], dim=1)

    w = torch.linalg.lstsq(features(train), y[train].unsqueeze(1)).solution.squeeze(1)
    return float(((features(validation) @ w - y[validation]) ** 2).sum())


def selection_leak(x: Tensor, y: Tensor, folds, count: int) -> SelectionLeak:
    leaky = strongest_columns(x, y, count)
    honest, leaky_error, honest_error, mean_error = [], 0.0, 0.0, 0.0
    for train, validation in folds:
        own = strongest_columns(x[train], y[train], count)
        honest.append(own)
        leaky_error += held_out_squares(x, y, train, validation, leaky)
        honest_error += held_out_squares(x, y, train, validation, own)
        mean_error += float(((y[validation] - y[train].mean()) ** 2).sum())
    n = len(x)
    return SelectionLeak(
        torch.tensor(leaky, device=x.device),
        torch.tensor(honest, device=x.device),
        leaky_error / n,
        honest_error / n,
        mean_error / n,
    )


import json
import os


class ThreeWaySplit(NamedTuple):
    train: torch.Tensor
    validation: torch.Tensor
    test: torch.Tensor


def three_way_split(n, fractions, generator):
    number_of_validation = round(fractions[1] * n)
    number_of_test = round(fractions[2] * n)
    order = torch.randperm(n, generator=generator)
    test = order[:number_of_test]
    validation = order[number_of_test : number_of_test + number_of_validation]
    train = order[number_of_test + number_of_validation :]
    return ThreeWaySplit(train, validation, test)


class PaddedBatch(NamedTuple):
    x: torch.Tensor
    lengths: torch.Tensor
    y: torch.Tensor


def pad_collate(batch):
    lengths = []
    labels = []
    for sequence, label in batch:
        lengths.append(len(sequence))
        labels.append(label)
    first = batch[0][0]
    x = torch.zeros(len(batch), max(lengths), *first.shape[1:], dtype=first.dtype, device=first.device)
    for i, (sequence, _) in enumerate(batch):
        x[i, : lengths[i]] = sequence
    return PaddedBatch(x, torch.tensor(lengths), torch.tensor(labels))


class PrecisionRecall(NamedTuple):
    precision: float
    recall: float
    f1: float


def precision_and_recall(scores, labels, threshold):
    true_positives = false_positives = false_negatives = 0
    for score, label in zip(scores.tolist(), labels.tolist()):
        if score >= threshold and label == 1:
            true_positives += 1
        elif score >= threshold:
            false_positives += 1
        elif label == 1:
            false_negatives += 1
    precision = recall = f1 = 0.0
    if true_positives > 0:
        precision = true_positives / (true_positives + false_positives)
        recall = true_positives / (true_positives + false_negatives)
        f1 = 2 * precision * recall / (precision + recall)
    return PrecisionRecall(precision, recall, f1)


class MetricLogger:
    def __init__(self, path):
        self.path = path
        if os.path.exists(path):
            with open(path) as file:
                text = file.read()
            if text and not text.endswith("\n"):
                with open(path, "a") as file:
                    file.write("\n")
        else:
            open(path, "w").close()

    def log(self, step, numbers):
        line = {"step": step}
        for name in numbers:
            line[name] = float(numbers[name])
        with open(self.path, "a") as file:
            file.write(json.dumps(line) + "\n")

    def curves(self):
        result = {}
        with open(self.path) as file:
            for line in file:
                try:
                    numbers = json.loads(line)
                except ValueError:
                    continue
                for name in numbers:
                    if name != "step":
                        if name not in result:
                            result[name] = []
                        result[name].append((numbers["step"], numbers[name]))
        return result


def train_epoch_autocast(model, loader, loss_fn, optimizer):
    device = next(model.parameters()).device
    model.train()
    total = 0.0
    samples = 0
    for x, y in loader:
        x = x.to(device)
        y = y.to(device)
        optimizer.zero_grad()
        with torch.autocast(device_type=device.type, dtype=torch.bfloat16):
            prediction = model(x)
        loss = loss_fn(prediction.to(torch.float32), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
        samples += len(x)
    return total / samples
