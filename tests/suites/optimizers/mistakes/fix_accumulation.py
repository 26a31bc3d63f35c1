"""Wrong variants of optimizers.fix_accumulation, as they are left by who found some of its mistakes, and others."""

from torch import nn

from grader.suite import mistake, reference


def _train(model, loss_fn, batches, optimizer, every, max_norm, *left):
    """Train with these mistakes left in."""
    given, losses = list(batches), []
    if "before" not in left:
        optimizer.zero_grad()
    for start in range(0, len(given), every):
        group, total = given[start : start + every], 0.0
        if len(group) < every and "lost" in left:
            break
        count = every if "third" in left else len(group)
        for x, y in group:
            if "wiped" in left:
                optimizer.zero_grad()
            loss = loss_fn(model(x), y) / count
            loss.backward()
            total += loss.item()
            if "parts" in left:
                nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        if "parts" not in left:
            nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(total)
    return losses


@mistake("the gradients are emptied before each batch: only the last one of a group counts")
def parts_wiped_out(model, loss_fn, batches, optimizer, every, max_norm):
    return _train(model, loss_fn, batches, optimizer, every, max_norm, "wiped")


@mistake("the gradient is cut after each batch: add up the whole group, then cut once")
def parts_cut_one_by_one(model, loss_fn, batches, optimizer, every, max_norm):
    return _train(model, loss_fn, batches, optimizer, every, max_norm, "parts")


@mistake("the last, smaller group makes no step: its batches count too")
def last_group_lost(model, loss_fn, batches, optimizer, every, max_norm):
    return _train(model, loss_fn, batches, optimizer, every, max_norm, "lost")


@mistake("the last, smaller group is divided by `every`: divide by the number of its own batches")
def last_group_divided_by_every(model, loss_fn, batches, optimizer, every, max_norm):
    return _train(model, loss_fn, batches, optimizer, every, max_norm, "third")


@mistake("gradients from before the call count in the first step: empty them first")
def gradients_from_before(model, loss_fn, batches, optimizer, every, max_norm):
    return _train(model, loss_fn, batches, optimizer, every, max_norm, "before")


@mistake("the gradients of a group were added and not divided: the mean over its batches is asked for")
def sum_of_the_group(model, loss_fn, batches, optimizer, every, max_norm):
    given, losses = list(batches), []
    for start in range(0, len(given), every):
        group = given[start : start + every]
        optimizer.zero_grad()
        parts = []
        for x, y in group:
            loss = loss_fn(model(x), y)
            loss.backward()
            parts.append(loss.item())
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        losses.append(sum(parts) / len(parts))
    return losses


@mistake("the gradients are cut after the step, when it is too late")
def cut_behind_the_step(model, loss_fn, batches, optimizer, every, max_norm):
    return reference("optimizers").fix_accumulation(model, loss_fn, batches, optimizer, every, 1e30)


@mistake("the gradients are never emptied: those of earlier groups count again")
def never_emptied(model, loss_fn, batches, optimizer, every, max_norm):
    given, losses = list(batches), []
    for start in range(0, len(given), every):
        group, total = given[start : start + every], 0.0
        for x, y in group:
            loss = loss_fn(model(x), y) / len(group)
            loss.backward()
            total += loss.item()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        losses.append(total)
    return losses


@mistake("every batch makes a step of its own: a group makes one")
def step_for_each_batch(model, loss_fn, batches, optimizer, every, max_norm):
    return reference("optimizers").fix_accumulation(model, loss_fn, batches, optimizer, 1, max_norm)


@mistake("one backward pass for the whole group keeps all its graphs at once: go back after each batch")
def one_backward_for_the_group(model, loss_fn, batches, optimizer, every, max_norm):
    given, losses = list(batches), []
    for start in range(0, len(given), every):
        group = given[start : start + every]
        loss = sum(loss_fn(model(x), y) for x, y in group) / len(group)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        losses.append(loss.item())
    return losses
