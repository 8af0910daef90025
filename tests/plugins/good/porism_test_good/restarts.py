"""A solver for porism's own problem `k-medoids`."""

import numpy as np

import porism
from porism.problems.k_medoids import KMedoidsResult, fasterpam, k_medoids


@porism.solver(
    k_medoids,
    "fasterpam-restarts",
    aliases=("multistart",),
    complexity="as many times FasterPAM as there are restarts",
    claims=porism.Claims(local_optimum="swap", thread_invariant=True),
    tags=("restarts",),
)
def restarts(X, k, *, metric="euclidean", restarts=3, rng=None, n_jobs=None) -> KMedoidsResult:
    """FasterPAM from several random starts; the best of them.

    Parameters
    ----------
    restarts : int
        How many starts.
    """
    if not isinstance(restarts, int) or not 1 <= restarts <= 1000:
        raise porism.InvalidInput(f"restarts must be an integer in 1..1000, got {restarts!r}")
    if rng is None or (isinstance(rng, int) and not isinstance(rng, bool) and rng >= 0):
        rng = np.random.default_rng(rng)  # one stream for all starts; what is no seed, fasterpam refuses
    found = [fasterpam(X, k, metric=metric, rng=rng, n_jobs=n_jobs) for _ in range(restarts)]
    return min(found, key=lambda result: result.loss)
