"""Orders of contraction: those of opt-einsum and cotengra, and an order of elimination for sparse matrices."""

from __future__ import annotations

from typing import Any

from porism import MissingExtra, TooLarge
from porism_graphs._polynomials.plan import Axes, Path

__all__ = ["OPTIMIZERS", "by_cotengra", "by_elimination", "by_opt_einsum"]

OPTIMIZERS = ("auto", "auto-hq", "optimal", "branch-2", "branch-all", "dp", "greedy")

Places = list[tuple[int, ...]]


def by_opt_einsum(optimize: Any, n: int, most: int | None) -> Path:
    """Paths of opt-einsum for n indices a vertex, with tensors of at most `most` entries if that is given."""

    def path(axes: list[Axes], open_: frozenset[int]) -> Places:
        import opt_einsum

        symbols = {vertex: opt_einsum.get_symbol(i) for i, vertex in enumerate(sorted({v for a in axes for v in a}))}
        terms = ["".join(symbols[vertex] for vertex in one) for one in axes]
        wanted = "".join(symbols[vertex] for vertex in sorted(open_))
        shapes = [(max(n, 2),) * len(one) for one in axes]
        equation = f"{','.join(terms)}->{wanted}"
        found, _ = opt_einsum.contract_path(equation, *shapes, shapes=True, optimize=optimize, memory_limit=most)
        if any(len(places) > 2 for places in found):
            raise TooLarge(
                f"memory_limit must allow more than {most} numbers in a tensor, as {equation} with {n} indices each "
                f"has no path of pairwise contractions within it; opt-einsum's is {found}"
            )
        return _as_placed(found)

    return path


def by_cotengra(repeats: int, n: int, seed: int = 0) -> Path:
    """Paths that cotengra finds by many random greedy tries, the same for the same seed."""

    def path(axes: list[Axes], open_: frozenset[int]) -> Places:
        try:
            import cotengra
        except ImportError as error:
            raise MissingExtra("cotengra is not installed: pip install 'porism-graphs[cotengra]'") from error
        sizes = {vertex: max(n, 2) for one in axes for vertex in one}
        if len(axes) <= 2:
            return [tuple(range(len(axes)))]
        optimizer = cotengra.RandomGreedyOptimizer(max_repeats=repeats, seed=seed, parallel=False, accel=False)
        found = optimizer([list(one) for one in axes], sorted(open_), sizes)
        return _as_placed([tuple(places) for places in found])

    return path


def _as_placed(found: Any) -> Places:
    return [tuple(sorted(int(place) for place in places)) for places in found]


def by_elimination(n: int, entries: int) -> Path:
    """One vertex after the other is summed out, in the order that is cheapest for n vertices and so many entries.

    Costs are estimated as for random matrices, and orders compared by a search over sets of vertices that are gone
    (greedily beyond ten). A product over which another matrix lies is masked by it.
    """

    def path(axes: list[Axes], open_: frozenset[int]) -> Places:
        weights = {1: float(n), 2: float(max(entries, 1))}
        operands = [(frozenset(one), weights.get(len(one), float(n) ** len(one))) for one in axes]
        order = _order(operands, open_, float(n))
        return _placed([frozenset(one) for one in axes], order)

    return path


Sized = tuple[frozenset[int], float]


def _order(operands: list[Sized], open_: frozenset[int], n: float) -> list[int]:
    summed = sorted(set().union(*(axes for axes, _ in operands)) - open_)
    if len(summed) > 10:
        greedy: list[int] = []
        while len(greedy) < len(summed):
            costs = {v: _eliminated(operands, v, n) for v in summed if v not in greedy}
            cheapest = min(costs, key=lambda v: (costs[v][0], v))
            operands = costs[cheapest][1]
            greedy.append(cheapest)
        return greedy
    best: dict[frozenset[int], tuple[float, list[int], list[Sized]]] = {frozenset(): (0.0, [], operands)}
    for _ in summed:
        after: dict[frozenset[int], tuple[float, list[int], list[Sized]]] = {}
        for gone, (cost, order, left) in best.items():
            for v in summed:
                if v in gone:
                    continue
                more, rest = _eliminated(left, v, n)
                key = gone | {v}
                if key not in after or cost + more < after[key][0]:
                    after[key] = (cost + more, [*order, v], rest)
        best = after
    return best[frozenset(summed)][1]


def _eliminated(operands: list[Sized], v: int, n: float) -> tuple[float, list[Sized]]:
    """About how many products it takes to sum out v, and the operands afterwards."""
    meets = sorted((one for one in operands if v in one[0]), key=lambda one: (len(one[0]), one[1]))
    rest = [one for one in operands if v not in one[0]]
    axes, size = meets[0]
    cost = size
    for others, weight in meets[1:]:
        size = min(size * weight / n ** len(axes & others), n ** len(axes | others))
        axes |= others
        cost += size
    axes -= {v}
    size = min(size, n ** len(axes))
    covers = [one for one in rest if one[0] == axes]
    if covers:
        rest = [one for one in rest if one[0] != axes]
        size = min(size, *(weight for _, weight in covers))
    return cost + size, [*rest, (axes, size)]


def _placed(axes: list[frozenset[int]], order: list[int]) -> Places:
    """The order of elimination as places: factors of a vertex one by one, and what lies over a product at once."""
    found: Places = []

    def merge(*places: int) -> None:
        found.append(places)
        gone = set(places)
        joined = frozenset().union(*(axes[place] for place in places))
        axes[:] = [one for place, one in enumerate(axes) if place not in gone]
        axes.append(joined)

    for v in order:
        while True:
            meets = [place for place, one in enumerate(axes) if v in one]
            meets.sort(key=lambda place: (len(axes[place]), place))
            if len(meets) < 2:
                break
            a, b = meets[0], meets[1]
            joined = axes[a] | axes[b]
            last = len(meets) == 2
            masks = [p for p, one in enumerate(axes) if p not in (a, b) and len(one) == 2 and one == joined - {v}]
            if last and masks and len(joined) == 3:
                merge(a, b, masks[0])
            else:
                merge(a, b)
                _absorb(axes, merge)
            if last:
                break
        axes[:] = [one - {v} for one in axes]
    while len(axes) > 1:
        merge(0, 1)
    if not found:
        found.append((0,))
    return found


def _absorb(axes: list[frozenset[int]], merge: Any) -> None:
    """Whatever lies within the tensor that was made last makes it smaller, if that has three axes or more."""
    while len(axes[-1]) > 2:
        within = [place for place, one in enumerate(axes[:-1]) if len(one) > 1 and one <= axes[-1]]
        if not within:
            return
        merge(within[0], len(axes) - 1)
