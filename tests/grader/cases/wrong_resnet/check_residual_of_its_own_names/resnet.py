import torch
from torch import nn


def check_residual(residual):
    torch.manual_seed(0)
    body = nn.Sequential(nn.Linear(4, 4), nn.ReLU())
    module = residual(body)
    assert isinstance(module, nn.Module), "a module"
    x = torch.rand(3, 4)
    before = x.clone()
    y = module(x)
    assert torch.allclose(y, torch.relu(body(x) + x)), "values"
    assert torch.equal(x, before), "x"
    assert [name for name, _ in module.named_parameters()] == ["body.0.weight", "body.0.bias"], "parameters"
    module.eval()
    assert not body.training
