"""Networks against an oracle: the first difference on the way."""

from grader.suite.network.check import check_network

__all__ = ["check_network"]
