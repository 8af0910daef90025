"""The worked example: which modules of an installed library belong together, by its import statements."""

from __future__ import annotations

import ast
import importlib.util
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from porism import InvalidInput, registry
from porism_graphs.personalized_pagerank.index import PPRIndex
from porism_graphs.personalized_pagerank.problem import PPRResult, personalized_pagerank
from porism_graphs.personalized_pagerank.walkers import powerwalk

__all__ = ["demo", "import_graph", "karate_club"]

LIBRARY = "sklearn"
QUERY = "sklearn.cluster._kmeans"

KARATE = {
    0: (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 17, 19, 21, 31),
    1: (2, 3, 7, 13, 17, 19, 21, 30),
    2: (3, 7, 8, 9, 13, 27, 28, 32),
    3: (7, 12, 13),
    4: (6, 10),
    5: (6, 10, 16),
    6: (16,),
    8: (30, 32, 33),
    23: (25, 27, 29, 32, 33),
    24: (25, 27, 31),
    25: (31,),
    26: (29, 33),
    28: (31, 33),
    **dict.fromkeys((9, 13, 19, 27), (33,)),
    **dict.fromkeys((14, 15, 18, 20, 22, 29, 30, 31), (32, 33)),
    32: (33,),
}
"""Friendships in a karate club before it split (Zachary 1977): neighbours with a higher number."""


def karate_club() -> Any:
    """Zachary's karate club: 34 members, 78 friendships, as a symmetric csr_array."""
    from scipy import sparse

    pairs = [(u, v) for u, friends in KARATE.items() for v in friends]
    row, column = np.array(pairs).T
    upper = sparse.coo_array((np.ones(len(pairs)), (row, column)), shape=(34, 34))
    return sparse.csr_array(upper + upper.T)


def import_graph(library: str) -> tuple[list[str], Any]:
    """Who imports whom inside an installed library, read from its source; nothing is imported.

    Parameters
    ----------
    library : str
        An importable package. Its tests are left out.

    Returns
    -------
    modules : list of str
        Names, sorted.
    A : (n, n) scipy.sparse.csr_array of float64
        Entry (u, v) counts the import statements of module u that name module v or something in it.

    Raises
    ------
    InvalidInput
        If there is no such package.
    """
    from scipy import sparse

    spec = importlib.util.find_spec(library)
    if spec is None or not spec.submodule_search_locations:
        raise InvalidInput(f"library must be an installed package, got {library!r}")
    root = Path(spec.submodule_search_locations[0])
    files = {
        ".".join((library, *path.relative_to(root).with_suffix("").parts)).removesuffix(".__init__"): path
        for path in root.rglob("*.py")
        if "tests" not in path.relative_to(root).parts and path.stem != "conftest"
    }
    modules = sorted(files)
    place = {name: i for i, name in enumerate(modules)}
    edges: Counter[tuple[int, int]] = Counter()
    for name, path in files.items():
        edges.update((place[name], place[target]) for target in _imported(name, path, set(files)) if target != name)
    row, column = np.array(list(edges), dtype=np.intp).reshape(-1, 2).T
    weights = np.array(list(edges.values()), dtype=np.float64)
    return modules, sparse.csr_array((weights, (row, column)), shape=(len(modules), len(modules)))


def _imported(name: str, path: Path, known: set[str]) -> Iterator[str]:
    """The known modules that the module `name` imports, once for each statement, wherever in its source that is."""
    package = name if path.stem == "__init__" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            wanted = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, node.module] if node.module else above)
            wanted = [f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from {_nearest(target, known) for target in wanted} - {""}


def _nearest(target: str, known: set[str]) -> str:
    """The known module that `target` is, or is in; ``""`` if there is none."""
    while target and target not in known:
        target = target.rpartition(".")[0]
    return target


def demo(console: Console, picture: Path) -> None:
    """Rank scikit-learn's modules around `sklearn.cluster._kmeans` with every solver, and all of them from an index.

    Drawn are the ranking, a karate club, and how the error falls with the walks of the index.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    modules, A = import_graph(LIBRARY)
    dangling = int((np.diff(A.indptr) == 0).sum())
    console.print(f"{LIBRARY}: {len(modules)} modules, {A.nnz} imports, {dangling} modules import none of the others\n")
    query = modules.index(QUERY)
    results: dict[str, tuple[PPRResult, float]] = {}
    for solver in registry.solvers(problem=personalized_pagerank):
        started = time.perf_counter()
        result = solver(A + A.T, query, **({"rng": 0} if "rng" in solver.options else {}))
        results[registry.name_of(solver)] = result, time.perf_counter() - started
    table = Table("solver", box=None, pad_edge=False)
    for column in ("steps", "scored", "L1 error ≤", "seconds"):
        table.add_column(column, justify="right")
    for name, (result, seconds) in results.items():
        bound = float(result.error_bound[0])
        table.add_row(name, str(result.n_steps), str(result.scores.nnz), f"{bound:.1e}", f"{seconds:.4f}")
    console.print(table)
    related = next(iter(results.values()))[0]
    needed = personalized_pagerank(A, query)
    console.print(f"\nNear {QUERY}, along imports in either direction, and what it rests on, along its own imports:\n")
    ranking = Table("related", "score", "needed", "score", box=None, pad_edge=False)
    for one, other in zip(_ranked(related, modules), _ranked(needed, modules), strict=True):
        ranking.add_row(*one, *other)
    console.print(ranking)
    errors = _indexed(console, A + A.T, modules)
    _draw(related, modules, errors, picture)
    what = "The ranking, the same for a karate club, and errors by walks"
    console.print(f"\n{what}: {picture.resolve()}", soft_wrap=True)


WALKS = (10, 30, 100, 300, 1000)


def _indexed(console: Console, A: Any, modules: list[str]) -> dict[int, list[float]]:
    """Whom each module should be listed with, from an index; mean errors by steps, for each number of walks."""
    everyone = np.arange(len(modules))
    exact = personalized_pagerank(A, everyone)
    errors: dict[int, list[float]] = {0: [], 2: [], 4: []}
    for n_walks in WALKS:
        index = powerwalk.build(A, n_walks=n_walks, rng=0)
        for n_steps, row in errors.items():
            found = index.query(everyone, n_steps=n_steps, bound="mass")
            row.append(float(abs(found.scores - exact.scores).sum(axis=1).mean()))
        if n_walks == 100:
            _all_of_them(console, index, everyone, exact)
    return errors


def _all_of_them(console: Console, index: PPRIndex, everyone: npt.NDArray[Any], exact: PPRResult) -> None:
    started = time.perf_counter()
    found = index.query(everyone)
    seconds = time.perf_counter() - started
    same = [len(np.intersect1d(a, b)) / 10 for a, b in zip(found.top(10)[0], exact.top(10)[0], strict=True)]
    far = abs(found.scores - exact.scores).sum(axis=1)
    console.print(
        f"\nAll {len(everyone)} modules at once from an index of {index.nbytes / 2**20:.2f} MiB, {index.n_walks} walks "
        f"each: {1e3 * seconds / len(everyone):.3f} ms a query, of the ten best {100 * np.mean(same):.0f} % right, "
        f"L1 error {far.mean():.3f}, bound {found.error_bound.mean():.3f} in the mean"
    )


def _ranked(result: PPRResult, modules: list[str], k: int = 10) -> list[tuple[str, str]]:
    ids, scores = result.top(k + 1)
    return [(modules[vertex], f"{score:.4f}") for vertex, score in zip(ids[0], scores[0], strict=True)][1:]


def _draw(result: PPRResult, modules: list[str], errors: dict[int, list[float]], picture: Path) -> None:
    from matplotlib import pyplot

    shape = {"width_ratios": (1.1, 1, 0.9)}
    figure, (left, right, last) = pyplot.subplots(1, 3, figsize=(18, 6), layout="constrained", gridspec_kw=shape)
    for n_steps, row in errors.items():
        name = f"{n_steps} steps, then walks" if n_steps else "walks alone (full-path Monte Carlo)"
        last.loglog(WALKS, row, marker="o", label=name)
    last.set_xlabel("walks from each module")
    last.set_ylabel("mean L1 error")
    last.set_title(f"all modules of {LIBRARY}, from an index", fontsize="medium")
    last.grid(alpha=0.3)
    last.legend(frameon=False)
    result.plot(modules, ax=left)
    left.set_title(f"related to {QUERY}", fontsize="medium")
    club = karate_club()
    scores = personalized_pagerank(club, 0).scores.toarray()[0]
    where = _layout(club)
    upper = club.tocoo()
    for u, v in zip(upper.row, upper.col, strict=True):
        right.plot(*where[[u, v]].T, color="0.85", linewidth=0.8, zorder=1)
    drawn = right.scatter(*where.T, c=scores, s=2500 * scores + 130, cmap="YlOrRd", edgecolors="0.4", zorder=2)
    for vertex, (x, y) in enumerate(where):
        right.annotate(str(vertex), (x, y), ha="center", va="center", fontsize=7, color="black", zorder=3)
    figure.colorbar(drawn, ax=right, label="personalized PageRank")
    right.set_title("a karate club, seen from its instructor (0)", fontsize="medium")
    right.set_axis_off()
    figure.savefig(picture, dpi=130)
    pyplot.close(figure)


def _layout(A: Any, rounds: int = 200) -> npt.NDArray[np.float64]:
    """Places whose distances are near those in the graph: stress majorisation from a circle (SMACOF, unit weights)."""
    from scipy.sparse.csgraph import shortest_path

    wanted = shortest_path(A, unweighted=True)
    n = len(wanted)
    turn = 2 * np.pi * np.argsort(np.argsort(wanted[0] - wanted[-1], kind="stable")) / n
    where = np.column_stack((np.cos(turn), np.sin(turn)))
    for _ in range(rounds):
        apart = np.linalg.norm(where[:, None] - where[None], axis=2)
        pull = -np.divide(wanted, apart, out=np.zeros_like(wanted), where=apart > 0)
        np.fill_diagonal(pull, -pull.sum(axis=1))
        where = pull @ where / n
    return where
