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


def _preorder(root, forward, checks=True):
    """Note each node when it is taken up, its parents pushed in order or the other way round; turn the list."""
    if checks:
        reference("autograd").topological_order(root)
    order, seen, waiting = [], set(), [root]
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            order.append(node)
            waiting.extend(node.parents if forward else node.parents[::-1])
    return order[::-1]


@mistake("a list of nodes in the order of entering, turned round, is no topological order: append on leaving")
def entering_order_turned(root):
    return _preorder(root, forward=True)


@mistake(
    "the order of entering a depth-first walk, turned round, is none: append a node when its parents are done"
)
def entering_order_turned_left_first(root):
    return _preorder(root, forward=False)


@mistake("the order of entering, turned round, is no topological order, and a cycle is not noticed")
def entering_order_without_cycles(root):
    return _preorder(root, forward=True, checks=False)


@mistake(
    "the order of entering, turned round, is none, and cycles pass: append on leaving, look for open nodes"
)
def entering_order_left_first_without_cycles(root):
    return _preorder(root, forward=False, checks=False)


@mistake("level by level backwards is no topological order, and a cycle is not noticed")
def breadth_first_without_cycles(root):
    order, entered = [root], {id(root)}
    for node in order:
        for parent in node.parents:
            if id(parent) not in entered:
                entered.add(id(parent))
                order.append(parent)
    return order[::-1]


def _open_when_pushed(root, forward):
    state, order, waiting = {id(root): "open"}, [], [(root, False)]
    while waiting:
        node, left = waiting.pop()
        if left:
            state[id(node)] = "done"
            order.append(node)
            continue
        waiting.append((node, True))
        for parent in node.parents if forward else node.parents[::-1]:
            if state.get(id(parent)) == "open":
                raise ValueError("cycle")
            if id(parent) not in state:
                state[id(parent)] = "open"
                waiting.append((parent, False))
    return order


@mistake("a parent that only waits on the stack was taken for one that is entered: it is no cycle")
def waiting_taken_for_entered(root):
    return _open_when_pushed(root, forward=True)


@mistake("a node counts as entered when it is taken from the stack, not when it is put there: no cycle yet")
def waiting_taken_for_entered_left_first(root):
    return _open_when_pushed(root, forward=False)


def _pushed_once(root, forward, checks):
    """Mark nodes when they are pushed, so that a node stays where the first way to it put it."""
    if checks:
        reference("autograd").topological_order(root)
    seen, order, waiting = {id(root)}, [], [(root, False)]
    while waiting:
        node, left = waiting.pop()
        if left:
            order.append(node)
            continue
        waiting.append((node, True))
        for parent in node.parents if forward else node.parents[::-1]:
            if id(parent) not in seen:
                seen.add(id(parent))
                waiting.append((parent, False))
    return order


@mistake("a node was marked when it was pushed: a later way to it, from deeper down, must still come first")
def marked_when_pushed(root):
    return _pushed_once(root, True, True)


@mistake("marked when pushed is too early: a node that still waits may be needed deeper down before")
def marked_when_pushed_left_first(root):
    return _pushed_once(root, False, True)


@mistake("a node was marked when it was pushed, which is too early, and a cycle is not noticed")
def marked_when_pushed_without_cycles(root):
    return _pushed_once(root, True, False)


@mistake("marked when pushed is too early, and cycles pass: mark a node when it is taken up")
def marked_when_pushed_left_first_without_cycles(root):
    return _pushed_once(root, False, False)


def _listed(root, forward, checks):
    """Ask with `in` on the list of finished nodes, which compares with ==."""
    if checks:
        reference("autograd").topological_order(root)
    done, entered, waiting = [], set(), [(root, False)]
    while waiting:
        node, left = waiting.pop()
        if left:
            done.append(node)
        elif node not in done and id(node) not in entered:
            entered.add(id(node))
            waiting.append((node, True))
            waiting.extend((parent, False) for parent in (node.parents if forward else node.parents[::-1]))
    return done


@mistake("`node in done` on a list compares with ==: different nodes that are equal are left out, use ids")
def finished_nodes_by_equality(root):
    return _listed(root, True, True)


@mistake("`in` on a list of nodes asks ==, not identity: keep a set of ids")
def finished_nodes_by_equality_left_first(root):
    return _listed(root, False, True)


@mistake("`in` on a list asks ==, and a cycle is not noticed: keep ids, of entered and of finished nodes")
def finished_nodes_by_equality_without_cycles(root):
    return _listed(root, True, False)


@mistake("entered nodes stand in a list, where `in` compares with ==: nodes that are equal are taken for one")
def entered_nodes_by_equality(root):
    order, visited, waiting = reference("autograd").topological_order(root), [], [root]
    while waiting:
        node = waiting.pop()
        if node not in visited:
            visited.append(node)
            waiting.extend(node.parents)
    return [node for node in order if any(node is known for known in visited)]


@mistake("the nodes on the way are compared with ==: two that are equal are no cycle, use ids")
def cycle_by_equality(root):
    order = reference("autograd").topological_order(root)
    if any(parent == node for node in order for parent in node.parents):
        raise ValueError("cycle")
    return order


@mistake("a recursive walk that keeps nodes in a set: too deep for long chains, and nodes need no hash")
def recursion_that_needs_a_hash(root):
    done, path, order = set(), set(), []

    def visit(node):
        if node in path:
            raise ValueError("cycle")
        if node not in done:
            path.add(node)
            for parent in node.parents:
                visit(parent)
            path.remove(node)
            done.add(node)
            order.append(node)

    visit(root)
    return order


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


@mistake("a recursive walk that marks nodes on leaving: too deep for long chains, and endless in a cycle")
def recursion_marked_on_leaving(root):
    done, order = set(), []

    def visit(node):
        if id(node) not in done:
            for parent in node.parents:
                visit(parent)
            if id(node) not in done:
                done.add(id(node))
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


@mistake("only a node that is its own parent is noticed: the way back may be longer")
def only_own_parents(root):
    order = cycle_not_noticed(root)
    if any(parent is node for node in order for parent in node.parents):
        raise ValueError("cycle")
    return order


@mistake("the order came back as a tuple: return a list")
def tuple_for_list(root):
    return tuple(reference("autograd").topological_order(root))


@mistake("the order came back as an iterator: reversed() and generators are no lists")
def iterator_for_list(root):
    return iter(reference("autograd").topological_order(root))
