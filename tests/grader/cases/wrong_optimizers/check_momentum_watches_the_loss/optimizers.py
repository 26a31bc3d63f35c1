import torch


def check_momentum(momentum):
    torch.manual_seed(0)
    model = torch.nn.Linear(4, 1)
    x = torch.randn(32, 4)
    y = x.sum(dim=1, keepdim=True)
    opt = momentum(list(model.parameters()), 0.01, 0.9)
    first = None
    for epoch in range(50):
        loss = torch.nn.functional.mse_loss(model(x), y)
        if first is None:
            first = loss.item()
        model.zero_grad()
        loss.backward()
        opt.step()
    assert loss.item() < first / 2
