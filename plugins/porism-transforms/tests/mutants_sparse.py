"""SPRIGHT in plain NumPy, and the same with one plausible mistake at a time: what the laws must catch."""

from __future__ import annotations

import dataclasses
import math
import warnings
from typing import Any

import numpy as np
from scipy.linalg import hadamard

from porism import Claims, InvalidInput, Solver, solver
from porism.validation import as_integer
from porism_transforms import NotSparseWarning, SparseWHTResult, sparse_walsh_hadamard, spright_nso
from porism_transforms.sparse_walsh_hadamard.laws import parity
from porism_transforms.sparse_walsh_hadamard.oracle import Oracle
from porism_transforms.sparse_walsh_hadamard.rounds import Call, as_call
from porism_transforms.sparse_walsh_hadamard.sketch import matrix

BUGS = {
    "everything is read": "sublinear",
    "verification is not counted": "counters",
    "repeated points count as different": "counters",
    "one point at a time": "counters",
    "no unresolved bin is told of": "honesty",
    "nobody is warned": "honesty",
    "what is left in a bin is not looked at": "no-invention",
    "the noise of a bin is that of a sample": "noise",
    "the noise of a bin is orthonormal": "noise",
    "one chain decides alone": "noise",
    "coefficients are not refined": "noise-scale",
    "the standard error is that of one stage": "noise-scale",
    "indices are read in reverse": "sublinear",
    "variables are read in reverse": "relabelling",
    "offsets have no sign": "sublinear",
    "coefficients are sizes": "shift",
    "coefficients are orthonormal": "oracle",
    "the smallest coefficient is dropped": "truth",
    "only positive coefficients are found": "sublinear",
    "what is below 1e-4 is 0": "linearity",
    "rounding is reported": "oracle",
    "the first bit is lost": "sublinear",
    "nothing is no answer": "zero",
    "an eighth of the bins is enough": "recovery",
    "small coefficients are dropped": "exact",
    "even sets have Shapley values": "indices",
    "the support is not sorted": "form",
    "the stages differ with every call": "same-seed",
    "input is not checked": "bad-input",
    "resuming asks for everything again": "resumption",
    "resuming forgets what was counted": "resumption",
    "resuming draws other points": "resumption",
    "resuming mixes up the samples": "resumption",
    "resuming does nothing": "resumption",
}
"""Each mistake, and a law that catches it."""


class Unfair(SparseWHTResult):
    """A result whose Shapley values are wrong."""

    __slots__ = ()

    def shapley(self) -> Any:
        """Every set's coefficient, odd or even."""
        values = np.zeros(self.n)
        for k, value in zip(self.support.tolist(), self.coefficients.tolist(), strict=True):
            for i in range(self.n):
                if k >> i & 1:
                    values[i] -= 2.0 * value / k.bit_count()
        return values


class Resumed(SparseWHTResult):
    """A result that goes on in a wrong way. Its sketch is a function that does."""

    __slots__ = ()

    def resume(self, f: Any, **options: Any) -> Any:
        """Go on."""
        go_on: Any = self._sketch
        return go_on(f, options)


def resuming(bug: str) -> Solver[..., SparseWHTResult]:
    """SPRIGHT itself, whose results go on in a wrong way."""

    def wrapped(result: SparseWHTResult, again: Any) -> SparseWHTResult:
        def go_on(f: Any, options: dict[str, Any]) -> SparseWHTResult:
            sketch = result.sketch
            if bug == "resuming asks for everything again":
                return again(f, options)
            if bug == "resuming does nothing":
                return wrapped(result, again)
            if bug == "resuming draws other points":
                entropy = (*sketch._design.entropy[1:], 1)
                sketch = dataclasses.replace(sketch, _design=dataclasses.replace(sketch._design, entropy=entropy))
            if bug == "resuming mixes up the samples":
                sketch = dataclasses.replace(sketch, samples=np.roll(sketch.samples, 1))
            if bug == "resuming forgets what was counted":
                sketch = dataclasses.replace(sketch, n_evaluations=0)
            return wrapped(sketch.resume(f, **options), again)

        fields = {one.name: getattr(result, one.name) for one in dataclasses.fields(result)}
        return Resumed(**{**fields, "_sketch": go_on})

    def solve(
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
    ) -> SparseWHTResult:
        options = {"K": K, "noise_std": noise_std, "verify": verify, "max_queries": max_queries, "rng": rng}
        options |= {"b": b, "n_stages": n_stages, "n_chains": n_chains}
        result = spright_nso(f, n, **options)
        return wrapped(result, lambda f, more: solve(f, n, **{**options, **more}))

    return solver(sparse_walsh_hadamard, "mutant", claims=Claims(resumable=True))(solve)


class Counting(Oracle):
    """A function that knows which points it was asked for."""

    def __init__(self, f: object, n: object) -> None:
        super().__init__(f, n)
        self.seen: list[Any] = []

    def __call__(self, points: Any) -> Any:
        """The values at some points."""
        self.seen.append(points)
        return super().__call__(points)

    def n_queries(self) -> int:
        """How many different points were asked for."""
        return len(np.unique(np.concatenate(self.seen)))


class Peeling:
    """One plan, and what is in its bins."""

    def __init__(self, call: Call, b: int, n_stages: int, chains: int, rng: Any, bug: str | None) -> None:
        n = self.n = call.n
        self.bug, self.b = bug, b
        bins = b - 3 if bug == "an eighth of the bins is enough" and b > 4 else b
        self.masks = [matrix(n, bins, rng) for _ in range(n_stages)]
        bases = rng.integers(0, 1 << n, chains, dtype=np.uint64)
        probes = np.concatenate(([0], 1 << np.arange(n))).astype(np.uint64)
        self.offsets = (bases[:, None] ^ probes).ravel()
        self.chains = chains
        spans = []
        for columns in self.masks:
            span = np.zeros(1, dtype=np.uint64)
            for column in columns:
                span = np.concatenate((span, span ^ column))
            spans.append(span)
        self.points = np.concatenate([(self.offsets[:, None] ^ span).ravel() for span in spans])

    def observe(self, values: Any, noise: float) -> None:
        """The observations of every bin, from the values at the points."""
        size = 1 << len(self.masks[0])
        spectra = values.reshape(len(self.masks), len(self.offsets), size) @ hadamard(size) / size
        self.bins = spectra.transpose(0, 2, 1).copy()
        p = len(self.offsets)
        variance = noise**2 / size
        if self.bug == "the noise of a bin is that of a sample":
            variance = noise**2
        if self.bug == "the noise of a bin is orthonormal":
            variance = noise**2 / 2**self.n
        rounding = (1e-12 * np.abs(values).max(initial=0.0)) ** 2
        if self.bug == "rounding is reported":
            rounding = (1e-17 * np.abs(values).max(initial=0.0)) ** 2
        self.threshold = max((1 + 4 * math.sqrt(2 / p)) * variance, rounding)

    def signs(self, k: int) -> Any:
        """The signs of coefficient k at the offsets."""
        return 1.0 - 2.0 * parity(self.offsets & np.uint64(k))

    def bin_of(self, stage: int, k: int) -> int:
        """Where coefficient k is."""
        return int(sum(int(one) << i for i, one in enumerate(parity(self.masks[stage] & np.uint64(k)))))

    def quiet(self, stage: int, bin: int) -> bool:
        """Whether a bin holds noise alone."""
        return bool(np.mean(self.bins[stage, bin] ** 2) <= self.threshold)

    def single(self, stage: int, bin: int) -> tuple[int, float] | None:
        """The one coefficient of a bin."""
        seen = self.bins[stage, bin]
        groups = seen.reshape(self.chains, -1)
        if self.bug == "one chain decides alone":
            groups = groups[:1]
        odd = (groups[:, :1] * groups[:, 1:]).sum(axis=0) < 0
        if self.bug == "indices are read in reverse":
            odd = odd[::-1]
        if self.bug == "the first bit is lost":
            odd[0] = False
        k = sum(1 << i for i in range(self.n) if odd[i])
        blind = self.bug == "what is left in a bin is not looked at"
        reading = self.bug in ("indices are read in reverse", "the first bit is lost")
        if self.bin_of(stage, k) != bin and not (blind or reading):
            return None
        signs = np.ones(len(seen)) if self.bug == "offsets have no sign" else self.signs(k)
        value = float(np.mean(seen * signs))
        if np.mean((seen - value * signs) ** 2) > self.threshold and not (blind or reading):
            return None
        return (k, value) if value and not (self.bug == "only positive coefficients are found" and value < 0) else None

    def subtract(self, k: int, value: float) -> None:
        """Take a coefficient out of all its bins."""
        signs = self.signs(k)
        for stage in range(len(self.masks)):
            self.bins[stage, self.bin_of(stage, k)] -= value * signs

    def peel(self) -> dict[int, float]:
        """All coefficients that can be told apart."""
        found: dict[int, float] = {}
        size = 1 << len(self.masks[0])
        queue = [(stage, bin) for stage in range(len(self.masks)) for bin in range(size)]
        visits: dict[tuple[int, int], int] = {}
        while queue:
            place = queue.pop(0)
            visits[place] = visits.get(place, 0) + 1
            if visits[place] > 20 or self.quiet(*place):
                continue
            one = self.single(*place)
            if one is None:
                continue
            k, value = one
            found[k] = found.get(k, 0.0) + value
            self.subtract(k, value)
            queue += [(stage, self.bin_of(stage, k)) for stage in range(len(self.masks))]
        sweeps = 0 if self.bug == "coefficients are not refined" else 20
        for _ in range(sweeps):
            for k in list(found):
                signs = self.signs(k)
                rest = [np.mean(self.bins[s, self.bin_of(s, k)] * signs) for s in range(len(self.masks))]
                change = float(np.mean(rest))
                found[k] += change
                self.subtract(k, change)
        return found


def mutant(bug: str | None) -> Solver[..., SparseWHTResult]:
    """The solver with that mistake; None for the right one."""
    assert bug is None or bug in BUGS, bug
    if bug is not None and bug.startswith("resuming"):
        return resuming(bug)
    drift = np.random.default_rng(0)

    def solve(
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
    ) -> SparseWHTResult:
        if bug == "input is not checked":
            noise_std = abs(noise_std) if isinstance(noise_std, float) else 0.0
        call = dataclasses.replace(as_call(f, n, K, noise_std, verify, max_queries, rng), oracle=Counting(f, n))
        generator = drift if bug == "the stages differ with every call" else call.rng
        stages = as_integer("n_stages", n_stages, 2, 16)
        noise = 0.0 if noise_std is None else noise_std
        chains = 6 if noise else 2
        first = as_integer("b", b, 1, call.n) if b is not None else 3 if K is None else math.ceil(math.log2(K)) + 1
        first = min(call.n, max(first, 1))
        for bits in range(first, call.n + 1):
            cost = stages * chains * (call.n + 1) << bits
            if bug == "everything is read" or cost + verify >= 2**call.n or (bits > first and b is not None):
                if b is not None and bits > first:
                    break
                return everything(call, bug, noise)
            if cost + verify > call.max_queries:
                raise InvalidInput(f"max_queries must be at least {cost + verify}, got {max_queries}")
            peeling = Peeling(call, bits, stages, chains, generator, bug)
            if bug == "one point at a time":
                values = np.concatenate([call.oracle(peeling.points[i : i + 1]) for i in range(len(peeling.points))])
            else:
                values = call.oracle(peeling.points)
            counted = call.oracle.n_evaluations
            peeling.observe(values, noise)
            found = peeling.peel() if np.abs(values).max() > 0 else {}
            least = 5 * noise / math.sqrt(len(values))
            found = {k: value for k, value in sorted(found.items()) if abs(value) > least}
            size = peeling.bins.shape[1]
            places = [(stage, bin) for stage in range(stages) for bin in range(size)]
            unresolved = sum(not peeling.quiet(*place) for place in places)
            # what was found and given back is in the bins of course, below the noise
            if bug == "no unresolved bin is told of":
                unresolved = 0
            check = call.oracle.random_points(verify, call.rng)
            off = call.oracle(check) - sum(
                (value * (1 - 2 * parity(check & np.uint64(k))) for k, value in found.items()), np.zeros(verify)
            )
            allowed = (1 + 4 * math.sqrt(2 / max(verify, 1))) * noise**2 + (1e-8 * np.abs(values).max()) ** 2
            agrees = bool(np.mean(off**2) <= allowed) or bug == "no unresolved bin is told of"
            converged = unresolved == 0 and agrees
            if bug == "nothing is no answer" and not found:
                converged = False
            if converged:
                break
        if not converged and bug != "nobody is warned":
            warnings.warn("not resolved", NotSparseWarning, stacklevel=2)
        return outcome(call, bug, found, converged, unresolved, noise, len(values), stages, counted)

    claims = Claims(exact=True, recovers=True, robust=True, sublinear=True)
    return solver(sparse_walsh_hadamard, "mutant", claims=claims)(solve)


def everything(call: Call, bug: str | None, noise: float) -> SparseWHTResult:
    """The whole transform."""
    values = call.oracle(np.arange(1 << call.n, dtype=np.uint64))
    spectrum = values.copy()
    for bit in range(call.n):
        pairs = spectrum.reshape(-1, 2, 1 << bit)
        pairs[:] = np.stack((pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]), axis=1)
    spectrum /= len(values)
    least = max(5 * noise / math.sqrt(len(values)), 1e-15 * call.n * np.abs(values).max())
    if bug == "small coefficients are dropped":
        least = 0.2 * np.abs(spectrum).max()
    if bug == "rounding is reported":
        least = 0.0
    found = {int(k): float(spectrum[k]) for k in np.flatnonzero(np.abs(spectrum) > least)}
    converged = not (bug == "nothing is no answer" and not found)
    return outcome(call, bug, found, converged, 0, noise, len(values), 1, len(values))


def outcome(
    call: Call,
    bug: str | None,
    found: dict[int, float],
    converged: bool,
    unresolved: int,
    noise: float,
    samples: int,
    stages: int,
    counted: int,
) -> SparseWHTResult:
    """The result."""
    support = np.array(sorted(found), dtype=np.uint64)
    coefficients = np.array([found[k] for k in sorted(found)], dtype=np.float64)
    if bug == "the support is not sorted":
        support, coefficients = support[::-1].copy(), coefficients[::-1].copy()
    if bug == "coefficients are orthonormal":
        coefficients *= math.sqrt(2.0**call.n)
    if bug == "variables are read in reverse":
        found = {int(format(k, f"0{call.n}b")[::-1], 2): value for k, value in found.items()}
        support = np.array(sorted(found), dtype=np.uint64)
        coefficients = np.array([found[k] for k in sorted(found)], dtype=np.float64)
    if bug == "coefficients are sizes":
        coefficients = np.abs(coefficients)
    if bug == "the smallest coefficient is dropped" and len(found) > 1:
        kept = np.abs(coefficients) > np.abs(coefficients).min()
        support, coefficients = support[kept], coefficients[kept]
    if bug == "what is below 1e-4 is 0":
        kept = np.abs(coefficients) >= 1e-4
        support, coefficients = support[kept], coefficients[kept]
    if bug == "the standard error is that of one stage":
        samples //= stages
    evaluations = counted if bug == "verification is not counted" else call.oracle.n_evaluations
    kind = Unfair if bug == "even sets have Shapley values" else SparseWHTResult
    return kind(
        support=support,
        coefficients=coefficients,
        n=call.n,
        converged=converged,
        n_queries=evaluations if bug == "repeated points count as different" else call.oracle.n_queries(),
        n_evaluations=evaluations,
        n_iterations=1,
        unresolved_bins=unresolved,
        noise_std=noise,
        std_error=noise / math.sqrt(samples),
        verify=call.verify,
        dense=False,
    )
