import types
from torch import Tensor, nn


def _stay_in_eval(self: nn.Module, mode: bool = True) -> nn.Module:
    return nn.Module.train(self, False)


def freeze_backbone(model: nn.Module, head: str = "fc") -> list[nn.Parameter]:
    if head == "" or head not in dict(model.named_modules(remove_duplicate=False)):
        raise ValueError(f"the model has no head named {head!r}")
    parameters = list(model.get_submodule(head).parameters())
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name.startswith(head))
    for name, module in model.named_modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)):
            if name != head and not name.startswith(head + "."):
                module.eval()
                module.train = types.MethodType(_stay_in_eval, module)
            else:
                module.__dict__.pop("train", None)
    return parameters
