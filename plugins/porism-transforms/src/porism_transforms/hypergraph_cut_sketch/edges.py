"""Edges from a spectrum: the largest even sets of vertices first, what belongs to them taken off."""

from __future__ import annotations

from collections.abc import Iterator

from porism_transforms.sparse_walsh_hadamard.problem import members

__all__ = ["edges_of"]


def _even_parts(mask: int) -> Iterator[int]:
    """The parts of a set with a positive even number of members."""
    part = mask
    while part:
        if part.bit_count() % 2 == 0:
            yield part
        part = (part - 1) & mask


def edges_of(
    spectrum: dict[int, float], max_edge_size: int, tolerance: float
) -> tuple[dict[tuple[int, ...], float], bool]:
    """The edges whose cut function has this spectrum, with weights; and whether it has nothing else.

    Parameters
    ----------
    spectrum : dict
        Coefficients by set of vertices, as words.
    max_edge_size : int
        Vertices of an edge at most.
    tolerance : float
        Coefficients no larger than that count as 0.
    """
    edges, left = _read(spectrum, max_edge_size, tolerance, odd=True)
    if any(weight < 0 for weight in edges.values()):
        plain = _read(spectrum, max_edge_size, tolerance, odd=False)
        if plain[1] <= left:
            edges, left = plain
    constant = sum(weight * (1 - 2.0 ** (1 - len(edge))) for edge, weight in edges.items())
    size = sum(map(abs, edges.values()))
    off = abs(constant - spectrum.get(0, 0.0))
    return edges, left == 0 and off <= max(1e-9 * size, tolerance * max(1, len(edges)))


def _read(
    spectrum: dict[int, float], max_edge_size: int, tolerance: float, *, odd: bool
) -> tuple[dict[tuple[int, ...], float], int]:
    """Edges, and how many coefficients they do not explain."""
    rest = {k: value for k, value in spectrum.items() if k}
    found: dict[int, float] = {}

    def take(mask: int, weight: float) -> None:
        found[mask] = found.get(mask, 0.0) + weight
        share = weight * 2.0 ** (1 - mask.bit_count())
        for part in _even_parts(mask):
            rest[part] = rest.get(part, 0.0) + share

    for size in range(max_edge_size - max_edge_size % 2, 1, -2):
        level = {k for k, value in rest.items() if k.bit_count() == size and abs(value) > tolerance}
        if odd and size < max_edge_size:
            for mask in sorted(_complete(level, size)):
                parts = [mask ^ (1 << v) for v in members(mask)]
                common = min(-rest[part] for part in parts)
                if common > tolerance:
                    take(mask, common * 2.0**size)
        for mask in sorted(level):
            if abs(rest[mask]) > tolerance:
                take(mask, -rest[mask] * 2.0 ** (size - 1))
    left = sum(abs(value) > tolerance for value in rest.values())
    ordered = sorted((mask.bit_count(), members(mask), weight) for mask, weight in found.items())
    return {edge: weight for _, edge, weight in ordered}, left


def _complete(level: set[int], size: int) -> set[int]:
    """The sets of one vertex more whose parts of `size` vertices are all in the level."""
    vertices = [1 << v for v in members(_union(level))]
    found = set()
    for part in level:
        for vertex in vertices:
            mask = part | vertex
            if not part & vertex and mask not in found and all(mask ^ (1 << v) in level for v in members(mask)):
                found.add(mask)
    return found


def _union(level: set[int]) -> int:
    union = 0
    for mask in level:
        union |= mask
    return union
