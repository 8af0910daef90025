"""The streets of Soho in London, as libpysal ships them: the graph of the worked examples on lengths."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from porism import MissingExtra

__all__ = ["soho"]

STEP = 20.0
"""Metres between vertices along a street, at most."""

METRES = "EPSG:27700"
"""The British National Grid; the file itself is in a projection that stretches London by three fifths."""


def soho() -> tuple[Any, npt.NDArray[np.float64]]:
    """The streets around Broad Street, where John Snow found the pump: a planar graph.

    Vertices are crossings, ends of streets, and places on them 20 m apart at most; whatever is not joined to most of
    the streets is left out.

    Returns
    -------
    A : (n, n) scipy.sparse.csr_array of float64
        Lengths in metres.
    positions : (n, 2) float64 array
        East and north, in metres.

    Raises
    ------
    MissingExtra
        Without geopandas and libpysal: ``pip install 'porism-graphs[demo]'``.
    """
    try:
        import geopandas
        import shapely
        from libpysal import examples
    except ImportError as error:
        raise MissingExtra("geopandas or libpysal is not installed: pip install 'porism-graphs[demo]'") from error
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    lines = geopandas.read_file(examples.get_path("Soho_Network.shp")).to_crs(METRES).geometry
    crossed = shapely.node(shapely.union_all(shapely.set_precision(lines.array, 0.5)))  # streets meet to half a metre
    paths = [shapely.get_coordinates(shapely.segmentize(line, STEP)) for line in shapely.get_parts(crossed)]
    ends = np.concatenate([np.stack((path[:-1], path[1:]), axis=1) for path in paths])
    places, number = np.unique(np.round(ends.reshape(-1, 2), 1), axis=0, return_inverse=True)
    u, v = number.reshape(-1, 2).T
    real = u != v
    u, v = np.unique(np.sort(np.column_stack((u[real], v[real])), axis=1), axis=0).T
    length = np.linalg.norm(places[u] - places[v], axis=1)
    n = len(places)
    A = sparse.coo_array((np.tile(length, 2), (np.append(u, v), np.append(v, u))), shape=(n, n)).tocsr()
    _, component = connected_components(A, directed=False)
    kept = np.flatnonzero(component == np.argmax(np.bincount(component)))
    return A[kept][:, kept], places[kept]
