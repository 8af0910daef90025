"""Partitions of graphs of lengths and what is made of them: laws, mistakes they catch, and what they do not say."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import networkx
import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.csgraph import dijkstra as scipy_dijkstra

import porism
import porism_graphs as graphs
from porism.conformance import check, parametrize
from porism_graphs._instances import comb, delaunay, grid, growing, magnitudes, wheel
from porism_graphs.shortcut_partition.laws import hops_of


def _mutants():
    spec = importlib.util.spec_from_file_location("mutants_partitions", Path(__file__).parent / "mutants_partitions.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


mutants = _mutants()

SOLVERS = (
    *(graphs.buffered_cop, graphs.ball_carving, graphs.mpx, graphs.voronoi_net),
    *(graphs.shortcut_spr, graphs.voronoi_minor, graphs.noisy_voronoi),
    *(graphs.shortcut_hubs, graphs.separator_oracle, graphs.dijkstra, graphs.all_pairs, graphs.landmarks),
    *(graphs.shortcut_trees, graphs.merged_trees, graphs.every_root, graphs.one_tree),
)


@parametrize(*SOLVERS)
def test_law(law):
    law(examples=15)


@pytest.mark.parametrize("problem", mutants.MAKE)
def test_the_solver_that_the_mutants_are_made_from_keeps_every_law(problem):
    solver = mutants.MAKE[problem](None)
    slow = ("wheel", "large-stretch")  # in plain Python
    laws = [
        law.name for law in solver.problem.statements if law.name not in slow and law.claim in (None, *solver.claims)
    ]
    check(solver, examples=8, laws=[*laws, "inputs-untouched", "bad-input", "pickling"]).raise_for_failures()


@pytest.mark.parametrize(
    ("problem", "bug", "law"), [(problem, *pair) for problem, bugs in mutants.BUGS.items() for pair in bugs.items()]
)
def test_mutant_is_caught(problem, bug, law):
    report = check(mutants.MAKE[problem](bug), examples=60, laws=[law], shrink=False)
    assert not report.ok, f"the law {law!r} does not notice that {bug}"


# -- partitions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delta", [2.0, 4.0, 6.0])
def test_decompositions_of_large_planar_graphs_verify(delta):
    for A in (grid(40, 40), delaunay(1500)[0], wheel(300), comb(100)):
        cop = graphs.buffered_cop(A, delta).cop
        assert cop.verify(A, planar=True) == ()
        assert cop.width <= 3


def test_any_graph_is_decomposed_and_its_width_told():
    A = networkx.gnm_random_graph(150, 600, seed=1)
    result = graphs.buffered_cop(A, 2.0)
    assert result.cop.verify(A) == ()
    assert result.cop.width > 3
    assert any(line.startswith("(d)") for line in result.cop.verify(A, planar=True))


def test_the_verifier_finds_what_is_wrong():
    A = grid(12, 12)
    good = graphs.buffered_cop(A, 6.0).cop

    def found(**changes):
        parts = {**good.to_dict(), **changes}
        return {line[:3] for line in type(good)(**parts).verify(A, planar=True)}

    assert found() == set()
    assert "(a)" in found(supernode_of=good.supernode_of[:-1])
    assert "(a)" in found(delta=0.3)
    assert "(b)" in found(parents=np.full(good.n_supernodes, -1))
    assert "(c)" in found(delta=1000.0, r=3, radii=good.radii)
    assert "(f)" in found(radii=good.radii + 1)
    assert "(e)" in found(skeleton_vertices=np.roll(good.skeleton_vertices, 1))
    assert "(f)" in found(bag_supernodes=good.bag_supernodes[:0], bag_indptr=np.zeros_like(good.bag_indptr))


def test_hops_agree_with_scipy():
    A, _ = delaunay(300)
    partition = graphs.buffered_cop(A, 2.0)
    rng = np.random.default_rng(0)
    u, v = np.repeat(np.sort(rng.choice(300, 5, replace=False)), 20), rng.integers(300, size=100)
    apart, hops = partition.hops(A, u, v)
    expected = hops_of(A, partition.labels, u, v)
    np.testing.assert_allclose(apart, expected[:, 0])
    assert (hops == expected[:, 1]).all()
    with pytest.raises(porism.InvalidInput, match="A must have 300 vertices"):
        partition.hops(grid(3, 3), [0], [1])
    with pytest.raises(porism.InvalidInput, match="v must be as many vertices as u, 2"):
        partition.hops(A, [0, 1], [1])


def test_deep_recursion_is_no_recursion():
    n = 200_000
    path = sparse.diags_array([np.ones(n - 1), np.ones(n - 1)], offsets=[-1, 1]).tocsr()
    partition = graphs.buffered_cop(path, 1.0, r=3)
    assert partition.cop.n_supernodes == 1
    assert partition.radii.max() <= 2


@pytest.mark.parametrize("library", ["networkx", "igraph", "rustworkx"])
def test_graph_objects_are_taken(library):
    graph = networkx.grid_2d_graph(5, 5)
    expected = graphs.buffered_cop(networkx.to_scipy_sparse_array(graph), 2.0)
    if library == "igraph":
        import igraph

        graph = igraph.Graph.from_networkx(graph)
    elif library == "rustworkx":
        import rustworkx

        graph = rustworkx.networkx_converter(graph)
    assert graphs.buffered_cop(graph, 2.0) == expected


# -- contractions ------------------------------------------------------------------------------------------------------


def test_combs_are_what_voronoi_cells_are_bad_at():
    grown = {}
    for teeth in (20, 80, 300):
        A, tips = comb(teeth), np.arange(teeth, 2 * teeth)
        grown[teeth] = [solver(A, tips).distortion(A) for solver in (graphs.shortcut_spr, graphs.voronoi_minor)]
    assert max(ours for ours, _ in grown.values()) <= 4.5
    assert [cells > 2.5 * ours for ours, cells in grown.values()] == [True] * 3


def test_one_terminal_and_all_terminals():
    A, _ = delaunay(60)
    assert graphs.shortcut_spr(A, [7]).minor.nnz == 0
    everything = graphs.shortcut_spr(A, np.arange(60))
    assert (everything.minor != A).nnz == 0
    assert everything.distortion(A) == 1.0


# -- oracles and covers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("eps", "scale"), [(0.5, 1.0), (0.2, 1e-30), (1.0, 1e25)])
def test_oracle_on_a_large_triangulation(eps, scale):
    A = delaunay(700)[0] * scale
    oracle = graphs.shortcut_hubs(A, eps=eps)
    true = scipy_dijkstra(A)
    ratios = oracle.query(np.arange(700)[:, None], np.arange(700)[None]) / np.where(true > 0, true, 1.0)
    assert ratios.max() <= 1 + eps
    assert ratios[true > 0].min() >= 1 - 1e-12
    assert oracle.fallbacks == 0
    assert oracle.nbytes == sum(8 * 701 + 8 * round(mean * 700) for _, mean in oracle.scales) + 4 * 700


def test_labels_that_miss_hubs_fall_back_and_say_so():
    oracle = graphs.shortcut_hubs(grid(3, 3))
    arrays, eps, r, (component, scales) = oracle._state()
    blank = [(length, np.zeros_like(starts), hubs[:0], shares[:0]) for length, starts, hubs, shares in scales]
    empty = type(oracle)(arrays, eps, r, (component, blank))
    assert empty.query([0, 0], [8, 0]).tolist() == [4.0, 0.0]
    assert empty.fallbacks == 1
    with pytest.raises(porism.InvalidInput, match="indptr"):
        type(oracle)(arrays, eps, r, (component, [(1.0, np.array([0, 5]), np.array([0]), np.ones(1, np.float32))]))


def test_separators_halve_planar_graphs_and_are_told_from_others():
    for A in (grid(25, 25), delaunay(900)[0], wheel(300), comb(150)):
        oracle = graphs.separator_oracle(A, eps=0.25)
        assert oracle.planar
        assert oracle.width <= 3
        assert oracle.depth <= 1 + np.log2(A.shape[0])
        assert oracle.most_portals <= 7 / 0.25 + 1
    for seed in range(200):
        graph = networkx.gnm_random_graph(9, 12 + seed % 8, seed=seed)
        oracle = graphs.separator_oracle(graph)
        assert oracle.planar == networkx.check_planarity(graph)[0]


def test_separator_labels_that_do_not_fit_are_refused():
    oracle = graphs.separator_oracle(grid(4, 4))
    eps, (numbers, arrays) = oracle._state()
    assert type(oracle)(eps, (numbers, arrays)) == oracle
    for place, name in ((0, "first"), (1, "first"), (2, "group_paths"), (3, "group_starts"), (4, "indices")):
        broken = [*arrays]
        broken[place] = broken[place][:-1] if place == 0 else broken[place] + 1000
        with pytest.raises(porism.InvalidInput, match=name):
            type(oracle)(eps, (numbers, tuple(broken)))


def test_merged_trees_pay_when_there_are_many_scales():
    A = growing(12)
    shared, apart = graphs.merged_trees(A, eps=1.0), graphs.shortcut_trees(A, eps=1.0)
    assert shared.n_forests < apart.n_forests
    u, v = np.triu_indices(A.shape[0], 1)
    ratio = shared.query(u, v) / scipy_dijkstra(A)[u, v]
    assert ratio.min() >= 1 - 1e-12
    assert ratio.max() <= 2
    with pytest.raises(porism.InvalidInput, match="parents"):
        type(shared)(**{**shared.to_dict(), "parents": np.roll(shared.parents, 1)}).query([0], [1])


def test_landmarks_bound_from_both_sides():
    A = grid(9, 9)
    oracle = graphs.landmarks(A, k=5)
    assert len(oracle.landmarks) == 5
    true = scipy_dijkstra(A)
    low, high = oracle.bounds(np.arange(81)[:, None], np.arange(81)[None])
    assert (low <= true).all()
    assert (true <= high).all()
    assert (low < high).any()


def test_what_are_no_vertices():
    oracle = graphs.dijkstra(grid(2, 2))
    for bad in ([[1, 2], [3]], [4], [-1], [0.5], "0", None):
        for name, ends in (("u", (bad, 0)), ("v", (0, bad))):
            with pytest.raises(porism.InvalidInput, match=f"{name} must be vertices"):
                oracle.query(*ends)


def test_no_edges_and_one_vertex():
    for A in (np.zeros((1, 1)), np.zeros((3, 3))):
        n = len(A)
        for solver in (
            graphs.shortcut_hubs,
            graphs.separator_oracle,
            graphs.dijkstra,
            graphs.all_pairs,
            graphs.landmarks,
        ):
            table = solver(A).query(np.arange(n)[:, None], np.arange(n)[None])
            assert (table == np.where(np.eye(n) > 0, 0.0, np.inf)).all()
        for solver in (graphs.shortcut_trees, graphs.merged_trees, graphs.every_root, graphs.one_tree):
            assert solver(A).n_forests == 1


def test_lengths_over_fifteen_orders_warn_and_work():
    A = np.array([[0, 1e-8, 0], [1e-8, 0, 1e8], [0, 1e8, 0]])
    for call in (
        graphs.shortcut_hubs,
        graphs.shortcut_trees,
        graphs.merged_trees,
        lambda A: graphs.shortcut_spr(A, [0]),
    ):
        with pytest.warns(RuntimeWarning, match="54 scales"):
            call(A)
    with pytest.warns(RuntimeWarning):
        assert graphs.shortcut_hubs(A).query(0, 2) == pytest.approx(1e8)


@pytest.mark.filterwarnings("ignore:A has lengths:RuntimeWarning")
@pytest.mark.parametrize("orders", [24, 200])
def test_lengths_that_vanish_in_sums_do_no_harm(orders):
    # Beyond 16 orders of magnitude a vertex is as far from a root as its parent, for all that double precision tells.
    for seed, shape in enumerate((grid(5, 6), delaunay(30)[0], wheel(25), comb(15), grid(1, 30))):
        A = magnitudes(shape, orders, seed)
        n = A.shape[0]
        for delta in (1.0, 10.0 ** (orders / 2), 10.0**orders):
            partition = graphs.buffered_cop(A, delta)
            assert partition.cop.verify(A, planar=True) == ()
            assert partition.radii.max() <= 2 * delta * (1 + 1e-9)
        true = scipy_dijkstra(A)
        u, v = np.triu_indices(n, 1)
        answers = {s.name: s(A, eps=0.5).query(u, v) for s in (graphs.shortcut_hubs, graphs.every_root)}
        answers |= {s.name: s(A, eps=0.5).query(u, v) for s in (graphs.shortcut_trees, graphs.merged_trees)}
        for name, found in answers.items():
            ratio = found / true[u, v]
            assert ratio.min() >= 1 - 1e-9, name
            assert ratio.max() <= 1.5 * (1 + 1e-9), name
        with pytest.raises(porism.InvalidInput, match=r"A must have lengths whose sum is below 1e\+20 times"):
            graphs.separator_oracle(A)


def test_lengths_at_the_ends_of_double_precision_are_refused_by_name():
    for length in (1e-302, 1e301):
        A = grid(2, 2) * length
        for solver in (graphs.shortcut_hubs, graphs.shortcut_trees, graphs.merged_trees):
            with pytest.raises(porism.InvalidInput, match=r"A must have lengths of 2\^-1000"):
                solver(A)
        assert graphs.buffered_cop(A, length).cop.verify(A, planar=True) == ()
        assert graphs.shortcut_spr(A, [0, 3]).distortion(A) == 1.0
        assert graphs.shortcut_spr(A, [0, 3], tau=1e5, scale=1e5).distortion(A) == 1.0
    for solver in SOLVERS:
        args = [1.0] if solver in SOLVERS[:4] else [[0]] if solver in SOLVERS[4:7] else []
        with pytest.raises(porism.InvalidInput, match=r"A must hold lengths below 2\^1020 \(1.1e307\) in all, got inf"):
            solver(grid(3, 3) * 1e308, *args)


def test_the_cover_is_that_of_the_oracle():
    A, _ = delaunay(120)
    oracle = graphs.shortcut_hubs(A)
    cover = oracle.tree_cover()
    assert cover == graphs.shortcut_trees(A)
    u, v = np.triu_indices(120, 1)
    assert (cover.query(u, v) <= oracle.query(u, v) * (1 + 1e-6)).all()


def test_plots():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    A, points = delaunay(50)
    partition, minor = graphs.buffered_cop(A, 2.0), graphs.shortcut_spr(A, [0, 9, 30])
    assert len(partition.plot(A, points).collections) == 3
    assert len(minor.plot(A, points).collections) == 3
    pyplot.close("all")
    for result in (partition, minor):
        with pytest.raises(porism.InvalidInput, match=r"positions must be of shape \(50, 2\), got \(3, 2\)"):
            result.plot(A, np.zeros((3, 2)))
