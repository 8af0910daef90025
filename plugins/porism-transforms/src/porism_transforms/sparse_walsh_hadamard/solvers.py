"""The solvers of `sparse-walsh-hadamard`: SPRIGHT in its three forms, its noiseless ancestor, and two baselines.

All four that peel draw, for each of a few stages, a matrix of full rank at random. The papers' programs take n/C
consecutive bits in a stage each (``subsampling="bits"``), which is right for supports at random places only: of a
function of low degree most coefficients have no bit among those, and fall into bin 0 of every stage. All offsets are
moved by random ones, too: a cut function, for one, is 0 at 0, and that would be a base that sees nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, InvalidInput, Paper
from porism.kernels import transform
from porism.validation import as_choice, as_integer, as_n_jobs
from porism_transforms.sparse_walsh_hadamard.lasso import lasso
from porism_transforms.sparse_walsh_hadamard.problem import SparseWHTResult, sparse_walsh_hadamard
from porism_transforms.sparse_walsh_hadamard.rounds import Call, as_call, dense, sample

__all__ = ["fwht", "lasso_wht", "matrix", "sparse_fht", "spright_ml", "spright_nso", "spright_so"]

Words = npt.NDArray[np.uint64]

LI_2015 = Paper(
    key="li2015spright",
    title="{SPRIGHT}: A Fast and Robust Framework for Sparse {Walsh-Hadamard} Transform",
    authors=("Li, Xiao", "Bradley, Joseph K.", "Pawar, Sameer", "Ramchandran, Kannan"),
    year=2015,
    venue="arXiv preprint",
    arxiv="1508.06336",
    kind="misc",
)

SCHEIBLER_2015 = Paper(
    key="scheibler2015fast",
    title="A Fast {Hadamard} Transform for Signals with Sublinear Sparsity in the Transform Domain",
    authors=("Scheibler, Robin", "Haghighatshoar, Saeid", "Vetterli, Martin"),
    year=2015,
    venue="IEEE Transactions on Information Theory",
    volume="61",
    pages="2115--2132",
    doi="10.1109/TIT.2015.2404441",
)

MOST_COSET_BITS = 22


def matrix(n: int, b: int, rng: np.random.Generator) -> Words:
    """B independent random words of n bits: the columns of a matrix of full rank."""
    columns: list[int] = []
    reduced: list[int] = []
    while len(columns) < b:
        word = int(rng.integers(0, 1 << n, dtype=np.uint64))
        rest = word
        for row in reduced:
            rest = min(rest, rest ^ row)
        if rest:
            reduced.append(rest)
            columns.append(word)
    return np.array(columns, dtype=np.uint64)


def _masks(call: Call, b: int, n_stages: int, subsampling: str) -> Words:
    """The columns of every stage's matrix, a stage in a row."""
    if subsampling == "random":
        return np.array([matrix(call.n, b, call.rng) for _ in range(n_stages)])
    starts = [stage * call.n // n_stages for stage in range(n_stages)]
    return np.array([[1 << (start + i) % call.n for i in range(b)] for start in starts], dtype=np.uint64)


def _stages(n_stages: object, subsampling: object) -> tuple[int, str]:
    """The options that all peeling solvers have."""
    return as_integer("n_stages", n_stages, 2, 16), as_choice("subsampling", subsampling, ("random", "bits"))


@porism.solver(
    sparse_walsh_hadamard,
    "spright-nso",
    aliases=("spright",),
    paper=LI_2015,
    complexity="O(K log² N) evaluations and O(K log³ N) time; with n_chains fixed O(K log N) evaluations",
    claims=Claims(recovers=True, robust=True, sublinear=True, thread_invariant=True, interruptible=True),
    tags=("sublinear", "noise"),
    default=True,
)
def spright_nso(
    f: Any,
    n: int | None = None,
    *,
    K: int | None = None,
    noise_std: float | None = 0.0,
    verify: int = 64,
    max_queries: int | None = None,
    rng: Any = None,
    b: int | None = None,
    n_stages: int = 3,
    n_chains: int | None = None,
    max_degree: int | None = None,
    subsampling: str = "random",
    n_jobs: int | None = None,
) -> SparseWHTResult:
    """SPRIGHT, near sample-optimal: every bit of an index by the majority of a few pairs of offsets that differ in it.

    Parameters
    ----------
    b : int, optional
        2^b bins in each stage, once. None: as many as `K` suggests, doubled as long as that does not do.
    n_stages : int
        Stages, 2 … 16. Peeling 3 of them needs 1.23 K bins in all, asymptotically; 4 need 1.30 K.
    n_chains : int, optional
        Random offsets, each of which is evaluated beside itself in every bit. None: 2 without noise, 8 with it.
    max_degree : int, optional
        Coefficients with more variables are known to be 0. Offsets then are those of a BCH code: about
        ``max_degree * log2(n)`` for each chain, instead of n.
    subsampling : {"random", "bits"}
        Random matrices, or slices of consecutive bits as in the papers' programs, for supports at random places only.
    n_jobs : int, optional
        Threads. None is 1, -1 every core. They change nothing but the time.
    """
    call = as_call(f, n, K, noise_std, verify, max_queries, rng)
    stages, kind = _stages(n_stages, subsampling)
    chains = (2 if noise_std == 0 else 8) if n_chains is None else as_integer("n_chains", n_chains, 1, 1 << 16)
    degree = 0 if max_degree is None else as_integer("max_degree", max_degree, 1, call.n)
    if degree and len(transform.degree_probes(call.n, degree)) >= call.n:
        degree = 0  # the bits themselves are fewer

    def plan(bits: int) -> transform.Spright:
        masks = _masks(call, bits, stages, kind)
        bases = call.oracle.random_points(chains, call.rng)
        return transform.Spright(call.n, masks, bases, "degree" if degree else "majority", degree)

    return sample(call, plan, b=b, n_stages=stages, n_jobs=n_jobs)


@porism.solver(
    sparse_walsh_hadamard,
    "spright-so",
    paper=LI_2015,
    complexity="O(K log N) evaluations and O(K log² N) time",
    claims=Claims(recovers=True, robust=True, sublinear=True, thread_invariant=True, interruptible=True),
    tags=("sublinear", "noise"),
)
def spright_so(
    f: Any,
    n: int | None = None,
    *,
    K: int | None = None,
    noise_std: float | None = 0.0,
    verify: int = 64,
    max_queries: int | None = None,
    rng: Any = None,
    b: int | None = None,
    n_stages: int = 3,
    n_chains: int | None = None,
    subsampling: str = "random",
    n_jobs: int | None = None,
) -> SparseWHTResult:
    """SPRIGHT, sample-optimal: the offsets are words of a linear code of rate 1/3, which an index is decoded from.

    The code repeats and accumulates: the n bits themselves, then 2n running parities of two more bits each. It is
    decoded by belief propagation (min-sum) over 2n sparse checks, once for either sign of the coefficient. The paper
    compares each word of the code with an offset of its own instead, which takes care of the sign, but takes twice as
    many offsets, and multiplies the noise of one by that of the other.

    Parameters
    ----------
    b : int, optional
        2^b bins in each stage, once. None: as many as `K` suggests, doubled as long as that does not do.
    n_stages : int
        Stages, 2 … 16.
    n_chains : int, optional
        Random offsets that are no words of the code, by which a coefficient that is alone is told from several. None: 4
        without noise, 8 with it.
    subsampling : {"random", "bits"}
        Random matrices, or slices of consecutive bits as in the papers' programs, for supports at random places only.
    n_jobs : int, optional
        Threads. None is 1, -1 every core. They change nothing but the time.
    """
    call = as_call(f, n, K, noise_std, verify, max_queries, rng)
    stages, kind = _stages(n_stages, subsampling)
    chains = (4 if noise_std == 0 else 8) if n_chains is None else as_integer("n_chains", n_chains, 1, 1 << 16)

    def plan(bits: int) -> transform.Spright:
        masks = _masks(call, bits, stages, kind)
        bases = call.oracle.random_points(chains, call.rng)
        return transform.Spright(call.n, masks, bases, "coded", 0, _taps(call.n, call.rng))

    return sample(call, plan, b=b, n_stages=stages, n_jobs=n_jobs)


def _taps(n: int, rng: np.random.Generator) -> Words:
    """2n sets of up to two of n bits, in which every bit occurs four times."""
    order = np.concatenate([rng.permutation(n) for _ in range(4)]).reshape(-1, 2)
    words: Words = np.bitwise_or.reduce(np.uint64(1) << order.astype(np.uint64), axis=1)
    return words


@porism.solver(
    sparse_walsh_hadamard,
    "spright-ml",
    paper=LI_2015,
    complexity="O(K log N) evaluations and O(N log N) time",
    claims=Claims(recovers=True, robust=True, thread_invariant=True, interruptible=True),
    tags=("noise",),
)
def spright_ml(
    f: Any,
    n: int | None = None,
    *,
    K: int | None = None,
    noise_std: float | None = 0.0,
    verify: int = 64,
    max_queries: int | None = None,
    rng: Any = None,
    b: int | None = None,
    n_stages: int = 3,
    n_chains: int | None = None,
    subsampling: str = "random",
    n_jobs: int | None = None,
) -> SparseWHTResult:
    """SPRIGHT, near-linear: every index that may be in a bin is tried, by a transform over the bin's coset.

    Parameters
    ----------
    b : int, optional
        2^b bins in each stage, once, with n - b ≤ 22. None: as many as `K` suggests, doubled as long as that fails.
    n_stages : int
        Stages, 2 … 16.
    n_chains : int, optional
        Random offsets. None: 2n + 8 without noise, 4n + 16 with it.
    subsampling : {"random", "bits"}
        Random matrices, or slices of consecutive bits as in the papers' programs, for supports at random places only.
    n_jobs : int, optional
        Threads. None is 1, -1 every core. They change nothing but the time.
    """
    call = as_call(f, n, K, noise_std, verify, max_queries, rng)
    stages, kind = _stages(n_stages, subsampling)
    usual = (2 * call.n + 8) if noise_std == 0 else (4 * call.n + 16)
    chains = usual if n_chains is None else as_integer("n_chains", n_chains, 1, 1 << 16)
    least = 1 if b is None else as_integer("b", b, 1, call.n)
    if call.n - max(least, 3) > MOST_COSET_BITS:
        raise InvalidInput(
            f"n must be at most {MOST_COSET_BITS} more than b, since every index of a bin is tried; got {call.n}"
        )

    def plan(bits: int) -> transform.Spright:
        masks = _masks(call, bits, stages, kind)
        bases = call.oracle.random_points(chains, call.rng)
        return transform.Spright(call.n, masks, bases, "exhaustive")

    return sample(call, plan, b=b, n_stages=stages, n_jobs=n_jobs)


@porism.solver(
    sparse_walsh_hadamard,
    "sparse-fht",
    paper=SCHEIBLER_2015,
    complexity="O(K log N) evaluations and O(K log² N) time",
    claims=Claims(recovers=True, sublinear=True, thread_invariant=True, interruptible=True),
    tags=("sublinear",),
)
def sparse_fht(
    f: Any,
    n: int | None = None,
    *,
    K: int | None = None,
    noise_std: float | None = 0.0,
    verify: int = 64,
    max_queries: int | None = None,
    rng: Any = None,
    b: int | None = None,
    n_stages: int = 3,
    subsampling: str = "random",
    n_jobs: int | None = None,
) -> SparseWHTResult:
    """The noiseless transform: one base, and the sign beside it in every bit, n + 1 offsets in all.

    With noise it is the method that the others were made to replace: a sign is right or wrong.

    Parameters
    ----------
    b : int, optional
        2^b bins in each stage, once. None: as many as `K` suggests, doubled as long as that does not do.
    n_stages : int
        Stages, 2 … 16.
    subsampling : {"random", "bits"}
        Random matrices, or slices of consecutive bits as in the papers' programs, for supports at random places only.
    n_jobs : int, optional
        Threads. None is 1, -1 every core. They change nothing but the time.
    """
    call = as_call(f, n, K, noise_std, verify, max_queries, rng)
    stages, kind = _stages(n_stages, subsampling)

    def plan(bits: int) -> transform.Spright:
        masks = _masks(call, bits, stages, kind)
        return transform.Spright(call.n, masks, call.oracle.random_points(1, call.rng))

    return sample(call, plan, b=b, n_stages=stages, n_jobs=n_jobs)


@porism.solver(
    sparse_walsh_hadamard,
    "fwht",
    aliases=("dense-wht",),
    complexity="2^n evaluations, O(n 2^n) time and O(2^n) memory",
    claims=Claims(exact=True, recovers=True, robust=True, thread_invariant=True, interruptible=True),
    tags=("baseline", "exact"),
)
def fwht(
    f: Any,
    n: int | None = None,
    *,
    K: int | None = None,
    noise_std: float | None = 0.0,
    verify: int = 64,
    max_queries: int | None = None,
    rng: Any = None,
    n_jobs: int | None = None,
) -> SparseWHTResult:
    """Evaluate everywhere, transform, and keep what is larger than noise or rounding. Nothing is left to verify.

    Parameters
    ----------
    n_jobs : int, optional
        Threads. None is 1, -1 every core. They change nothing but the time.
    """
    return dense(as_call(f, n, K, noise_std, verify, max_queries, rng), as_n_jobs(n_jobs))


@porism.solver(
    sparse_walsh_hadamard,
    "lasso-wht",
    complexity="O(K n) evaluations, O(n 2^n) time for each step and O(2^n) memory; n ≤ 14",
    claims=Claims(recovers=True, robust=True),
    tags=("baseline",),
)
def lasso_wht(
    f: Any,
    n: int | None = None,
    *,
    K: int | None = None,
    noise_std: float | None = 0.0,
    verify: int = 64,
    max_queries: int | None = None,
    rng: Any = None,
    n_samples: int | None = None,
    max_iter: int = 2000,
) -> SparseWHTResult:
    """The LASSO on random queries, then least squares on its support: what statistics offers, for n ≤ 14.

    Parameters
    ----------
    n_samples : int, optional
        Random points that are evaluated. None: 6 K n, or a quarter of all where K is not given; all at most.
    max_iter : int
        Steps of proximal gradients (FISTA) at most.
    """
    call = as_call(f, n, K, noise_std, verify, max_queries, rng)
    size = 1 << call.n
    if call.n > 14:
        raise InvalidInput(f"n must be at most 14 for lasso-wht, got {call.n}")
    usual = size // 4 if call.K is None else 6 * call.K * call.n
    count = min(size, max(usual, 32)) if n_samples is None else as_integer("n_samples", n_samples, 1, size)
    steps = as_integer("max_iter", max_iter, 1)
    if count == size:
        return dense(call, 1)
    if count + call.verify > call.max_queries:
        raise InvalidInput(f"max_queries must be at least {count + call.verify}, got {call.max_queries}")
    return lasso(call, count, steps)
