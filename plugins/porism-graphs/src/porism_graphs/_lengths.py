"""Checks and papers that the problems on graphs of lengths share."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from porism import InvalidInput, InvalidType, Paper
from porism.validation import as_integer, plain_array
from porism_graphs._arguments import told

__all__ = ["CHANG_ET_AL_2024", "FILTSER_2019", "as_r", "as_vertices", "check_powers", "check_scales", "check_span"]

CHANG_ET_AL_2024 = Paper(
    key="chang2024shortcut",
    title="Shortcut Partitions in Minor-Free Graphs: {Steiner} Point Removal, Distance Oracles, Tree Covers, and More",
    authors=(
        "Chang, Hsien-Chih",
        "Conroy, Jonathan",
        "Le, Hung",
        "Milenković, Lazar",
        "Solomon, Shay",
        "Than, Cuong",
    ),
    year=2024,
    venue="Proceedings of the 2024 ACM-SIAM Symposium on Discrete Algorithms (SODA)",
    arxiv="2308.00555",
    kind="inproceedings",
)

FILTSER_2019 = Paper(
    key="filtser2019steiner",
    title="Steiner Point Removal with Distortion {$O(\\log k)$} Using the Noisy-{Voronoi} Algorithm",
    authors=("Filtser, Arnold",),
    year=2019,
    venue="SIAM Journal on Computing",
    arxiv="1808.02800",
    kind="article",
)


def as_r(r: object) -> int:
    """The order of the complete graph that is taken not to be a minor.

    Raises
    ------
    InvalidInput
        If it is no integer of 3 or more (and below 2^16).
    """
    return as_integer("r", r, 3, 2**16 - 1)


def as_vertices(name: str, value: object, n: int) -> npt.NDArray[np.int64]:
    """Vertices of a graph of `n`, a 1-D array.

    Raises
    ------
    InvalidType
        If they are no integers.
    InvalidInput
        If one is out of range, or they are of another shape.
    """
    must = f"vertices (integers in 0..{n - 1})"
    if value is None or isinstance(value, str | bytes | dict | set):
        raise InvalidType(f"{name} must be {must}, got {told(value)}")
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise InvalidType(f"{name} must be {must} without masked entries, got a masked array")
    array = plain_array(name, value, must)
    if array.dtype.kind not in "iu" and not (array.size == 0 and array.dtype.kind == "f"):
        raise InvalidType(f"{name} must be {must}, got {told(value)} of dtype {array.dtype}")
    if array.ndim != 1:
        raise InvalidInput(f"{name} must be {must} in a 1-D array, got {told(array)}")
    outside = np.flatnonzero((array < 0) | (array >= n))
    if outside.size:
        raise InvalidInput(f"{name} must be {must}, got {array[outside[0]]} at {name}[{outside[0]}]")
    return np.ascontiguousarray(array, dtype=np.int64)


def check_span(name: str, lengths: Any, solver: str, most: float) -> None:
    """Refuse lengths so different that distances cannot tell them apart.

    Raises
    ------
    InvalidInput
        If all lengths together are `most` times the shortest, or more.
    """
    if lengths.nnz:
        least, total = float(lengths.data.min()), float((lengths.data / 2).sum())
        if not total / most < least:
            raise InvalidInput(
                f"{name} must have lengths whose sum is below {most:.0e} times the shortest for {solver}, "
                f"got {least:.3g} at least and {total:.3g} in all"
            )


def check_powers(name: str, lengths: Any) -> None:
    """Refuse lengths for which scales, which are powers of two, would leave the range of double precision.

    Raises
    ------
    InvalidInput
        If one is below 2^-1000, or all together are 2^998 or more.
    """
    if lengths.nnz:
        least, total = float(lengths.data.min()), float((lengths.data / 2).sum())
        if not (least >= 2.0**-1000 and total < 2.0**998):
            raise InvalidInput(
                f"{name} must have lengths of 2^-1000 (9.3e-302) or more, and below 2^998 (2.7e300) in all, "
                f"got {least:.3g} at least and {total:.3g} in all"
            )


def check_scales(name: str, lengths: Any) -> None:
    """Warn of lengths that are so different that there are very many scales of distances.

    Warns
    -----
    RuntimeWarning
        If the longest edge is 10^15 times as long as the shortest, or more.
    """
    import warnings

    if lengths.nnz and lengths.data.max() / lengths.data.min() >= 1e15:
        span = f"from {float(lengths.data.min()):.3g} to {float(lengths.data.max()):.3g}"
        scales = int(np.log2(lengths.data.max()) - np.log2(lengths.data.min())) + 1
        text = f"{name} has lengths {span}: there are {scales} scales of distances, each with work of its own"
        warnings.warn(text, RuntimeWarning, stacklevel=3)
