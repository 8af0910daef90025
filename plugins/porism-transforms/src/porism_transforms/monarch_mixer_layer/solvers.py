"""The layer over the compiled kernels, over SciPy, and with every matrix written out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Claims, InvalidInput, InvalidType
from porism.validation import as_array, as_flag, as_n_jobs, check_finite, check_memory
from porism_transforms._causal import CausalBasis
from porism_transforms._monarch import MonarchMatrix
from porism_transforms.monarch_mixer_layer import forward
from porism_transforms.monarch_mixer_layer.parameters import MixerParams
from porism_transforms.monarch_mixer_layer.problem import MixedLayer, monarch_mixer_layer
from porism_transforms.sequence_mixing.solvers import FU_2023, MixingCall, as_bases, by_scipy, planned

__all__ = ["as_layer", "m2", "m2_fft", "m2_written_out"]

Array = npt.NDArray[Any]
Bases = tuple[CausalBasis, CausalBasis, CausalBasis] | None


def as_layer(u: object, params: object, causal: object, bases: object) -> tuple[Array, MixerParams, bool, Bases]:
    """Check the canonical arguments; errors as :func:`monarch_mixer_layer` documents."""
    if not isinstance(params, MixerParams):
        raise InvalidType(f"params must be a MixerParams, got {type(params).__name__}")
    one_way = as_flag("causal", causal)
    if not one_way and not params.bidirectional:
        raise InvalidInput("params must have reverse filters where causal is False, got those of a causal layer")
    must = f"of shape (B, L, {params.dim}), 1 <= L <= {params.span}"
    signal = as_array("u", u, ndim=3, dtypes=(np.float64,), promote=np.float64)
    if 0 in signal.shape or signal.shape[2] != params.dim or signal.shape[1] > params.span:
        raise InvalidInput(f"u must be {must}, got {signal.shape}")
    check_finite("u", signal)
    return signal, params, one_way, as_bases(bases, signal.shape[1], one_way)


def _erf(x: Array) -> Array:
    from scipy.special import erf

    found: Array = erf(x)
    return found


def _ops(convolve: Callable[[MixingCall], Array], linear: Any, bases: Bases) -> forward.Ops:
    def mapped(x: Array, k: Array, causal: bool) -> Array:
        return convolve(MixingCall(np.ascontiguousarray(x), np.ascontiguousarray(k), causal, bases))

    def arange(n: int, like: Array) -> Array:
        return np.arange(n, dtype=like.dtype)

    return forward.Ops(np, arange, _erf, mapped, linear)


def _outcome(ops: forward.Ops, call: tuple[Array, MixerParams, bool, Bases]) -> MixedLayer:
    u, params, causal, bases = call
    y = forward.layer(ops, params, u, params.span, causal)
    filters = forward.kernel(ops, params, "filter", u.shape[1], params.span, causal)
    return MixedLayer(
        np.ascontiguousarray(y), np.ascontiguousarray(filters), 1.0 if bases is None else bases[0].condition
    )


@porism.solver(
    monarch_mixer_layer,
    "m2",
    paper=FU_2023,
    complexity="O(B L D² / blocks + B D L log L) time; with bases O(B D L^1.5) instead of the latter",
    claims=Claims(deterministic=True, thread_invariant=True),
    tags=("monarch",),
    default=True,
)
def m2(
    u: npt.ArrayLike, params: MixerParams, *, causal: bool = True, bases: Any = None, n_jobs: int | None = None
) -> MixedLayer:
    """Planned convolutions, and products with Monarch matrices.

    Parameters
    ----------
    n_jobs : int, optional
        Threads of the convolutions and of the products.
    """
    call = as_layer(u, params, causal, bases)
    as_n_jobs(n_jobs)
    convolve = planned(n_jobs)

    def linear(x: Array, factors: list[Array]) -> Array:
        return MonarchMatrix(*factors, n_jobs=n_jobs).apply(x)

    return _outcome(_ops(lambda mixing: mixing.convolved(convolve), linear, call[3]), call)


@porism.solver(
    monarch_mixer_layer,
    "m2-fft",
    complexity="O(B L D² / blocks + B D L log L) time",
    claims=Claims(deterministic=True),
    tags=("baseline",),
)
def m2_fft(u: npt.ArrayLike, params: MixerParams, *, causal: bool = True, bases: Any = None) -> MixedLayer:
    """`scipy.signal.fftconvolve` and `numpy.einsum`, as a port of the published code is written."""
    call = as_layer(u, params, causal, bases)
    return _outcome(_ops(lambda mixing: mixing.convolved(by_scipy), forward.einsum_linear(np), call[3]), call)


@porism.solver(
    monarch_mixer_layer,
    "m2-written-out",
    complexity="O(B D L² + B L D²) time, and an L x L matrix for each channel",
    claims=Claims(deterministic=True),
    tags=("baseline", "exact"),
)
def m2_written_out(u: npt.ArrayLike, params: MixerParams, *, causal: bool = True, bases: Any = None) -> MixedLayer:
    """Every convolution and every linear map as a dense matrix."""
    call = as_layer(u, params, causal, bases)
    length = call[0].shape[1]
    check_memory("m2-written-out: its matrices", 8 * (16 if call[3] is not None else 4) * length**2 * 3, None)

    def linear(x: Array, factors: list[Array]) -> Array:
        return x @ MonarchMatrix(*factors).to_dense().T

    return _outcome(_ops(lambda mixing: mixing.written_out(), linear, call[3]), call)
