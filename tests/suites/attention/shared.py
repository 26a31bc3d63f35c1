"""What several suites of this topic share."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import check_close, check_equal


class SelfAttention(nn.MultiheadAttention):
    """A MultiHeadAttention from torch's own layer, which itself gives nan where a token sees nothing."""

    def __init__(self, embed_dim, num_heads):
        super().__init__(embed_dim, num_heads, batch_first=True)

    def forward(self, x, mask=None, causal=False):
        """Let tokens look at one another."""
        n, t, _ = x.shape
        seen = torch.ones(n, t, t, dtype=torch.bool)
        seen = seen if mask is None else seen & mask.unsqueeze(1)
        seen = seen.tril() if causal else seen
        nothing = ~seen.any(2, keepdim=True)
        hidden = ~(seen | nothing).repeat_interleave(self.num_heads, 0)
        y = super().forward(x, x, x, attn_mask=hidden, need_weights=False)[0]
        return torch.where(nothing, self.out_proj.bias, y)


class Block(nn.Module):
    """A TransformerBlock from torch's own layers."""

    def __init__(self, embed_dim, num_heads, hidden_dim):
        super().__init__()
        self.norm1, self.norm2 = (nn.RMSNorm(embed_dim, eps=1e-6) for _ in range(2))
        self.attention = SelfAttention(embed_dim, num_heads)
        self.linear1, self.linear2 = nn.Linear(embed_dim, hidden_dim), nn.Linear(hidden_dim, embed_dim)

    def forward(self, x, mask=None, causal=False):
        """Look around, then think."""
        x = x + self.attention(self.norm1(x), mask, causal)
        return x + self.linear2(functional.gelu(self.linear1(self.norm2(x))))


class LanguageModel(nn.Module):
    """A GPT from torch's own layers."""

    def __init__(self, vocab_size, context, embed_dim, num_heads, num_layers):
        super().__init__()
        self.embedding, self.positions = nn.Embedding(vocab_size, embed_dim), nn.Embedding(context, embed_dim)
        blocks = [Block(embed_dim, num_heads, 4 * embed_dim) for _ in range(num_layers)]
        self.blocks, self.norm = nn.ModuleList(blocks), nn.RMSNorm(embed_dim, eps=1e-6)

    def forward(self, tokens):
        """Score what follows each token."""
        x = self.embedding(tokens) + self.positions.weight[: tokens.shape[1]]
        for block in self.blocks:
            x = block(x, causal=True)
        return functional.linear(self.norm(x), self.embedding.weight)


def described(submission, name, args):
    """Return what a new module keeps: for each key of its state_dict the kind and the shape."""
    module = getattr(submission, name)(*args)
    parameters = dict(module.named_parameters(remove_duplicate=False))
    kinds = {key: "parameter" if key in parameters else "buffer" for key in module.state_dict()}
    return {key: (kinds[key], tuple(value.shape)) for key, value in module.state_dict().items()}


def check_described(got, want):
    """Check keys and shapes of what a module keeps; all are parameters."""
    check_equal(sorted(got), sorted(want), "keys of the state_dict")
    check_equal(got, {key: ("parameter", tuple(shape)) for key, shape in want.items()})


def state(submission, name, args):
    """Return the values that a new module starts with."""
    return {key: value.clone() for key, value in getattr(submission, name)(*args).state_dict().items()}


def ways(submission, name, args, weights, inputs):
    """Call one module with several inputs, the first of them a second time at the end; return all outputs."""
    import torch

    module = getattr(submission, name)(*args).double()
    module.load_state_dict(weights)
    with torch.no_grad():
        return [module(*given) for given in (*inputs, inputs[0])]


def check_ways(got, want, names):
    """Check what `ways` returned, each by its name."""
    check_equal(len(got), len(names) + 1, "the number of outputs")
    for name, one, other in zip((*names, f"{names[0]}, a second time"), got, want, strict=True):
        check_close(one, other, name)
