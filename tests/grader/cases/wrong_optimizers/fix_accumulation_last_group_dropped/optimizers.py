import torch


def fix_accumulation(model, loss_fn, batches, optimizer, every, max_norm):
    losses, total = [], 0.0
    optimizer.zero_grad()
    for number, (x, y) in enumerate(batches, start=1):
        loss = loss_fn(model(x), y) / every
        loss.backward()
        total += loss.item()
        if number % every == 0:
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            optimizer.zero_grad()
            losses.append(total)
            total = 0.0
    return losses
