# -*- coding: utf-8 -*-
from __future__ import print_function, unicode_literals

import math
import string
import time
from collections import namedtuple

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.autograd import Variable

all_letters = string.ascii_lowercase
n_letters = len(all_letters)
print_every = 50


# Word dictionary -------------------------------------------------------------


class Dictionary(object):
    def __init__(self):
        self.word2idx = {}
        self.idx2word = []

    def add_word(self, word):
        if word not in self.word2idx:
            self.idx2word.append(word)
            self.word2idx[word] = len(self.idx2word) - 1
        return self.word2idx[word]


def build_vocabulary(texts, min_count=1):
    word2count = {}
    for text in texts:
        for word in text:
            if word not in word2count:
                word2count[word] = 1
            else:
                word2count[word] += 1
    dictionary = Dictionary()
    dictionary.add_word("<pad>")
    dictionary.add_word("<unk>")
    for word in sorted(word2count.keys()):
        if word2count[word] >= min_count:
            dictionary.add_word(word)
    return dictionary.word2idx


def encode(text, vocabulary):
    ids = torch.LongTensor(len(text)).zero_()
    token = 0
    for word in text:
        try:
            ids[token] = vocabulary[word]
        except KeyError:
            ids[token] = vocabulary["<unk>"]
        token += 1
    return ids


def decode(indices, vocabulary):
    idx2word = {v: k for k, v in vocabulary.items()}
    words = []
    for i in range(indices.size(0)):
        word = idx2word[indices[i].item()]
        if word == "<pad>":
            continue
        words.append(word)
    return words


def one_hot_sequence(indices, num_tokens):
    batch_size, seq_len = indices.size()
    # <1 x seq_len x batch_size> is how the tutorials like it
    if indices.numel() > 0:
        if indices.min().item() < 0 or indices.max().item() >= num_tokens:
            raise IndexError("letter index out of range")
    tensor = torch.zeros(seq_len, batch_size, num_tokens).to(indices.device)
    tensor.scatter_(2, indices.t().contiguous().unsqueeze(2), 1)
    return tensor.float()


# Cells -----------------------------------------------------------------------


def rnn_cell_step(x, h, w_ih, w_hh, b_ih, b_hh):
    if h.dim() != 2 or h.size(0) != x.size(0) or h.size(1) != w_hh.size(0):
        raise ValueError("wrong size of h")
    i2h = torch.mm(x, w_ih.t()) + b_ih.unsqueeze(0).expand(x.size(0), -1)
    h2h = torch.mm(h, w_hh.t()) + b_hh.unsqueeze(0).expand(x.size(0), -1)
    hidden = torch.tanh(i2h + h2h)
    return hidden


class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super(RNNCell, self).__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.weight_ih = nn.Parameter(torch.Tensor(hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.Tensor(hidden_size, hidden_size))
        self.bias_ih = nn.Parameter(torch.Tensor(hidden_size))
        self.bias_hh = nn.Parameter(torch.Tensor(hidden_size))
        self.reset_parameters()

    def reset_parameters(self):
        stdv = 1.0 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            weight.data.uniform_(-stdv, stdv)

    def init_hidden(self, batch_size):
        weight = next(self.parameters())
        return Variable(weight.data.new(batch_size, self.hidden_size).zero_())

    def forward(self, x, h=None):
        if h is None:
            h = self.init_hidden(x.size(0))
        return rnn_cell_step(x, h, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)


RNNOutput = namedtuple("RNNOutput", ("output", "h_n"))


class RNN(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers=1, batch_first=False, bidirectional=False):
        super(RNN, self).__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.batch_first = batch_first
        self.bidirectional = bidirectional
        num_directions = 2 if bidirectional else 1

        self._all_weights = []
        for layer in range(num_layers):
            for direction in range(num_directions):
                layer_input_size = input_size if layer == 0 else hidden_size * num_directions
                w_ih = nn.Parameter(torch.Tensor(hidden_size, layer_input_size))
                w_hh = nn.Parameter(torch.Tensor(hidden_size, hidden_size))
                b_ih = nn.Parameter(torch.Tensor(hidden_size))
                b_hh = nn.Parameter(torch.Tensor(hidden_size))
                suffix = "_reverse" if direction == 1 else ""
                param_names = ["weight_ih_l{}{}", "weight_hh_l{}{}", "bias_ih_l{}{}", "bias_hh_l{}{}"]
                param_names = [x.format(layer, suffix) for x in param_names]
                for name, param in zip(param_names, (w_ih, w_hh, b_ih, b_hh)):
                    setattr(self, name, param)
                self._all_weights += [param_names]
        self.reset_parameters()

    def reset_parameters(self):
        stdv = 1.0 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            weight.data.uniform_(-stdv, stdv)

    def forward(self, x, h_0=None):
        if self.batch_first:
            x = x.transpose(0, 1).contiguous()
        seq_len, batch_size, _ = x.size()
        num_directions = 2 if self.bidirectional else 1
        if h_0 is None:
            h_0 = Variable(x.data.new(self.num_layers * num_directions, batch_size, self.hidden_size).zero_())

        all_hidden = []
        for layer in range(self.num_layers):
            all_output = []
            for direction in range(num_directions):
                idx = layer * num_directions + direction
                w_ih, w_hh, b_ih, b_hh = [getattr(self, name) for name in self._all_weights[idx]]
                hidden = h_0[idx]
                output = []
                steps = range(seq_len - 1, -1, -1) if direction == 1 else range(seq_len)
                for i in steps:
                    hidden = rnn_cell_step(x[i], hidden, w_ih, w_hh, b_ih, b_hh)
                    output.append(hidden)
                if direction == 1:
                    output.reverse()
                output = torch.cat(output, 0).view(seq_len, *output[0].size())
                all_output.append(output)
                all_hidden.append(hidden)
            x = torch.cat(all_output, x.dim() - 1)
        h_n = torch.cat(all_hidden, 0).view(self.num_layers * num_directions, *all_hidden[0].size())
        if self.batch_first:
            x = x.transpose(0, 1)  # (seq, batch) back to (batch, seq)
        return RNNOutput(x, h_n)


LSTMState = namedtuple("LSTMState", ("h", "c"))


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super(LSTMCell, self).__init__()
        self.hidden_size = hidden_size
        self.weight_ih = nn.Parameter(torch.Tensor(4 * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.Tensor(4 * hidden_size, hidden_size))
        self.bias_ih = nn.Parameter(torch.Tensor(4 * hidden_size))
        self.bias_hh = nn.Parameter(torch.Tensor(4 * hidden_size))
        self.reset_parameters()

    def reset_parameters(self):
        std = 1.0 / math.sqrt(self.hidden_size)
        for w in self.parameters():
            w.data.uniform_(-std, std)

    def forward(self, x, state=None):
        if state is None:
            zeros = x.new(x.size(0), self.hidden_size).zero_()
            state = (zeros, zeros)
        hx, cx = state
        gates = F.linear(x, self.weight_ih, self.bias_ih) + F.linear(hx, self.weight_hh, self.bias_hh)
        ingate, forgetgate, cellgate, outgate = gates.chunk(4, 1)
        ingate = F.sigmoid(ingate)
        forgetgate = F.sigmoid(forgetgate)
        cellgate = F.tanh(cellgate)
        outgate = F.sigmoid(outgate)
        cy = (forgetgate * cx) + (ingate * cellgate)
        hy = outgate * F.tanh(cy)
        return LSTMState(hy, cy)


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super(GRUCell, self).__init__()
        self.hidden_size = hidden_size
        self.weight_ih = nn.Parameter(torch.Tensor(3 * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.Tensor(3 * hidden_size, hidden_size))
        self.bias_ih = nn.Parameter(torch.Tensor(3 * hidden_size))
        self.bias_hh = nn.Parameter(torch.Tensor(3 * hidden_size))
        self.reset_parameters()

    def reset_parameters(self):
        std = 1.0 / math.sqrt(self.hidden_size)
        for w in self.parameters():
            w.data.uniform_(-std, std)

    def forward(self, x, h=None):
        if h is None:
            h = Variable(x.new(x.size(0), self.hidden_size).zero_())
        gate_x = F.linear(x, self.weight_ih, self.bias_ih)
        gate_h = F.linear(h, self.weight_hh, self.bias_hh)
        i_r, i_i, i_n = gate_x.chunk(3, 1)
        h_r, h_i, h_n = gate_h.chunk(3, 1)
        resetgate = F.sigmoid(i_r + h_r)
        inputgate = F.sigmoid(i_i + h_i)
        newgate = F.tanh(i_n + (resetgate * h_n))
        hy = newgate + inputgate * (h - newgate)
        return hy


class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super(Embedding, self).__init__()
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = padding_idx
        self.weight = nn.Parameter(torch.Tensor(num_embeddings, embedding_dim))
        self.reset_parameters()

    def reset_parameters(self):
        self.weight.data.normal_(0, 1)
        if self.padding_idx is not None:
            self.weight.data[self.padding_idx].fill_(0)

    def forward(self, indices):
        flat = indices.reshape(-1)
        if len(flat) > 0 and (flat.min() < 0 or flat.max() >= self.num_embeddings):
            raise IndexError("index out of range in self")
        weight = self.weight
        if self.padding_idx is not None:
            # the row of the padding is cut out of the graph and put between the others
            p = self.padding_idx
            weight = torch.cat([weight[:p], weight[p : p + 1].detach(), weight[p + 1 :]], 0)
        out = torch.index_select(weight, 0, flat)
        return out.view(*indices.size(), self.embedding_dim)


# Models ----------------------------------------------------------------------


class CellCharRNN(nn.Module):
    def __init__(self, vocabulary_size, hidden_size):
        super(CellCharRNN, self).__init__()
        self.vocabulary_size = vocabulary_size
        self.hidden_size = hidden_size
        self.cell = nn.RNNCell(input_size=vocabulary_size, hidden_size=hidden_size)
        self.linear = nn.Linear(hidden_size, vocabulary_size)

    def init_hidden(self, batch_size):
        weight = next(self.parameters()).data
        return Variable(weight.new(batch_size, self.hidden_size).zero_())

    def forward(self, tokens, hidden=None):
        batch_size = tokens.size(0)
        seq_len = tokens.size(1)
        if hidden is None:
            hidden = self.init_hidden(batch_size)
        outputs = []
        for i in range(seq_len):
            # one hot vectors of this letter
            x = hidden.new(batch_size, self.vocabulary_size).zero_()
            x.scatter_(1, tokens[:, i].unsqueeze(1), 1)
            hidden = self.cell(x, hidden)
            output = self.linear(hidden)
            outputs.append(output.view(batch_size, 1, -1))
        return torch.cat(outputs, 1), hidden


class CharRNN(nn.Module):
    def __init__(self, vocabulary_size, hidden_size):
        super(CharRNN, self).__init__()
        self.vocabulary_size = vocabulary_size
        self.hidden_size = hidden_size
        self.rnn = nn.RNN(input_size=vocabulary_size, hidden_size=hidden_size, batch_first=True)
        self.linear = nn.Linear(hidden_size, vocabulary_size)

    def init_hidden(self, batch_size):
        weight = next(self.parameters()).data
        return Variable(weight.new(1, batch_size, self.hidden_size).zero_())

    def forward(self, tokens, hidden=None):
        if hidden is None:
            hidden = self.init_hidden(tokens.size(0))
        x = F.one_hot(tokens, self.vocabulary_size).float()
        x = x.to(self.linear.weight.dtype)
        out, hidden = self.rnn(x, hidden)
        # reshape to (batch * seq, hidden) for the fully connected layer
        batch_size, seq_len = tokens.size()
        out = self.linear(out.contiguous().view(-1, self.hidden_size))
        return out.view(batch_size, seq_len, self.vocabulary_size), hidden


class EmbeddingCharRNN(nn.Module):
    def __init__(self, vocabulary_size, embedding_dim, hidden_size, num_layers=2):
        super(EmbeddingCharRNN, self).__init__()
        self.vocabulary_size = vocabulary_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.embedding = nn.Embedding(vocabulary_size, embedding_dim)
        self.rnn = nn.RNN(embedding_dim, hidden_size, num_layers, nonlinearity="tanh")
        self.linear = nn.Linear(hidden_size, vocabulary_size)
        self.init_weights()

    def init_weights(self):
        initrange = 0.1
        self.embedding.weight.data.uniform_(-initrange, initrange)
        self.linear.bias.data.zero_()
        self.linear.weight.data.uniform_(-initrange, initrange)

    def forward(self, tokens, hidden=None):
        emb = self.embedding(tokens.t())
        output, hidden = self.rnn(emb, hidden)
        decoded = self.linear(output.view(output.size(0) * output.size(1), output.size(2)))
        decoded = decoded.view(output.size(0), output.size(1), decoded.size(1))
        return decoded.transpose(0, 1).contiguous(), hidden


# Training --------------------------------------------------------------------


def timeSince(since):
    s = time.time() - since
    m = math.floor(s / 60)
    s -= m * 60
    return "%dm %ds" % (m, s)


def train_char_rnn(model, inputs, targets, steps, lr):
    start = time.time()
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=lr)
    all_losses = []
    for epoch in range(1, steps + 1):
        model.train()
        optimizer.zero_grad()
        output, hidden = model(Variable(inputs))
        loss = criterion(output.contiguous().view(-1, output.size(-1)), Variable(targets).contiguous().view(-1))
        loss.backward()
        optimizer.step()
        all_losses.append(loss.data.item())
        if epoch % print_every == 0:
            print("epoch %d (%s) loss %.4f" % (epoch, timeSince(start), loss.item()))
    model.train()
    return all_losses


Padded = namedtuple("Padded", ("padded", "lengths"))


def pad_sequences(sequences, padding_value=0, batch_first=True):
    # assuming trailing dimensions and type of all the Tensors in sequences are the same
    max_size = sequences[0].size()
    trailing_dims = max_size[1:]
    lengths = [s.size(0) for s in sequences]
    max_len = max(lengths)
    if batch_first:
        out_dims = (len(sequences), max_len) + trailing_dims
    else:
        out_dims = (max_len, len(sequences)) + trailing_dims
    out_tensor = sequences[0].data.new(*out_dims).fill_(padding_value)
    for i, tensor in enumerate(sequences):
        length = tensor.size(0)
        # use index notation to prevent duplicate references to the tensor
        if batch_first:
            out_tensor[i, :length, ...] = tensor
        else:
            out_tensor[:length, i, ...] = tensor
    return Padded(out_tensor, torch.LongTensor(lengths).to(out_tensor.device))


def last_valid_state(output, lengths):
    if lengths.dim() != 1 or lengths.size(0) != output.size(0):
        raise ValueError("wrong lengths")
    if lengths.min().item() < 1 or lengths.max().item() > output.size(1):
        raise ValueError("wrong lengths")
    idx = (lengths - 1).view(-1, 1).expand(output.size(0), output.size(2)).unsqueeze(1)
    return output.gather(1, idx).squeeze(1)


def masked_mean(x, lengths):
    max_len = x.size(1)
    # mask: (batch, max_len)
    ids = torch.arange(0, max_len).long().to(lengths.device)
    mask = ids.unsqueeze(0).expand(lengths.size(0), max_len) < lengths.unsqueeze(1)
    x = x.masked_fill(mask.unsqueeze(2).expand_as(x) == 0, 0.0)
    return torch.sum(x, 1) / lengths.view(-1, 1).to(x.dtype)


def repackage_hidden(h):
    if h is None:
        return None
    if isinstance(h, torch.Tensor):
        return h.detach()
    else:
        return tuple(repackage_hidden(v) for v in h)


detach_hidden = repackage_hidden


def get_batch(source, i, bptt):
    seq_len = min(bptt, source.size(1) - 1 - i)
    data = source[:, i : i + seq_len]
    target = source[:, i + 1 : i + 1 + seq_len]
    return data, target.reshape(-1)


def truncated_backpropagation(model, tokens, length, optimizer):
    # Turn on training mode which enables dropout.
    model.train()
    criterion = nn.CrossEntropyLoss()
    hidden = None
    losses = []
    for batch, i in enumerate(range(0, tokens.size(1) - 1, length)):
        data, targets = get_batch(tokens, i, length)
        # Starting each batch, we detach the hidden state from how it was previously produced.
        hidden = repackage_hidden(hidden)
        optimizer.zero_grad()
        output, hidden = model(data, hidden)
        loss = criterion(output.reshape(-1, output.size(2)), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if batch % print_every == 0 and batch > 0:
            print("| %5d batches | loss %5.2f |" % (batch, loss.item()))
    return losses


def gradient_through_time(w, steps):
    w = w.data
    norms = [torch.ones(1, dtype=w.dtype, device=w.device)]
    jacobian = w.clone()
    for t in range(steps):
        u, s, v = torch.svd(jacobian)
        norms.append(s[0].view(1))
        jacobian = torch.mm(w, jacobian)
    return torch.cat(norms)


def perplexity(logits, targets, ignore_index=-100):
    # reduction='mean' averages over non-ignored targets
    criterion = nn.NLLLoss(ignore_index=ignore_index, reduction="mean")
    log_probs = F.log_softmax(logits.reshape(-1, logits.size(-1)), dim=-1)
    return torch.exp(criterion(log_probs, targets.reshape(-1)))


def sample(model, prompt, length, temperature, generator):
    with torch.no_grad():
        predicted = []
        # Use prime string to "build up" hidden state
        hidden = None
        output, hidden = model(prompt.unsqueeze(0), hidden)
        for p in range(length):
            output = output[0, -1]
            if temperature == 0:
                top_i = torch.topk(output, 1)[1]
            else:
                # Sample from the network as a multinomial distribution
                output_dist = F.softmax(output.data.view(-1).double() / temperature, dim=0)
                top_i = torch.multinomial(output_dist.to(generator.device), 1, generator=generator)
            top_i = top_i.to(prompt.device)
            predicted.append(top_i[0].item())
            output, hidden = model(top_i.view(1, 1), hidden)
        return torch.tensor(predicted, dtype=torch.long, device=prompt.device)


class NameClassifier(nn.Module):
    def __init__(self, vocabulary_size, embedding_dim, hidden_size, num_classes):
        super(NameClassifier, self).__init__()
        self.hidden_size = hidden_size
        self.n_directions = 2
        self.embedding = nn.Embedding(vocabulary_size, embedding_dim)
        self.gru = nn.GRU(embedding_dim, hidden_size, 1, bidirectional=True)
        self.linear = nn.Linear(hidden_size * 2, num_classes)

    def _init_hidden(self, batch_size):
        weight = self.linear.weight
        return Variable(torch.zeros(self.n_directions, batch_size, self.hidden_size).to(weight))

    def forward(self, tokens, lengths):
        # sort by length, as pack_padded_sequence wants it
        seq_lengths, perm_idx = lengths.sort(0, descending=True)
        input = tokens[perm_idx].t()
        batch_size = input.size(1)
        hidden = self._init_hidden(batch_size)
        embedded = self.embedding(input)
        gru_input = nn.utils.rnn.pack_padded_sequence(embedded, seq_lengths.data.cpu().numpy())
        output, hidden = self.gru(gru_input, hidden)
        fc_output = self.linear(torch.cat([hidden[0], hidden[1]], 1))
        # and back into the order of the caller
        _, unperm_idx = perm_idx.sort(0)
        return fc_output[unperm_idx]


NamesRun = namedtuple("NamesRun", ("model", "losses"))


# Find letter index from all_letters, e.g. "a" = 0
def letterToIndex(letter):
    return all_letters.find(letter)


def make_variables(names, device):
    seq = [[letterToIndex(c) for c in name] for name in names]
    seq_lengths = torch.LongTensor([len(s) for s in seq])
    seq_tensor = torch.zeros(len(seq), seq_lengths.max()).long()
    for idx, (s, seq_len) in enumerate(zip(seq, seq_lengths)):
        seq_tensor[idx, :seq_len] = torch.LongTensor(s)
    return seq_tensor.to(device), seq_lengths.to(device)


def train_names(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    device = labels.device
    n_categories = int(torch.max(labels)) + 1
    classifier = NameClassifier(n_letters, 16, 24, n_categories)
    classifier.to(device)
    optimizer = optim.SGD(classifier.parameters(), lr=lr, momentum=0.9)
    criterion = nn.CrossEntropyLoss(reduction="sum")
    losses = []
    start = time.time()
    for epoch in range(1, epochs + 1):
        classifier.train()
        total_loss = 0
        for i, idx in enumerate(torch.randperm(len(names), generator=generator).split(batch_size)):
            input, seq_lengths = make_variables([names[j] for j in idx.tolist()], device)
            target = labels[idx.to(device)]
            optimizer.zero_grad()
            output = classifier(input, seq_lengths)
            loss = criterion(output, target)
            total_loss += loss.data.item()
            (loss / len(idx)).backward()
            optimizer.step()
        losses.append(total_loss / len(names))
        print("[%s] epoch %d of %d, loss: %.2f" % (timeSince(start), epoch, epochs, losses[-1]))
    classifier.eval()
    return NamesRun(classifier, losses)


if __name__ == "__main__":
    print(NameClassifier(n_letters, 16, 24, 12))
