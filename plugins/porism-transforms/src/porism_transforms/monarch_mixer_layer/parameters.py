"""`MixerParams`, the numbers of one Monarch Mixer layer, by name.

A name is a part and what it is of that part, so that any framework that keeps numbers by name can hold them:

- ``in.factors.0``, ``in.factors.1`` …: block-diagonal factors that take D numbers to 3 D, each followed by the
  permutation that deals results out. One factor of one block is a dense projection, two factors are a Monarch matrix.
  ``in.bias`` (3 D,).
- ``short.taps`` (3 D, w), ``short.bias`` (3 D,): the short convolutions, tap j for what is j places back.
- ``filter.*`` and, for the bidirectional layer, ``reverse.*``: the networks that the long filters come from (see
  :func:`porism_transforms.monarch_mixer_layer.forward.taps`). ``skip`` (D,).
- ``residual.*``, ``residual_reverse.*``, ``residual_skip``: a second long convolution, of what comes in; optional.
- ``out.factors.0`` …, ``out.bias``: back to D.
- ``norm.scale``, ``norm.shift`` (D,), ``up.factors.0`` …, ``up.bias`` (2 M,), ``down.factors.0`` …, ``down.bias``
  (D,), ``norm2.scale``, ``norm2.shift``: the dimension mixer and what is normalised before either mixer; optional.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from porism import InvalidInput, InvalidType
from porism.validation import as_array, as_flag, as_integer, as_rng, check_finite
from porism_transforms._monarch import as_blocks

__all__ = ["FILTERS", "MixerParams", "factors_of"]

Array = npt.NDArray[Any]

FILTERS = ("filter", "reverse", "residual", "residual_reverse")
"""Parts that long filters come from."""

SLOW, FAST, TARGET = 1.5, 0.3, 1e-2
"""The slowest and the fastest channel have fallen to `TARGET` after so many lengths of a sequence."""

FREQUENCY = 10.0
"""What sines are taken of, in the beginning, is multiplied by this."""


def factors_of(arrays: Mapping[str, Any], part: str) -> list[Any]:
    """The factors of a linear map, in the order in which they are applied."""
    found: list[Any] = []
    while f"{part}.factors.{len(found)}" in arrays:
        found.append(arrays[f"{part}.factors.{len(found)}"])
    return found


class MixerParams(Mapping[str, Array]):
    """The numbers of a layer, by name; a mapping that cannot be changed.

    Parameters
    ----------
    arrays : mapping of str to array-like
        See the module's description. Become float64.
    span : int
        Positions of filters are j / (span - 1): the length that the layer is made for. Sequences may be shorter.

    Attributes
    ----------
    dim : int
        Channels D.
    span : int
        As given.
    bidirectional : bool
        Whether there are filters for what comes after.
    n_params : int
        How many numbers.

    Raises
    ------
    InvalidInput
        If a name is unknown or missing, or a shape does not fit, or a number is not finite.
    InvalidType
        If `arrays` is no mapping, or something in it holds no real numbers.
    """

    def __init__(self, arrays: Mapping[str, npt.ArrayLike], *, span: int) -> None:
        if not isinstance(arrays, Mapping):
            raise InvalidType(f"params must be a mapping of names to arrays, got {type(arrays).__name__}")
        self.span = as_integer("span", span, 2)
        self._arrays: dict[str, Array] = {}
        for name, value in arrays.items():
            self._arrays[name] = _number_array(f"params[{name!r}]", name, value)
        self.dim = len(self._needed("skip"))
        self._check()

    def __getitem__(self, name: str) -> Array:
        return self._arrays[name]

    def __contains__(self, name: object) -> bool:
        return name in self._arrays

    def __iter__(self) -> Any:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MixerParams):
            return NotImplemented
        same = self.span == other.span and self._arrays.keys() == other._arrays.keys()
        return same and all(np.array_equal(value, other[name]) for name, value in self._arrays.items())

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        kind = "bidirectional" if self.bidirectional else "causal"
        return f"MixerParams(dim={self.dim}, span={self.span}, {kind}, {self.n_params} parameters)"

    @property
    def bidirectional(self) -> bool:
        """Whether there are filters for what comes after."""
        return "reverse.out" in self._arrays

    @property
    def n_params(self) -> int:
        """How many numbers, the decays of filters left out, which are not learned."""
        return sum(value.size for name, value in self._arrays.items() if not name.endswith(".decay"))

    def but(self, **arrays: npt.ArrayLike) -> MixerParams:
        """The same with some arrays replaced; ``__`` stands for the dots in their names."""
        named = {name.replace("__", "."): value for name, value in arrays.items()}
        return MixerParams({**self._arrays, **named}, span=self.span)

    @classmethod
    def random(
        cls,
        dim: int,
        span: int,
        *,
        bidirectional: bool = False,
        residual: bool = False,
        mlp: bool = True,
        blocks: int = 4,
        expansion: int = 4,
        projection_blocks: int = 1,
        order: int = 16,
        emb_dim: int = 3,
        depth: int = 2,
        width: int = 3,
        rng: Any = None,
    ) -> MixerParams:
        """What training starts from.

        Parameters
        ----------
        dim : int
            Channels D.
        span : int
            The longest sequences.
        bidirectional : bool
            Filters for what comes after, too.
        residual : bool
            The second long convolution.
        mlp : bool
            The dimension mixer.
        blocks : int
            Of the dimension mixer's block-diagonal factors; divides D and ``expansion * D``.
        expansion : int
            How many times wider the dimension mixer is inside.
        projection_blocks : int
            1 for dense projections; more for block-diagonal ones, followed by a second factor with as many blocks of
            their own, which makes each a Monarch matrix.
        order, emb_dim, depth : int
            Width of the filters' networks, their features of a position (odd), and their inner layers.
        width : int
            Taps of the short convolutions.
        rng : None, int or numpy.random.Generator
            Source of randomness.
        """
        dim, span, order = as_integer("dim", dim, 1), as_integer("span", span, 2), as_integer("order", order, 1)
        width, depth = as_integer("width", width, 1), as_integer("depth", depth, 0)
        expansion = as_integer("expansion", expansion, 1)
        emb_dim = as_integer("emb_dim", emb_dim, 3)
        if emb_dim % 2 == 0:
            raise InvalidInput(f"emb_dim must be odd, got {emb_dim}")
        for name, count in (("blocks", blocks), ("projection_blocks", projection_blocks)):
            if dim % as_integer(name, count, 1):
                raise InvalidInput(f"{name} must divide dim={dim}, got {count}")
        generator = as_rng(rng)

        def uniform(*shape: int, fan: int) -> Array:
            return generator.uniform(-1, 1, shape) / math.sqrt(fan)

        arrays: dict[str, Array] = {}

        def linear(part: str, taken: int, made: int, count: int) -> None:
            twice = count > 1 and part in ("in", "out")
            if twice:
                arrays[f"{part}.factors.0"] = uniform(count, taken // count, taken // count, fan=taken // count)
            last = uniform(count, made // count, taken // count, fan=taken // count)
            arrays[f"{part}.factors.{int(twice)}"] = last
            arrays[f"{part}.bias"] = np.zeros(made)

        def network(part: str) -> None:
            sizes = [emb_dim, *[order] * (depth + 1)]
            for i, (taken, made) in enumerate(itertools.pairwise(sizes)):
                arrays[f"{part}.weights.{i}"] = uniform(made, taken, fan=taken)
                arrays[f"{part}.biases.{i}"] = uniform(made, fan=taken)
            arrays[f"{part}.frequency"] = np.full(order, FREQUENCY)
            arrays[f"{part}.out"] = uniform(dim, order, fan=order)
            arrays[f"{part}.decay"] = np.linspace(-math.log(TARGET) / SLOW, -math.log(TARGET) / FAST, dim)

        linear("in", dim, 3 * dim, projection_blocks)
        arrays["short.taps"] = uniform(3 * dim, width, fan=width)
        arrays["short.bias"] = uniform(3 * dim, fan=width)
        for part in FILTERS:
            if (bidirectional or "reverse" not in part) and (residual or "residual" not in part):
                network(part)
        arrays["skip"] = generator.standard_normal(dim)
        if as_flag("residual", residual):
            arrays["residual_skip"] = generator.standard_normal(dim)
        linear("out", dim, dim, projection_blocks)
        if as_flag("mlp", mlp):
            linear("up", dim, 2 * expansion * dim, blocks)
            linear("down", expansion * dim, dim, blocks)
            for part in ("norm", "norm2"):
                arrays[f"{part}.scale"], arrays[f"{part}.shift"] = np.ones(dim), np.zeros(dim)
        return cls(arrays, span=span)

    def _needed(self, name: str) -> Array:
        if name not in self._arrays:
            raise InvalidInput(f"params must have {name!r}, got {', '.join(self._arrays) or 'nothing'}")
        return self._arrays[name]

    def _check(self) -> None:
        """Refuse what does not fit together."""
        D = self.dim
        left = set(self._arrays)

        def shaped(name: str, *shape: int) -> None:
            left.discard(name)
            if self._needed(name).shape != shape:
                raise InvalidInput(f"params[{name!r}] must be of shape {shape}, got {self[name].shape}")

        def linear(part: str, taken: int) -> int:
            factors = factors_of(self._arrays, part) or [self._needed(f"{part}.factors.0")]
            for i, factor in enumerate(factors):
                name = f"{part}.factors.{i}"
                left.discard(name)
                if factor.shape[0] * factor.shape[2] != taken:
                    raise InvalidInput(f"params[{name!r}] must take {taken} numbers, got shape {factor.shape}")
                taken = factor.shape[0] * factor.shape[1]
            shaped(f"{part}.bias", taken)
            return taken

        def goes_to(part: str, made: int, wanted: int) -> None:
            if made != wanted:
                raise InvalidInput(f"params['{part}.factors'] must make {wanted} numbers, got {made}")

        goes_to("in", linear("in", D), 3 * D)
        goes_to("out", linear("out", D), D)
        width = self._needed("short.taps").shape[1]
        shaped("short.taps", 3 * D, width)
        shaped("short.bias", 3 * D)
        shaped("skip", D)
        for part in FILTERS:
            if part == "filter" or f"{part}.out" in self._arrays:
                self._check_filter(part, shaped)
        twice = ("residual.out" in self, "residual_skip" in self, "residual_reverse.out" in self)
        if twice[0] != twice[1] or twice[2] != (twice[0] and self.bidirectional):
            raise InvalidInput(
                "params must have 'residual', 'residual_skip' and, where they have 'reverse', 'residual_reverse' "
                f"together, got {', '.join(n for n in self if n.startswith('residual')) or 'none of them'}"
            )
        if "residual_skip" in self:
            shaped("residual_skip", D)
        if "up.factors.0" in self:
            inner = linear("up", D)
            if inner % 2:
                raise InvalidInput(f"params['up.factors'] must make an even number of numbers, got {inner}")
            goes_to("down", linear("down", inner // 2), D)
            for part in ("norm", "norm2"):
                shaped(f"{part}.scale", D)
                shaped(f"{part}.shift", D)
        if left:
            raise InvalidInput(f"params must have known names alone, got {', '.join(sorted(left))}")

    def _check_filter(self, part: str, shaped: Any) -> None:
        layers = sum(name.startswith(f"{part}.weights.") for name in self)
        order, features = self._needed(f"{part}.out").shape[1], self._needed(f"{part}.weights.0").shape[1]
        if features % 2 == 0 or features < 3:
            raise InvalidInput(
                f"params['{part}.weights.0'] must take an odd number of features, 3 or more, got {features}"
            )
        for i in range(layers):
            shaped(f"{part}.weights.{i}", order, features if i == 0 else order)
            shaped(f"{part}.biases.{i}", order)
        shaped(f"{part}.frequency", order)
        shaped(f"{part}.out", self.dim, order)
        shaped(f"{part}.decay", self.dim)


NDIM = {"factors": 3, "weights": 2, "taps": 2, "out": 2}


def _number_array(label: str, name: object, value: npt.ArrayLike) -> Array:
    if not isinstance(name, str):
        raise InvalidType(f"params must be a mapping of names to arrays, got a name {name!r}")
    ndim = next((n for kind, n in NDIM.items() if f".{kind}" in name), 1)
    if ndim == 3:
        blocks = as_blocks(label, value)
        if blocks.dtype.kind == "c":
            raise InvalidType(f"{label} must be of real numbers, got dtype {blocks.dtype}")
        array = np.array(blocks, dtype=np.float64)
    else:
        array = np.array(as_array(label, value, ndim=ndim, dtypes=(np.float64,), promote=np.float64))
        if array.size == 0:
            raise InvalidInput(f"{label} must not be empty, got shape {array.shape}")
        check_finite(label, array)
    array.flags.writeable = False
    return array
