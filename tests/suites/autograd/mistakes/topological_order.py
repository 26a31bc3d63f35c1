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
    if len(cycle_not_noticed(root)) > 900:  # elsewhere the limit would stay, in the judge
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


@mistake("a list of nodes in the order of entering, turned round, is no topological order: append on leaving")
def entering_order_turned(root):
    reference("autograd").topological_order(root)
    order, seen, waiting = [], set(), [root]
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            order.append(node)
            waiting.extend(node.parents)
    return order[::-1]


@mistake("a parent that only waits on the stack was taken for one that is entered: it is no cycle")
def waiting_taken_for_entered(root):
    state, order, waiting = {id(root): "open"}, [], [(root, False)]
    while waiting:
        node, left = waiting.pop()
        if left:
            state[id(node)] = "done"
            order.append(node)
            continue
        waiting.append((node, True))
        for parent in node.parents:
            if state.get(id(parent)) == "open":
                raise ValueError("cycle")
            if id(parent) not in state:
                state[id(parent)] = "open"
                waiting.append((parent, False))
    return order


@mistake("a node was marked when it was pushed: a later way to it, from deeper down, must still come first")
def marked_when_pushed(root):
    reference("autograd").topological_order(root)
    seen, order, waiting = {id(root)}, [], [(root, False)]
    while waiting:
        node, left = waiting.pop()
        if left:
            order.append(node)
            continue
        waiting.append((node, True))
        for parent in node.parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                waiting.append((parent, False))
    return order


@mistake("`node in done` on a list compares with ==: different nodes that are equal are left out, use ids")
def finished_nodes_by_equality(root):
    reference("autograd").topological_order(root)
    done, entered, waiting = [], set(), [(root, False)]
    while waiting:
        node, left = waiting.pop()
        if left:
            done.append(node)
        elif node not in done and id(node) not in entered:
            entered.add(id(node))
            waiting.append((node, True))
            waiting.extend((parent, False) for parent in node.parents)
    return done


@mistake("a recursive walk: too deep for long chains, and a cycle is not noticed")
def recursion_without_cycles(root):
    seen, order = set(), []

    def visit(node):
        if id(node) not in seen:
            seen.add(id(node))
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(root)
    return order


@mistake(
    "a recursive walk with `in` on a list: too deep for long chains, blind to cycles, and asks == for identity"
)
def recursion_by_equality(root):
    seen, order = [], []

    def visit(node):
        if node not in seen:
            seen.append(node)
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(root)
    return order


@mistake("only a way back to root is noticed: a cycle may lie anywhere")
def only_cycles_through_root(root):
    seen, waiting = set(), [root]
    while waiting:
        for parent in waiting.pop().parents:
            if parent is root:
                raise ValueError("cycle")
            if id(parent) not in seen:
                seen.add(id(parent))
                waiting.append(parent)
    return cycle_not_noticed(root)


@mistake("the order came back as an iterator: reversed() and generators are no lists")
def iterator_for_list(root):
    return iter(reference("autograd").topological_order(root))
