"""Motifs and the Weisfeiler-Leman algorithm: the laws, mutants that they catch, and agreement with other libraries."""

from __future__ import annotations

import importlib.util
import itertools
import math
import pickle
import sys
from pathlib import Path

import networkx
import numpy as np
import pytest
from networkx.generators.atlas import graph_atlas_g

import porism
from porism import kernels
from porism.conformance import check, parametrize
from porism_graphs import Pattern
from porism_graphs._labelled import as_labelled
from porism_graphs._patterns import canonical_form
from porism_graphs.motif_count import backtracking, closed_formulas, count_all, from_wl_colours, hom_basis, igraph_lad
from porism_graphs.motif_count.bench import WORKLOADS, formula_start
from porism_graphs.motif_count.dense import Dense
from porism_graphs.motif_count.example import MOLECULES, molecule
from porism_graphs.motif_count.homomorphisms import Target
from porism_graphs.weisfeiler_leman import naive_rehash, partition_refinement
from porism_graphs.wl_certificate import cfi_product
from porism_graphs.wl_certificate.solvers import cfi_pair, tensor_product
from porism_graphs.wl_dimension import all_quotients, dimension_at_most, forbidden_minor
from porism_graphs.wl_dimension import hom_basis as dimension
from porism_graphs.wl_dimension.covers import OBSTRUCTIONS

ATLAS = graph_atlas_g()
KARATE = networkx.karate_club_graph()
LES_MISERABLES = networkx.les_miserables_graph()


def _mutants():
    path = Path(__file__).parent / "mutants_motifs.py"
    spec = importlib.util.spec_from_file_location("porism_graphs_mutants_motifs", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


mutants = _mutants()
FAST = (partition_refinement, naive_rehash, hom_basis, backtracking, from_wl_colours, igraph_lad, closed_formulas)


@parametrize(*FAST, dimension, forbidden_minor, cfi_product)
def test_law(law):
    law(examples=8)


@parametrize(all_quotients)
def test_law_of_the_slow_baseline(law):
    law(examples=3)


@pytest.mark.parametrize("make", mutants.MUTANTS)
def test_the_solver_that_the_mutants_are_made_from_keeps_every_law(make):
    check(make(None), examples=5).raise_for_failures()


@pytest.mark.parametrize(
    ("make", "bug", "law"), [(make, *one) for make, bugs in mutants.MUTANTS.items() for one in bugs.items()]
)
def test_mutant_is_caught(make, bug, law):
    report = check(make(bug), examples=100, laws=[law], shrink=False)
    assert not report.ok, f"the law {law!r} does not notice that {bug}"


# -- other libraries ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("graph", [KARATE, LES_MISERABLES], ids=["karate", "les miserables"])
def test_triangles_are_those_of_networkx(graph):
    result = hom_basis(networkx.cycle_graph(3), graph, per_vertex=True)
    assert result.per_vertex.tolist() == list(networkx.triangles(graph).values())


def test_igraph_agrees_in_real_graphs():
    patterns = [networkx.cycle_graph(5), networkx.diamond_graph(), networkx.path_graph(5), networkx.bull_graph()]
    for pattern, kind in itertools.product(patterns, ("subgraph", "induced")):
        expected = igraph_lad(pattern, KARATE, kind=kind, per_vertex=True)
        assert hom_basis(pattern, KARATE, kind=kind, per_vertex=True) == expected


def test_networkx_matcher_agrees_on_molecules():
    caffeine = Pattern(*molecule(MOLECULES["caffeine"]))
    amide = Pattern(*molecule("NC=O"))
    same = networkx.algorithms.isomorphism.numerical_node_match("label", 0)
    bonds = networkx.algorithms.isomorphism.numerical_edge_match("label", 0)
    matcher = networkx.algorithms.isomorphism.GraphMatcher(
        caffeine.to_networkx(), amide.to_networkx(), node_match=same, edge_match=bonds
    )
    expected = sum(1 for _ in matcher.subgraph_monomorphisms_iter()) // amide.automorphisms
    assert hom_basis(amide.to_networkx(), caffeine.to_networkx()).count == expected == 3


def test_canonical_forms_of_the_atlas_are_all_different():
    graphs = [Pattern(len(g), tuple(sorted(tuple(sorted(e)) for e in g.edges))) for g in ATLAS[1:]]
    assert len({graph.canonical() for graph in graphs}) == 1252
    rng = np.random.default_rng(0)
    for graph in graphs[::20]:
        moved = graph.induced(rng.permutation(graph.n).tolist())
        assert moved.canonical() == graph.canonical()


def test_rooted_multigraphs_have_canonical_forms():
    """Multiplicities are codes and a root is a colour: what other modules of this package may need."""
    doubled = canonical_form([1, 0, 0], [0, 2, 1, 2, 0, 0, 1, 0, 0])
    mirrored = canonical_form([1, 0, 0], [0, 1, 2, 1, 0, 0, 2, 0, 0])
    elsewhere = canonical_form([0, 1, 0], [0, 2, 1, 2, 0, 0, 1, 0, 0])
    assert doubled[:2] == mirrored[:2] != elsewhere[:2]
    assert doubled.automorphisms == 1


@pytest.mark.filterwarnings("ignore:The hashes produced")
def test_colour_refinement_of_the_atlas_trees_is_that_of_networkx():
    for tree in (graph for graph in ATLAS[1:] if networkx.is_connected(graph) and networkx.is_tree(graph)):
        colours = partition_refinement(tree).colours
        hashes = networkx.weisfeiler_lehman_subgraph_hashes(tree, iterations=7, include_initial_labels=True)
        rows = ["".join(hashes[v]) for v in tree]
        assert len(set(zip(rows, colours.tolist(), strict=True))) == len(set(rows)) == len(set(colours.tolist()))


# -- dimensions and certificates ---------------------------------------------------------------------------------------


def test_the_paper_s_table():
    cycles = [dimension(networkx.cycle_graph(n)).k for n in range(3, 9)]
    paths = [dimension(networkx.path_graph(n)).k for n in range(2, 9)]
    assert cycles == [2, 2, 2, 2, 2, 3]
    assert paths == [1, 1, 2, 2, 2, 2, 3]


def test_solvers_agree_on_the_atlas():
    for graph in ATLAS[1:209:3]:
        assert dimension(graph).k == forbidden_minor(graph).k, graph.edges
        coefficients = dimension(graph).hom_basis
        signs = {(F.n, c > 0) for F, c in coefficients.items()}
        assert signs == {(n, (len(graph) - n) % 2 == 0) for n, _ in signs}, "signs are those of the blocks"


def test_certificates_of_all_connected_patterns_of_five_vertices():
    patterns = [graph for graph in ATLAS[1:53] if networkx.is_connected(graph) and dimension(graph).k >= 2]
    assert len(patterns) == 26
    for pattern in patterns:
        found = cfi_product(pattern)
        assert found.count_G != found.count_H
        assert found.verify()


def test_the_bare_pair_is_no_certificate_for_the_five_cycle():
    pair = [graph.parts() for graph in cfi_pair(Pattern(3, ((0, 1), (0, 2), (1, 2))))]
    pentagon = networkx.cycle_graph(5)
    assert len({hom_basis(pentagon, graph).count for graph in pair}) == 1
    triangle = Pattern(3, ((0, 1), (0, 2), (1, 2)))
    counts = [hom_basis(pentagon, tensor_product(Pattern(*graph), triangle).parts()).count for graph in pair]
    assert abs(counts[0] - counts[1]) * 10 == 720


def test_cfi_graphs_over_cliques():
    for n, size, homs in ((3, 6, 12), (4, 16, 192)):
        clique = networkx.complete_graph(n)
        pair = [graph.parts() for graph in cfi_pair(Pattern(n, tuple(itertools.combinations(range(n), 2))))]
        assert [graph[0] for graph in pair] == [size, size]
        assert [hom_basis(clique, graph, kind="hom").count for graph in pair] == [homs, 0]
        assert partition_refinement(pair, n - 2).equivalent()
        assert not partition_refinement(pair, n - 1).equivalent()


def test_a_colouring_without_its_graph_is_enough():
    colouring = pickle.loads(pickle.dumps(partition_refinement(KARATE, 2, signature=True)))
    for pattern in (networkx.cycle_graph(5), networkx.path_graph(5), networkx.diamond_graph()):
        result = from_wl_colours(pattern, colouring, per_vertex=True)
        assert result == backtracking(pattern, KARATE, per_vertex=True)
    with pytest.raises(porism.InvalidInput, match="signature"):
        from_wl_colours(networkx.path_graph(2), partition_refinement(KARATE))
    with pytest.raises(porism.InvalidInput, match="3 dimensions"):
        from_wl_colours(networkx.complete_graph(4), colouring)


def test_networkx_labels():
    graph = networkx.path_graph(3)
    graph.nodes[0]["label"] = 5
    with pytest.raises(porism.InvalidType, match="label"):
        hom_basis(networkx.path_graph(2), graph)
    with pytest.raises(porism.InvalidInput, match="symmetric"):
        hom_basis(networkx.path_graph(2), networkx.DiGraph([(0, 1)]))
    with pytest.raises(porism.InvalidInput, match="parallel"):
        hom_basis(networkx.path_graph(2), networkx.MultiGraph([(0, 1), (0, 1)]))


def test_graphs_of_a_colouring_have_numbers():
    found = naive_rehash([networkx.path_graph(3), networkx.cycle_graph(4)])
    assert len(found.of(1)) == 4
    for bad in (2, -1, True, None, 0.0, "1", [0]):
        with pytest.raises(porism.InvalidInput, match=r"i must be an integer in 0\.\.1"):
            found.of(bad)


def test_too_large():
    with pytest.raises(porism.TooLarge, match="memory_limit"):
        partition_refinement((200, ()), 3, memory_limit=1_000_000)
    with pytest.raises(porism.InvalidInput, match="678570"):
        dimension(networkx.cycle_graph(11))
    with pytest.raises(porism.InvalidInput, match="n must be at most 32"):
        kernels.graph.treewidth(2**62, [])
    assert dimension(networkx.cycle_graph(11), max_size=11).k == 4


@pytest.mark.parametrize("name", ["weisfeiler_leman", "motif_count", "wl_dimension", "wl_certificate"])
def test_examples(name, tmp_path):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from rich.console import Console

    module = importlib.import_module(f"porism_graphs.{name}.example")
    with (tmp_path / "text").open("w") as file:
        module.demo(Console(file=file, width=200), tmp_path / "picture.png")
    assert (tmp_path / "picture.png").stat().st_size > 10_000


# -- minors decide -----------------------------------------------------------------------------------------------------


def test_minors_decide_as_quotients_do():
    for graph in [g for g in ATLAS[1:] if len(g) < 7 or g.number_of_edges() < 9][::2]:
        found, by_quotients = forbidden_minor(graph), dimension(graph)
        assert found.k == by_quotients.k, graph.edges
        assert found.witness in by_quotients.hom_basis
        assert found.witness.treewidth == found.k
        assert [dimension_at_most(graph, k) for k in range(4)] == [by_quotients.k <= k for k in range(4)]


@pytest.mark.parametrize(("t", "minors"), OBSTRUCTIONS.items())
def test_obstructions_are_minimal(t, minors):
    for minor in minors:
        graph = networkx.Graph(minor)
        pattern = Pattern(len(graph), tuple(sorted(tuple(sorted(pair)) for pair in minor)))
        assert pattern.treewidth == t
        for edge in graph.edges:
            for less in (
                networkx.contracted_edge(graph, edge, self_loops=False),
                networkx.restricted_view(graph, [], [edge]),
            ):
                kept = networkx.convert_node_labels_to_integers(less)
                assert Pattern(len(kept), tuple(sorted(tuple(sorted(e)) for e in kept.edges))).treewidth == t - 1


@pytest.mark.parametrize(
    ("graph", "k"),
    [
        (networkx.star_graph(31), 1),
        (networkx.disjoint_union(networkx.star_graph(12), networkx.star_graph(12)), 2),
        (networkx.complete_bipartite_graph(2, 30), 2),
        (networkx.complete_bipartite_graph(3, 29), 3),
        (networkx.hypercube_graph(3), 3),
        (networkx.empty_graph(32), 0),
    ],
)
def test_patterns_whose_quotients_nobody_can_list(graph, k):
    found = forbidden_minor(graph)
    assert found.k == found.witness.treewidth == k
    assert [dimension_at_most(graph, j) for j in range(4)] == [k <= j for j in range(4)]


def test_large_patterns_are_decided():
    assert dimension_at_most(networkx.star_graph(2000), 1)
    assert not dimension_at_most(networkx.path_graph(2000), 3)
    assert dimension_at_most(networkx.complete_bipartite_graph(3, 400), 3)
    with pytest.raises(porism.InvalidInput, match="16 vertices where its dimension is 4 or more"):
        forbidden_minor(networkx.path_graph(20))
    with pytest.raises(porism.InvalidInput, match="k must be at most 3"):
        dimension_at_most(networkx.path_graph(3), 4)
    with pytest.raises(porism.InvalidInput, match="no labels"):
        dimension_at_most((2, ((0, 1),), (1, 2)), 1)


# -- dense graphs ------------------------------------------------------------------------------------------------------


@pytest.fixture
def by_matrices(monkeypatch):
    """Counts patterns of treewidth 2 by matrices, whether that pays or not."""
    monkeypatch.setattr(Dense, "pays", lambda self, pattern, *_: pattern.treewidth == 2)


def _count_both_ways(monkeypatch, pattern, graph, **options):
    monkeypatch.setattr(Dense, "pays", lambda self, pattern, *_: False)
    by_lists = hom_basis(pattern, graph, **options)
    monkeypatch.setattr(Dense, "pays", lambda self, pattern, *_: pattern.treewidth == 2)
    return by_lists, hom_basis(pattern, graph, **options)


@pytest.mark.parametrize("modulus", [False, True])
def test_matrices_and_lists_count_the_same(monkeypatch, modulus):
    if modulus:  # small primes, many of them
        primes = [101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157]
        monkeypatch.setattr(Dense, "moduli", lambda self, bound: primes)
    rng = np.random.default_rng(7)
    for graph in ATLAS[20:300:17]:
        edges = tuple(sorted(tuple(sorted(edge)) for edge in graph.edges))
        for labels, names in ((False, False), (True, False), (False, True)):
            small = [rng.integers(2, size=len(graph)).tolist(), rng.integers(2, size=len(edges)).tolist()]
            pairs = [(u, v) for v in range(9) for u in range(v) if rng.random() < 0.7]
            large = [rng.integers(2, size=9).tolist(), rng.integers(2, size=len(pairs)).tolist()]
            pattern = (len(graph), edges, small[0] if labels else None, small[1] if names else None)
            target = (9, pairs, large[0] if labels else None, large[1] if names else None)
            one, other = _count_both_ways(monkeypatch, pattern, target, per_vertex=True)
            assert one == other, pattern


def test_matrices_count_in_cliques(by_matrices):
    for n, length in ((40, 5), (300, 7)):
        expected = math.perm(n, length) // (2 * length)  # above 2^53 for the longer one
        assert hom_basis(networkx.cycle_graph(length), np.ones((n, n)) - np.eye(n)).count == expected


def test_dense_graphs_are_counted_by_matrices():
    upper = np.triu(np.random.default_rng(0).random((700, 700)) < 0.5, 1)
    graph = as_labelled("G", upper | upper.T)
    target, pentagon = Target(graph), Pattern(5, ((0, 1), (0, 4), (1, 2), (2, 3), (3, 4)))
    assert target.dense.pays(pentagon, 350**4, 1)
    assert not target.dense.pays(Pattern(3, ((0, 1), (1, 2))), 350**2, 1)  # a tree
    assert not Target(graph, limit=10**6).dense.pays(pentagon, 350**4, 1)
    ring = networkx.circulant_graph(700, [1, 2, 3])
    assert not Target(as_labelled("G", ring)).dense.pays(pentagon, 6**4, 1)
    (workload,) = (workload for workload in WORKLOADS if workload.name == "c5-dense")
    task = workload.make(700, 0)
    assert formula_start(task)() == hom_basis(*task.args).count


def test_counting_by_matrices_tells_how_far_it_is(by_matrices):
    heard = []
    hom_basis(networkx.cycle_graph(5), KARATE, progress=lambda *told: heard.append(told[:2]))
    assert {done == total for done, total in heard} == {False, True}
    with pytest.raises(ZeroDivisionError):
        hom_basis(networkx.cycle_graph(5), KARATE, progress=lambda *_: 1 / 0)


# -- many patterns -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["subgraph", "induced", "hom"])
def test_many_patterns_at_once(kind):
    patterns = ATLAS[1:53:3]
    for per_vertex in (False, True):
        found = count_all(patterns, KARATE, kind=kind, per_vertex=per_vertex)
        assert found == [hom_basis(p, KARATE, kind=kind, per_vertex=per_vertex) for p in patterns]


def test_many_patterns_are_checked_one_by_one():
    assert count_all([], KARATE) == []
    labelled = (2, ((0, 1),), (1, 2))
    with pytest.raises(porism.InvalidInput, match=r"G must have vertex labels as patterns\[1\] has"):
        count_all([networkx.path_graph(2), labelled], KARATE)
    with pytest.raises(porism.InvalidInput, match=r"patterns\[0\] must have no self-loops"):
        count_all([(1, ((0, 0),))], KARATE)
    with pytest.raises(porism.InvalidInput, match=r"patterns\[0\] must have at most 10 vertices"):
        count_all([networkx.path_graph(11)], KARATE)
    for bad in (None, 3, "graphs"):
        with pytest.raises(porism.InvalidType, match="patterns must be graphs"):
            count_all(bad, KARATE)
