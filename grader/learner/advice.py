"""What the author of a known mistake advises, read from the suite's text: nothing of it is executed."""

from __future__ import annotations

import ast

from grader.course import Course, Task
from grader.course.problem import parse


def advice_on(course: Course, task: Task, mistake: str) -> str | None:
    """Return `hint` of `@mistake("...", hint="...")` over the variant of this name; None without one."""
    file = course.mistakes_file(task)
    tree = parse(file) if file.is_file() else None
    if not isinstance(tree, ast.Module):
        return None
    kinds = (ast.FunctionDef, ast.ClassDef)
    variants = [node for node in tree.body if isinstance(node, kinds) and node.name == mistake]
    return next((text for node in variants if (text := _hint(node))), None)


def _hint(variant: ast.FunctionDef | ast.ClassDef) -> str | None:
    for part in variant.decorator_list:
        match part:
            case ast.Call(func=ast.Name(id="mistake"), keywords=keywords):
                values = [keyword.value for keyword in keywords if keyword.arg == "hint"]
                return next((str(value.value) for value in values if isinstance(value, ast.Constant)), None)
    return None
