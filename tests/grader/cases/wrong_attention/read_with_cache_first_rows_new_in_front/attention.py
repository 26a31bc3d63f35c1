import math
from typing import NamedTuple

import torch
from torch import Tensor, nn


class AttentionOutput(NamedTuple):
    """What `scaled_dot_product_attention` returns."""

    output: Tensor  # (*, T, E), a mixture of values for each query
    weights: Tensor  # (*, T, S), how much of each value is in it


class ReadOn(NamedTuple):
    """What `read_with_cache` returns."""

    logits: Tensor  # (N, T, V), the scores of what follows each new token
    cache: list[tuple[Tensor, Tensor]]  # for each block keys and values of all tokens, (N, H, S + T, D) each


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


def read_with_cache(
    model: nn.Module, tokens: Tensor, cache: list[tuple[Tensor, Tensor]] | None = None
) -> ReadOn:
    n, t = tokens.shape
    old = 0 if cache is None else cache[0][0].shape[2]
    x = model.embedding(tokens) + model.positions(torch.arange(old, old + t, device=tokens.device))
    mask = causal_mask(old + t, tokens.device)[:t]
    new_cache = []
    for i, block in enumerate(model.blocks):
        attention = block.attention
        h = attention.num_heads
        qkv = nn.functional.linear(block.norm1(x), attention.in_proj_weight, attention.in_proj_bias)
        q, k, v = (part.view(n, t, h, -1).transpose(1, 2) for part in qkv.chunk(3, -1))
        if cache is not None:
            k = torch.cat((k, cache[i][0]), dim=2)
            v = torch.cat((v, cache[i][1]), dim=2)
        new_cache.append((k, v))
        y = scaled_dot_product_attention(q, k, v, mask).output
        x = x + attention.out_proj(y.transpose(1, 2).flatten(2))
        x = x + block.linear2(gelu(block.linear1(block.norm2(x))))
    return ReadOn(model.norm(x) @ model.embedding.weight.T, new_cache)
