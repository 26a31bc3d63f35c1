"""Attention."""

import math
from collections import Counter
from itertools import pairwise
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


def padding_mask(lengths, length):
    return torch.arange(length, device=lengths.device)[None, :] < lengths[:, None]


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


def sinusoidal_positions(length, dim, device=None):
    rates = 10000.0 ** (-torch.arange(0, dim, 2, device=device, dtype=torch.float32) / dim)
    angles = torch.einsum("t,i->ti", torch.arange(length, device=device, dtype=torch.float32), rates)
    return torch.stack([angles.sin(), angles.cos()], -1).reshape(length, dim)


class RotaryEmbedding(nn.Module):
    def __init__(self, dim: int, base: float = 10000.0) -> None:
        super().__init__()
        self.dim = dim
        self.base = base

    def forward(self, x, offset=0):
        half = self.dim // 2
        place = torch.arange(offset, offset + x.shape[-2], device=x.device, dtype=torch.float32)
        rates = self.base ** (-torch.arange(half, device=x.device, dtype=torch.float32) / half)
        angles = torch.einsum("t,i->ti", place, rates)
        cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
        u, v = x[..., :half], x[..., half:]
        return torch.cat([u * cos - v * sin, u * sin + v * cos], -1)


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


def train_gpt(model, inputs, targets, generator, epochs=5, batch_size=20, lr=0.01, warmup=20):
    model.train()
    n = len(inputs)
    steps = epochs * math.ceil(n / batch_size)
    optimizer = torch.optim.AdamW(model.parameters())
    history, k = [], 0
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(n, generator=generator).split(batch_size):
            rows = rows.to(inputs.device)
            logits = model(inputs[rows])
            loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets[rows].flatten())
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            for group in optimizer.param_groups:
                group["lr"] = lr * min(1.0, (k + 1) / warmup) * (1 - k / steps)
            optimizer.step()
            total += loss.item() * len(rows)
            k += 1
        history.append(total / n)
    return history


def token_probabilities(logits, temperature=1.0, top_k=None, top_p=None):
    ranked, order = logits.sort(-1, descending=True)
    if temperature == 0:
        probs = torch.zeros_like(ranked)
        probs[..., 0] = 1
    else:
        probs = (ranked / temperature).softmax(-1)
    if top_k is not None:
        probs = probs * (torch.arange(probs.shape[-1], device=probs.device) < top_k)
        probs = probs / probs.sum(-1, keepdim=True)
    if top_p is not None:
        before = probs.cumsum(-1) - probs
        probs = probs * (before < top_p)
        probs = probs / probs.sum(-1, keepdim=True)
    return torch.zeros_like(probs).scatter(-1, order, probs)


def read_with_cache(model, tokens, cache=None):
    n, t = tokens.shape
    s = 0 if not cache else cache[0][0].shape[2]
    places = torch.arange(s, s + t, device=tokens.device)
    x = model.embedding(tokens) + model.positions(places)
    seen = torch.arange(s + t, device=tokens.device)[None, :] <= places[:, None]
    kept = []
    for i, block in enumerate(model.blocks):
        part = block.attention
        h, e = part.num_heads, x.shape[-1]
        joint = nn.functional.linear(block.norm1(x), part.in_proj_weight, part.in_proj_bias)
        query, key, value = joint.reshape(n, t, 3, h, e // h).permute(2, 0, 3, 1, 4)
        if cache:
            key = torch.cat([cache[i][0], key], 2)
            value = torch.cat([cache[i][1], value], 2)
        kept.append((key, value))
        heads = scaled_dot_product_attention(query, key, value, seen).output
        x = x + part.out_proj(heads.transpose(1, 2).reshape(n, t, e))
        x = x + block.linear2(gelu(block.linear1(block.norm2(x))))
    return ReadOn(torch.einsum("nte,ve->ntv", model.norm(x), model.embedding.weight), kept)


def generate(model, tokens, length, temperature=1.0, top_k=None, top_p=None, generator=None):
    written = torch.empty(len(tokens), 0, dtype=torch.int64, device=tokens.device)
    with torch.no_grad():
        logits, cache = read_with_cache(model, tokens)
        for i in range(length):
            probs = token_probabilities(logits[:, -1], temperature, top_k, top_p)
            if generator is not None:
                probs = probs.to(generator.device)
            new = torch.multinomial(probs, 1, generator=generator).to(tokens.device)
            written = torch.cat([written, new], 1)
            if i < length - 1:
                logits, cache = read_with_cache(model, new, cache)
    return written


def train_tokenizer(text, merges):
    tokens = list(text.encode("utf-8"))
    found = []
    for i in range(merges):
        counts = Counter(pairwise(tokens))
        if not counts:
            break
        pair = min(counts, key=lambda each: (-counts[each], each))
        if counts[pair] < 2:
            break
        found.append(pair)
        tokens = merge(tokens, pair, 256 + i)
    return found


def merge(tokens, pair, new):
    out, i = [], 0
    while i < len(tokens):
        if tuple(tokens[i : i + 2]) == pair:
            out.append(new)
            i += 2
        else:
            out.append(tokens[i])
            i += 1
    return out


def tokenize(text, pairs):
    tokens = list(text.encode("utf-8"))
    for i, pair in enumerate(pairs):
        tokens = merge(tokens, tuple(pair), 256 + i)
    return tokens


class PatchEmbedding(nn.Module):
    def __init__(self, image_size: tuple[int, int], patch_size: int, channels: int, embed_dim: int) -> None:
        super().__init__()
        self.patch_size = patch_size
        count = (image_size[0] // patch_size) * (image_size[1] // patch_size)
        self.projection = nn.Linear(channels * patch_size**2, embed_dim)
        self.class_token = nn.Parameter(torch.zeros(embed_dim))
        self.positions = nn.Parameter(torch.randn(count + 1, embed_dim) * 0.02)

    def forward(self, x):
        n, c, h, w = x.shape
        p = self.patch_size
        patches = x.reshape(n, c, h // p, p, w // p, p)
        weight = self.projection.weight.reshape(-1, c, p, p)
        tokens = torch.einsum("nchpwq,ecpq->nhwe", patches, weight).flatten(1, 2) + self.projection.bias
        first = self.class_token.expand(n, 1, -1)
        return torch.cat([first, tokens], 1) + self.positions


def fix_attention(x, in_weight, in_bias, out_weight, out_bias, num_heads):
    n, t, e = x.shape
    d = e // num_heads
    w, b = in_weight.reshape(3, num_heads, d, e), in_bias.reshape(3, num_heads, 1, d)
    query, key, value = (torch.einsum("nte,hde->nhtd", x, w[i]) + b[i] for i in range(3))
    scores = torch.einsum("nhtd,nhsd->nhts", query, key) / math.sqrt(d)
    past = torch.ones(t, t, dtype=torch.bool, device=x.device).tril()
    weights = scores.masked_fill(~past, -torch.inf).softmax(-1)
    return torch.einsum("nhts,nhsd,ehd->nte", weights, value, out_weight.reshape(e, num_heads, d)) + out_bias
