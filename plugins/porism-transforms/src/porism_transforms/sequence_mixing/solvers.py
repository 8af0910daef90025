"""Monarch mixing by planned convolutions, and what it stands beside: transforms by SciPy, and matrices written out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, InvalidInput, InvalidType, Paper
from porism.validation import as_array, as_flag, check_finite, check_memory
from porism_transforms._causal import CausalBasis
from porism_transforms._plan import LongConv
from porism_transforms.sequence_mixing.problem import MixedSequences, sequence_mixing

__all__ = [
    "FU_2023",
    "MixingCall",
    "as_bases",
    "as_mixing",
    "by_scipy",
    "fft_convolution",
    "monarch_mixer",
    "planned",
    "toeplitz_direct",
]

Array = npt.NDArray[Any]
Convolve = Callable[[Array, Array, int], Array]
"""``convolve(u, k, n)``: the first n numbers of convolutions, channel by channel."""

FU_2023 = Paper(
    key="fu2023monarch",
    title="Monarch Mixer: A Simple Sub-Quadratic {GEMM}-Based Architecture",
    authors=(
        "Fu, Daniel Y.",
        "Arora, Simran",
        "Grogan, Jessica",
        "Johnson, Isys",
        "Eyuboglu, Sabri",
        "Thomas, Armin W.",
        "Spector, Benjamin",
        "Poli, Michael",
        "Rudra, Atri",
        "R{\\'e}, Christopher",
    ),
    year=2023,
    venue="Advances in Neural Information Processing Systems (NeurIPS)",
    arxiv="2310.12109",
    kind="inproceedings",
)


@dataclass(frozen=True)
class MixingCall:
    """The canonical arguments, checked: u with channels before places."""

    u: Array
    k: Array
    causal: bool
    bases: tuple[CausalBasis, CausalBasis, CausalBasis] | None

    @property
    def condition(self) -> float:
        """Of the basis of the output."""
        return 1.0 if self.bases is None else self.bases[0].condition

    def result(self, y: Array) -> MixedSequences:
        """The result with that output, channels before places."""
        return MixedSequences(np.ascontiguousarray(y.transpose(0, 2, 1)), self.condition)

    def convolved(self, convolve: Convolve) -> Array:
        """The map, channels before places."""
        length = self.u.shape[2]
        if not self.causal:
            return convolve(self.u, self.k, 2 * length - 1)[..., length - 1 :]
        if self.bases is None:
            return convolve(self.u, self.k, length)
        out, of_k, of_u = self.bases
        b = out.b
        product = convolve(of_u.powers(self.u), of_k.powers(self.k), b * b)
        return out.numbers(product)[..., :length]

    def written_out(self) -> Array:
        """The map with all matrices written out, channels before places."""
        length = self.u.shape[2]
        y = np.empty_like(self.u)
        for channel, kernel in enumerate(self.k):
            if not self.causal:
                matrix = _toeplitz(kernel, 2 * length - 1, length)[length - 1 :]
            elif self.bases is None:
                matrix = _toeplitz(kernel, length, length)
            else:
                n = self.bases[0].b ** 2
                out, of_k, of_u = (basis.dense(cut) for basis, cut in zip(self.bases, (False, True, True), strict=True))
                powers = _toeplitz(of_k[:, : len(kernel)] @ kernel, n, n)
                matrix = np.linalg.solve(out, powers @ of_u)[:length, :length]
            y[:, channel] = self.u[:, channel] @ matrix.T
        return y


def planned(n_jobs: int | None) -> Convolve:
    """Convolutions by plans of the compiled kernels."""

    def convolve(x: Array, kernel: Array, n: int) -> Array:
        taps = min(kernel.shape[1], n)
        plan = LongConv(n, x.shape[1], kernel_len=taps, dtype=np.float64, n_jobs=n_jobs)
        plan.set_kernel(kernel[:, :n], check_finite=False)
        return plan(np.pad(x, ((0, 0), (0, 0), (0, n - x.shape[2]))), check_finite=False)

    return convolve


def by_scipy(x: Array, kernel: Array, n: int) -> Array:
    """Convolutions by `scipy.signal.fftconvolve`."""
    from scipy import signal

    found = signal.fftconvolve(x, kernel[None], axes=2)[..., :n]
    return np.pad(found, ((0, 0), (0, 0), (0, n - found.shape[2])))


def as_bases(bases: object, length: int, one_way: bool) -> tuple[CausalBasis, CausalBasis, CausalBasis] | None:
    """Check the bases for sequences of that length; errors as :func:`sequence_mixing` documents."""
    if bases is None:
        return None
    if not one_way:
        raise InvalidInput("bases must be left out for the bidirectional map")
    must = "a triple of CausalBasis of one size b, with b * b at least twice the length"
    if not isinstance(bases, tuple | list) or not all(isinstance(basis, CausalBasis) for basis in bases):
        raise InvalidType(f"bases must be {must}, got {bases!r:.60}")
    sizes = [basis.b for basis in bases]
    if len(sizes) != 3 or len(set(sizes)) != 1 or sizes[0] ** 2 < 2 * length:
        raise InvalidInput(f"bases must be {must} {length}, got {len(sizes)} of sizes {sizes}")
    out, of_k, of_u = bases
    out.check_solvable("bases[0]")
    return out, of_k, of_u


def as_mixing(u: object, k: object, causal: object, bases: object) -> MixingCall:
    """Check the canonical arguments; errors as :func:`sequence_mixing` documents."""
    signal = as_array("u", u, ndim=3, dtypes=(np.float64,), promote=np.float64)
    if 0 in signal.shape:
        raise InvalidInput(f"u must have a batch, a length and channels of at least 1, got shape {signal.shape}")
    check_finite("u", signal)
    length, channels = signal.shape[1:]
    kernel = as_array("k", k, ndim=2, dtypes=(np.float64,), promote=np.float64)
    one_way = as_flag("causal", causal)
    fits = 1 <= kernel.shape[1] <= length if one_way else kernel.shape[1] == 2 * length - 1
    if kernel.shape[0] != channels or not fits:
        must = f"({channels}, 1 to {length})" if one_way else f"({channels}, {2 * length - 1})"
        raise InvalidInput(f"k must be of shape {must}, got {kernel.shape}")
    check_finite("k", kernel)
    turned = np.ascontiguousarray(signal.transpose(0, 2, 1))
    return MixingCall(turned, kernel, one_way, as_bases(bases, length, one_way))


@porism.solver(
    sequence_mixing,
    "monarch-mixer",
    paper=FU_2023,
    complexity="O(B D L log L) time; with bases O(B D L^1.5), and no L x L matrix",
    claims=Claims(deterministic=True, thread_invariant=True),
    tags=("monarch",),
    default=True,
)
def monarch_mixer(
    u: npt.ArrayLike, k: npt.ArrayLike, *, causal: bool = True, bases: Any = None, n_jobs: int | None = None
) -> MixedSequences:
    """Fourier transforms by Monarch factors, and changes of basis by their triangular blocks.

    Parameters
    ----------
    n_jobs : int, optional
        Threads of the convolutions.
    """
    call = as_mixing(u, k, causal, bases)
    return call.result(call.convolved(planned(n_jobs)))


@porism.solver(
    sequence_mixing,
    "fft-convolution",
    complexity="O(B D L log L) time",
    claims=Claims(deterministic=True),
    tags=("baseline",),
)
def fft_convolution(u: npt.ArrayLike, k: npt.ArrayLike, *, causal: bool = True, bases: Any = None) -> MixedSequences:
    """The same map with `scipy.signal.fftconvolve` for the convolutions."""
    call = as_mixing(u, k, causal, bases)
    return call.result(call.convolved(by_scipy))


@porism.solver(
    sequence_mixing,
    "toeplitz-direct",
    complexity="O(B D L²) time and an L x L matrix for each channel; with bases 4 L x 4 L at most, inverted",
    claims=Claims(deterministic=True),
    tags=("baseline", "exact"),
)
def toeplitz_direct(u: npt.ArrayLike, k: npt.ArrayLike, *, causal: bool = True, bases: Any = None) -> MixedSequences:
    """All matrices written out."""
    call = as_mixing(u, k, causal, bases)
    length = call.u.shape[2]
    check_memory("toeplitz-direct: its matrices", 8 * (16 if bases is not None else 4) * length**2 * 3, None)
    return call.result(call.written_out())


def _toeplitz(kernel: Array, rows: int, columns: int) -> Array:
    """The matrix whose entry (n, m) is ``kernel[n - m]``."""
    lag = np.arange(rows)[:, None] - np.arange(columns)
    inside = (lag >= 0) & (lag < len(kernel))
    return np.where(inside, kernel[np.clip(lag, 0, len(kernel) - 1)], 0.0)
