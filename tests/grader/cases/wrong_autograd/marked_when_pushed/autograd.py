def topological_order(root: "Value") -> list["Value"]:
    WAITING, OPEN, DONE = 0, 1, 2
    state = {id(root): WAITING}
    order = []
    stack = [root]
    while stack:
        node = stack[-1]
        if state[id(node)] == WAITING:
            state[id(node)] = OPEN
            for p in node.parents:
                if id(p) not in state:
                    state[id(p)] = WAITING
                    stack.append(p)
                elif state[id(p)] == OPEN:
                    raise ValueError("the graph has a cycle")
        else:
            stack.pop()
            state[id(node)] = DONE
            order.append(node)
    return order
