import torch
from torch.nn import functional


def fix_text_training(model, tokens, epochs, batch_size, lr, generator):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    inputs, targets = tokens[:, :-1], tokens[:, 1:]
    losses = []
    for _ in range(epochs):
        total = 0.0
        inputs = inputs[torch.randperm(len(tokens), generator=generator).to(tokens.device)]
        for x, y in zip(inputs.split(batch_size), targets.split(batch_size), strict=True):
            logits, _ = model(x, None)
            loss = functional.cross_entropy(logits.flatten(0, 1), y.flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        losses.append(total / len(tokens))
    return losses
