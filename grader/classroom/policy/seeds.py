"""Which seed the random inputs of a student's tests come from."""

from __future__ import annotations

import hashlib
import hmac

from grader.classroom.policy.model import Policy

SEEDS = 2**63  # all of them fit into a column of the gradebook


def seed_for(policy: Policy, run_seed: int, student_id: str) -> int:
    """Return the seed of a student: that of the run, or one that follows from it and tells nothing about it.

    Each student reads their own seed in their report. Where each has one, draw that of the run from all 2**63, so
    that nobody finds it, and with it the others', by trying.
    """
    if not policy.seed_per_student:
        return run_seed
    key, name = str(run_seed).encode(), student_id.encode("utf-8", "surrogatepass")
    return int.from_bytes(hmac.digest(key, name, hashlib.sha256)[:8], "big") % SEEDS
