import torch


def check_relu(relu):
    x = torch.tensor([-1.0, 0.0, 2.0, 10.0], requires_grad=True)
    y = relu(x)
    assert torch.allclose(y, torch.tensor([0.0, 0.0, 2.0, 10.0]))
    y.sum().backward()
    assert torch.allclose(x.grad, torch.tensor([0.0, 0.0, 1.0, 1.0]))
