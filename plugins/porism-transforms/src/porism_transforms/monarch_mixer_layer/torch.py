"""The layer of Monarch Mixer in PyTorch: a function of tensors, and a module whose parameters go there and back.

Not imported by the plugin: ``from porism_transforms.monarch_mixer_layer.torch import MonarchMixerLayer`` needs an
installed torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

try:
    import torch
except ImportError as error:
    from porism import MissingExtra

    raise MissingExtra("torch is not installed: pip install 'porism-transforms[torch]'") from error

from porism.validation import as_choice, as_flag
from porism_transforms.monarch_mixer_layer import forward
from porism_transforms.monarch_mixer_layer.parameters import MixerParams
from porism_transforms.torch import long_conv

__all__ = ["MonarchMixerLayer", "m2"]


def m2(u: Any, arrays: Mapping[str, Any], *, span: int, causal: bool = True, convolution: str = "fft") -> Any:
    """The layer's output, as the problem `monarch-mixer-layer` defines it.

    Parameters
    ----------
    u : (B, L, D) tensor of float32 or float64
        Sequences.
    arrays : mapping of str to tensor
        Parameters by the names of :class:`~porism_transforms.MixerParams`.
    span : int
        Of the parameters that they come from.
    causal : bool
        Whether each place hears only itself and those before it.
    convolution : {"fft", "plan"}
        torch's own transforms, on any device and to any derivative; or the compiled kernels, on the CPU.

    Returns
    -------
    (B, L, D) tensor
    """
    as_choice("convolution", convolution, ("fft", "plan"))
    convolve = _by_fft if convolution == "fft" else _by_plan
    ops = forward.Ops(torch, _arange, torch.erf, convolve, forward.einsum_linear(torch))
    return forward.layer(ops, arrays, u, span, causal)


def _arange(n: int, like: Any) -> Any:
    return torch.arange(n, dtype=like.dtype, device=like.device)


def _by_fft(x: Any, k: Any, causal: bool) -> Any:
    length = x.shape[2]
    n = 2 * length if causal else 4 * length
    found = torch.fft.irfft(torch.fft.rfft(x, n) * torch.fft.rfft(k, n), n)
    start = 0 if causal else length - 1
    return found[..., start : start + length]


def _by_plan(x: Any, k: Any, causal: bool) -> Any:
    return long_conv(x.contiguous(), k.contiguous(), mode="causal" if causal else "same")


class MonarchMixerLayer(torch.nn.Module):  # type: ignore[misc,unused-ignore]
    """One layer, with the parameters of a :class:`~porism_transforms.MixerParams`.

    Parameters
    ----------
    params : MixerParams
        What it starts from. Decays of filters become buffers, which are not trained.
    causal : bool
        Whether each place hears only itself and those before it.
    convolution : {"fft", "plan"}
        As in :func:`m2`.
    dtype : torch.dtype
        Of the parameters.
    """

    def __init__(
        self, params: MixerParams, *, causal: bool = True, convolution: str = "fft", dtype: Any = torch.float32
    ) -> None:
        super().__init__()
        self.span, self.causal = params.span, as_flag("causal", causal)
        self.convolution = as_choice("convolution", convolution, ("fft", "plan"))
        self.names = tuple(params)
        for name, value in params.items():
            tensor = torch.tensor(np.array(value), dtype=dtype)
            if name.endswith(".decay"):
                self.register_buffer(_flat(name), tensor)
            else:
                self.register_parameter(_flat(name), torch.nn.Parameter(tensor))

    def arrays(self) -> dict[str, Any]:
        """Parameters and buffers by the names of `MixerParams`."""
        return {name: getattr(self, _flat(name)) for name in self.names}

    def params(self) -> MixerParams:
        """What the layer has become, for the solvers of `monarch-mixer-layer`."""
        arrays = {name: tensor.detach().cpu().double().numpy() for name, tensor in self.arrays().items()}
        return MixerParams(arrays, span=self.span)

    def forward(self, u: Any) -> Any:
        """The output for sequences u (B, L, D)."""
        return m2(u, self.arrays(), span=self.span, causal=self.causal, convolution=self.convolution)


def _flat(name: str) -> str:
    return name.replace(".", "__")
