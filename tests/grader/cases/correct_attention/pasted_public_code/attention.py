import math
from collections import namedtuple

import torch
import torch.nn as nn
import torch.nn.functional as F

AttentionOutput = namedtuple("AttentionOutput", ["output", "weights"])


def causal_mask(length, device=None):
    mask = torch.triu(torch.ones(length, length, device=device), diagonal=1)
    return mask == 0


def padding_mask(lengths, length):
    batch_size = lengths.size(0)
    positions = torch.arange(length).to(lengths.device).expand(batch_size, length)
    return positions < lengths[:, None]


def scaled_dot_product_attention(query, key, value, mask=None):
    d_k = query.size(-1)
    # (..., T, d_k) x (..., d_k, S) -> (..., T, S)
    att = torch.matmul(query, key.transpose(-2, -1)) * (1.0 / math.sqrt(d_k))
    if mask is not None:
        if mask.dtype != torch.bool:
            raise TypeError("mask has to be a bool tensor")
        att = att.masked_fill(mask == 0, float("-inf"))
    p_attn = F.softmax(att, dim=-1)
    if mask is not None:
        p_attn = torch.nan_to_num(p_attn, nan=0.0)
    return AttentionOutput(torch.matmul(p_attn, value), p_attn)


class MultiHeadAttention(nn.Module):
    def __init__(self, embed_dim, num_heads):
        super(MultiHeadAttention, self).__init__()
        assert embed_dim % num_heads == 0, "embed_dim must be divisible by num_heads"
        self.embed_dim = embed_dim
        self.n_head = num_heads
        self.head_dim = embed_dim // num_heads
        self.in_proj_weight = nn.Parameter(torch.empty((3 * embed_dim, embed_dim)))
        self.in_proj_bias = nn.Parameter(torch.empty(3 * embed_dim))
        self.out_proj = nn.Linear(embed_dim, embed_dim, bias=True)
        self._reset_parameters()

    def _reset_parameters(self):
        torch.nn.init.normal_(self.in_proj_weight, mean=0.0, std=0.02)
        torch.nn.init.normal_(self.out_proj.weight, mean=0.0, std=0.02)
        nn.init.constant_(self.in_proj_bias, 0.0)
        nn.init.constant_(self.out_proj.bias, 0.0)

    def forward(self, x, mask=None, causal=False):
        B, T, C = x.size()  # batch size, sequence length, embedding dimensionality
        q, k, v = F.linear(x, self.in_proj_weight, self.in_proj_bias).split(self.embed_dim, dim=2)
        k = k.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)  # (B, nh, T, hs)
        q = q.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)  # (B, nh, T, hs)
        v = v.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)  # (B, nh, T, hs)
        attn_mask = torch.ones(B, 1, T, T, dtype=torch.bool, device=x.device)
        if causal:
            attn_mask = attn_mask & torch.tril(torch.ones(T, T, device=x.device)).view(1, 1, T, T).bool()
        if mask is not None:
            attn_mask = attn_mask & mask.view(B, 1, 1, T)
        y, _ = scaled_dot_product_attention(q, k, v, attn_mask)
        y = y.transpose(1, 2).contiguous().view(B, T, C)  # re-assemble all head outputs side by side
        return self.out_proj(y)


def sinusoidal_positions(length, dim, device=None):
    pe = torch.zeros(length, dim)
    position = torch.arange(0, length, dtype=torch.float).unsqueeze(1)
    div_term = torch.exp(torch.arange(0, dim, 2).float() * (-math.log(10000.0) / dim))
    pe[:, 0::2] = torch.sin(position * div_term)
    pe[:, 1::2] = torch.cos(position * div_term)
    return pe.to(device)


def rotate_half(x):
    """Rotates half the hidden dims of the input."""
    x1 = x[..., : x.shape[-1] // 2]
    x2 = x[..., x.shape[-1] // 2 :]
    return torch.cat((-x2, x1), dim=-1)


class RotaryEmbedding(nn.Module):
    def __init__(self, dim, base=10000.0):
        super(RotaryEmbedding, self).__init__()
        inv_freq = 1.0 / (base ** (torch.arange(0, dim, 2, dtype=torch.int64).float() / dim))
        self.register_buffer("inv_freq", inv_freq, persistent=False)

    def forward(self, x, offset=0):
        seq_len = x.shape[-2]
        t = torch.arange(offset, offset + seq_len, device=x.device).type_as(self.inv_freq)
        freqs = torch.outer(t, self.inv_freq)
        emb = torch.cat((freqs, freqs), dim=-1)
        cos, sin = emb.cos().to(x.dtype), emb.sin().to(x.dtype)
        return (x * cos) + (rotate_half(x) * sin)


def gelu(x):
    return x * 0.5 * (1.0 + torch.erf(x / math.sqrt(2.0)))


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super(RMSNorm, self).__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(dim))

    def _norm(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps)

    def forward(self, x):
        output = self._norm(x).type_as(x)
        return output * self.weight


class TransformerBlock(nn.Module):
    def __init__(self, embed_dim, num_heads, hidden_dim):
        super(TransformerBlock, self).__init__()
        self.norm1 = RMSNorm(embed_dim)
        self.attention = MultiHeadAttention(embed_dim, num_heads)
        self.norm2 = RMSNorm(embed_dim)
        self.linear1 = nn.Linear(embed_dim, hidden_dim)
        self.linear2 = nn.Linear(hidden_dim, embed_dim)

    def forward(self, x, mask=None, causal=False):
        h = x + self.attention(self.norm1(x), mask, causal)
        out = h + self.linear2(gelu(self.linear1(self.norm2(h))))
        return out


class GPT(nn.Module):
    def __init__(self, vocab_size, context, embed_dim, num_heads, num_layers):
        super(GPT, self).__init__()
        self.vocab_size = vocab_size
        self.context = context
        self.embedding = nn.Embedding(vocab_size, embed_dim)
        self.positions = nn.Embedding(context, embed_dim)
        self.blocks = nn.ModuleList(
            [TransformerBlock(embed_dim, num_heads, 4 * embed_dim) for _ in range(num_layers)]
        )
        self.norm = RMSNorm(embed_dim)
        self.apply(self._init_weights)

    def _init_weights(self, module):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            module.weight.data.normal_(mean=0.0, std=0.02)
            if isinstance(module, nn.Linear) and module.bias is not None:
                module.bias.data.zero_()

    def forward(self, tokens):
        b, t = tokens.size()
        assert t <= self.context, "Cannot forward, model block size is exhausted."
        pos = torch.arange(0, t, dtype=torch.long, device=tokens.device).unsqueeze(0)
        x = self.embedding(tokens) + self.positions(pos)
        for block in self.blocks:
            x = block(x, causal=True)
        x = self.norm(x)
        return F.linear(x, self.embedding.weight)


def train_gpt(model, inputs, targets, generator, epochs=5, batch_size=20, lr=0.01, warmup=20):
    n_batches = (inputs.size(0) + batch_size - 1) // batch_size
    max_iters = epochs * n_batches

    def lr_lambda(it):
        if it >= max_iters:
            return 0.0
        return min(1.0, float(it + 1) / float(max(1, warmup))) * (1.0 - it / max_iters)

    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lr_lambda)
    model.train()
    history = []
    for epoch in range(epochs):
        running_loss = 0.0
        idx = torch.randperm(inputs.size(0), generator=generator)
        for i in range(0, inputs.size(0), batch_size):
            batch = idx[i : i + batch_size].to(inputs.device)
            X, Y = inputs[batch], targets[batch]
            logits = model(X)
            loss = F.cross_entropy(logits.view(-1, logits.size(-1)), Y.reshape(-1))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            scheduler.step()
            running_loss += loss.item() * X.size(0)
        history.append(running_loss / inputs.size(0))
    return history


def token_probabilities(logits, temperature=1.0, top_k=None, top_p=None):
    if temperature == 0:
        probs = torch.zeros_like(logits)
        probs.scatter_(-1, logits.argmax(dim=-1, keepdim=True), 1.0)
        return probs
    logits = logits / temperature
    if top_k is not None:
        top_k = min(top_k, logits.size(-1))  # Safety check
        indices_to_remove = logits < torch.topk(logits, top_k)[0][..., -1, None]
        logits = logits.masked_fill(indices_to_remove, float("-inf"))
    if top_p is not None:
        sorted_logits, sorted_indices = torch.sort(logits, descending=True)
        cumulative_probs = torch.cumsum(F.softmax(sorted_logits, dim=-1), dim=-1)
        # Remove tokens with cumulative probability above the threshold
        sorted_indices_to_remove = cumulative_probs > top_p
        # Shift the indices to the right to keep also the first token above the threshold
        sorted_indices_to_remove[..., 1:] = sorted_indices_to_remove[..., :-1].clone()
        sorted_indices_to_remove[..., 0] = 0
        indices_to_remove = sorted_indices_to_remove.scatter(
            dim=-1, index=sorted_indices, src=sorted_indices_to_remove
        )
        logits = logits.masked_fill(indices_to_remove, float("-inf"))
    return F.softmax(logits, dim=-1)


ReadOn = namedtuple("ReadOn", "logits cache")


def read_with_cache(model, tokens, cache=None):
    B, T = tokens.size()
    past_length = cache[0][0].size(-2) if cache is not None else 0
    pos = torch.arange(past_length, past_length + T, dtype=torch.long, device=tokens.device)
    x = model.embedding(tokens) + model.positions(pos)
    presents = []
    for i, block in enumerate(model.blocks):
        attn = block.attention
        C = attn.embed_dim
        q, k, v = F.linear(block.norm1(x), attn.in_proj_weight, attn.in_proj_bias).split(C, dim=2)
        k = k.view(B, T, attn.n_head, C // attn.n_head).transpose(1, 2)
        q = q.view(B, T, attn.n_head, C // attn.n_head).transpose(1, 2)
        v = v.view(B, T, attn.n_head, C // attn.n_head).transpose(1, 2)
        if cache is not None:
            past_key, past_value = cache[i]
            k = torch.cat((past_key, k), dim=-2)
            v = torch.cat((past_value, v), dim=-2)
        presents.append((k, v))
        bias = torch.tril(torch.ones(past_length + T, past_length + T, device=tokens.device)).bool()
        y, _ = scaled_dot_product_attention(q, k, v, bias[past_length : past_length + T, : past_length + T])
        y = y.transpose(1, 2).contiguous().view(B, T, C)
        x = x + attn.out_proj(y)
        x = x + block.linear2(gelu(block.linear1(block.norm2(x))))
    logits = F.linear(model.norm(x), model.embedding.weight)
    return ReadOn(logits, presents)


@torch.no_grad()
def generate(model, tokens, length, temperature=1.0, top_k=None, top_p=None, generator=None):
    idx = tokens
    cache = None
    for _ in range(length):
        idx_cond = idx if cache is None else idx[:, -1:]
        logits, cache = read_with_cache(model, idx_cond, cache)
        probs = token_probabilities(logits[:, -1, :], temperature, top_k, top_p)
        if generator is not None:
            probs = probs.to(generator.device)
        idx_next = torch.multinomial(probs, num_samples=1, generator=generator)
        idx = torch.cat((idx, idx_next.to(idx.device)), dim=1)
    return idx[:, tokens.size(1) :]


def get_stats(ids):
    counts = {}
    for pair in zip(ids, ids[1:]):
        counts[pair] = counts.get(pair, 0) + 1
    return counts


def merge(ids, pair, idx):
    newids = []
    i = 0
    while i < len(ids):
        if i < len(ids) - 1 and ids[i] == pair[0] and ids[i + 1] == pair[1]:
            newids.append(idx)
            i += 2
        else:
            newids.append(ids[i])
            i += 1
    return newids


def train_tokenizer(text, merges):
    ids = list(text.encode("utf-8"))
    result = []
    for i in range(merges):
        stats = get_stats(ids)
        if not stats:
            break
        top_pair = max(stats, key=lambda p: (stats[p], -p[0], -p[1]))
        if stats[top_pair] < 2:
            break
        ids = merge(ids, top_pair, 256 + i)
        result.append(top_pair)
    return result


def tokenize(text, pairs):
    merges = {tuple(pair): 256 + i for i, pair in enumerate(pairs)}
    tokens = list(text.encode("utf-8"))
    while len(tokens) >= 2:
        stats = get_stats(tokens)
        pair = min(stats, key=lambda p: merges.get(p, float("inf")))
        if pair not in merges:
            break  # nothing else can be merged
        tokens = merge(tokens, pair, merges[pair])
    return tokens


class PatchEmbedding(nn.Module):
    def __init__(self, image_size, patch_size, channels, embed_dim):
        super(PatchEmbedding, self).__init__()
        image_height, image_width = image_size
        assert image_height % patch_size == 0 and image_width % patch_size == 0
        self.patch_size = patch_size
        num_patches = (image_height // patch_size) * (image_width // patch_size)
        patch_dim = channels * patch_size * patch_size
        self.projection = nn.Linear(patch_dim, embed_dim)
        self.class_token = nn.Parameter(torch.randn(embed_dim))
        self.positions = nn.Parameter(torch.randn(num_patches + 1, embed_dim))

    def forward(self, img):
        x = F.unfold(img, kernel_size=self.patch_size, stride=self.patch_size)  # (B, C*p*p, P)
        x = self.projection(x.transpose(1, 2))
        b, n, _ = x.shape
        cls_tokens = self.class_token.view(1, 1, -1).expand(b, -1, -1)
        x = torch.cat((cls_tokens, x), dim=1)
        x += self.positions[: (n + 1)]
        return x


def fix_attention(x, in_weight, in_bias, out_weight, out_bias, num_heads):
    n, t, e = x.shape
    joint = nn.functional.linear(x, in_weight, in_bias)
    query, key, value = joint.reshape(n, t, 3, num_heads, e // num_heads).permute(2, 0, 3, 1, 4)
    scores = query @ key.transpose(-2, -1) / math.sqrt(e // num_heads)
    past = torch.ones(t, t, dtype=torch.bool, device=x.device).tril()
    weights = scores.masked_fill(~past, -torch.inf).softmax(-1)
    heads = (weights @ value).transpose(1, 2).contiguous().view(n, t, e)
    return nn.functional.linear(heads, out_weight, out_bias)
