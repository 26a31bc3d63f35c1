"""Wrong variants of autograd.topological_order."""

import sys

from grader.suite import mistake, reference


def _recursive(root):
    order, entered = [], set()

    def visit(node):
        if id(node) in entered:
            if not any(node is known for known in order):
                raise ValueError("cycle")
            return
        entered.add(id(node))
        for parent in node.parents:
            visit(parent)
        order.append(node)

    visit(root)
    return order


@mistake("the recursion is as deep as the graph: use a stack of your own")
def recursion(root):
    return _recursive(root)


@mistake("the recursion limit was raised: it must stay as it is, use a stack of your own")
def raised_recursion_limit(root):
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 20_000))
    return _recursive(root)


@mistake("the list is the wrong way round: parents first, root last")
def root_first(root):
    return reference("autograd").topological_order(root)[::-1]


@mistake("a node was appended before its parents: append it when all of them are done")
def node_before_its_parents(root):
    reference("autograd").topological_order(root)
    order, entered, waiting = [], set(), [root]
    while waiting:
        node = waiting.pop()
        if id(node) not in entered:
            entered.add(id(node))
            order.append(node)
            waiting.extend(reversed(node.parents))
    return order


@mistake("level by level backwards is no topological order: a node can be near by one way and far by another")
def breadth_first_backwards(root):
    reference("autograd").topological_order(root)
    order, entered, i = [root], {id(root)}, 0
    while i < len(order):
        for parent in order[i].parents:
            if id(parent) not in entered:
                entered.add(id(parent))
                order.append(parent)
        i += 1
    return order[::-1]


@mistake("nodes appear once for each path to them: remember which ones are done")
def once_for_each_path(root):
    reference("autograd").topological_order(root)
    order, waiting = [], [(root, False)]
    while waiting:
        node, seen = waiting.pop()
        if seen:
            order.append(node)
        else:
            waiting.append((node, True))
            waiting.extend((parent, False) for parent in reversed(node.parents))
    return order


@mistake("root itself is missing from the list")
def root_missing(root):
    return reference("autograd").topological_order(root)[:-1]


@mistake("nodes were told apart with ==, in a list or a set: use their id")
def told_apart_by_equality(root):
    order = reference("autograd").topological_order(root)
    return [node for i, node in enumerate(order) if node not in order[:i]]


@mistake("nodes were put into a set: one that defines == has no hash, use its id")
def needs_a_hash(root):
    order = reference("autograd").topological_order(root)
    return order if set(order) else []


@mistake("a cycle is not noticed: a parent that is entered but not done lies on the way to itself")
def cycle_not_noticed(root):
    order, entered, done, waiting = [], set(), set(), [root]
    while waiting:
        node = waiting[-1]
        if id(node) not in entered:
            entered.add(id(node))
            waiting.extend(parent for parent in node.parents if id(parent) not in entered)
            continue
        waiting.pop()
        if id(node) not in done:
            done.add(id(node))
            order.append(node)
    return order


@mistake("a node that is reached twice was taken for a cycle: only a way back to itself is one")
def diamond_taken_for_a_cycle(root):
    order = reference("autograd").topological_order(root)
    parents = [id(parent) for node in order for parent in node.parents]
    if len(set(parents)) < len(parents):
        raise ValueError("the graph has a cycle")
    return order


@mistake("a node with the same parent twice was taken for a cycle: x * x is none")
def double_parent_taken_for_a_cycle(root):
    order = reference("autograd").topological_order(root)
    if any(len({id(parent) for parent in node.parents}) < len(node.parents) for node in order):
        raise ValueError("the graph has a cycle")
    return order


@mistake("the parents were emptied on the way: the nodes have to stay as they are")
def emptied_the_parents(root):
    order = reference("autograd").topological_order(root)
    for node in order:
        if "parents" in vars(node):
            node.parents = ()
    return order


@mistake(
    "a recursive walk with a set of nodes: too deep for long chains, blind to cycles, and nodes need no hash"
)
def textbook_recursion(root):
    order, entered = [], set()

    def visit(node):
        if node not in entered:
            entered.add(node)
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(root)
    return order
