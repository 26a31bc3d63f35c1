from typing import NamedTuple

import torch

from losses import cross_entropy
from optimizers import Adam, step_lr


class Found(NamedTuple):
    losses: list[float]
    accuracies: list[float]


def find_the_bugs(model, x, y, x_val, y_val, generator, epochs, batch_size=16, lr=0.01):
    mean, std = x.mean(0), x.std(0, correction=0)
    x, x_val = (x - mean) / std, (x_val - mean) / std
    optimizer = Adam(model.parameters(), lr=lr)
    losses, accuracies = [], []
    perm, batches = torch.randperm(len(x), generator=generator), 0
    best_accuracy, best_state = -1.0, None
    for epoch in range(epochs):
        model.train()
        running_loss = 0.0
        for i in range(0, len(x), batch_size):
            idx = perm[i : i + batch_size].to(x.device)
            for group in optimizer.param_groups:
                group["lr"] = step_lr(batches, lr, 5, 0.5)
            batches += 1
            optimizer.zero_grad()
            loss = cross_entropy(model(x[idx]), y[idx])
            loss.backward()
            optimizer.step()
            running_loss += loss.item() * len(idx)
        losses.append(running_loss / len(x))
        model.eval()
        with torch.no_grad():
            correct = (model(x_val).argmax(dim=1) == y_val).sum().item()
        accuracies.append(correct / len(x_val))
        if accuracies[-1] > best_accuracy:
            best_accuracy = accuracies[-1]
            best_state = {k: v.clone() for k, v in model.state_dict().items()}
    model.load_state_dict(best_state)
    return Found(losses, accuracies)
