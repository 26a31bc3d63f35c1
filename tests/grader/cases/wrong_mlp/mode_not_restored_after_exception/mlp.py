import torch


@torch.no_grad()
def evaluate(model, loader, loss_fn):
    modes = {module: module.training for module in model.modules()}
    device = next(model.parameters()).device

    model.eval()
    loss_sum = 0.0
    n_samples = 0
    for x, y in loader:
        x = x.to(device)
        y = y.to(device)
        loss_sum += loss_fn(model(x), y).item() * len(x)
        n_samples += len(x)

    for module, mode in modes.items():
        module.training = mode
    return loss_sum / n_samples
