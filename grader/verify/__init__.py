"""The proof that the suites judge rightly."""

from grader.verify.unit import MistakeProof, TaskProof, TopicProof, Verification
from grader.verify.verify import verify

__all__ = ["MistakeProof", "TaskProof", "TopicProof", "Verification", "verify"]
