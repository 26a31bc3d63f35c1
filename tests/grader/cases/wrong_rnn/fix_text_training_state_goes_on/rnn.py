import torch
from torch.nn import functional


def fix_text_training(model, tokens, epochs, batch_size, lr, generator):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    inputs, targets = tokens[:, :-1], tokens[:, 1:]
    hidden, losses = None, []
    for _ in range(epochs):
        total = 0.0
        order = torch.randperm(len(tokens), generator=generator).to(tokens.device)
        shuffled, answers = inputs[order], targets[order]
        for x, y in zip(shuffled.split(batch_size), answers.split(batch_size), strict=True):
            logits, hidden = model(x, hidden)
            hidden = hidden.detach()
            loss = functional.cross_entropy(logits.flatten(0, 1), y.flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        losses.append(total / len(tokens))
    return losses
