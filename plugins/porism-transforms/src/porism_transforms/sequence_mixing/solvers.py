"""Monarch mixing by planned convolutions, and what it stands beside: transforms by SciPy, and matrices written out."""

from __future__ import annotations

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

__all__ = ["MixingCall", "as_mixing", "fft_convolution", "monarch_mixer", "toeplitz_direct"]

Array = npt.NDArray[Any]

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

    def result(self, y: Array) -> MixedSequences:
        """The result with that output, channels before places."""
        condition = 1.0 if self.bases is None else self.bases[0].condition
        return MixedSequences(np.ascontiguousarray(y.transpose(0, 2, 1)), condition)

    def convolved(self, convolve: Any) -> MixedSequences:
        """The map, by ``convolve(u, k, n)``, which gives the first n numbers of convolutions."""
        length = self.u.shape[2]
        if not self.causal:
            return self.result(convolve(self.u, self.k, 2 * length - 1)[..., length - 1 :])
        if self.bases is None:
            return self.result(convolve(self.u, self.k, length))
        out, of_k, of_u = self.bases
        b = out.b
        product = convolve(of_u.powers(self.u), of_k.powers(self.k), b * b)
        return self.result(out.numbers(product)[..., :length])


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
    if bases is None:
        return MixingCall(turned, kernel, one_way, None)
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
    return MixingCall(turned, kernel, True, (out, of_k, of_u))


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

    def convolve(x: Array, kernel: Array, n: int) -> Array:
        plan = LongConv(n, x.shape[1], kernel_len=min(kernel.shape[1], n), dtype=np.float64, n_jobs=n_jobs).set_kernel(
            kernel[:, :n]
        )
        return plan(np.pad(x, ((0, 0), (0, 0), (0, n - x.shape[2]))), check_finite=False)

    return call.convolved(convolve)


@porism.solver(
    sequence_mixing,
    "fft-convolution",
    complexity="O(B D L log L) time",
    claims=Claims(deterministic=True),
    tags=("baseline",),
)
def fft_convolution(u: npt.ArrayLike, k: npt.ArrayLike, *, causal: bool = True, bases: Any = None) -> MixedSequences:
    """The same map with `scipy.signal.fftconvolve` for the convolutions."""
    from scipy import signal

    def convolve(x: Array, kernel: Array, n: int) -> Array:
        found = signal.fftconvolve(x, kernel[None], axes=2)[..., :n]
        return np.pad(found, ((0, 0), (0, 0), (0, n - found.shape[2])))

    return as_mixing(u, k, causal, bases).convolved(convolve)


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
    y = np.empty_like(call.u)
    for channel, kernel in enumerate(call.k):
        if not call.causal:
            matrix = _toeplitz(kernel, 2 * length - 1, length)[length - 1 :]
        elif call.bases is None:
            matrix = _toeplitz(kernel, length, length)
        else:
            n = call.bases[0].b ** 2
            out, of_k, of_u = call.bases[0].dense(False), call.bases[1].dense(True), call.bases[2].dense(True)
            powers = _toeplitz(of_k[:, : len(kernel)] @ kernel, n, n)
            matrix = np.linalg.solve(out, powers @ of_u)[:length, :length]
        y[:, channel] = call.u[:, channel] @ matrix.T
    return call.result(y)


def _toeplitz(kernel: Array, rows: int, columns: int) -> Array:
    """The matrix whose entry (n, m) is ``kernel[n - m]``."""
    lag = np.arange(rows)[:, None] - np.arange(columns)
    inside = (lag >= 0) & (lag < len(kernel))
    return np.where(inside, kernel[np.clip(lag, 0, len(kernel) - 1)], 0.0)
