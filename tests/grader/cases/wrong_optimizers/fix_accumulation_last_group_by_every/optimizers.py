from torch import nn


def fix_accumulation(model, loss_fn, batches, optimizer, every, max_norm):
    losses, total, number = [], 0.0, 0

    def make_step():
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(total)

    optimizer.zero_grad()
    for x, y in batches:
        loss = loss_fn(model(x), y) / every
        loss.backward()
        total += loss.item()
        number += 1
        if number % every == 0:
            make_step()
            total = 0.0
    if number % every:
        make_step()
    return losses
