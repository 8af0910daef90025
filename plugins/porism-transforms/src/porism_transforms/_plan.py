"""`LongConv`, a convolution laid out once: factors, tables, and the spectra of the kernels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from porism import InvalidInput, InvalidType, kernels
from porism.validation import as_choice, as_flag, as_integer, as_n_jobs, check_memory
from porism_transforms._convolution import (
    MODES,
    Geometry,
    as_factors,
    as_gate,
    as_kernel,
    as_numbers,
    as_size,
    factors_of,
    kernel_of,
    out_length,
    window_points,
)
from porism_transforms._packed import packed, unpacked

__all__ = ["ConvGradients", "LongConv"]

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class ConvGradients:
    """Gradients of sum(dy * y), each with the shape of what it belongs to; None for what was not given.

    Of complex sequences they are those of the real part of sum(conj(dy) * y), as in PyTorch.
    """

    u: Array
    k: Array
    pre_gate: Array | None
    post_gate: Array | None
    skip: Array | None


class LongConv:
    """A convolution of `channels` channels, for any number of calls with the same kernels.

    The transform is a Monarch decomposition: `factors` multiply to its number of complex points, each is a pass of
    small transforms over columns, and results stay in the order in which they fall, in which the kernels' spectra are
    kept too. A real sequence goes through it modulo t^(2M) + 1: in that ring t^M is a square root of -1, so that the
    two halves of a sequence of length 2M are the real and the imaginary parts of M complex points, and the product of
    two spectra is the product of the sequences. (The paper packs even and odd numbers, and unpacks with twiddles; this
    costs the same passes and has nothing to unpack.) Where the second half is padding the first pass reads real
    numbers, and where only the first half of the output is wanted the last pass writes real numbers.

    Kernels much shorter than the sequences are convolved in windows that overlap by a kernel's length less one
    (overlap-save), in memory that does not depend on the length.

    Parameters
    ----------
    length : int
        Length L of the sequences.
    channels : int
        How many channels, and kernels.
    kernel_len : int, optional
        Taps of the kernels; `length` by default.
    mode : {"causal", "circular", "full", "same"}
        Which part of the convolution.
    fft_size : int, optional
        In mode circular where the convolution comes around, `length` by default. In the others a transform of so many
        real numbers, or the next larger one that there is, for all of a sequence at once: ``length + kernel_len - 1``
        at least. Spectra that are given to :meth:`set_kernel` are of this size.
    factors : sequence of int, optional
        2, 3, 4, 5, 8 or 16 each, the last two of them 16; chosen by default.
    keep : sequence of int, optional
        Frequency-sparse convolution: how many results of each factor are kept, all of the last but one. Spectra are
        then of cyclic transforms of ``prod(factors)`` points, with u and k padded by zeros to that length, and the
        output is the real part of the masked product's inverse transform.
    symmetric : bool
        With `keep`: keep -k with every kept frequency k.
    dtype : {float32, float64, complex64, complex128}
        What is computed with; complex numbers in mode circular only.
    n_jobs : int, optional
        Threads, over batch and channels; as in scikit-learn. Changes no result.

    Attributes
    ----------
    factors : tuple of int
        Of the transform.
    macs : int
        What the transforms of the last call would take as products with matrices, in products of real numbers.
    """

    def __init__(
        self,
        length: int,
        channels: int,
        *,
        kernel_len: int | None = None,
        mode: str = "causal",
        fft_size: int | None = None,
        factors: Sequence[int] | None = None,
        keep: Sequence[int] | None = None,
        symmetric: bool = False,
        dtype: npt.DTypeLike = np.float32,
        n_jobs: int | None = None,
    ) -> None:
        self.length = as_integer("length", length, 1)
        self.channels = as_integer("channels", channels, 1)
        self.taps = as_integer("kernel_len", length if kernel_len is None else kernel_len, 1)
        self.mode = as_choice("mode", mode, MODES)
        self.dtype = _as_dtype(dtype, self.mode)
        self.n_threads = as_n_jobs(n_jobs)
        self.symmetric = as_flag("symmetric", symmetric)
        self.out_length = out_length(self.mode, self.length, self.taps)
        self.keep: tuple[int, ...] | None = None
        self.macs = 0
        self._size = as_size(fft_size, self.mode, self.length, self.taps)
        period = self.length if self._size is None else self._size
        taps = min(self.taps, period) if self.mode == "circular" else self.taps
        self._inner_taps = taps
        self._turn = period if self.mode == "circular" and period < self.length + taps - 1 else 0
        if keep is not None:
            if self.mode not in ("causal", "circular"):
                raise InvalidInput(f"mode must be 'causal' or 'circular' where keep is given, got {mode!r}")
            if self._size is not None:
                raise InvalidInput(f"fft_size must be left out where keep is given: factors say it, got {fft_size}")
            if self._complex:
                raise InvalidInput(f"dtype must be float32 or float64 where keep is given, got {self.dtype}")
            self.factors = as_factors(factors, self.length + (taps - 1 if mode == "causal" else 0))
            if mode == "circular" and math.prod(self.factors) != self.length:
                must = f"the product of the factors {self.factors} in mode 'circular' where keep is given"
                raise InvalidInput(f"length must be {must}, got {self.length}")
            self._plan = self._sparse(keep)
        else:
            if self.symmetric:
                raise InvalidInput("symmetric must be False where no keep is given, got True")
            self.factors = self._chosen(factors)
            self._plan = self._planned()
        ring = self._plan.length
        self._geometry: Geometry
        self._adjoint: Geometry
        if self._complex:
            self._geometry = self._adjoint = Geometry(0, 0, 0, ring, ring, 0, 0)
        elif keep is not None:
            self._geometry = self._adjoint = Geometry(0, 0, 0, self.length, self.length, 0, 0)
        elif self.mode == "circular":
            self._geometry = Geometry(0, 0, 0, self.length, self.length, 0, self._turn)
            self._adjoint = Geometry(0, 0, 0, self.length, self.length, self._reach, 0)
        else:
            start = (taps - 1) // 2 if self.mode == "same" else 0
            if self.length + taps - 1 <= ring:
                self._geometry = Geometry(0, 0, start, self.out_length, self.out_length, 0, 0)
                self._adjoint = Geometry(0, start, 0, self.length, self.length, 0, 0)
            else:
                piece = ring - (taps - 1)
                self._geometry = Geometry(taps - 1, 0, taps - 1, self.length, piece, 0, 0)
                self._adjoint = self._geometry  # of reversed sequences
        self._spectra: Any = None

    @property
    def _complex(self) -> bool:
        return self.dtype.kind == "c"

    def _chosen(self, factors: Sequence[int] | None) -> tuple[int, ...]:
        """Factors of a plan for all of a sequence, or in mode causal for windows of it."""
        whole = self.length + self._inner_taps - 1
        if self.mode != "circular" and self._size is not None:
            whole = self._size
        points = whole if self._complex else -(-whole // 2)
        if self.mode != "causal" or self._size is not None:
            return as_factors(factors, points)
        if factors is None:
            return factors_of(window_points(self.length, self.taps))
        return as_factors(factors, -(-self.taps // 2))

    def _planned(self, *more: Any) -> Any:
        single = self.dtype in (np.float32, np.complex64)
        points = math.prod(self.factors)
        check_memory(f"LongConv: tables for {points} points", 4 * points * (4 if single else 8), None)
        return kernels.transform.ConvolutionPlan(list(self.factors), single, *more)

    def _sparse(self, keep: Sequence[int]) -> Any:
        must = f"between 1 and each of the factors {self.factors}, and all of the last but one"
        if isinstance(keep, str | bytes) or not isinstance(keep, Sequence | np.ndarray) or not np.iterable(keep):
            raise InvalidType(f"keep must be a sequence of integers {must}, got {keep!r}")
        kept = tuple(as_integer("keep", a) for a in keep)
        fits = len(kept) == len(self.factors) and all(1 <= a <= f for a, f in zip(kept, self.factors, strict=True))
        if not fits or kept[-2] != self.factors[-2]:
            raise InvalidInput(f"keep must be {must}, got {kept}")
        self.keep = kept
        sets = [(1 << a) - 1 for a in kept]
        if self.symmetric:
            # The first digit of -k is minus that of k; those after it depend on a borrow, so that all are kept.
            full = [(1 << f) - 1 for f in self.factors]
            first = self.factors[0]
            mirrored = sum({1 << (first - digit) % first for digit in range(kept[0])})
            sets = [sets[0] | mirrored, *full[1:]]
        return self._planned(False, sets)

    @property
    def fft_size(self) -> int:
        """Real numbers of a window: twice the number of complex points, or for a frequency-sparse plan that number."""
        return int(self._plan.length)

    @property
    def windows(self) -> int:
        """How many windows a sequence is cut into."""
        return -(-self._geometry.wanted // self._geometry.piece)

    @property
    def mask(self) -> npt.NDArray[np.bool_]:
        """Which of the `fft_size` frequencies are kept, in natural order; of a frequency-sparse plan."""
        if self.keep is None:
            raise InvalidInput("keep must be given for a plan to have a mask, got None")
        k = np.arange(self.fft_size)
        kept, rest = np.ones(self.fft_size, dtype=bool), k
        for a, factor in zip(self.keep, self.factors, strict=True):
            kept &= rest % factor < a
            rest = rest // factor
        return kept | kept[-k] if self.symmetric else kept

    @property
    def kept_fraction(self) -> float:
        """The share of frequencies that are kept; 1 for a dense plan."""
        return 1.0 if self.keep is None else float(self.mask.mean())

    def set_kernel(
        self, k: npt.ArrayLike | None = None, *, k_f: npt.ArrayLike | None = None, check_finite: bool = True
    ) -> LongConv:
        """Take the kernels for all calls to come. Returns the plan itself.

        Parameters
        ----------
        k : (channels, kernel_len) array-like
            The kernels.
        k_f : (channels, fft_size // 2 + 1) array-like
            Instead of k its spectra, ``numpy.fft.rfft(k, fft_size)``, of kernels of `kernel_len` taps at most; of a
            complex plan ``numpy.fft.fft(k, fft_size)``. They go into the order and the ring of the plan by a
            transform there and back, once.
        check_finite : bool
            False saves a look at all numbers.
        """
        if (k is None) == (k_f is None):
            raise InvalidInput(f"k must be given, or k_f, got {'neither' if k is None else 'both'}")
        if k_f is None:
            kernel = as_kernel("k", k, self.channels, self.dtype, finite=check_finite, complex_too=self._complex)
            if kernel.shape[1] != self.taps:
                raise InvalidInput(f"k must be of shape ({self.channels}, {self.taps}), got {kernel.shape}")
        else:
            if self._size is None and self.keep is None and self.mode != "circular":
                raise InvalidInput("fft_size must be given to the plan for spectra k_f to be of that size, got None")
            n = self.fft_size if self.keep is not None else self._size or self.length
            kernel = kernel_of(k_f, n, self.channels, self.taps, whole=self._complex, finite=check_finite)
            kernel = np.pad(kernel, ((0, 0), (0, max(0, self.taps - n)))).astype(self.dtype)
        if self._inner_taps < self.taps:  # circular: taps beyond the length come around
            turns = -(-self.taps // self._inner_taps)
            padded = np.pad(kernel, ((0, 0), (0, turns * self._inner_taps - self.taps)))
            kernel = padded.reshape(self.channels, turns, self._inner_taps).sum(axis=1)
        if self.symmetric:
            spectrum = np.fft.fft(kernel.astype(np.float64), self.fft_size) * self.mask
            kernel = np.fft.ifft(spectrum).real.astype(self.dtype)
        rows = packed(kernel, self._plan.points) if self._complex else np.ascontiguousarray(kernel)
        self._spectra = self._plan.spectra(rows, self.n_threads)
        return self

    def spectrum_natural_order(self) -> npt.NDArray[np.complex128]:
        """The kernels' spectra, of shape (channels, points).

        Of a frequency-sparse plan that is the masked ``numpy.fft.fft(k, fft_size)``. Of a dense one, which computes
        modulo t^(2M) + 1, number j is the value of the kernel's transform at frequency (4j - 1) / 4M:
        ``numpy.fft.fft(k, 4 * M)[4 * j - 1]``.
        """
        self._ready()
        rows = [self._plan.natural(self._spectra, i) for i in range(self.channels)]
        return np.array([row[0] + 1j * row[1] for row in rows])

    def __call__(
        self,
        u: npt.ArrayLike,
        *,
        pre_gate: npt.ArrayLike | None = None,
        post_gate: npt.ArrayLike | None = None,
        skip: npt.ArrayLike | None = None,
        out: Array | None = None,
        check_finite: bool = True,
    ) -> Array:
        """Convolve u, of shape (batch, channels, length): ``post_gate * conv(u * pre_gate, k) + skip * u``.

        Parameters
        ----------
        u, pre_gate, post_gate, skip : array-like
            As in the problem `long-convolution`, converted to the plan's dtype.
        out : array, optional
            Where to write: C-contiguous, of the plan's dtype and the output's shape, sharing no memory with the inputs.
        check_finite : bool
            False saves a look at all numbers; a NaN then spreads over its whole row.

        Returns
        -------
        y : (batch, channels, n) array
        """
        self._ready()
        u, gates = self._inputs(u, pre_gate, post_gate, check_finite)
        multiples = self._skip(skip, check_finite)
        y = self._out(out, (*u.shape[:2], self.out_length))
        self._convolve(u, y, self._geometry, *gates, skip=multiples)
        return y

    def grad(self, u: npt.ArrayLike, dy: npt.ArrayLike) -> tuple[Array, Array]:
        """Gradients of ``sum(dy * conv(u, k))`` with respect to u and k, without gates: see :meth:`gradients`."""
        found = self.gradients(u, dy)
        return found.u, found.k

    def gradients(
        self,
        u: npt.ArrayLike,
        dy: npt.ArrayLike,
        *,
        pre_gate: npt.ArrayLike | None = None,
        post_gate: npt.ArrayLike | None = None,
        skip: npt.ArrayLike | None = None,
        check_finite: bool = True,
    ) -> ConvGradients:
        """Gradients of ``sum(dy * y)``, computed from u and the kernels' spectra anew: nothing is kept from the call.

        Parameters
        ----------
        u, pre_gate, post_gate, skip : array-like
            What y was computed from.
        dy : (batch, channels, n) array-like
            The gradient with respect to y.

        Returns
        -------
        ConvGradients
        """
        self._ready()
        u, (before, after) = self._inputs(u, pre_gate, post_gate, check_finite)
        multiples = self._skip(skip, check_finite)
        dy = as_gate("dy", dy, (*u.shape[:2], self.out_length), self.dtype, finite=check_finite)
        back = np.empty_like(u)  # through the convolution, before the gate of the input
        if self.windows > 1:
            gated = dy if after is None else dy * after
            turned = np.empty_like(u)
            self._convolve(np.ascontiguousarray(gated[..., ::-1]), turned, self._adjoint, None, None)
            back[...] = turned[..., ::-1]
        else:
            rows, gate = self._around(dy, after)
            self._convolve(rows, back, self._adjoint, gate, None, adjoint=True)
        dk = self._kernel_gradient(u, dy, before, after)
        du = back if before is None else back * before.conj()
        if multiples is not None:
            du = du + multiples.conj()[:, None] * dy
        inner = None
        if after is not None:
            inner = np.empty_like(dy)
            self._convolve(u, inner, self._geometry, before, None)
            inner = dy * inner.conj()
        return ConvGradients(
            du,
            dk,
            None if before is None else back * u.conj(),
            inner,
            None if multiples is None else (dy * u.conj()).sum(axis=(0, 2)),
        )

    def state(self, batch: int) -> Array:
        """The state of a stream that has seen nothing: the last ``kernel_len - 1`` inputs of each sequence."""
        return np.zeros((as_integer("batch", batch, 1), self.channels, self.taps - 1), dtype=self.dtype)

    def stream(self, state: Array, chunk: npt.ArrayLike, *, check_finite: bool = True) -> tuple[Array, Array]:
        """Convolve the next chunk of sequences that are longer than what is at hand.

        Parameters
        ----------
        state : (batch, channels, kernel_len - 1) array
            From :meth:`state`, or the previous call.
        chunk : (batch, channels, n) array-like
            Any number n of further inputs.

        Returns
        -------
        y : (batch, channels, n) array
            The outputs at those places.
        state : array
            For the next call; the one that was passed is not modified.
        """
        self._ready()
        if self.mode != "causal" or self.keep is not None:
            raise InvalidInput(f"mode must be 'causal', of a dense plan, for streams, got {self.mode!r}")
        u = self._rows("chunk", chunk, None, check_finite)
        state = as_gate("state", state, (*u.shape[:2], self.taps - 1), self.dtype, finite=check_finite)
        piece = self._plan.length - (self.taps - 1)
        y = np.empty_like(u)
        n = u.shape[2]
        geometry = Geometry(self.taps - 1, 0, self.taps - 1, n, min(piece, n), 0, 0)
        self._convolve(u, y, geometry, None, None, past=state)
        if n >= self.taps - 1:
            return y, u[..., n - (self.taps - 1) :].copy()
        return y, np.concatenate((state[..., n:], u), axis=2)

    # -- between here and the kernel ---------------------------------------------------------------------------------

    def _ready(self) -> None:
        if self._spectra is None:
            raise InvalidInput("k must be set before the plan is used: plan.set_kernel(k)")

    def _rows(self, name: str, value: npt.ArrayLike, length: int | None, finite: bool) -> Array:
        u = as_numbers(name, value, 3, finite=finite, complex_too=self._complex)
        wanted = ("batch", self.channels, "length" if length is None else length)
        if 0 in u.shape or u.shape[1] != self.channels or length not in (None, u.shape[2]):
            raise InvalidInput(f"{name} must be of shape {wanted}".replace("'", "") + f", got {u.shape}")
        return np.ascontiguousarray(u, dtype=self.dtype)

    def _inputs(
        self, u: npt.ArrayLike, pre: npt.ArrayLike | None, post: npt.ArrayLike | None, finite: bool
    ) -> tuple[Array, tuple[Array | None, Array | None]]:
        rows = self._rows("u", u, self.length, finite)
        before = None if pre is None else as_gate("pre_gate", pre, rows.shape, self.dtype, finite=finite)
        shape = (*rows.shape[:2], self.out_length)
        after = None if post is None else as_gate("post_gate", post, shape, self.dtype, finite=finite)
        return rows, (before, after)

    def _skip(self, skip: npt.ArrayLike | None, finite: bool) -> Array | None:
        if skip is None:
            return None
        if self.mode == "full":
            raise InvalidInput("skip must be left out in mode 'full', where y is longer than u")
        return as_gate("skip", skip, (self.channels,), self.dtype, finite=finite)

    def _out(self, out: Array | None, shape: tuple[int, ...]) -> Array:
        if out is None:
            return np.empty(shape, dtype=self.dtype)
        sound = isinstance(out, np.ndarray) and out.shape == shape and out.dtype == self.dtype
        if not sound or not (out.flags.c_contiguous and out.flags.writeable and out.flags.aligned):
            what = f"{out.dtype} {out.shape}" if isinstance(out, np.ndarray) else repr(out)
            raise InvalidInput(f"out must be a writeable C-contiguous {self.dtype} array of shape {shape}, got {what}")
        return out

    def _convolve(
        self,
        u: Array,
        y: Array,
        geometry: Geometry,
        before: Array | None,
        after: Array | None,
        *,
        skip: Array | None = None,
        adjoint: bool = False,
        past: Array | None = None,
    ) -> None:
        if self._complex:
            rows = packed(u if before is None else u * before, self._plan.points, self._reach if adjoint else 0)
            found = np.empty_like(rows)
            self.macs = self._plan.convolve(
                self._spectra, rows, found, geometry, adjoint=adjoint, n_threads=self.n_threads
            )
            y[...] = unpacked(found, y.shape[2], 0 if adjoint else self._turn).reshape(y.shape)
            if after is not None:
                y *= after
            if skip is not None:
                y += skip[:, None] * u
            return
        self.macs = self._plan.convolve(
            self._spectra,
            _flat(u),
            _flat(y),
            geometry,
            gate_in=None if before is None else _flat(before),
            gate_out=None if after is None else _flat(after),
            skip=skip,
            before=None if past is None or not past.size else _flat(past),
            adjoint=adjoint,
            n_threads=self.n_threads,
        )

    def _around(self, dy: Array, after: Array | None) -> tuple[Array, Array | None]:
        """The gradient of y and its gate as the adjoint takes them: padded up to where the convolution comes around."""
        if self._complex and after is not None:
            dy, after = dy * after.conj(), None
        more = ((0, 0), (0, 0), (0, self._turn - self.length))
        if self._turn <= self.length:
            return dy, after
        return np.pad(dy, more), None if after is None else np.pad(after, more)

    @property
    def _reach(self) -> int:
        """Up to where the gradient of y is repeated, if the convolution comes around."""
        return self.length + self._inner_taps - 1 if self._turn else 0

    def _kernel_gradient(self, u: Array, dy: Array, before: Array | None, after: Array | None) -> Array:
        taps = self.fft_size if self.symmetric else self._inner_taps
        dk = np.empty(
            (self.channels, self._plan.length if self._complex else taps), dtype=self.dtype.type(0).real.dtype
        )
        if self.windows > 1:
            # Windows become batch items: of u with what they overlap by, of dy as they are.
            u, dy = (a if gate is None else a * gate for a, gate in ((u, before), (dy, after)))
            piece, n = self._geometry.piece, self.windows
            padded = np.pad(u, ((0, 0), (0, 0), (taps - 1, n * piece - self.length)))
            windows = np.lib.stride_tricks.sliding_window_view(padded, piece + taps - 1, axis=2)[:, :, ::piece]
            pieces = np.pad(dy, ((0, 0), (0, 0), (0, n * piece - self.length))).reshape(*dy.shape[:2], n, piece)
            u, dy = (np.ascontiguousarray(a.transpose(0, 2, 1, 3)) for a in (windows, pieces))
            before = after = None
            inputs = Geometry(0, 0, 0, piece, piece, 0, 0)
            outputs = Geometry(0, taps - 1, 0, piece, piece, 0, 0)
        elif self._complex:
            u, points = u if before is None else u * before, self._plan.points
            u, dy = packed(u, points), packed(self._around(dy, after)[0], points, self._reach)
            before = after = None
            inputs = outputs = self._geometry
        else:
            inputs, outputs = Geometry(0, 0, 0, self.length, self.length, 0, 0), self._adjoint
            dy, after = self._around(dy, after)
        self._plan.kernel_gradient(
            _flat(u),
            _flat(dy),
            dk,
            inputs,
            outputs,
            gate_in=None if before is None else _flat(before),
            gate_weights=None if after is None else _flat(after),
            n_threads=self.n_threads,
        )
        if self._complex:
            dk = unpacked(dk, taps)
        if self._inner_taps < self.taps:
            dk = np.tile(dk, (1, -(-self.taps // taps)))[:, : self.taps]
        if self.symmetric:
            spectrum = np.fft.fft(dk.astype(np.float64), self.fft_size) * self.mask
            dk = np.fft.ifft(spectrum).real[:, : self.taps].astype(self.dtype)
        return dk


def _flat(array: Array) -> Array:
    return array.reshape(-1, array.shape[-1])


def _as_dtype(value: npt.DTypeLike, mode: str) -> np.dtype[Any]:
    kinds = (np.float32, np.float64, np.complex64, np.complex128)[: 4 if mode == "circular" else 2]
    must = " or ".join(kind.__name__ for kind in kinds) + ("" if mode == "circular" else f" in mode {mode!r}")
    try:
        dtype = np.dtype(value)
    except TypeError:
        raise InvalidType(f"dtype must be {must}, got {value!r}") from None
    if dtype not in kinds:
        raise InvalidInput(f"dtype must be {must}, got {dtype}")
    return dtype
