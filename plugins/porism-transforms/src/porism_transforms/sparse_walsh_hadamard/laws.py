"""What every sparse-walsh-hadamard solver keeps, as code: strategies for instances, the oracle, and the checks.

The laws of recovery are statistical: they count successes over fixed seeds. A correct solver fails a draw of `recovery`
with a probability under 1% (two coefficients in one bin of every stage, or an even cycle), one of `noise` with one
under 1% as well, so that the thresholds of 95% and 90% are missed by chance less than once in a million times.
"""

from __future__ import annotations

import itertools
import math
import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from porism import Solver
from porism.conformance import Instance, Invalid, Suite, layouts
from porism_transforms.sparse_walsh_hadamard.problem import NotSparseWarning, SparseWHTResult, sparse_walsh_hadamard

__all__ = ["SUITE", "Characters", "dense_spectrum", "parity"]

Words = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]
AnySolver = Solver[..., SparseWHTResult]


# -- the oracle: slow and obviously correct ----------------------------------------------------------------------------


def parity(words: Words) -> npt.NDArray[np.int64]:
    """The parity of the ones of each word."""
    folded = np.array(words, dtype=np.uint64)
    for shift in (32, 16, 8, 4, 2, 1):
        folded ^= folded >> np.uint64(shift)
    return (folded & np.uint64(1)).astype(np.int64)


@dataclass
class Characters:
    """A function with known coefficients, which counts how it is asked.

    Parameters
    ----------
    support, coefficients
        The spectrum.
    sigma : float
        Standard deviation of noise, fresh for every evaluation.
    seed : int
        Of the noise.
    remembers : bool
        Whether different points are counted, too.
    budget : float
        Evaluations that are answered.
    """

    support: tuple[int, ...]
    coefficients: tuple[float, ...]
    sigma: float = 0.0
    seed: int = 0
    calls: int = field(default=0, compare=False)
    evaluations: int = field(default=0, compare=False)
    points: set[int] = field(default_factory=set, compare=False, repr=False)
    remembers: bool = True
    budget: float = math.inf

    def __call__(self, X: Words) -> Floats:
        """The function at the points X."""
        self.calls += 1
        self.evaluations += len(X)
        assert self.evaluations <= self.budget, f"{self.evaluations} evaluations, {self.budget} are allowed"
        if self.remembers:
            self.points.update(X.tolist())
        values = np.zeros(len(X))
        for k, value in zip(self.support, self.coefficients, strict=True):
            values += value * (1 - 2 * parity(X & np.uint64(k)))
        if self.sigma:
            values += self.sigma * np.random.default_rng([self.seed, self.calls]).standard_normal(len(X))
        X[:] = 0  # what f is given is its own
        return values


def dense_spectrum(f: Any, n: int) -> Floats:
    """All coefficients, by the definition."""
    every = np.arange(1 << n, dtype=np.uint64)
    values = np.asarray(f(every.copy()) if callable(f) else f, dtype=np.float64)
    spectrum = np.empty(1 << n)
    for k in range(1 << n):
        spectrum[k] = np.dot(values, 1 - 2 * parity(every & np.uint64(k))) / (1 << n)
    return spectrum


def exact_spectrum(instance: Instance) -> tuple[int, dict[int, float]]:
    """The variables of an instance, and its coefficients that are not rounding."""
    f, n = instance.args[0], instance.args[1]
    if isinstance(f, Characters):
        return n, dict(zip(f.support, f.coefficients, strict=True))
    n = len(f).bit_length() - 1
    spectrum = dense_spectrum(f, n)
    large = np.flatnonzero(np.abs(spectrum) > 1e-9 * np.abs(np.asarray(f, dtype=np.float64)).max(initial=0.0))
    return n, {int(k): float(spectrum[k]) for k in large}


def fresh(instance: Instance) -> Instance:
    """The same call of a function that has not been asked yet."""
    f = instance.args[0]
    if not isinstance(f, Characters):
        return instance
    again = Characters(f.support, f.coefficients, f.sigma, f.seed, remembers=f.remembers)
    return instance.but(again, *instance.args[1:])


def same(result: SparseWHTResult, expected: dict[int, float], tolerance: float = 1e-9) -> None:
    """The support is exactly that, and the coefficients nearly."""
    found = dict(zip(result.support.tolist(), result.coefficients.tolist(), strict=True))
    assert found.keys() == expected.keys(), (
        f"support {sorted(found)}, expected {sorted(expected)}: too many {sorted(found.keys() - expected.keys())}, "
        f"lacking {sorted(expected.keys() - found.keys())}"
    )
    most = max(map(abs, expected.values()), default=0.0)
    off = max((abs(found[k] - value) for k, value in expected.items()), default=0.0)
    assert off <= tolerance * most, f"a coefficient is off by {off:.3g}, the largest is {most:.3g}"


# -- instances ---------------------------------------------------------------------------------------------------------


@st.composite
def spectra(draw: st.DrawFn, n: int, most: int) -> Characters:
    """Up to `most` coefficients of n variables: at random places, of low degree, in a subspace; equal ones and not."""
    count = draw(st.integers(0, min(most, 1 << n)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kind = draw(st.sampled_from(["random", "random", "low", "subspace"]))
    found: set[int] = set()
    basis = rng.integers(0, 1 << n, 4, dtype=np.uint64)
    while len(found) < count:
        if kind == "random" or (kind == "subspace" and len(found) >= 8):
            found.add(int(rng.integers(0, 1 << n, dtype=np.uint64)))
        elif kind == "low":
            bits = rng.integers(0, n, int(rng.integers(0, 4)))
            found.add(sum({1 << int(bit) for bit in bits}))
            if len(found) == 1 + n:
                kind = "random"
        else:
            found.add(int(np.bitwise_xor.reduce(basis[rng.random(4) < 0.5], initial=0)))
            kind = "subspace" if len(found) < 8 and rng.random() < 0.9 else "random"
    support = sorted(found)
    if draw(st.booleans()):
        values = rng.choice([-1.0, 1.0], len(support))
    else:
        values = rng.uniform(0.5, 4.0, len(support)) * rng.choice([-1.0, 1.0], len(support))
    unit = 10.0 ** draw(st.sampled_from([0, 0, 0, -5, 7]))
    return Characters(tuple(support), tuple((values * unit).tolist()))


@st.composite
def instances(draw: st.DrawFn, arrays: bool = True) -> Instance:
    """Noiseless functions that are sparse, on up to 12 variables, and any arrays of up to 16 numbers."""
    kind = (
        draw(st.sampled_from(["callable", "callable", "callable", "sparse array", "array"])) if arrays else "callable"
    )
    wishes: dict[str, Any] = {}
    if kind == "array":
        rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
        values = rng.integers(-9, 10, 1 << draw(st.integers(1, 4)))
        f: Any = draw(layouts(draw(st.sampled_from([values.astype(np.float64), values, values / 4.0]))))
        return Instance((f, draw(st.sampled_from([None, len(f).bit_length() - 1]))), {"rng": draw(st.integers(0, 99))})
    n = draw(st.sampled_from([1, 3, 8, 10, 11, 12]))
    f = draw(spectra(n, 6))
    if draw(st.booleans()):
        wishes["n_stages"] = draw(st.sampled_from([3, 4]))
    options: dict[str, Any] = {"rng": draw(st.integers(0, 2**32 - 1)), "verify": draw(st.sampled_from([64, 100]))}
    if draw(st.booleans()):
        options["K"] = max(1, len(f.support))
    if kind == "sparse array":
        return Instance((f(np.arange(1 << n, dtype=np.uint64)), None), options, wishes)
    return Instance((f, n), options, wishes)


def zeros(X: Words) -> Floats:
    """A function that is good enough for calls that are refused before it is asked."""
    return np.zeros(len(X))


def short(X: Words) -> Floats:
    """One value too few."""
    return np.zeros(len(X) - 1)


def column(X: Words) -> Floats:
    """A matrix."""
    return np.zeros((len(X), 1))


def undefined(X: Words) -> Floats:
    """NaN everywhere."""
    return np.full(len(X), np.nan)


def unbounded(X: Words) -> Floats:
    """Infinity everywhere."""
    return np.full(len(X), np.inf)


def imaginary(X: Words) -> Any:
    """Complex numbers."""
    return np.ones(len(X), dtype=complex)


def wordy(X: Words) -> Any:
    """No numbers."""
    return ["x"] * len(X)


def _invalid() -> list[Invalid]:
    x = np.arange(8.0)
    calls: list[tuple[Any, Any, dict[str, Any], str, str]] = [
        (zeros, None, {}, "n", "None"),
        (zeros, 0, {}, "n", "0"),
        (zeros, 64, {}, "n", "64"),
        (zeros, -3, {}, "n", "-3"),
        (zeros, 8.0, {}, "n", "8.0"),
        (zeros, True, {}, "n", "True"),
        (x, 4, {}, "n", "4"),
        (x[:6], None, {}, "f", "6"),
        (x[:1], None, {}, "f", "1"),
        (x[:0], None, {}, "f", "0"),
        (x.reshape(2, 4), None, {}, "f", "(2, 4)"),
        (x.astype(complex), None, {}, "f", "complex128"),
        (x.astype(object), None, {}, "f", "object"),
        (np.where(x == 3, np.nan, x), None, {}, "f", "nan at the point 3"),
        (np.where(x == 5, np.inf, x), None, {}, "f", "inf at the point 5"),
        (None, 8, {}, "f", "NoneType"),
        ("f", 8, {}, "f", "str"),
        (short, 8, {}, "f", "shape"),
        (column, 8, {}, "f", "1)"),
        (undefined, 8, {}, "f", "nan"),
        (unbounded, 8, {}, "f", "inf"),
        (imaginary, 8, {}, "f", "complex128"),
        (wordy, 8, {}, "f", "<U1"),
        (zeros, 8, {"K": 0}, "K", "0"),
        (zeros, 8, {"K": 257}, "K", "257"),
        (zeros, 8, {"K": 2.0}, "K", "2.0"),
        (zeros, 8, {"noise_std": -1.0}, "noise_std", "-1.0"),
        (zeros, 8, {"noise_std": np.nan}, "noise_std", "nan"),
        (zeros, 8, {"noise_std": np.inf}, "noise_std", "inf"),
        (zeros, 8, {"noise_std": "1"}, "noise_std", "'1'"),
        (zeros, 8, {"verify": -1}, "verify", "-1"),
        (zeros, 8, {"verify": 1.5}, "verify", "1.5"),
        (zeros, 8, {"max_queries": 0}, "max_queries", "0"),
        (zeros, 12, {"max_queries": 20}, "max_queries", "20"),
        (zeros, 8, {"rng": -1}, "rng", "-1"),
        (zeros, 8, {"rng": "seed"}, "rng", "'seed'"),
        (zeros, 8, {"b": 0}, "b", "0"),
        (zeros, 8, {"b": 9}, "b", "9"),
        (zeros, 8, {"n_stages": 1}, "n_stages", "1"),
        (zeros, 8, {"n_stages": 3.0}, "n_stages", "3.0"),
        (zeros, 8, {"n_chains": 0}, "n_chains", "0"),
        (zeros, 8, {"max_degree": 0}, "max_degree", "0"),
        (zeros, 8, {"max_degree": 9}, "max_degree", "9"),
        (zeros, 8, {"subsampling": "slices"}, "subsampling", "'slices'"),
        (zeros, 8, {"n_jobs": 0}, "n_jobs", "0"),
        (zeros, 8, {"n_samples": 0}, "n_samples", "0"),
        (zeros, 8, {"max_iter": 0}, "max_iter", "0"),
    ]
    declared = sparse_walsh_hadamard.signature.parameters
    return [
        Invalid(
            (f, n),
            {name: value for name, value in options.items() if name in declared},
            {name: value for name, value in options.items() if name not in declared},
            argument=argument,
            mentions=mentions,
        )
        for f, n, options, argument, mentions in calls
    ]


def scattered(X: Words) -> Floats:
    """A function that looks random, and takes a moment."""
    mixed = (X * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(11)
    return mixed.astype(np.float64) * 2.0**-53


def _long() -> Instance:
    """A function that is not sparse at all, so that bins are doubled until queries are used up."""
    return Instance((scattered, 22), {"verify": 0, "max_queries": 1 << 23}, {"n_chains": 40})


SUITE = Suite(sparse_walsh_hadamard, instances=instances(), invalid=_invalid(), long=_long)


# -- the laws ----------------------------------------------------------------------------------------------------------


@SUITE.law("form")
def form(solver: AnySolver, instance: Instance) -> None:
    result = instance.call(solver)
    n = exact_spectrum(instance)[0]
    assert result.n == n, f"{result.n} variables, {n} are asked for"
    assert (result.support.dtype, result.coefficients.dtype) == (np.uint64, np.float64)
    assert result.support.shape == result.coefficients.shape == (len(result.support),)
    places = result.support.tolist()
    assert places == sorted(set(places)), f"the support {places} is not sorted and distinct"
    assert all(k < 1 << n for k in places), f"the support {places} has bits beyond {n}"
    assert (np.isfinite(result.coefficients) & (result.coefficients != 0)).all(), f"coefficients {result.coefficients}"
    assert isinstance(result.converged, bool)
    assert result.unresolved_bins >= 0
    assert result.noise_std >= 0
    assert result.std_error >= 0


@SUITE.law("counters", given=instances(arrays=False))
def counters(solver: AnySolver, instance: Instance) -> None:
    instance = fresh(instance)
    f = instance.args[0]
    result = instance.call(solver)
    assert result.n_evaluations == f.evaluations, f"{result.n_evaluations} evaluations, f counts {f.evaluations}"
    assert result.n_queries == len(f.points), f"{result.n_queries} different points, f counts {len(f.points)}"
    assert f.calls <= 40, f"f was called {f.calls} times for {f.evaluations} points: few calls with many points each"


@SUITE.law("truth")
def truth(solver: AnySolver, instance: Instance) -> None:
    f = instance.args[0]
    result = instance.call(solver)
    if result.converged:
        points = np.random.default_rng(17).integers(0, 1 << result.n, 200, dtype=np.uint64)
        values = f(points.copy()) if callable(f) else np.asarray(f, dtype=np.float64)[points.astype(np.int64)]
        off = np.abs(result.evaluate(points) - values).max()
        assert off <= 1e-8 * np.abs(values).max(initial=0.0), f"f is {off:.3g} off its spectrum"


@SUITE.law("oracle")
def oracle(solver: AnySolver, instance: Instance) -> None:
    expected = exact_spectrum(instance)[1]
    result = instance.call(solver)
    if result.converged:
        same(result, expected)
    assert result.converged, "six coefficients and fewer did not converge"


@SUITE.law("shift", given=instances(arrays=False))
def shift(solver: AnySolver, instance: Instance) -> None:
    f, n = instance.args
    t = 0x5A5A5A5A5A5A5A5A & ((1 << n) - 1)
    moved = tuple(v * (1 - 2 * ((k & t).bit_count() % 2)) for k, v in zip(f.support, f.coefficients, strict=True))
    result = instance.but(lambda X: f(X ^ np.uint64(t)), n).call(solver)
    same(result, dict(zip(f.support, moved, strict=True)))


@SUITE.law("relabelling", given=instances(arrays=False))
def relabelling(solver: AnySolver, instance: Instance) -> None:
    f, n = instance.args
    to = np.random.default_rng(n).permutation(n).tolist()

    def permuted(X: Words) -> Words:
        out = np.zeros_like(X)
        for i, j in enumerate(to):
            out |= ((X >> np.uint64(j)) & np.uint64(1)) << np.uint64(i)
        return out

    expected = {
        sum(1 << to[i] for i in range(n) if k >> i & 1): value
        for k, value in zip(f.support, f.coefficients, strict=True)
    }
    same(instance.but(lambda X: f(permuted(X)), n).call(solver), expected)


@SUITE.law("linearity", given=instances(arrays=False))
def linearity(solver: AnySolver, instance: Instance) -> None:
    f, n = instance.args
    plain = instance.call(solver)
    for factor in (-2.0, 1e6, 3e-5):
        result = instance.but(lambda X, factor=factor: factor * f(X), n).call(solver)
        expected = dict(zip(plain.support.tolist(), (factor * plain.coefficients).tolist(), strict=True))
        same(result, expected)


@SUITE.law("zero", instances=False)
def zero(solver: AnySolver) -> None:
    for n, options in ((1, {}), (5, {"K": 3}), (10, {}), (11, {"noise_std": 0.5}), (9, {"noise_std": None})):
        result = solver(zeros, n, rng=n, **options)
        assert len(result.support) == 0, f"coefficients {result.coefficients} of the zero function"
        assert result.converged, "the zero function is sparse"


@SUITE.law("no-invention", instances=False)
def no_invention(solver: AnySolver) -> None:
    accepted = solver.signature.parameters
    forced = {name: value for name, value in {"b": 1, "n_stages": 3}.items() if name in accepted}
    for seed in range(40):
        rng = np.random.default_rng(seed)
        first, second = (int(k) for k in rng.choice(1 << 11, 2, replace=False))
        values = (1.0, 1.0 if seed % 2 else -1.0)
        f = Characters((first, second), values)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotSparseWarning)
            result = solver(f, 11, K=2, rng=seed, **forced)
        invented = set(result.support.tolist()) - {first, second}
        assert not invented, f"two coefficients at {first} and {second} were reported at {sorted(invented)}"
        if result.converged:
            same(result, {first: values[0], second: values[1]})


@SUITE.law("indices", instances=False)
def indices(solver: AnySolver) -> None:
    n = 4
    game = np.random.default_rng(3).integers(-9, 10, 1 << n).astype(np.float64)
    result = solver(game, rng=0)
    everyone = range(n)
    for i in everyone:
        others = [j for j in everyone if j != i]
        shapley = banzhaf = 0.0
        for size in range(n):
            for coalition in itertools.combinations(others, size):
                without = sum(1 << j for j in coalition)
                gain = game[without | 1 << i] - game[without]
                shapley += gain / n / math.comb(n - 1, size)
                banzhaf += gain / 2 ** (n - 1)
        assert abs(result.shapley()[i] - shapley) < 1e-9, f"Shapley value of {i}: {result.shapley()[i]}, is {shapley}"
        assert abs(result.banzhaf()[i] - banzhaf) < 1e-9, f"Banzhaf value of {i}: {result.banzhaf()[i]}, is {banzhaf}"


@st.composite
def dense_arrays(draw: st.DrawFn) -> Instance:
    """Any numbers at all."""
    n, seed = draw(st.integers(1, 7)), draw(st.integers(0, 10**6))
    return Instance((np.random.default_rng(seed).standard_normal(1 << n), n), {"rng": 0})


@SUITE.law("exact", given=dense_arrays())
def exact(solver: AnySolver, instance: Instance) -> None:
    values, n = instance.args
    found = instance.call(solver).to_dense()
    off = float(np.abs(found - dense_spectrum(values, n)).max())
    assert off <= 1e-14 * float(np.abs(values).max()), f"a coefficient is off by {off:.3g}"


def random_spectrum(n: int, K: int, seed: int, sigma: float = 0.0) -> Characters:
    """K coefficients ±1 at random places."""
    rng = np.random.default_rng([seed, n, K])
    support: set[int] = set()
    while len(support) < K:
        support.add(int(rng.integers(0, 1 << n, dtype=np.uint64)))
    values = tuple(rng.choice([-1.0, 1.0], K).tolist())
    return Characters(tuple(sorted(support)), values, sigma, seed, remembers=False)


def attempts(solver: AnySolver, draws: int, n: int, K: int, sigma: float, wishes: dict[str, Any]) -> int:
    """In how many draws the support is exactly right and no coefficient off by more than noise explains."""
    accepted = solver.signature.parameters
    options = {name: value for name, value in wishes.items() if name in accepted}
    good = 0
    for seed in range(draws):
        f = random_spectrum(n, K, seed, sigma)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotSparseWarning)
            result = solver(f, n, K=K, noise_std=sigma, rng=seed, **options)
        if result.support.tolist() == list(f.support) and result.converged:
            off = float(np.abs(result.coefficients - f.coefficients).max())
            good += off <= max(1e-9, 7 * result.std_error)
    return good


@SUITE.law("recovery", instances=False)
def recovery(solver: AnySolver) -> None:
    draws = 40
    for n, K, b in ((12, 8, 4), (14, 32, 6)):
        good = attempts(solver, draws, n, K, 0.0, {"b": b, "n_stages": 3})
        assert good >= 0.95 * draws - 1, f"n = {n}, K = {K}: {good} of {draws} draws recovered"


@SUITE.law("sublinear", instances=False)
def sublinear(solver: AnySolver) -> None:
    n, b, stages = 24, 7, 4
    f = random_spectrum(n, 75, 1)
    f.budget = 0.01 * 2**n
    chains = {"n_chains": 1} if "n_chains" in solver.signature.parameters else {}
    result = solver(f, n, b=b, n_stages=stages, rng=5, verify=100, **chains)
    offsets, rest = divmod(result.n_evaluations - 100, stages << b)
    assert rest == 0, f"{result.n_evaluations} evaluations are not verify + (stages) 2^b (offsets)"
    assert offsets <= 4 * n + 1, f"{offsets} offsets for {n} variables"
    assert result.n_evaluations == f.evaluations, f"{result.n_evaluations} evaluations, f counts {f.evaluations}"
    assert result.converged, "75 coefficients of 24 variables did not converge"
    same(result, dict(zip(f.support, f.coefficients, strict=True)))


@SUITE.law("honesty", instances=False)
def honesty(solver: AnySolver) -> None:
    for seed in range(3):
        for b in (2, 4):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                result = solver(scattered, 18, b=b, rng=seed)
            assert not result.converged, f"a dense function has converged to {len(result.support)} coefficients"
            assert any(issubclass(one.category, NotSparseWarning) for one in caught), "nobody was warned"
    # Two disjoint sets and their union make a function that vanishes on every offset of weight at most one.
    for seed in range(100):
        rng = np.random.default_rng(seed)
        sets = rng.permutation(14)
        a, c = sum(1 << int(i) for i in sets[:3]), sum(1 << int(i) for i in sets[3:6])
        f = Characters((0, a, c, a | c), (1.0, -1.0, -1.0, 1.0))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotSparseWarning)
            result = solver(f, 14, b=1, n_stages=2, rng=seed, verify=200)
        if result.converged:
            same(result, dict(zip(f.support, f.coefficients, strict=True)))


def stored(n: int, K: int, seed: int, sigma: float) -> Floats:
    """All values of K coefficients ±1 at random places, with a noise that does not change."""
    f = random_spectrum(n, K, seed)
    return f(np.arange(1 << n, dtype=np.uint64)) + sigma * np.random.default_rng(seed).standard_normal(1 << n)


GROWTH: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    ({"b": 3}, {"b": 5}),
    ({"b": 4, "n_stages": 2}, {"b": 4, "n_stages": 3}),
    ({"b": 4, "n_chains": 1}, {"b": 4, "n_chains": 3}),
    ({"b": 4, "verify": 10}, {"b": 4, "verify": 90}),
    ({"b": 2, "n_stages": 2, "n_chains": 2, "verify": 0}, {"b": 4, "n_stages": 4, "n_chains": 3, "verify": 40}),
)
"""Options of a first call, and of the one that it is resumed with."""


@SUITE.law("resumption", instances=False)
def resumption(solver: AnySolver) -> None:
    accepted = solver.signature.parameters

    def compare(n: int, K: int, seed: int, few: dict[str, Any], more: dict[str, Any]) -> None:
        first, second, whole = (random_spectrum(n, K, seed) for _ in range(3))
        begun = solver(first, n, rng=seed, **few)
        resumed, fresh = begun.resume(second, **more), solver(whole, n, rng=seed, **more)
        what = f"{few} resumed with {more}"
        assert resumed == fresh, f"{what}: {resumed}, a fresh call: {fresh}"
        asked = first.evaluations + second.evaluations
        assert asked == whole.evaluations, f"{what}: f was asked {asked} times, {whole.evaluations} by a fresh call"

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotSparseWarning)
        for seed, growth in enumerate(GROWTH):
            few, more = ({name: value for name, value in one.items() if name in accepted} for one in growth)
            compare(14, 6, seed, few, more)
            array = stored(14, 4, seed, 0.1)
            resumed = solver(array, rng=seed, noise_std=0.1, **few).resume(array, **more)
            assert resumed == solver(array, rng=seed, noise_std=0.1, **more), f"{few} resumed with {more}, with noise"
        # the rounds that a call goes through by itself, cut off after one of the first
        cut_off = solver(random_spectrum(16, 30, 9), 16, b=3, rng=9)
        compare(16, 30, 9, {"max_queries": cut_off.n_evaluations}, {"max_queries": 1 << 20})


@SUITE.law("noise", instances=False)
def noise(solver: AnySolver) -> None:
    draws = 20
    for decibel in (5.0, 0.0):
        sigma = math.sqrt(16 / 10 ** (decibel / 10))
        good = attempts(solver, draws, 14, 16, sigma, {"b": 5})
        assert good >= 0.9 * draws - 1, f"{good} of {draws} draws recovered at {decibel} dB"


@SUITE.law("noise-scale", instances=False)
def noise_scale(solver: AnySolver) -> None:
    errors: list[float] = []
    for seed in range(16):
        f = random_spectrum(13, 12, seed, 1.0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotSparseWarning)
            result = solver(f, 13, K=12, noise_std=1.0, rng=seed)
        if result.support.tolist() == list(f.support):
            errors += ((result.coefficients - f.coefficients) / result.std_error).tolist()
    assert len(errors) >= 120, f"only {len(errors)} coefficients were found"
    spread = float(np.sqrt(np.mean(np.square(errors))))
    # 120 … 192 errors have a root mean square within 6.5% of its expectation in two of three cases
    assert 0.7 <= spread <= 1.3, f"coefficients are off by {spread:.2f} standard errors"
