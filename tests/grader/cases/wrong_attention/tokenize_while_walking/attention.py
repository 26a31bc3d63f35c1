def tokenize(text, pairs):
    numbers = {tuple(pair): 256 + i for i, pair in enumerate(pairs)}
    stack = []
    for byte in text.encode("utf-8"):
        stack.append(byte)
        while len(stack) > 1 and (stack[-2], stack[-1]) in numbers:
            right = stack.pop()
            left = stack.pop()
            stack.append(numbers[left, right])
    return stack
