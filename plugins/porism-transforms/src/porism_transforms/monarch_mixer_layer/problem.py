"""The problem `monarch-mixer-layer`: what a layer of Monarch Mixer makes of sequences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import porism
from porism import Law, optional
from porism_transforms.monarch_mixer_layer.parameters import MixerParams

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["STATEMENTS", "MixedLayer", "monarch_mixer_layer"]

STATEMENTS = (
    Law("form", "y has the shape of u, and filters a row for each channel", source="porism's interface"),
    Law(
        "oracle",
        "y is what the definition gives, number by number, up to rounding",
        source="Fu et al. 2023, and the code published with it",
    ),
    Law(
        "filter",
        "each filter is the network's answer to the features of a position, times a decay",
        source="Fu et al. 2023; the filters are those of Poli et al. 2023",
    ),
    Law(
        "causality",
        "the causal layer changes nothing before t where u changes from t on, whatever bases it has",
        source="Fu et al. 2023, causal parameterisation",
    ),
    Law(
        "two-sided",
        "the bidirectional layer hears what comes after, and with no reverse filter is the causal one",
        source="follows from the definition",
    ),
    Law(
        "basis",
        "with bases of powers the layer is that without bases",
        source="Fu et al. 2023: the Fourier transform is the Monarch matrix of powers",
    ),
    Law(
        "gates",
        "where one of x1, x2 and v is zero, so is the sequence mixer's output, less its bias",
        source="follows from the definition",
    ),
    Law("batch", "a sequence alone gives what it gives among others", source="follows from the definition"),
    Law(
        "prefix",
        "the causal layer makes of the first places what it makes of them in the whole sequence",
        source="follows from the definition",
    ),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MixedLayer(porism.Result):
    """What a layer makes.

    Attributes
    ----------
    y : (B, L, D) array of float64
        The output.
    filters : (D, L) or (D, 2 L - 1) array of float64
        The long convolution's kernels; of the bidirectional layer tap L - 1 + j for what is j places back.
    condition : float
        An estimate of the condition number of the basis of the output; 1 without bases.
    """

    y: npt.NDArray[Any]
    filters: npt.NDArray[Any]
    condition: float

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the long filters of up to eight channels.

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
        length = self.y.shape[1]
        lag = np.arange(self.filters.shape[1]) - (self.filters.shape[1] - length)
        shown = np.linspace(0, len(self.filters) - 1, min(8, len(self.filters))).astype(int)
        for channel in shown:
            ax.plot(lag, self.filters[channel], linewidth=1, label=f"channel {channel}")
        ax.set_xlabel("places back")
        ax.legend(fontsize="small")
        return ax


@porism.problem(
    "monarch-mixer-layer",
    result=MixedLayer,
    tags=("sequence", "convolution", "neural"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def monarch_mixer_layer(  # type: ignore[empty-body]
    u: npt.ArrayLike,
    params: MixerParams,
    *,
    causal: bool = True,
    bases: Any = None,
) -> MixedLayer:
    """Run sequences through a layer that mixes places by a gated long convolution and channels by Monarch factors.

    Three projections of u, each place with the two before it; the product of two of them convolved with long filters,
    which a small network makes of positions; the product of that with the third; and a projection back. Where the
    parameters have them, a second long convolution beside it, and after it a network across channels, gated, whose
    linear maps are block-diagonal. No step takes time or memory quadratic in the length.

    Parameters
    ----------
    u : (B, L, D) array-like
        Sequences of length L with D channels, computed with as float64.
    params : MixerParams
        The layer's numbers: :meth:`porism_transforms.MixerParams.random` makes those that training starts from, a
        layer of :mod:`porism_transforms.monarch_mixer_layer.torch` those that it ends with.
    causal : bool
        Whether each place hears only itself and those before it; False needs parameters with reverse filters.
    bases : triple of CausalBasis, optional
        The long convolutions in bases of polynomials, as in `sequence-mixing`; for the causal layer only.

    Returns
    -------
    MixedLayer

    Raises
    ------
    InvalidInput
        If a shape does not fit, a number is not finite, a sequence is longer than the parameters' span, or the basis of
        the output is not invertible.
    InvalidType
        If u holds no real numbers, or params or bases are something else.

    Examples
    --------
    >>> import numpy as np
    >>> from porism_transforms import MixerParams, m2
    >>> params = MixerParams.random(8, span=100, rng=0)
    >>> u = np.random.default_rng(1).standard_normal((2, 100, 8))
    >>> changed = u.copy()
    >>> changed[:, 60:] = 0
    >>> bool(np.allclose(m2(u, params).y[:, :60], m2(changed, params).y[:, :60]))
    True
    """
