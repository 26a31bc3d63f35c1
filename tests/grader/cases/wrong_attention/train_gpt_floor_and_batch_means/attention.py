import math
from typing import NamedTuple

import torch
from torch import Tensor, nn


class AttentionOutput(NamedTuple):
    """What `scaled_dot_product_attention` returns."""

    output: Tensor  # (*, T, E), a mixture of values for each query
    weights: Tensor  # (*, T, S), how much of each value is in it


def causal_mask(length, device=None):
    place = torch.arange(length, device=device)
    return place[None, :] <= place[:, None]


def scaled_dot_product_attention(query, key, value, mask=None):
    if mask is not None and mask.dtype != torch.bool:
        raise TypeError(f"mask must be bool, got {mask.dtype}")
    scores = torch.einsum("...td,...sd->...ts", query, key) / math.sqrt(query.shape[-1])
    if mask is None:
        weights = scores.softmax(-1)
    else:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(-1).masked_fill(~mask, 0.0)
    return AttentionOutput(torch.einsum("...ts,...se->...te", weights, value), weights)


class MultiHeadAttention(nn.Module):
    def __init__(self, embed_dim: int, num_heads: int) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.in_proj_weight = nn.Parameter(torch.empty(3 * embed_dim, embed_dim))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * embed_dim))
        self.out_proj = nn.Linear(embed_dim, embed_dim)
        nn.init.xavier_uniform_(self.in_proj_weight)
        nn.init.zeros_(self.out_proj.bias)

    def forward(self, x, mask=None, causal=False):
        n, t, e = x.shape
        h = self.num_heads
        weight = self.in_proj_weight.reshape(3, h, e // h, e)
        bias = self.in_proj_bias.reshape(3, h, e // h)
        query, key, value = torch.einsum("nte,ahde->anhtd", x, weight) + bias[:, None, :, None]
        seen = torch.ones(t, t, dtype=torch.bool, device=x.device)
        if causal:
            seen = causal_mask(t, x.device)
        if mask is not None:
            seen = seen & mask[:, None, None, :]
        heads = scaled_dot_product_attention(query, key, value, seen).output
        out = self.out_proj.weight.reshape(e, h, e // h)
        return torch.einsum("nhtd,ehd->nte", heads, out) + self.out_proj.bias


def gelu(x):
    return x * (1 + torch.erf(x / math.sqrt(2))) / 2


class RMSNorm(nn.Module):
    def __init__(self, dim: int, eps: float = 1e-6) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, x):
        square = torch.einsum("...d,...d->...", x, x) / x.shape[-1]
        return torch.einsum("...d,...,d->...d", x, (square + self.eps).rsqrt(), self.weight)


class TransformerBlock(nn.Module):
    def __init__(self, embed_dim: int, num_heads: int, hidden_dim: int) -> None:
        super().__init__()
        self.norm1 = RMSNorm(embed_dim)
        self.attention = MultiHeadAttention(embed_dim, num_heads)
        self.norm2 = RMSNorm(embed_dim)
        self.linear1 = nn.Linear(embed_dim, hidden_dim)
        self.linear2 = nn.Linear(hidden_dim, embed_dim)

    def forward(self, x, mask=None, causal=False):
        x = x + self.attention(self.norm1(x), mask, causal)
        return x + self.linear2(gelu(self.linear1(self.norm2(x))))


class GPT(nn.Module):
    def __init__(self, vocab_size: int, context: int, embed_dim: int, num_heads: int, num_layers: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_dim)
        self.positions = nn.Embedding(context, embed_dim)
        self.blocks = nn.ModuleList(TransformerBlock(embed_dim, num_heads, 4 * embed_dim) for _ in range(num_layers))
        self.norm = RMSNorm(embed_dim)
        nn.init.normal_(self.embedding.weight, std=0.02)
        nn.init.normal_(self.positions.weight, std=0.02)

    def forward(self, tokens):
        x = self.embedding(tokens) + self.positions(torch.arange(tokens.shape[1], device=tokens.device))
        for block in self.blocks:
            x = block(x, causal=True)
        return torch.einsum("nte,ve->ntv", self.norm(x), self.embedding.weight)


def train_gpt(
    model: nn.Module,
    inputs: Tensor,
    targets: Tensor,
    generator: torch.Generator,
    epochs: int = 5,
    batch_size: int = 20,
    lr: float = 0.01,
    warmup: int = 20,
) -> list[float]:
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    total = max(epochs * (len(inputs) // batch_size), 1)
    step = 0
    history = []
    for _ in range(epochs):
        losses = []
        for rows in torch.randperm(len(inputs), generator=generator).split(batch_size):
            rows = rows.to(inputs.device)
            for group in optimizer.param_groups:
                group["lr"] = max(lr * min(1, (step + 1) / warmup) * (1 - step / total), 0.0)
            logits = model(inputs[rows])
            loss = nn.functional.cross_entropy(logits.transpose(1, 2), targets[rows])
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
            step += 1
        history.append(sum(losses) / len(losses))
    return history
