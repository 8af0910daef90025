"""Rounds of sampling and decoding, until a spectrum is resolved or the queries are used up."""

from __future__ import annotations

import dataclasses
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from porism import InvalidInput, InvalidType
from porism.kernels import transform
from porism.validation import as_float, as_integer, as_n_jobs, as_rng, check_memory
from porism_transforms.sparse_walsh_hadamard.oracle import Oracle, unit_of
from porism_transforms.sparse_walsh_hadamard.problem import NotSparseWarning, SparseWHTResult
from porism_transforms.sparse_walsh_hadamard.sketch import Design, Shape, Sketch

__all__ = ["Call", "Method", "agree", "as_call", "dense", "register", "resume", "sample", "warn"]

Words = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]

MOST_QUERIES = 1 << 24
"""Evaluations in all, unless the caller says otherwise."""
AGREEMENT = 1e-9
"""Relative to the largest value seen: what a noiseless spectrum may differ by from a fresh query."""
NOISELESS = 1e-12
"""Relative to the largest value seen: what is taken for no noise where noise is estimated."""
ROUNDS = 4
"""How often the number of bins is doubled for a K that was given and proves too small."""
MOST_STAGES, MOST_BITS, MOST_CHAINS = 16, 40, 1 << 16


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
    f: object,
    n: object,
    K: object,
    noise_std: object,
    verify: object,
    max_queries: object,
    rng: object,
    n_evaluations: int = 0,
) -> Call:
    """Check the canonical arguments; errors as the problem documents."""
    oracle = Oracle(f, n, n_evaluations)
    count = None if K is None else as_integer("K", K, 1, 1 << oracle.n)
    noise = None if noise_std is None else as_float("noise_std", noise_std, 0.0, 1e150)  # it is squared
    checks = as_integer("verify", verify, 0, MOST_QUERIES)
    most = MOST_QUERIES if max_queries is None else as_integer("max_queries", max_queries, 1)
    return Call(oracle, count, noise, checks, most, as_rng(rng))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Method:
    """What tells one peeling solver from another.

    Attributes
    ----------
    name : str
        Of the solver.
    search : str
        How an index is read from a bin, as of the kernel.
    chains : callable
        ``chains(n, noise_std)``: how many random offsets are tried where the caller does not say, rising.
    most_coset_bits : int
        How much larger than b the number of variables may be.
    """

    name: str
    search: str
    chains: Callable[[int, float | None], tuple[int, ...]]
    most_coset_bits: int = 63


METHODS: dict[str, Method] = {}
"""By name: what a sketch that was saved is resumed with."""


def register(method: Method) -> Method:
    """Make a method known to the sketches that name it."""
    METHODS[method.name] = method
    return method


DENSE = register(Method("fwht", "majority", lambda n, noise_std: (1,)))
"""All points were read, so that nothing is tried any more."""


def sample(method: Method, f: object, n: object, options: dict[str, Any]) -> SparseWHTResult:
    """The spectrum by a peeling solver, which begins with nothing seen.

    `options` are the canonical ones, ``rng`` among them, and the shape's.
    """
    rng, degree, subsampling = options.pop("rng"), options.pop("max_degree", None), options.pop("subsampling")
    call, request = _checked(method, f, n, options, rng)
    known = 0 if degree is None else as_integer("max_degree", degree, 1, call.n)
    if known and len(transform.degree_probes(call.n, known)) >= call.n:
        known = 0  # the bits themselves are fewer
    entropy = tuple(call.rng.integers(0, 1 << 63, 2, dtype=np.int64).tolist())
    design = Design(call.n, "degree" if known else method.search, known, subsampling, entropy)
    nothing = np.empty(0)
    empty = Sketch(call.n, method.name, _saved(options), 0, nothing, nothing, None, design, None)
    return _rounds(method, call, request, empty, stacklevel=7)


def resume(sketch: Sketch, f: object, changes: dict[str, Any]) -> SparseWHTResult:
    """Go on with what a sketch knows, and options that are changed."""
    changed = dict(changes)
    threads = {"n_jobs": changed.pop("n_jobs", None)}
    for name in changed:
        if name not in sketch.options:
            raise InvalidType(f"resume has no option {name!r}, it has {', '.join(sketch.options)}, n_jobs")
    method, options = METHODS[sketch.solver], {**sketch.options, **changed, **threads}
    call, request = _checked(method, f, sketch.n, options, 0, sketch.n_evaluations)
    shape = sketch._shape
    if sketch._design.subsampling == "bits" and shape is not None and request.n_stages > shape.n_stages:
        raise InvalidInput(
            f"n_stages must be {shape.n_stages} as before with subsampling='bits', whose slices depend on it, "
            f"got {request.n_stages}"
        )
    return _rounds(method, call, request, dataclasses.replace(sketch, options=_saved(options)), stacklevel=4)


def _saved(options: dict[str, Any]) -> dict[str, Any]:
    """Options as a file can hold them."""
    plain = {name: value.item() if isinstance(value, np.generic) else value for name, value in options.items()}
    plain.pop("n_jobs")
    return plain


@dataclass(frozen=True)
class _Request:
    """Which shapes are tried, in what order."""

    bits: range
    """Bins to a stage, as exponents."""
    given: bool
    """Whether that is a single number which the caller gave."""
    n_stages: int
    chains: tuple[int, ...]
    threads: int


def _checked(
    method: Method, f: object, n: object, options: dict[str, Any], rng: object, n_evaluations: int = 0
) -> tuple[Call, _Request]:
    K, noise_std, verify, most = (options[name] for name in ("K", "noise_std", "verify", "max_queries"))
    call = as_call(f, n, K, noise_std, verify, most, rng, n_evaluations)
    stages = as_integer("n_stages", options["n_stages"], 2, MOST_STAGES)
    chains, b, most_bits = options.get("n_chains"), options["b"], min(call.n, MOST_BITS)
    usual = method.chains(call.n, call.noise_std)
    tried = usual if chains is None else (as_integer("n_chains", chains, 1, MOST_CHAINS),)
    if b is not None:
        last = first = as_integer("b", b, 1, most_bits)
    elif call.K is not None:
        first = min(most_bits, max(2, math.ceil(math.log2(call.K)) + 1))
        last = min(most_bits, first + ROUNDS - 1)
    else:
        first, last = min(call.n, 3), most_bits
    if call.n - max(3 if b is None else first, 3) > method.most_coset_bits:
        most = method.most_coset_bits
        raise InvalidInput(f"n must be at most {most} more than b, since every index of a bin is tried; got {call.n}")
    return call, _Request(range(first, last + 1), b is not None, stages, tried, as_n_jobs(options["n_jobs"]))


@dataclass(frozen=True)
class _Found:
    """What a shape's samples say."""

    support: Words
    coefficients: Floats
    visits: int
    unresolved: int
    empty: int
    """Bins of the fullest stage that were empty from the beginning."""
    noise: float
    scale: float
    agrees: bool


def _rounds(method: Method, call: Call, request: _Request, sketch: Sketch, stacklevel: int) -> SparseWHTResult:
    """Draw more and more, until what was drawn resolves the spectrum.

    What K suggests, or 8 bins a stage, come first, with the fewest chains. As soon as a quarter of the bins is empty
    more bins would be of little use, and more chains are tried; before that, bins are doubled. Where the next shape
    would take as many evaluations as there are points, all of them are evaluated instead.
    """
    if sketch.everything is not None:
        return _whole(call, sketch, request.threads)
    bits, level, found = request.bits.start, 0, None
    if sketch._shape is not None:
        bits = max(bits, min(sketch._shape.b, request.bits[-1]))
        level = sum(chains < sketch._shape.n_chains for chains in request.chains[:-1])
    while True:
        shape = Shape(bits, request.n_stages, request.chains[level]).with_all_of(sketch._shape)
        if shape != sketch._shape:
            plan = sketch._design.plan(shape)
            cost = plan.n_samples + max(call.verify, len(sketch.checks))
            if cost >= 1 << call.n:
                if sketch.missing() <= call.max_queries - sketch.n_evaluations:
                    return _whole(call, sketch, request.threads)
                break
            if cost > call.max_queries:
                if found is None and sketch._shape is None:
                    what = f"{shape.n_stages} stages of 2^{shape.b} bins"
                    raise InvalidInput(f"max_queries must be at least {cost} for {what}, got {call.max_queries}")
                break
            check_memory(f"{plan.n_samples} samples", plan.n_samples * 40, None)
            sketch = sketch.grown(shape, call.oracle)
        if len(sketch.checks) + call.max_queries - sketch.n_evaluations >= call.verify:
            sketch = sketch.verified(call.verify, call.oracle)
        found = _decoded(call, sketch, request.threads)
        enough = found.empty >= (1 << shape.b) / 4
        last = bits == request.bits[-1]
        if found.unresolved == 0 and found.agrees:
            # to estimate a noise takes empty bins, and all chains, unless there is none
            told = level + 1 == len(request.chains) or found.noise <= NOISELESS * found.scale
            if call.noise_std is not None or (told and (enough or last)):
                break
        if level + 1 < len(request.chains) and (enough or last):
            level += 1
        elif not last:
            bits += 1
        else:
            break
    if found is None:
        if sketch._shape is None:
            raise InvalidInput(
                f"max_queries must be at least {1 << call.n}, all points of {call.n} variables, got {call.max_queries}"
            )
        found = _decoded(call, sketch, request.threads)
    return _outcome(call, sketch, found, stacklevel + 1)


def _decoded(call: Call, sketch: Sketch, threads: int) -> _Found:
    """The samples of a sketch, decoded and verified."""
    values = sketch.samples
    scale = float(np.abs(values).max(initial=0.0))
    unit = unit_of(scale, call.noise_std)
    variance = None if call.noise_std is None else (call.noise_std / unit) ** 2
    assert sketch._shape is not None
    plan = sketch._design.plan(sketch._shape)
    support, coefficients, visits, unresolved, empty, estimated = plan.decode(
        values / unit, variance=variance, n_threads=threads
    )
    noise = math.sqrt(estimated) if call.noise_std is None else call.noise_std / unit
    points = sketch._design.verification(len(sketch.checks))
    agrees = agree(support, coefficients, points, sketch.checks / unit, noise, scale / unit)
    noise = noise * unit if call.noise_std is None else call.noise_std
    return _Found(support, coefficients * unit, visits, unresolved, empty, noise, scale, agrees)


def _outcome(call: Call, sketch: Sketch, found: _Found, stacklevel: int) -> SparseWHTResult:
    """The result, and a warning where it is none."""
    converged = found.unresolved == 0 and found.agrees and len(sketch.checks) >= call.verify
    if not converged:
        warn(f"{found.unresolved} bins hold more than one coefficient", sketch.n_evaluations, stacklevel + 1)
    assert sketch._shape is not None
    # a noise that is stored, not drawn anew, is no smaller for being read twice
    fitted = transform.count_distinct(sketch._design.plan(sketch._shape).points()) if found.noise else 1
    return SparseWHTResult(
        support=found.support,
        coefficients=found.coefficients,
        n=call.n,
        converged=converged,
        n_queries=sketch.n_queries(),
        n_evaluations=sketch.n_evaluations,
        n_iterations=found.visits,
        unresolved_bins=found.unresolved,
        noise_std=found.noise,
        std_error=found.noise / math.sqrt(fitted),
        verify=len(sketch.checks),
        dense=False,
        _sketch=sketch,
    )


def warn(what: str, n_evaluations: int, stacklevel: int = 2) -> None:
    """Say that a spectrum was not resolved."""
    warnings.warn(
        f"the spectrum was not resolved: {what} after {n_evaluations} evaluations; "
        "it may not be sparse, or the noise be larger than noise_std",
        NotSparseWarning,
        stacklevel=stacklevel,
    )


def agree(support: Words, coefficients: Floats, points: Words, values: Floats, noise: float, scale: float) -> bool:
    """Whether fresh values of a function agree with a spectrum, within the noise."""
    if not len(points):
        return True
    off = np.abs(values - transform.evaluate_spectrum(support, coefficients, points))
    rounding = AGREEMENT * max(scale, float(np.abs(values).max()))
    if noise <= rounding:
        return bool(off.max() <= rounding + 8 * noise)
    slack = 1.0 + 4.0 * math.sqrt(2.0 / len(points))
    return bool(np.mean(np.square(off / noise)) <= slack)


def dense(call: Call, options: dict[str, Any], threads: int) -> SparseWHTResult:
    """Evaluate everywhere, transform, and keep what is no noise."""
    size = 1 << call.n
    if size > call.max_queries:
        raise InvalidInput(
            f"max_queries must be at least {size}, all points of {call.n} variables, got {call.max_queries}"
        )
    nothing = np.empty(0)
    design = Design(call.n, "majority", 0, "random", ())
    saved = {"b": None, "n_stages": 3, **_saved(options)}
    sketch = Sketch(call.n, DENSE.name, saved, 0, nothing, nothing, None, design, None)
    return _whole(call, sketch, threads)


def _whole(call: Call, sketch: Sketch, threads: int) -> SparseWHTResult:
    """The transform of all values, of which those that are missing are asked for; and of it what is no noise.

    Without noise that is what is not rounding. With noise it is what the largest of 2^n coefficients of noise alone
    would not reach; an unknown noise is estimated by the median of their sizes.
    """
    size = 1 << call.n
    check_memory(f"all values of {call.n} variables", size * 32, None)
    sketch = sketch.completed(call.oracle)
    values = sketch.everything
    assert values is not None
    scale = float(np.abs(values).max())
    unit = unit_of(scale, call.noise_std)
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
        n_queries=size,
        n_evaluations=sketch.n_evaluations,
        n_iterations=1,
        unresolved_bins=0,
        noise_std=deviation * unit * math.sqrt(size),
        std_error=deviation * unit,
        verify=0,
        dense=True,
        _sketch=sketch,
    )
