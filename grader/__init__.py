"""torchgrade: the machine that grades the PyTorch course."""

__version__ = "0.1.0"
