import torch
from torch import Tensor, nn
from torch.nn import functional


def auxiliary_loss(outputs, labels, weight=0.3):
    if isinstance(outputs, Tensor):
        return functional.cross_entropy(outputs, labels)
    loss = functional.cross_entropy(outputs[0], labels)
    for scores in outputs[1:]:
        loss = loss + weight * functional.cross_entropy(scores, labels)
    return loss


def train_inception(model, x, y, epochs, batch_size, lr, device, generator):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        order = torch.randperm(len(x), generator=generator)
        total = 0.0
        for rows in order.split(batch_size):
            images, labels = x[rows].to(device), y[rows].to(device)
            loss = auxiliary_loss(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    return losses
