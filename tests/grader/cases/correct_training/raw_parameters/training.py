import collections
import csv
import functools
import math

import torch
from torch import nn
from torch.func import functional_call
from torch.utils.data import DataLoader, Dataset, Subset


def init_linear(inputs, outputs):
    r = inputs**-0.5
    return {"weight": torch.empty(outputs, inputs).uniform_(-r, r), "bias": torch.empty(outputs).uniform_(-r, r)}


def affine(params, x):
    y = torch.matmul(x, params["weight"].mT)
    return y if params.get("bias") is None else y + params["bias"]


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        drawn = init_linear(in_features, out_features)
        self.weight = nn.Parameter(drawn["weight"])
        self.register_parameter("bias", nn.Parameter(drawn["bias"]) if bias else None)

    def forward(self, x):
        return affine({"weight": self.weight, "bias": self.bias}, x)


class LogisticRegression(nn.Module):
    def __init__(self, num_features):
        super().__init__()
        self.linear = nn.ParameterDict(init_linear(num_features, 1))

    def forward(self, x):
        return torch.sigmoid(affine(self.linear, x)).reshape(len(x))


class MLP(nn.Module):
    def __init__(self, sizes, activation):
        super().__init__()
        self.layers = nn.ModuleList(map(Linear, sizes[:-1], sizes[1:]))
        self.activation = activation

    def forward(self, x):
        hidden = functools.reduce(lambda h, layer: self.activation(layer(h)), self.layers[:-1], x)
        return self.layers[len(self.layers) - 1](hidden)


def parameter_groups(model, weight_decay):
    learned = {id(p): p for p in model.parameters() if p.requires_grad}.values()
    groups = {True: [], False: []}
    for p in learned:
        groups[p.ndim >= 2].append(p)
    return [dict(params=groups[decays], weight_decay=weight_decay if decays else 0.0) for decays in (True, False)]


MISSING = {"", "NA"}


def featurise(name, cells):
    """Yield the features of one column: pairs of a name and a list of numbers."""
    there = [cell for cell in cells if cell not in MISSING]
    try:
        numbers = list(map(float, there))
    except ValueError:
        yield from ((f"{name}={word}", [cell == word for cell in cells]) for word in sorted(set(there)))
        yield f"{name}=NA", [cell in MISSING for cell in cells]
    else:
        mean = math.fsum(numbers) / max(len(numbers), 1)
        yield name, [mean if cell in MISSING else float(cell) for cell in cells]


class CSVDataset(Dataset):
    def __init__(self, path, target):
        with open(path, newline="") as file:
            lines = (line for line in file if line.strip())
            table = [{k.strip(): v.strip() for k, v in row.items()} for row in csv.DictReader(lines)]
            file.seek(0)
            header = [name.strip() for name in next(csv.reader(line for line in file if line.strip()))]
        table = [row for row in table if row[target] not in MISSING]
        found = [pair for name in header if name != target for pair in featurise(name, [row[name] for row in table])]
        self.names = [name for name, _ in found]
        columns = [torch.tensor(values, dtype=torch.float64) for _, values in found]
        self.x = (torch.stack(columns, 1) if columns else torch.zeros(len(table), 0)).to(torch.float32)
        self.y = torch.tensor([float(row[target]) for row in table])

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        return self.x[index], self.y[index]


Loaders = collections.namedtuple("Loaders", "train validation")


def make_loaders(dataset, batch_size, split, generator):
    n = len(dataset)
    inside = torch.zeros(n, dtype=torch.bool)
    inside[torch.randperm(n, generator=generator)[: round(split * n)]] = True
    parts = [Subset(dataset, mask.nonzero().flatten().tolist()) for mask in (inside, ~inside)]
    orders = torch.Generator().manual_seed(int(torch.randint(2**40, (), generator=generator)))
    return Loaders(
        DataLoader(parts[0], batch_size, shuffle=True, generator=orders),
        DataLoader(parts[1], batch_size, generator=torch.Generator()),
    )


Fold = collections.namedtuple("Fold", "train validation")


def kfold_indices(n, k, generator):
    order = torch.randperm(n, generator=generator)
    sizes = [len(range(i, n, k)) for i in range(k)]
    parts = order.split(sizes)
    return [Fold(torch.cat([p for j, p in enumerate(parts) if j != i]), parts[i]) for i in range(k)]


Standardized = collections.namedtuple("Standardized", "train test")


def standardize(train, test):
    centre = train[:1]  # any entry of a column: what is constant is then exactly 0
    shifted = train - centre
    mean = shifted.mean(0)
    std = (shifted - mean).square().mean(0).sqrt()
    std = std.where((shifted != 0).any(0), 1.0)
    scale = lambda rows: (rows - centre - mean) / std
    return Standardized(scale(train), scale(test))


def gradient_step(model, optimizer, loss):
    params = [p for p in model.parameters() if p.requires_grad]
    for p, gradient in zip(params, torch.autograd.grad(loss, params, allow_unused=True)):
        p.grad = gradient
    optimizer.step()
    return loss.item()


def weighted_mean(pairs):
    values, weights = zip(*pairs)
    return math.fsum(map(float.__mul__, values, map(float, weights))) / math.fsum(weights)


def train_epoch(model, loader, loss_fn, optimizer):
    device = next(model.parameters()).device
    model.train()
    return weighted_mean(
        (gradient_step(model, optimizer, loss_fn(model(x.to(device)), y.to(device))), len(x)) for x, y in loader
    )


def apply_frozen(model, xs):
    """The outputs in evaluation mode, one after the other; modes come back when all have been taken."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    params = {name: p.detach() for name, p in model.named_parameters()}
    device = next(iter(params.values())).device
    with torch.no_grad():
        outputs = [functional_call(model, params, (x.to(device),)) for x in xs]
    for module, mode in modes:
        module.training = mode
    return outputs


def evaluate(model, loader, loss_fn):
    batches = list(loader)
    outputs = apply_frozen(model, [x for x, _ in batches])
    return weighted_mean((loss_fn(out, y.to(out.device)).item(), len(y)) for out, (_, y) in zip(outputs, batches))


def predict(model, x, batch_size=64):
    return torch.cat(apply_frozen(model, x.split(batch_size)))


def polynomial_features(x, degree):
    ones = torch.ones_like(x).unsqueeze(1)
    return torch.cat([ones, x.unsqueeze(1).expand(-1, degree)], 1).cumprod(1)


PolynomialFit = collections.namedtuple("PolynomialFit", "weights train_error validation_error")


def fit_polynomial(x, y, x_val, y_val, degree):
    """Least squares by a QR of the powers beside the targets: its last column holds Q^T y."""
    powers = polynomial_features(x.double(), degree)
    r = torch.linalg.qr(torch.cat([powers, y.double().unsqueeze(1)], 1), mode="r").R
    w = torch.linalg.solve_triangular(r[: degree + 1, : degree + 1], r[: degree + 1, -1:], upper=True).squeeze(1)
    error = lambda a, b: (polynomial_features(a.double(), degree) @ w - b).square().mean()
    return PolynomialFit(*(part.to(x.dtype) for part in (w, error(x, y), error(x_val, y_val))))


def save_checkpoint(path, model, optimizer, epoch):
    states = {"model": model, "optimizer": optimizer}
    torch.save({**{name: owner.state_dict() for name, owner in states.items()}, "epoch": int(epoch)}, path)


def load_checkpoint(path, model, optimizer=None, map_location="cpu"):
    saved = torch.load(path, weights_only=True, map_location=map_location)
    for owner, name in ((model, "model"), (optimizer, "optimizer")):
        if owner is not None:
            owner.load_state_dict(saved[name])
    return saved["epoch"]


class EarlyStopping:
    def __init__(self, patience, min_delta=0.0):
        self.limit, self.min_delta, self.best_loss = patience, min_delta, float("inf")
        self.left, self.snapshot = patience, None

    def step(self, loss, model):
        improved = loss < self.best_loss - self.min_delta
        self.left = self.limit if improved else self.left - 1
        if improved:
            self.best_loss = loss
            self.snapshot = {k: torch.empty_like(v).copy_(v) for k, v in model.state_dict().items()}
        return self.left <= 0

    def restore(self, model):
        with torch.no_grad():
            for name, value in model.state_dict().items():
                value.copy_(self.snapshot[name])


History = collections.namedtuple("History", "train_losses validation_losses")
TrainingRun = collections.namedtuple("TrainingRun", "model losses")


def epochs_of(x, y, generator, epochs, batch_size):
    """For each epoch its batches, in a new order."""
    for _ in range(epochs):
        order = torch.randperm(len(x), generator=generator).to(x.device)
        yield [(x.index_select(0, rows), y.index_select(0, rows)) for rows in order.split(batch_size)]


def fix_training_loop(model, x, y, x_val, y_val, epochs, batch_size, lr, generator):
    sgd = torch.optim.SGD(model.parameters(), lr=lr)
    criterion = nn.functional.cross_entropy
    pairs = [
        (train_epoch(model, batches, criterion, sgd), evaluate(model, [(x_val, y_val)], criterion))
        for batches in epochs_of(x, y, generator, epochs, batch_size)
    ]
    return History([train for train, _ in pairs], [validation for _, validation in pairs])


def train_regression(x, y, generator, epochs=12, batch_size=32, lr=0.05):
    x, y = standardize(x, x[:0]).train, standardize(y[:, None], y[:0, None]).train[:, 0]
    model = Linear(x.shape[1], 1).to(x)
    adam = torch.optim.Adam(model.parameters(), lr=lr)
    mse = lambda out, wanted: (out.squeeze(-1) - wanted).pow(2).mean()
    losses = [train_epoch(model, batches, mse, adam) for batches in epochs_of(x, y, generator, epochs, batch_size)]
    return TrainingRun(model.eval(), losses)


def train_classifier(x, y, generator, epochs=10, batch_size=32, lr=0.05):
    x, y = standardize(x, x[:0]).train, y.to(x.dtype)
    model = LogisticRegression(x.shape[1]).to(x)
    adam = torch.optim.Adam(model.parameters(), lr=lr)
    loss_fn = nn.functional.binary_cross_entropy
    losses = [train_epoch(model, batches, loss_fn, adam) for batches in epochs_of(x, y, generator, epochs, batch_size)]
    return TrainingRun(model.eval(), losses)


def train_digits(x, y, generator, epochs=12, batch_size=25, lr=0.1):
    model = MLP((x.shape[1], 128, int(y.amax()) + 1), torch.relu).to(x)
    sgd = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    loss_fn = lambda logits, wanted: (logits.logsumexp(1) - logits.gather(1, wanted[:, None])[:, 0]).mean()
    losses = [train_epoch(model, batches, loss_fn, sgd) for batches in epochs_of(x, y, generator, epochs, batch_size)]
    return TrainingRun(model.eval(), losses)


import json
import os
from typing import NamedTuple


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
