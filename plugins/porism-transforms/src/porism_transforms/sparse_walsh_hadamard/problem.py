"""The problem `sparse-walsh-hadamard`: its canonical call, its result, and the laws that its solvers keep."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import porism
from porism import InvalidInput, InvalidType, Law, optional
from porism.kernels import transform
from porism.validation import as_integer, check_memory, plain_array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from porism_transforms.sparse_walsh_hadamard.sketch import Sketch

__all__ = ["STATEMENTS", "NotSparseWarning", "SparseWHTResult", "sparse_walsh_hadamard"]

LI_2015 = "Li, Bradley, Pawar & Ramchandran 2015"

STATEMENTS = (
    Law(
        "form",
        "the support is sorted, distinct and below 2^n, and every coefficient is finite and not 0",
        source="porism's interface",
    ),
    Law(
        "counters",
        "n_evaluations and n_queries are what a counter inside of f counts; f is called with many points",
        source="porism's interface",
    ),
    Law("truth", "where converged, the spectrum agrees with f on 200 fresh random points", source="porism's interface"),
    Law(
        "oracle",
        "where converged, support and coefficients are those of the dense transform over 2^n, to 1e-9 of the largest",
        source="the definition",
    ),
    Law("shift", "f(x XOR t) has the coefficients F[k] (-1)^<k, t>", source="translation of characters"),
    Law(
        "relabelling", "permuting the variables permutes the bits of the support", source="follows from the definition"
    ),
    Law("linearity", "a f has the coefficients a F", source="follows from the definition"),
    Law("zero", "the zero function has no coefficient, and that is certain", source="follows from the definition"),
    Law(
        "no-invention",
        "two equal coefficients that share a bin are never reported as a third",
        source="porism's interface",
    ),
    Law(
        "indices",
        "Shapley and Banzhaf values are those of the definition, by sums over all coalitions",
        source="the definitions: Shapley 1953; Banzhaf 1965",
    ),
    Law("exact", "any function whatsoever is transformed exactly", claim="exact", source="the definition"),
    Law(
        "recovery",
        "K coefficients at random places are found exactly, from bins B ≥ 2K in 3 stages, in 37 of 40 draws",
        claim="recovers",
        source=f"{LI_2015}, density evolution: a peeling decoder of 3 stages needs 1.23 K bins in all",
    ),
    Law(
        "sublinear",
        "n_evaluations is (stages) 2^b (offsets) + verify exactly, and does not reach 1% of 2^24 for 75 coefficients",
        claim="sublinear",
        source=f"{LI_2015}, Theorems 1 and 2",
    ),
    Law(
        "honesty",
        "no answer for a random dense function is said to have converged; for one that vanishes on words of one bit, "
        "none that is wrong",
        claim="sublinear",
        source="porism's interface",
    ),
    Law(
        "resumption",
        "a result that is resumed with more queries, bins, stages, chains or verification is that of a fresh call with "
        "as many, bit for bit, and f is asked for the difference only",
        claim="resumable",
        source="porism's interface",
    ),
    Law(
        "noise",
        "16 coefficients ±1 of 2^14 are found exactly at 5 dB and at 0 dB of a single sample, in 17 of 20 draws",
        claim="robust",
        source=f"{LI_2015}, robust bin detection",
    ),
    Law(
        "noise-scale",
        "coefficients are off by sigma / √(samples), within 30%: nothing of the peeling's errors is left",
        claim="robust",
        source="least squares on a known support",
    ),
)


class NotSparseWarning(UserWarning):
    """A spectrum was not resolved: the result says ``converged=False``, and its coefficients are not to be trusted."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SparseWHTResult(porism.Result):
    """The large coefficients: ``f(x)`` is the sum of ``coefficients[i] * (-1) ** (support[i] & x).bit_count()``.

    Attributes
    ----------
    support : (k,) uint64 array
        Where the coefficients are, rising: bit i is variable i.
    coefficients : (k,) float64 array
        Theirs; not 0.
    n : int
        Variables.
    converged : bool
        Whether every bin is explained and fresh random queries agree. If not, a `NotSparseWarning` was given too.
    n_queries : int
        Different points at which f was evaluated.
    n_evaluations : int
        Evaluations of f, with repetitions.
    n_iterations : int
        Bins that the decoder looked at, or steps of another solver.
    unresolved_bins : int
        Bins of the last round that hold more than noise after all.
    noise_std : float
        Standard deviation of the noise of one evaluation, as given or estimated.
    std_error : float
        Standard deviation of a coefficient: `noise_std` over the root of the different points that it was fitted to.
    verify : int
        Fresh random queries that agreed (or did not).
    dense : bool
        Whether all of f was read, because sampling would have taken as many queries.
    """

    support: npt.NDArray[np.uint64]
    coefficients: npt.NDArray[np.float64]
    n: int
    converged: bool
    n_queries: int
    n_evaluations: int
    n_iterations: int
    unresolved_bins: int
    noise_std: float
    std_error: float
    verify: int
    dense: bool
    _sketch: Sketch | None = field(default=None, repr=False)

    @property
    def sketch(self) -> Sketch:
        """What was seen of the function: it can be saved, and resumed in another program.

        Raises
        ------
        InvalidInput
            If the solver keeps none.
        """
        if self._sketch is None:
            raise InvalidInput(
                "the result must be one of a solver that keeps what it saw, as 'spright-nso'; got another"
            )
        return self._sketch

    def resume(self, f: Any, **options: Any) -> SparseWHTResult:
        """Go on where this ended, asking f for nothing that it answered before.

        The result is that of a fresh call with these options and the same seed, as far as this one was not to ask for
        more than that: bins, stages, chains and points of verification are as many as they were, or more.

        Parameters
        ----------
        f : callable or array
            The same function.
        **options
            What is to change: K, noise_std, verify, max_queries, b, n_stages, n_chains (where the solver has it),
            n_jobs. Without any it goes on with what it had, which reads everything anew and asks for nothing.

        Returns
        -------
        SparseWHTResult
            With all evaluations counted, those before too.

        Raises
        ------
        InvalidInput, InvalidType
            As the solver does; if it keeps nothing to resume.
        """
        from porism_transforms.sparse_walsh_hadamard.rounds import resume

        return resume(self.sketch, f, options)

    @property
    def degrees(self) -> npt.NDArray[np.int64]:
        """(k,) int64 array: how many variables each coefficient has."""
        return np.array([int(k).bit_count() for k in self.support], dtype=np.int64)

    def evaluate(self, X: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """The function of this spectrum.

        Parameters
        ----------
        X : (m,) array of integers in 0 … 2^n - 1, or (m, n) array of bools
            Points: bit i of a word, or column i, is variable i.

        Returns
        -------
        (m,) float64 array

        Raises
        ------
        InvalidInput
            If there is a point with other variables.
        """
        return transform.evaluate_spectrum(self.support, self.coefficients, as_points("X", X, self.n))

    def top(self, k: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.float64]]:
        """The k largest coefficients: their places and values, largest first; of equals the lower place first."""
        k = as_integer("k", k, 1)
        order = np.lexsort((self.support, -np.abs(self.coefficients)))[:k]
        return self.support[order], self.coefficients[order]

    def to_dense(self) -> npt.NDArray[np.float64]:
        """(2^n,) float64 array: the whole spectrum.

        Raises
        ------
        TooLarge
            If it does not fit in memory.
        """
        check_memory(f"a spectrum of {self.n} variables", 8 << self.n, None)
        spectrum = np.zeros(1 << self.n)
        spectrum[self.support.astype(np.int64)] = self.coefficients
        return spectrum

    def miss_probability(self, s: int) -> float:
        """How likely `verify` queries are to miss that s coefficients are lacking or wrong, at most.

        A function with s coefficients is not 0 on a share 1/s of all points at least (the uncertainty principle).
        """
        s = as_integer("s", s, 1)
        return float((1.0 - 1.0 / s) ** self.verify)

    def banzhaf(self) -> npt.NDArray[np.float64]:
        """(n,) float64 array: the mean effect of each variable, f with it less f without it over all others' values."""
        values = np.zeros(self.n)
        for k, value in zip(self.support.tolist(), self.coefficients.tolist(), strict=True):
            if k.bit_count() == 1:
                values[k.bit_length() - 1] = -2.0 * value
        return values

    def shapley(self) -> npt.NDArray[np.float64]:
        """(n,) float64 array: Shapley values of the game f, a coalition being the variables that are 1.

        They sum to ``f(11…1) - f(00…0)``. A coefficient of an odd set of variables gives each of them -2/size of
        itself, one of an even set nothing.
        """
        values = np.zeros(self.n)
        for k, value in zip(self.support.tolist(), self.coefficients.tolist(), strict=True):
            if k.bit_count() % 2:
                for i in members(k):
                    values[i] -= 2.0 * value / k.bit_count()
        return values

    def interactions(self, order: int) -> dict[tuple[int, ...], float]:
        """Banzhaf interactions of `order` variables that are not 0, largest first: the mean mixed difference of f."""
        order = as_integer("order", order, 1, self.n)
        found = {
            members(int(k)): (-2.0) ** order * float(value)
            for k, value in zip(self.support, self.coefficients, strict=True)
            if int(k).bit_count() == order
        }
        return dict(sorted(found.items(), key=lambda item: (-abs(item[1]), item[0])))

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the size of each coefficient by how many variables it has.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure by default.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        MissingExtra
            Without Matplotlib: ``pip install 'porism-transforms[plot]'``.
        """
        ax = optional.axes(ax, of="porism-transforms")
        degrees = self.degrees
        spread = np.random.default_rng(0).uniform(-0.3, 0.3, len(degrees))
        ax.scatter(degrees + spread, np.abs(self.coefficients), s=9, color="#4c72b0", alpha=0.7)
        for degree in np.unique(degrees):
            energy = float(np.square(self.coefficients[degrees == degree]).sum())
            ax.hlines(np.sqrt(energy), degree - 0.4, degree + 0.4, color="#c44e52")
        if self.std_error > 0:
            ax.axhline(self.std_error, color="0.6", linestyle=":", label="standard error")
            ax.legend()
        ax.set_yscale("log")
        ax.set_xticks(np.arange(degrees.max(initial=0) + 1))
        ax.set_xlabel("variables of a coefficient")
        ax.set_ylabel("size (line: all of a degree)")
        return ax


def members(k: int) -> tuple[int, ...]:
    """The bits of a word that are 1."""
    return tuple(itertools.compress(itertools.count(), map(int, reversed(format(k, "b")))))


def as_points(name: str, X: object, n: int) -> npt.NDArray[np.uint64]:
    """Points as uint64 words; errors as :meth:`SparseWHTResult.evaluate` documents."""
    must = f"words of {n} bits, or a matrix of bools with {n} columns"
    array = plain_array(name, X, must)
    if array.dtype.kind == "b" and array.ndim == 2 and array.shape[1] == n:
        weights = np.uint64(1) << np.arange(n, dtype=np.uint64)
        return np.ascontiguousarray((array * weights).sum(axis=1, dtype=np.uint64))
    if array.shape == (0,):
        return np.empty(0, dtype=np.uint64)  # an empty list has no dtype of its own
    if array.dtype.kind not in "iu" or array.ndim != 1:
        raise InvalidType(f"{name} must be {must}, got an array of shape {array.shape} and dtype {array.dtype}")
    outside = array[(array < 0) | (array >> np.uint8(min(n, 8 * array.itemsize - 1)) > 0)] if array.size else array
    if outside.size:
        raise InvalidInput(f"{name} must be {must}, got {outside[0]}")
    return np.ascontiguousarray(array, dtype=np.uint64)


@porism.problem(
    "sparse-walsh-hadamard",
    result=SparseWHTResult,
    tags=("transform", "queries", "explanation"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def sparse_walsh_hadamard(  # type: ignore[empty-body]
    f: Any,
    n: int | None = None,
    *,
    K: int | None = None,
    noise_std: float | None = 0.0,
    verify: int = 64,
    max_queries: int | None = None,
    rng: Any = None,
) -> SparseWHTResult:
    """Find the few large Walsh coefficients of a function of n bits from few queries of it.

    For value functions of games, ablations of a model's features, cuts of hidden graphs, fitness landscapes: whatever
    can be asked at any point and is a sum of few characters. `f(x) = Σ F[k] (-1)^<k, x>`, so that F is the transform of
    f divided by 2^n. (With the orthonormal scaling of the paper coefficients are √(2^n) times larger.)

    Parameters
    ----------
    f : callable, or array of 2^n real numbers
        The function: called with a uint64 array of up to 2^20 points (bit i of a word is variable i), it returns as
        many real numbers. Or all of its values, of which those that are needed are read.
    n : int, optional
        Variables, 1 … 63. May be left out for an array.
    K : int, optional
        How many coefficients there are, about: where to begin. Without it the number of bins is doubled until it does.
    noise_std : float, optional
        Standard deviation of the noise of one evaluation; 0 for none, None to estimate it. What is estimated includes
        coefficients that are too many and too small to be told apart.
    verify : int
        Fresh random queries that must agree in the end.
    max_queries : int, optional
        Evaluations that may be made in all; 2^24 by default.
    rng : None, int or numpy.random.Generator
        For all that is drawn.

    Returns
    -------
    SparseWHTResult

    Raises
    ------
    InvalidInput
        If n is out of range or does not fit the array's length, which must be a power of two; if f returns other than
        one finite number for each point; if K, noise_std, verify or max_queries is out of range.
    InvalidType
        If f is neither callable nor an array of real numbers, or does not return real numbers.

    Warns
    -----
    NotSparseWarning
        If the spectrum was not resolved with the queries allowed.

    Examples
    --------
    >>> import numpy as np
    >>> from porism import registry
    >>> def f(x):  # x_0 XOR x_2, and whether x_39 is 1
    ...     return ((x ^ (x >> np.uint64(2))) & np.uint64(1)) + (x >> np.uint64(39)) * 3.0
    >>> result = registry.get("spright-nso")(f, 40, rng=0)
    >>> [(hex(k), float(round(c, 9))) for k, c in zip(result.support, result.coefficients)]
    [('0x0', 2.0), ('0x5', -0.5), ('0x8000000000', -1.5)]
    """
