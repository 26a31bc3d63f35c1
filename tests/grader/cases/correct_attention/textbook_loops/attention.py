import math
from typing import NamedTuple, Optional

import torch
from torch import Tensor, nn


def causal_mask(length: int, device=None) -> Tensor:
    mask = torch.zeros(length, length, dtype=torch.bool, device=device)
    for t in range(length):
        mask[t, : t + 1] = True
    return mask


def padding_mask(lengths: Tensor, length: int) -> Tensor:
    positions = torch.arange(length, device=lengths.device)
    positions_of_all = positions.unsqueeze(0).repeat(lengths.shape[0], 1)
    lengths_of_all = lengths.unsqueeze(1).repeat(1, length)
    return torch.lt(positions_of_all, lengths_of_all)


class AttentionOutput(NamedTuple):
    output: Tensor
    weights: Tensor


def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, mask: Optional[Tensor] = None
) -> AttentionOutput:
    # step 1: scores
    width = query.shape[-1]
    key_transposed = torch.swapaxes(key, -1, -2)
    products = torch.matmul(query, key_transposed)
    scores = products / math.sqrt(width)
    # step 2: what may be seen
    if mask is None:
        mask = torch.ones_like(scores, dtype=torch.bool)
    if not mask.dtype == torch.bool:
        raise TypeError("the mask must be boolean, this one is " + str(mask.dtype))
    scores, mask = torch.broadcast_tensors(scores, mask)
    # step 3: softmax, with the largest score that is seen taken off
    hidden = torch.logical_not(mask)
    largest = scores.detach().masked_fill(hidden, -math.inf).max(dim=-1, keepdim=True).values
    largest = torch.where(torch.isinf(largest), torch.zeros_like(largest), largest)
    shifted = (scores - largest).masked_fill(hidden, -math.inf)
    exponentials = torch.exp(shifted)
    total = exponentials.sum(dim=-1, keepdim=True)
    total_or_one = torch.where(total == 0, torch.ones_like(total), total)
    weights = exponentials / total_or_one
    # step 4: the mixture
    output = torch.matmul(weights, value)
    return AttentionOutput(output=output, weights=weights)


class MultiHeadAttention(nn.Module):
    def __init__(self, embed_dim: int, num_heads: int):
        super().__init__()
        self.embed_dim = embed_dim
        self.num_heads = num_heads
        self.width = embed_dim // num_heads
        r = 1 / math.sqrt(embed_dim)
        self.in_proj_weight = nn.Parameter(torch.empty(3 * embed_dim, embed_dim).uniform_(-r, r))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * embed_dim))
        self.out_proj = nn.Linear(embed_dim, embed_dim)
        with torch.no_grad():
            self.out_proj.bias.zero_()

    def forward(self, x: Tensor, mask: Optional[Tensor] = None, causal: bool = False) -> Tensor:
        weight_q, weight_k, weight_v = self.in_proj_weight.chunk(3)
        bias_q, bias_k, bias_v = self.in_proj_bias.chunk(3)
        batch, length, _ = x.shape
        may_be_seen = torch.ones(batch, length, length, dtype=torch.bool, device=x.device)
        if mask is not None:
            may_be_seen = torch.logical_and(may_be_seen, mask.unsqueeze(1))
        if causal:
            may_be_seen = torch.logical_and(may_be_seen, causal_mask(length, x.device))
        outputs = []
        for head in range(self.num_heads):
            first, behind = head * self.width, (head + 1) * self.width
            query = x @ weight_q[first:behind].T + bias_q[first:behind]
            key = x @ weight_k[first:behind].T + bias_k[first:behind]
            value = x @ weight_v[first:behind].T + bias_v[first:behind]
            attended = scaled_dot_product_attention(query, key, value, may_be_seen)
            outputs.append(attended.output)
        side_by_side = torch.cat(outputs, dim=2)
        return self.out_proj(side_by_side)


def sinusoidal_positions(length: int, dim: int, device=None) -> Tensor:
    table = torch.zeros(length, dim)
    for position in range(length):
        for i in range(dim // 2):
            angle = position / 10000 ** (2 * i / dim)
            table[position, 2 * i] = math.sin(angle)
            table[position, 2 * i + 1] = math.cos(angle)
    if device is not None:
        table = table.to(device)
    return table


class RotaryEmbedding(nn.Module):
    def __init__(self, dim: int, base: float = 10000.0):
        super().__init__()
        self.dim = dim
        self.base = base

    def forward(self, x: Tensor, offset: int = 0) -> Tensor:
        half = self.dim // 2
        rows = []
        for t in range(x.shape[-2]):
            position = offset + t
            angles = [position * self.base ** (-2 * i / self.dim) for i in range(half)]
            cosines = x.new_tensor([math.cos(angle) for angle in angles])
            sines = x.new_tensor([math.sin(angle) for angle in angles])
            first = x[..., t, :half]
            second = x[..., t, half:]
            new_first = first * cosines - second * sines
            new_second = first * sines + second * cosines
            rows.append(torch.cat([new_first, new_second], dim=-1))
        if not rows:
            return x.clone()
        return torch.stack(rows, dim=-2)


def gelu(x: Tensor) -> Tensor:
    error = torch.erf(x / math.sqrt(2))
    share_below = (1 + error) / 2
    return x * share_below


class RMSNorm(nn.Module):
    def __init__(self, dim: int, eps: float = 1e-6):
        super().__init__()
        self.dim = dim
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, x: Tensor) -> Tensor:
        squares = x**2
        mean_square = squares.sum(dim=-1, keepdim=True) / self.dim
        root = (mean_square + self.eps).sqrt()
        return x / root * self.weight


class TransformerBlock(nn.Module):
    def __init__(self, embed_dim: int, num_heads: int, hidden_dim: int):
        super().__init__()
        self.norm1 = RMSNorm(embed_dim)
        self.attention = MultiHeadAttention(embed_dim, num_heads)
        self.norm2 = RMSNorm(embed_dim)
        self.linear1 = nn.Linear(in_features=embed_dim, out_features=hidden_dim)
        self.linear2 = nn.Linear(in_features=hidden_dim, out_features=embed_dim)

    def forward(self, x: Tensor, mask: Optional[Tensor] = None, causal: bool = False) -> Tensor:
        # first half: attention
        residual = x
        x = self.norm1(x)
        x = self.attention(x, mask, causal)
        x = residual + x
        # second half: feed forward
        residual = x
        x = self.norm2(x)
        x = self.linear1(x)
        x = gelu(x)
        x = self.linear2(x)
        x = residual + x
        return x


class GPT(nn.Module):
    def __init__(self, vocab_size: int, context: int, embed_dim: int, num_heads: int, num_layers: int):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_dim)
        self.positions = nn.Embedding(context, embed_dim)
        with torch.no_grad():
            self.embedding.weight *= 0.02
            self.positions.weight *= 0.02
        self.blocks = nn.ModuleList()
        for _ in range(num_layers):
            self.blocks.append(TransformerBlock(embed_dim, num_heads, 4 * embed_dim))
        self.norm = RMSNorm(embed_dim)

    def forward(self, tokens: Tensor) -> Tensor:
        length = tokens.shape[1]
        positions = torch.arange(length, device=tokens.device)
        token_vectors = self.embedding(tokens)
        position_vectors = self.positions(positions)
        x = token_vectors + position_vectors.unsqueeze(0)
        for block in self.blocks:
            x = block(x, mask=None, causal=True)
        x = self.norm(x)
        logits = torch.matmul(x, self.embedding.weight.t())
        return logits


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
    number_of_texts = len(inputs)
    batches_per_epoch = math.ceil(number_of_texts / batch_size)
    number_of_steps = epochs * batches_per_epoch
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    loss_function = nn.CrossEntropyLoss()
    step = 0
    epoch_losses = []
    model.train()
    for epoch in range(epochs):
        order = torch.randperm(number_of_texts, generator=generator)
        sum_of_losses = 0.0
        for batch in order.split(batch_size):
            batch = batch.to(inputs.device)
            batch_inputs = inputs[batch]
            batch_targets = targets[batch]
            optimizer.zero_grad()
            logits = model(batch_inputs)
            logits_with_classes_second = logits.transpose(1, 2)
            loss = loss_function(logits_with_classes_second, batch_targets)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1)
            if step + 1 < warmup:
                rise = (step + 1) / warmup
            else:
                rise = 1
            fall = 1 - step / number_of_steps
            for group in optimizer.param_groups:
                group["lr"] = lr * rise * fall
            optimizer.step()
            step = step + 1
            sum_of_losses = sum_of_losses + loss.item() * len(batch)
        epoch_losses.append(sum_of_losses / number_of_texts)
    return epoch_losses


def token_probabilities(
    logits: Tensor, temperature: float = 1.0, top_k: Optional[int] = None, top_p: Optional[float] = None
) -> Tensor:
    vocabulary = logits.shape[-1]
    rows = logits.reshape(-1, vocabulary)
    results = []
    for row in rows:
        if temperature == 0:
            probabilities = torch.zeros_like(row)
            probabilities[row.argmax()] = 1
            results.append(probabilities)
            continue
        probabilities = torch.softmax(row / temperature, dim=0)
        order = torch.argsort(probabilities, descending=True)
        if top_k is not None:
            for token in order[top_k:]:
                probabilities[token] = 0
            probabilities = probabilities / probabilities.sum()
        if top_p is not None:
            collected = 0.0
            for token in order:
                if collected >= top_p:
                    probabilities[token] = 0
                else:
                    collected = collected + probabilities[token].item()
            probabilities = probabilities / probabilities.sum()
        results.append(probabilities)
    return torch.stack(results).reshape(logits.shape)


class ReadOn(NamedTuple):
    logits: Tensor
    cache: list


def read_with_cache(model: nn.Module, tokens: Tensor, cache: Optional[list] = None) -> ReadOn:
    logits = []
    for t in range(tokens.shape[1]):  # one token at a time: then no mask is needed
        if cache is None:
            place = 0
        else:
            place = cache[0][0].shape[2]
        x = model.embedding(tokens[:, t]) + model.positions.weight[place]
        new_cache = []
        for number, block in enumerate(model.blocks):
            attention = block.attention
            normed = block.norm1(x)
            query_key_value = normed @ attention.in_proj_weight.T + attention.in_proj_bias
            query, key, value = query_key_value.chunk(3, dim=1)
            shape = (len(x), attention.num_heads, 1, attention.width)
            query, key, value = query.reshape(shape), key.reshape(shape), value.reshape(shape)
            if cache is not None:
                old_key, old_value = cache[number]
                key = torch.cat([old_key, key], dim=2)
                value = torch.cat([old_value, value], dim=2)
            new_cache.append((key, value))
            heads = scaled_dot_product_attention(query, key, value).output
            x = x + attention.out_proj(heads.reshape(len(x), -1))
            x = x + block.linear2(gelu(block.linear1(block.norm2(x))))
        cache = new_cache
        logits.append(model.norm(x) @ model.embedding.weight.T)
    return ReadOn(logits=torch.stack(logits, dim=1), cache=cache)


def generate(
    model: nn.Module,
    tokens: Tensor,
    length: int,
    temperature: float = 1.0,
    top_k: Optional[int] = None,
    top_p: Optional[float] = None,
    generator: Optional[torch.Generator] = None,
) -> Tensor:
    if length == 0:
        return torch.zeros(len(tokens), 0, dtype=torch.int64, device=tokens.device)
    new_tokens = []
    with torch.no_grad():
        logits, cache = read_with_cache(model, tokens)
        for number in range(length):
            last_logits = logits[:, -1, :]
            probabilities = token_probabilities(last_logits, temperature, top_k, top_p)
            if generator is None:
                drawn = torch.multinomial(probabilities, 1)
            else:
                drawn = torch.multinomial(probabilities.to(generator.device), 1, generator=generator)
            drawn = drawn.to(tokens.device)
            new_tokens.append(drawn)
            if number < length - 1:
                logits, cache = read_with_cache(model, drawn, cache)
    return torch.cat(new_tokens, dim=1)


def count_pairs(tokens: list[int]) -> dict:
    counts = {}
    for t in range(len(tokens) - 1):
        pair = (tokens[t], tokens[t + 1])
        if pair not in counts:
            counts[pair] = 0
        counts[pair] += 1
    return counts


def merge_pair(tokens: list[int], pair: tuple[int, int], new_token: int) -> list[int]:
    result = []
    t = 0
    while t < len(tokens):
        if t + 1 < len(tokens) and tokens[t] == pair[0] and tokens[t + 1] == pair[1]:
            result.append(new_token)
            t = t + 2
        else:
            result.append(tokens[t])
            t = t + 1
    return result


def train_tokenizer(text: str, merges: int) -> list[tuple[int, int]]:
    tokens = list(text.encode("utf-8"))
    pairs = []
    for number in range(merges):
        counts = count_pairs(tokens)
        best_pair = None
        for pair in sorted(counts):
            if best_pair is None or counts[pair] > counts[best_pair]:
                best_pair = pair
        if best_pair is None or counts[best_pair] < 2:
            return pairs
        tokens = merge_pair(tokens, best_pair, 256 + number)
        pairs.append(best_pair)
    return pairs


def tokenize(text: str, pairs: list[tuple[int, int]]) -> list[int]:
    tokens = list(text.encode("utf-8"))
    for number in range(len(pairs)):
        tokens = merge_pair(tokens, pairs[number], 256 + number)
    return tokens


class PatchEmbedding(nn.Module):
    def __init__(self, image_size: tuple[int, int], patch_size: int, channels: int, embed_dim: int):
        super().__init__()
        height, width = image_size
        self.patch_size = patch_size
        self.rows = height // patch_size
        self.columns = width // patch_size
        self.projection = nn.Linear(channels * patch_size * patch_size, embed_dim)
        self.class_token = nn.Parameter(torch.zeros(embed_dim))
        self.positions = nn.Parameter(torch.zeros(self.rows * self.columns + 1, embed_dim))

    def forward(self, x: Tensor) -> Tensor:
        p = self.patch_size
        tokens = [self.class_token.unsqueeze(0).expand(len(x), -1) + self.positions[0]]
        for i in range(self.rows):
            for j in range(self.columns):
                patch = x[:, :, i * p : (i + 1) * p, j * p : (j + 1) * p]
                token = self.projection(patch.reshape(len(x), -1))
                position = self.positions[1 + i * self.columns + j]
                tokens.append(token + position)
        return torch.stack(tokens, dim=1)


def fix_attention(
    x: Tensor, in_weight: Tensor, in_bias: Tensor, out_weight: Tensor, out_bias: Tensor, num_heads: int
) -> Tensor:
    n, t, e = x.shape
    width = e // num_heads
    joint = x @ in_weight.T + in_bias
    query, key, value = joint.split(e, dim=2)
    past = torch.tril(torch.ones(t, t, device=x.device)) == 1
    outputs = []
    for head in range(num_heads):
        part = slice(head * width, (head + 1) * width)
        scores = query[:, :, part] @ key[:, :, part].transpose(1, 2)
        scores = scores / math.sqrt(width)
        scores = scores.masked_fill(torch.logical_not(past), float("-inf"))
        weights = torch.softmax(scores, dim=2)
        outputs.append(weights @ value[:, :, part])
    side_by_side = torch.cat(outputs, dim=2)
    return side_by_side @ out_weight.T + out_bias
