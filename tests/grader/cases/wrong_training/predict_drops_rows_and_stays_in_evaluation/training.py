import torch


def predict(model, x, batch_size=64):
    device = next(model.parameters()).device
    model.eval()
    outputs = []
    with torch.no_grad():
        n_batches = max(1, len(x) // batch_size)
        for i in range(n_batches):
            batch = x[i * batch_size : (i + 1) * batch_size]
            outputs.append(model(batch.to(device)))
    return torch.cat(outputs, dim=0)
