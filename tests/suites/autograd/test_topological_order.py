"""Suite of autograd.topological_order."""

import pytest

from grader.suite import check_equal, check_raises, check_that


def order(submission, rows, kind="plain"):
    """Build a graph in the worker and return the numbers of its nodes in the order that comes back.

    `rows[i]` lists the parents of node i by number; the last node is the root.
    """

    class Node:
        def __init__(self, number):
            self.number, self.parents = number, ()

    class Alike(Node):
        def __eq__(self, other):
            return True

    class Hashed(Alike):
        __hash__ = object.__hash__

    nodes = [{"plain": Node, "alike": Alike, "hashed": Hashed}[kind](number) for number in range(len(rows))]
    for node, parents in zip(nodes, rows, strict=True):
        node.parents = tuple(nodes[parent] for parent in parents)
    found = submission.topological_order(nodes[-1])
    kept = [[parent.number for parent in node.parents] for node in nodes]
    names = [node.number for node in found] if isinstance(found, list) else found
    return names, kept


def check_order(got, rows):
    """Check that every number comes once, after those of its parents."""
    check_equal(sorted(got) if type(got) is list else got, list(range(len(rows))), "the nodes, sorted")
    place = {number: index for index, number in enumerate(got)}
    early = [
        (number, parent) for number, row in enumerate(rows) for parent in row if place[parent] > place[number]
    ]
    check_that(
        not early, "the order", "each node after all its parents", f"{len(early)} nodes before a parent"
    )


@pytest.mark.visible
def test_topological_order_of_a_small_graph(submission):
    """y = x * x and z = y + x come out as x, y, z."""
    got, _ = submission.run(order, [[], [0, 0], [1, 0]])
    check_equal(got, [0, 1, 2])


@pytest.mark.parametrize("rows", [[[]], [[], [0]], [[], [], [0, 1]]])
def test_topological_order_of_tiny_graphs(submission, rows):
    """A node without parents, a chain of two, a sum of two."""
    got, _ = submission.run(order, rows)
    check_order(got, rows)


@pytest.mark.weight(2)
@pytest.mark.parametrize("size", [8, 40])
def test_topological_order_when_only_one_fits(submission, rng, size):
    """In random graphs with one possible order, that one comes out, each node once."""
    rows = [[]]
    for number in range(1, size):
        others = rng.integers(0, number, 2).tolist()
        both = [[number - 1, *others], [*others, number - 1], [others[0], number - 1]]
        rows.append(both[int(rng.integers(0, 3, 1))])
    got, _ = submission.run(order, rows)
    check_equal(got, list(range(size)))


@pytest.mark.parametrize("size", [9, 30])
def test_topological_order_when_several_fit(submission, rng, size):
    """Any order is right that puts each node after its parents."""
    rows = [[] if number < 3 else rng.integers(0, number, 2).tolist() for number in range(size)]
    unused = set(range(size)) - {parent for row in rows for parent in row} - {size - 1}
    rows[-1] = sorted({*rows[-1], *unused})
    got, _ = submission.run(order, rows)
    check_order(got, rows)


def test_topological_order_of_a_long_way_and_a_short_one(submission):
    """A node that is near by one way and far by another comes before both."""
    rows = [[], [0], [1], [2], [0, 3], [4, 0]]
    got, _ = submission.run(order, rows)
    check_equal(got, [0, 1, 2, 3, 4, 5])


def test_topological_order_leaves_out_what_is_not_reached(submission):
    """Nodes that root does not depend on are not in the list."""

    def scenario(submission):
        class Node:
            def __init__(self, number, *parents):
                self.number, self.parents = number, parents

        x = Node(0)
        y = Node(1, x)
        root = Node(2, y)
        Node(3, root, x)
        return [node.number for node in submission.topological_order(root)]

    check_equal(submission.run(scenario), [0, 1, 2])


@pytest.mark.parametrize("rows", [[[], [0], [1, 0], [2, 1]], [[], [0], [0, 1], [1, 2]]])
def test_topological_order_tells_nodes_apart_by_identity(submission, rows):
    """Nodes that all claim to be equal are still different."""
    got, _ = submission.run(order, rows, "hashed")
    check_equal(got, [0, 1, 2, 3])


@pytest.mark.detail
@pytest.mark.parametrize("rows", [[[], [0], [1, 0], [2, 1]], [[], [0], [0, 1], [1, 2]]])
def test_topological_order_needs_no_hash(submission, rows):
    """Nodes that all claim to be equal, and have no hash, are still different."""
    got, _ = submission.run(order, rows, "alike")
    check_equal(got, [0, 1, 2, 3])


@pytest.mark.detail
@pytest.mark.weight(2)
def test_topological_order_of_a_deep_chain(submission):
    """A chain of 5000 nodes is no problem, and the recursion limit stays."""

    def scenario(submission, depth):
        import sys

        class Node:
            def __init__(self, number, *parents):
                self.number, self.parents = number, parents

        before, node = sys.getrecursionlimit(), Node(0)
        for number in range(1, depth):
            node = Node(number, node)
        sys.setrecursionlimit(1000)
        try:
            return [node.number for node in submission.topological_order(node)], min(
                sys.getrecursionlimit(), 1001
            )
        finally:
            sys.setrecursionlimit(before)

    got, limit = submission.run(scenario, 5000)
    check_equal(got, list(range(5000)))
    check_equal(limit, 1000, "the recursion limit afterwards, counted up to 1001")


@pytest.mark.timeout(3)
def test_topological_order_walks_each_edge_once(submission):
    """In 40 diamonds in a row, with 2^40 paths, each node is read a few times."""

    def scenario(submission, rungs):
        reads = {}

        class Node:
            def __init__(self, number, *parents):
                self.number, self.own = number, parents

            @property
            def parents(self):
                reads[self.number] = reads.get(self.number, 0) + 1
                if sum(reads.values()) > 5000:
                    raise TimeoutError("parents was read more than 5000 times for 121 nodes")
                return self.own

        node = Node(0)
        for number in range(1, 3 * rungs, 3):
            left, right = Node(number, node), Node(number + 1, node)
            node = Node(number + 2, left, right)
        return [node.number for node in submission.topological_order(node)]

    rows = [[]]
    for number in range(1, 120, 3):
        rows += [[number - 1], [number - 1], [number, number + 1]]
    check_order(submission.run(scenario, 40), rows)


@pytest.mark.timeout(3)
@pytest.mark.parametrize("rows", [[[0]], [[2], [0], [1]], [[], [0, 3], [1], [2], [3, 0]]])
def test_topological_order_refuses_a_cycle(submission, rows):
    """A node that is reached from itself raises a ValueError about a cycle."""
    with check_raises(ValueError, naming="cycle"):
        submission.run(order, rows)


@pytest.mark.detail
def test_topological_order_leaves_the_graph_alone(submission):
    """The nodes keep their parents."""
    rows = [[], [0], [1, 0], [2, 2]]
    got, kept = submission.run(order, rows)
    check_equal(got, [0, 1, 2, 3])
    check_equal(kept, rows, "the parents afterwards")
