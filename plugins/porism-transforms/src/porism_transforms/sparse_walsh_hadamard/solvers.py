"""The solvers of `sparse-walsh-hadamard`: SPRIGHT in its three forms, its noiseless ancestor, and two baselines.

All four that peel draw, for each of a few stages, a matrix of full rank at random. The papers' programs take n/C
consecutive bits in a stage each (``subsampling="bits"``), which is right for supports at random places only: of a
function of low degree most coefficients have no bit among those, and fall into bin 0 of every stage. All offsets are
moved by random ones, too: a cut function, for one, is 0 at 0, and that would be a base that sees nothing.
"""

from __future__ import annotations

from typing import Any

import porism
from porism import Claims, InvalidInput, Paper, like
from porism.validation import as_choice, as_integer, as_n_jobs
from porism_transforms.sparse_walsh_hadamard.lasso import lasso
from porism_transforms.sparse_walsh_hadamard.problem import SparseWHTResult, sparse_walsh_hadamard
from porism_transforms.sparse_walsh_hadamard.rounds import Method, as_call, dense, register, sample

__all__ = ["fwht", "lasso_wht", "sparse_fht", "spright_ml", "spright_nso", "spright_so"]

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


# -- options, written once ---------------------------------------------------------------------------------------------


def canonical(  # type: ignore[empty-body]
    f: Any,
    n: int | None = None,
    *,
    K: int | None = None,
    noise_std: float | None = 0.0,
    verify: int = 64,
    max_queries: int | None = None,
    rng: Any = None,
) -> SparseWHTResult:
    """Those of the problem."""


def bins(
    *,
    b: int | None = None,
    n_stages: int = 3,
    subsampling: str = "random",
) -> None:
    """Of solvers that peel.

    Parameters
    ----------
    b : int, optional
        2^b bins in each stage, and no more. None: as many as `K` suggests, doubled as long as that does not do.
    n_stages : int
        Stages, 2 … 16. Peeling 3 of them needs 1.23 K bins in all, asymptotically; 4 need 1.30 K.
    subsampling : {"random", "bits"}
        Random matrices, or slices of consecutive bits as in the papers' programs, for supports at random places only.
    """


def threads(*, n_jobs: int | None = None) -> None:
    """Of solvers that use more than one core.

    Parameters
    ----------
    n_jobs : int, optional
        Threads. None is 1, -1 every core. They change nothing but the time.
    """


def pairs(*, n_chains: int | None = None, max_degree: int | None = None) -> None:
    """Of the near sample-optimal solver.

    Parameters
    ----------
    n_chains : int, optional
        Random offsets, each of which is evaluated beside itself in every bit. None: 1 without noise, and a second one
        where that does not do; 8 with noise; 1 where it is estimated, and 8 as soon as there is any.
    max_degree : int, optional
        Coefficients with more variables are known to be 0. Offsets then are those of a BCH code: about
        ``max_degree * log2(n)`` for each chain, instead of n.
    """


def plain(*, n_chains: int | None = None) -> None:
    """Of the sample-optimal solver.

    Parameters
    ----------
    n_chains : int, optional
        Random offsets that are no words of the code, by which a coefficient that is alone is told from several. None: 4
        without noise, 8 with it.
    """


def coset(*, n_chains: int | None = None) -> None:
    """Of the near-linear solver.

    Parameters
    ----------
    n_chains : int, optional
        Random offsets. None: 2n + 8 without noise, 4n + 16 with it. Bins must be 2^(n - 22) at least.
    """


def _solve(method: Method, f: Any, n: int | None, options: dict[str, Any]) -> SparseWHTResult:
    options["subsampling"] = as_choice("subsampling", options["subsampling"], ("random", "bits"))
    return sample(method, f, n, options)


# -- solvers that peel -------------------------------------------------------------------------------------------------


def _pairs_tried(n: int, noise_std: float | None) -> tuple[int, ...]:
    if noise_std is None:
        return (1, 8)
    return (8,) if noise_std else (1, 2)


NSO = register(Method("spright-nso", "majority", _pairs_tried))
SO = register(Method("spright-so", "coded", lambda n, noise_std: (4 if noise_std == 0 else 8,)))
ML = register(
    Method(
        "spright-ml", "exhaustive", lambda n, noise_std: (2 * n + 8 if noise_std == 0 else 4 * n + 16,), MOST_COSET_BITS
    )
)
FHT = register(Method("sparse-fht", "majority", lambda n, noise_std: (1,)))


@porism.solver(
    sparse_walsh_hadamard,
    "spright-nso",
    aliases=("spright",),
    paper=LI_2015,
    complexity="O(K log² N) evaluations and O(K log³ N) time; with n_chains fixed O(K log N) evaluations",
    claims=Claims(
        recovers=True, robust=True, sublinear=True, resumable=True, thread_invariant=True, interruptible=True
    ),
    tags=("sublinear", "noise"),
    default=True,
)
@like(canonical, bins, pairs, threads)
def spright_nso(f: Any, n: int | None = None, **options: Any) -> SparseWHTResult:
    """SPRIGHT, near sample-optimal: each bit of an index by a majority of pairs of offsets that differ in it."""
    return _solve(NSO, f, n, options)


@porism.solver(
    sparse_walsh_hadamard,
    "spright-so",
    paper=LI_2015,
    complexity="O(K log N) evaluations and O(K log² N) time",
    claims=Claims(
        recovers=True, robust=True, sublinear=True, resumable=True, thread_invariant=True, interruptible=True
    ),
    tags=("sublinear", "noise"),
)
@like(canonical, bins, plain, threads)
def spright_so(f: Any, n: int | None = None, **options: Any) -> SparseWHTResult:
    """SPRIGHT, sample-optimal: the offsets are words of a linear code of rate 1/3, which an index is decoded from.

    The code repeats and accumulates: the n bits themselves, then 2n running parities of two more bits each. It is
    decoded by belief propagation (min-sum) over 2n sparse checks, once for either sign of the coefficient. The paper
    compares each word of the code with an offset of its own instead, which takes care of the sign, but takes twice as
    many offsets, and multiplies the noise of one by that of the other.
    """
    return _solve(SO, f, n, options)


@porism.solver(
    sparse_walsh_hadamard,
    "spright-ml",
    paper=LI_2015,
    complexity="O(K log N) evaluations and O(N log N) time",
    claims=Claims(recovers=True, robust=True, resumable=True, thread_invariant=True, interruptible=True),
    tags=("noise",),
)
@like(canonical, bins, coset, threads)
def spright_ml(f: Any, n: int | None = None, **options: Any) -> SparseWHTResult:
    """SPRIGHT, near-linear: every index that may be in a bin is tried, by a transform over the bin's coset."""
    return _solve(ML, f, n, options)


@porism.solver(
    sparse_walsh_hadamard,
    "sparse-fht",
    paper=SCHEIBLER_2015,
    complexity="O(K log N) evaluations and O(K log² N) time",
    claims=Claims(recovers=True, sublinear=True, resumable=True, thread_invariant=True, interruptible=True),
    tags=("sublinear",),
)
@like(canonical, bins, threads)
def sparse_fht(f: Any, n: int | None = None, **options: Any) -> SparseWHTResult:
    """The noiseless transform: one base, and the sign beside it in every bit, n + 1 offsets in all.

    With noise it is the method that the others were made to replace: a sign is right or wrong.
    """
    return _solve(FHT, f, n, options)


# -- baselines ---------------------------------------------------------------------------------------------------------


def _checked(f: Any, n: int | None, options: dict[str, Any]) -> Any:
    return as_call(f, n, *(options[name] for name in ("K", "noise_std", "verify", "max_queries", "rng")))


@porism.solver(
    sparse_walsh_hadamard,
    "fwht",
    aliases=("dense-wht",),
    complexity="2^n evaluations, O(n 2^n) time and O(2^n) memory",
    claims=Claims(exact=True, recovers=True, robust=True, thread_invariant=True, interruptible=True),
    tags=("baseline", "exact"),
)
@like(canonical, threads)
def fwht(f: Any, n: int | None = None, **options: Any) -> SparseWHTResult:
    """Evaluate everywhere, transform, and keep what is larger than noise or rounding. Nothing is left to verify."""
    call = _checked(f, n, options)
    options.pop("rng")
    return dense(call, options, as_n_jobs(options["n_jobs"]))


def regression(*, n_samples: int | None = None, max_iter: int = 2000) -> None:
    """Of the LASSO.

    Parameters
    ----------
    n_samples : int, optional
        Random points that are evaluated. None: 6 K n, or a quarter of all where K is not given; all at most.
    max_iter : int
        Steps of proximal gradients (FISTA) at most.
    """


@porism.solver(
    sparse_walsh_hadamard,
    "lasso-wht",
    complexity="O(K n) evaluations, O(n 2^n) time for each step and O(2^n) memory; n ≤ 14",
    claims=Claims(recovers=True, robust=True),
    tags=("baseline",),
)
@like(canonical, regression)
def lasso_wht(f: Any, n: int | None = None, **options: Any) -> SparseWHTResult:
    """The LASSO on random queries, then least squares on its support: what statistics offers, for n ≤ 14."""
    call = _checked(f, n, options)
    n_samples, max_iter = options["n_samples"], options["max_iter"]
    size = 1 << call.n
    if call.n > 14:
        raise InvalidInput(f"n must be at most 14 for lasso-wht, got {call.n}")
    usual = size // 4 if call.K is None else 6 * call.K * call.n
    count = min(size, max(usual, 32)) if n_samples is None else as_integer("n_samples", n_samples, 1, size)
    steps = as_integer("max_iter", max_iter, 1)
    if count == size:
        options.pop("rng")
        return dense(call, {"n_jobs": None, **options}, 1)
    if count + call.verify > call.max_queries:
        raise InvalidInput(f"max_queries must be at least {count + call.verify}, got {call.max_queries}")
    return lasso(call, count, steps)
