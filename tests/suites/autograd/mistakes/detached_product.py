"""Wrong variants of autograd.detached_product."""

from grader.suite import mistake, reference


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


@mistake("both factors are detached, and requires_grad_ on the result starts a new graph")
def new_leaf(x):
    return (x * x * x).detach().requires_grad_(x.requires_grad)


@mistake("x itself was detached in place of its square: u is x * x")
def square_forgotten(x):
    return x.detach() * x


@mistake("u was multiplied with itself: z = u * x")
def u_squared(x):
    u = (x * x).detach()
    return u * u + 0 * x


@mistake("2 x^2 came out: u is the product x * x, not the sum")
def sum_for_product(x):
    return (x + x).detach() * x


@mistake("x was changed in place: u needs memory of its own")
def changed_x_in_place(x):
    z = (x * x).detach() * x
    x.detach().mul_(x.detach())
    return z


@mistake("u was added: z = u * x")
def sum_of_u_and_x(x):
    return (x * x).detach() + x


@mistake("the product was summed: it has the shape of x")
def summed(x):
    return ((x * x).detach() * x).sum()


@mistake("the code asks for cuda, which is not everywhere: compute on the device of x")
def asked_for_cuda(x):
    return reference("autograd").detached_product(x).cuda()
