def topological_order(root: "Value") -> list["Value"]:
    topo = []
    visited = set()
    finished = set()
    stack = [(root, iter(root.parents))]
    visited.add(root)
    while stack:
        node, rest = stack[-1]
        for parent in rest:
            if parent not in visited:
                visited.add(parent)
                stack.append((parent, iter(parent.parents)))
                break
            if parent not in finished:
                raise ValueError("cycle in the graph")
        else:
            stack.pop()
            finished.add(node)
            topo.append(node)
    return topo
