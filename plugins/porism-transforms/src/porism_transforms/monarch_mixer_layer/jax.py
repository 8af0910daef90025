"""The layer of Monarch Mixer as a function of JAX: compiled, differentiated and mapped like any other.

Not imported by the plugin: ``from porism_transforms.monarch_mixer_layer.jax import m2, numbers`` needs JAX.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from porism.validation import as_choice
from porism_transforms.jax import long_conv
from porism_transforms.monarch_mixer_layer import forward
from porism_transforms.monarch_mixer_layer.parameters import MixerParams

__all__ = ["m2", "numbers"]


def numbers(params: MixerParams, dtype: Any = np.float32) -> dict[str, Any]:
    """The parameters as a dictionary of JAX's arrays, a tree that optimisers take."""
    return {name: jnp.asarray(value, dtype) for name, value in params.items()}


def m2(u: Any, arrays: dict[str, Any], *, span: int, causal: bool = True, convolution: str = "fft") -> Any:
    """The layer's output, as the problem `monarch-mixer-layer` defines it.

    Parameters
    ----------
    u : (B, L, D) array of float32 or float64
        Sequences.
    arrays : dict of str to array
        From :func:`numbers`, or trained.
    span : int
        Of the :class:`~porism_transforms.MixerParams` that they come from.
    causal : bool
        Whether each place hears only itself and those before it.
    convolution : {"fft", "plan"}
        JAX's own transforms, on any device; or the compiled kernels, on the CPU, called back from compiled functions.

    Returns
    -------
    (B, L, D) array
    """
    as_choice("convolution", convolution, ("fft", "plan"))

    def arange(n: int, like: Any) -> Any:
        return jnp.arange(n, dtype=like.dtype)

    convolve = by_fft if convolution == "fft" else by_plan
    ops = forward.Ops(jnp, arange, jax.scipy.special.erf, convolve, forward.einsum_linear(jnp))
    return forward.layer(ops, arrays, u, span, causal)


def by_fft(x: Any, k: Any, causal: bool) -> Any:
    """Convolutions by `jax.numpy.fft`."""
    length = x.shape[2]
    n = 2 * length if causal else 4 * length
    found = jnp.fft.irfft(jnp.fft.rfft(x, n) * jnp.fft.rfft(k, n), n)
    start = 0 if causal else length - 1
    return found[..., start : start + length]


def by_plan(x: Any, k: Any, causal: bool) -> Any:
    """Convolutions by the compiled kernels, with gradients of their own."""
    return long_conv(x, k, mode="causal" if causal else "same")
