"""Wrong variants of autograd.detached_product."""

from grader.suite import mistake


@mistake("nothing is detached: the gradient is 3 x^2, but u counts as a constant")
def nothing_detached(x):
    return x * x * x


@mistake(
    "one single x is detached, so the gradient is 2 x^2: u = x * x is the constant, the other x stays in the graph"
)
def wrong_factor_detached(x):
    return x * x * x.detach()


@mistake("everything is detached: the single x must stay in the graph")
def everything_detached(x):
    return (x * x * x).detach()


@mistake("x itself was detached in place of its square: u is x * x")
def square_forgotten(x):
    return x.detach() * x


@mistake("u was multiplied with itself: z = u * x")
def u_squared(x):
    u = (x * x).detach()
    return u * u + 0 * x


@mistake("x was changed in place: u needs memory of its own")
def changed_x_in_place(x):
    z = (x * x).detach() * x
    x.detach().mul_(x.detach())
    return z
