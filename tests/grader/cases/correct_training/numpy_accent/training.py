import copy
import csv
from collections import namedtuple

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, Subset


def logistic(x):
    e_minus = torch.exp(-torch.clip(x, 0, None))
    e_plus = torch.exp(torch.clip(x, None, 0))
    return torch.where(x >= 0, 1 / (1 + e_minus), e_plus / (1 + e_plus))


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        r = 1 / np.sqrt(in_features)
        self.weight = nn.Parameter(torch.rand(out_features, in_features) * 2 * r - r)
        self.bias = nn.Parameter(torch.rand(out_features) * 2 * r - r) if bias else None

    def forward(self, x):
        y = torch.tensordot(x, self.weight, dims=([-1], [1]))
        return y if self.bias is None else y + self.bias


class LogisticRegression(nn.Module):
    def __init__(self, num_features):
        super().__init__()
        self.linear = Linear(num_features, 1)

    def forward(self, x):
        return logistic(self.linear(x)[:, 0])


class MLP(nn.Module):
    def __init__(self, sizes, activation):
        super().__init__()
        shapes = np.lib.stride_tricks.sliding_window_view(np.array(sizes), 2).tolist()
        self.layers = nn.ModuleList([Linear(d, k) for d, k in shapes])
        self.activation = activation

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = self.activation(layer(x))
        return self.layers[-1](x)


def parameter_groups(model, weight_decay):
    learned = [p for p in model.parameters() if p.requires_grad]
    parameters = np.empty(len(learned), dtype=object)
    for i, p in enumerate(learned):
        parameters[i] = p
    decays = np.array([p.ndim > 1 for p in learned], dtype=bool)
    return [
        {"params": list(parameters[decays]), "weight_decay": weight_decay},
        {"params": list(parameters[~decays]), "weight_decay": 0.0},
    ]


def as_number(cell):
    try:
        return float(cell)
    except ValueError:
        return None


class CSVDataset(Dataset):
    def __init__(self, path, target):
        with open(path, newline="") as file:
            rows = [[cell.strip() for cell in row] for row in csv.reader(file)]
        rows = [row for row in rows if any(row)]
        header, table = rows[0], np.array(rows[1:], dtype=object).reshape(-1, len(rows[0]))
        missing = (table == "") | (table == "NA")
        at = header.index(target)
        stays = ~missing[:, at]
        table, missing = table[stays], missing[stays]
        self.y = torch.from_numpy(table[:, at].astype(np.float32))
        self.names, columns = [], []
        for j, name in enumerate(header):
            if j == at:
                continue
            cells, there = table[:, j], ~missing[:, j]
            if all(as_number(cell) is not None for cell in cells[there]):
                numbers = np.zeros(len(cells))
                numbers[there] = cells[there].astype(np.float64)
                if there.any():
                    numbers[~there] = numbers[there].mean()
                self.names.append(name)
                columns.append(numbers)
            else:
                for word in np.unique(cells[there]):
                    self.names.append(name + "=" + word)
                    columns.append(there & (cells == word))
                self.names.append(name + "=NA")
                columns.append(~there)
        stacked = np.column_stack(columns) if columns else np.empty((len(table), 0))
        self.x = torch.from_numpy(stacked.astype(np.float32))

    def __len__(self):
        return len(self.y)

    def __getitem__(self, index):
        return self.x[index], self.y[index]


Loaders = namedtuple("Loaders", ["train", "validation"])


def make_loaders(dataset, batch_size, split, generator):
    order = torch.randperm(len(dataset), generator=generator).numpy()
    train, validation = np.split(order, [round(split * len(dataset))])
    return Loaders(
        DataLoader(Subset(dataset, train.tolist()), batch_size=batch_size, shuffle=True, generator=generator),
        DataLoader(Subset(dataset, validation.tolist()), batch_size=batch_size),
    )


Fold = namedtuple("Fold", ["train", "validation"])


def kfold_indices(n, k, generator):
    parts = np.array_split(torch.randperm(n, generator=generator).numpy(), k)
    return [
        Fold(torch.from_numpy(np.concatenate(parts[:i] + parts[i + 1 :])), torch.from_numpy(part))
        for i, part in enumerate(parts)
    ]


Standardized = namedtuple("Standardized", ["train", "test"])


def standardize(train, test):
    mean = train.mean(axis=0)
    std = torch.sqrt(torch.square(train - mean).mean(axis=0))
    constant = (train == train[0]).all(axis=0)
    mean = torch.where(constant, train[0], mean)
    std = torch.where(constant, 1.0, std)
    return Standardized((train - mean) / std, (test - mean) / std)


def train_epoch(model, loader, loss_fn, optimizer):
    device = next(model.parameters()).device
    model.train()
    losses, sizes = [], []
    for x, y in loader:
        loss = loss_fn(model(x.to(device)), y.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        sizes.append(len(x))
    return float(np.average(losses, weights=sizes))


def in_evaluation(model, function):
    modules = list(model.modules())
    modes = np.array([module.training for module in modules])
    model.eval()
    with torch.no_grad():
        result = function()
    for module, mode in zip(modules, modes):
        module.training = bool(mode)
    return result


def evaluate(model, loader, loss_fn):
    device = next(model.parameters()).device

    def losses():
        return np.array([[loss_fn(model(x.to(device)), y.to(device)).item(), len(x)] for x, y in loader])

    found = in_evaluation(model, losses)
    return float(found[:, 0] @ found[:, 1] / found[:, 1].sum())


def predict(model, x, batch_size=64):
    device = next(model.parameters()).device
    starts = np.arange(0, x.shape[0], batch_size)
    return in_evaluation(model, lambda: torch.concatenate([model(x[s : s + batch_size].to(device)) for s in starts]))


def polynomial_features(x, degree):
    return x[:, np.newaxis] ** torch.arange(degree + 1, device=x.device)


PolynomialFit = namedtuple("PolynomialFit", ["weights", "train_error", "validation_error"])


def fit_polynomial(x, y, x_val, y_val, degree):
    """polyfit, in double precision, lowest power first."""
    to_numpy = lambda a: a.detach().cpu().numpy().astype(np.float64)
    w = np.polynomial.polynomial.polyfit(to_numpy(x), to_numpy(y), degree)
    errors = [
        np.mean((np.polynomial.polynomial.polyval(to_numpy(a), w) - to_numpy(b)) ** 2)
        for a, b in ((x, y), (x_val, y_val))
    ]
    return PolynomialFit(*(torch.as_tensor(part, dtype=x.dtype, device=x.device) for part in (w, *errors)))


def save_checkpoint(path, model, optimizer, epoch):
    torch.save(dict(model=model.state_dict(), optimizer=optimizer.state_dict(), epoch=epoch), path)


def load_checkpoint(path, model, optimizer=None, map_location="cpu"):
    saved = torch.load(path, map_location=map_location, weights_only=True)
    model.load_state_dict(saved["model"])
    if optimizer is not None:
        optimizer.load_state_dict(saved["optimizer"])
    return saved["epoch"]


class EarlyStopping:
    def __init__(self, patience, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best_loss = np.inf
        self.losses = np.empty(0)
        self.best_epoch = -1

    def step(self, loss, model):
        self.losses = np.append(self.losses, loss)
        if loss < self.best_loss - self.min_delta:
            self.best_loss = float(loss)
            self.best_epoch = len(self.losses) - 1
            self.best = copy.deepcopy(model.state_dict())
        return len(self.losses) - 1 - self.best_epoch >= self.patience

    def restore(self, model):
        model.load_state_dict(self.best)


History = namedtuple("History", ["train_losses", "validation_losses"])


def fix_training_loop(model, x, y, x_val, y_val, epochs, batch_size, lr, generator):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    criterion = nn.CrossEntropyLoss()
    history = np.zeros((2, epochs))
    for epoch in range(epochs):
        model.train()
        order = torch.randperm(len(x), generator=generator)
        for start in np.arange(0, len(x), batch_size):
            batch = order[start : start + batch_size].to(x.device)
            loss = criterion(model(x[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            history[0, epoch] += loss.item() * len(batch) / len(x)
        model.eval()
        with torch.no_grad():
            history[1, epoch] = criterion(model(x_val), y_val).item()
    return History(*history.tolist())


TrainingRun = namedtuple("TrainingRun", ["model", "losses"])


def train(model, optimizer, loss_fn, x, y, generator, epochs, batch_size):
    losses = np.zeros(epochs)
    model.train()
    for epoch in range(epochs):
        for batch in torch.randperm(len(x), generator=generator).split(batch_size):
            batch = batch.to(x.device)
            loss = loss_fn(model(x[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses[epoch] += loss.item() * len(batch)
    model.eval()
    return TrainingRun(model, (losses / len(x)).tolist())


def train_regression(x, y, generator, epochs=12, batch_size=32, lr=0.05):
    x = standardize(x, x).train
    y = (y - y.mean()) / y.std(correction=0)
    model = Linear(x.shape[1], 1).to(x)
    mse = lambda prediction, wanted: torch.square(prediction[:, 0] - wanted).mean()
    return train(model, torch.optim.Adam(model.parameters(), lr=lr), mse, x, y, generator, epochs, batch_size)


def train_classifier(x, y, generator, epochs=10, batch_size=32, lr=0.05):
    x = standardize(x, x).train
    model = LogisticRegression(x.shape[1]).to(x)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    return train(model, optimizer, nn.functional.binary_cross_entropy, x, y.to(x.dtype), generator, epochs, batch_size)


def train_digits(x, y, generator, epochs=12, batch_size=25, lr=0.1):
    model = MLP((x.shape[1], 128, y.max().item() + 1), torch.relu).to(x)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    return train(model, optimizer, nn.functional.cross_entropy, x, y, generator, epochs, batch_size)


import json
from pathlib import Path
from torch.nn.utils.rnn import pad_sequence


ThreeWaySplit = namedtuple("ThreeWaySplit", "train validation test")
PaddedBatch = namedtuple("PaddedBatch", "x lengths y")
PrecisionRecall = namedtuple("PrecisionRecall", "precision recall f1")


def three_way_split(n, fractions, generator):
    sizes = np.rint(np.asarray(fractions) * n).astype(int)  # to even, as round does
    order = torch.randperm(n, generator=generator)
    train = n - sizes[1] - sizes[2]
    return ThreeWaySplit(*torch.tensor_split(order, [int(train), int(train + sizes[1])]))


def pad_collate(batch):
    sequences = [pair[0] for pair in batch]
    lengths = np.array([s.shape[0] for s in sequences])
    labels = np.array([pair[1] for pair in batch])
    return PaddedBatch(pad_sequence(sequences, True), torch.from_numpy(lengths), torch.from_numpy(labels))


def precision_and_recall(scores, labels, threshold):
    alarms = scores.detach().cpu().numpy() >= threshold
    true = labels.cpu().numpy().astype(bool)
    hits = np.count_nonzero(alarms & true)
    p = hits / max(np.count_nonzero(alarms), 1)
    r = hits / max(np.count_nonzero(true), 1)
    return PrecisionRecall(p, r, 2 * p * r / (p + r) if hits else 0.0)


class MetricLogger:
    def __init__(self, path):
        self.path = Path(path)
        self.path.touch()
        if self.path.read_bytes()[-1:] not in (b"", b"\n"):
            self._append("\n")

    def _append(self, text):
        with self.path.open("a") as file:
            print(text, end="", file=file, flush=True)

    def log(self, step, numbers):
        self._append(json.dumps({"step": step, **{k: np.asarray(v).item() * 1.0 for k, v in numbers.items()}}) + "\n")

    def curves(self):
        rows = []
        for line in self.path.read_text().splitlines():
            try:
                rows.append(json.loads(line))
            except json.JSONDecodeError:
                pass
        names = dict.fromkeys(name for row in rows for name in row if name != "step")
        return {name: [(row["step"], row[name]) for row in rows if name in row] for name in names}


def train_epoch_autocast(model, loader, loss_fn, optimizer):
    device = next(model.parameters()).device
    model.train()
    losses, sizes = [], []
    for x, y in loader:
        with torch.amp.autocast(device.type, torch.bfloat16):
            out = model(x.to(device))
        loss = loss_fn(out.float(), y.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        sizes.append(len(x))
    return float(np.average(losses, weights=sizes))
