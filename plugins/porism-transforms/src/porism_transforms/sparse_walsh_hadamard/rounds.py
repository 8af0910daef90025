"""Rounds of sampling and decoding, until a spectrum is resolved or the queries are used up."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from porism import InvalidInput
from porism.kernels import transform
from porism.validation import as_float, as_integer, as_n_jobs, as_rng, check_memory
from porism_transforms.sparse_walsh_hadamard.oracle import Oracle
from porism_transforms.sparse_walsh_hadamard.problem import NotSparseWarning, SparseWHTResult

__all__ = ["Call", "as_call", "dense", "sample", "verified", "warn"]

Words = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]

MOST_QUERIES = 1 << 24
"""Evaluations in all, unless the caller says otherwise."""
AGREEMENT = 1e-9
"""Relative to the largest value seen: what a noiseless spectrum may differ by from a fresh query."""
ROUNDS = 4
"""How often the number of bins is doubled for a K that was given and proves too small."""


@dataclass(frozen=True)
class Call:
    """The canonical arguments, checked."""

    oracle: Oracle
    K: int | None
    noise_std: float | None
    verify: int
    max_queries: int
    rng: np.random.Generator

    @property
    def n(self) -> int:
        """Variables."""
        return self.oracle.n


def as_call(
    f: object, n: object, K: object, noise_std: object, verify: object, max_queries: object, rng: object
) -> Call:
    """Check the canonical arguments; errors as the problem documents."""
    oracle = Oracle(f, n)
    count = None if K is None else as_integer("K", K, 1, 1 << oracle.n)
    noise = None if noise_std is None else as_float("noise_std", noise_std, 0.0, 1e150)  # it is squared
    checks = as_integer("verify", verify, 0, MOST_QUERIES)
    most = MOST_QUERIES if max_queries is None else as_integer("max_queries", max_queries, 1)
    return Call(oracle, count, noise, checks, most, as_rng(rng))  # type: ignore[arg-type]


def sample(
    call: Call,
    plan_of: Callable[[int], transform.Spright],
    *,
    b: object,
    n_stages: int,
    n_jobs: object,
) -> SparseWHTResult:
    """Draw plans of 2^b bins a stage with `plan_of` until one resolves the spectrum.

    A given `b` is tried once. Otherwise the number of bins begins with twice `K`, or with 8, and is doubled. Where the
    next plan would evaluate as often as there are points, all of them are evaluated instead.
    """
    threads = as_n_jobs(n_jobs)
    if b is not None:
        last = first = as_integer("b", b, 1, call.n)
    elif call.K is not None:
        first = min(call.n, max(2, math.ceil(math.log2(call.K)) + 1))
        last = min(call.n, first + ROUNDS - 1)
    else:
        first, last = min(call.n, 3), call.n
    found = None
    for bits in range(first, last + 1):
        plan = plan_of(bits)
        cost = plan.n_samples + call.verify
        if cost >= 1 << call.n:
            if 1 << call.n <= call.max_queries - call.oracle.n_evaluations:
                return dense(call, threads)
            break
        if cost > call.max_queries - call.oracle.n_evaluations:
            if found is None:
                what = f"{n_stages} stages of 2^{bits} bins"
                raise InvalidInput(f"max_queries must be at least {cost} for {what}, got {call.max_queries}")
            break
        check_memory(f"{plan.n_samples} samples", plan.n_samples * 40, None)
        found = _round(call, plan, threads)
        # where hardly a bin is empty, an estimate of the noise has none to go by
        enough = call.noise_std is not None or found[1] >= (1 << bits) / 4 or bits == last
        if found[0].converged and enough:
            break
    if found is None:
        raise InvalidInput(
            f"max_queries must be at least {1 << call.n}, all points of {call.n} variables, got {call.max_queries}"
        )
    result = found[0]
    if not result.converged:
        warn(f"{result.unresolved_bins} bins hold more than one coefficient", result.n_evaluations)
    return result


def warn(what: str, n_evaluations: int) -> None:
    """Say that a spectrum was not resolved."""
    warnings.warn(
        f"the spectrum was not resolved: {what} after {n_evaluations} evaluations; "
        "it may not be sparse, or the noise be larger than noise_std",
        NotSparseWarning,
        stacklevel=6,
    )


def _round(call: Call, plan: transform.Spright, threads: int) -> tuple[SparseWHTResult, int]:
    """One plan, sampled, decoded and verified; and how many bins were empty in the fullest stage."""
    points = plan.points()
    values = call.oracle(points)
    scale = float(np.abs(values).max(initial=0.0))
    # powers of two change no bits, and keep squares in range
    unit = 2.0 ** math.frexp(scale)[1] if 0 < scale < math.inf else 1.0
    variance = None if call.noise_std is None else (call.noise_std / unit) ** 2
    support, coefficients, visits, unresolved, empty, estimated = plan.decode(
        values / unit, variance=variance, n_threads=threads
    )
    coefficients = coefficients * unit
    noise = call.noise_std if call.noise_std is not None else math.sqrt(estimated) * unit
    distinct = len(np.unique(points))
    agrees = verified(call, support, coefficients, noise, scale)
    result = SparseWHTResult(
        support=support,
        coefficients=coefficients,
        n=call.n,
        converged=unresolved == 0 and agrees,
        n_queries=call.oracle.n_queries(),
        n_evaluations=call.oracle.n_evaluations,
        n_iterations=visits,
        unresolved_bins=unresolved,
        noise_std=noise,
        std_error=noise / math.sqrt(distinct),
        verify=call.verify,
        dense=False,
    )
    return result, empty


def verified(call: Call, support: Words, coefficients: Floats, noise: float, scale: float) -> bool:
    """Whether fresh random queries agree with the spectrum, within the noise."""
    if call.verify == 0:
        return True
    points = call.oracle.random_points(call.verify, call.rng)
    values = call.oracle(points)
    off = np.abs(values - transform.evaluate_spectrum(support, coefficients, points))
    rounding = AGREEMENT * max(scale, float(np.abs(values).max()))
    if noise <= rounding:
        return bool(off.max() <= rounding + 8 * noise)
    slack = 1.0 + 4.0 * math.sqrt(2.0 / call.verify)
    return bool(np.mean(np.square(off / noise)) <= slack)


def dense(call: Call, threads: int) -> SparseWHTResult:
    """Evaluate everywhere, transform, and keep what is no noise.

    Without noise that is what is not rounding. With noise it is what the largest of 2^n coefficients of noise alone
    would not reach; an unknown noise is estimated by the median of their sizes.
    """
    size = 1 << call.n
    if size > call.max_queries - call.oracle.n_evaluations:
        raise InvalidInput(
            f"max_queries must be at least {size}, all points of {call.n} variables, got {call.max_queries}"
        )
    check_memory(f"all values of {call.n} variables", size * 32, None)
    values = call.oracle(np.arange(size, dtype=np.uint64))
    scale = float(np.abs(values).max())
    unit = 2.0 ** math.frexp(scale)[1] if scale > 0 else 1.0
    spectrum = (values / unit).reshape(1, -1)
    transform.fwht(spectrum, n_threads=threads)
    coefficients = spectrum[0] * (1.0 / size)
    rounding = 2.0**-52 * call.n * scale / unit
    if call.noise_std is None:
        deviation = float(np.median(np.abs(coefficients))) / 0.6745
    else:
        deviation = call.noise_std / unit / math.sqrt(size)
    universal = max(4.0, math.sqrt(2.0 * call.n * math.log(2.0)))
    kept = np.flatnonzero(np.abs(coefficients) > max(rounding, universal * deviation))
    if call.K is not None and len(kept) > call.K and deviation > rounding:
        order = np.argsort(-np.abs(coefficients[kept]), kind="stable")[: call.K]
        kept = np.sort(kept[order])
    return SparseWHTResult(
        support=kept.astype(np.uint64),
        coefficients=coefficients[kept] * unit,
        n=call.n,
        converged=True,
        n_queries=call.oracle.n_queries(),
        n_evaluations=call.oracle.n_evaluations,
        n_iterations=1,
        unresolved_bins=0,
        noise_std=deviation * unit * math.sqrt(size),
        std_error=deviation * unit,
        verify=0,
        dense=True,
    )
