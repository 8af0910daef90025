"""Graphs in every form are the same graph, and what is wrong with one is said."""

from __future__ import annotations

import gzip
from fractions import Fraction

import igraph
import networkx
import numpy as np
import pytest
import rustworkx
from scipy import sparse

from porism import InvalidInput, InvalidType, TooLarge
from porism_graphs import GraphTooLarge
from porism_graphs._graph import as_adjacency, as_edges, as_lengths, as_simple, to_kernel

WEIGHTED = np.array([[0, 2.0, 0, 0.5], [2.0, 0, 1, 0], [0, 1, 0, 0], [0.5, 0, 0, 0]])
EDGES = [(0, 1, 2.0), (0, 3, 0.5), (1, 2, 1.0)]


def forms(tmp_path):
    """One undirected weighted graph in every form that is taken."""
    made = networkx.Graph()
    made.add_nodes_from("abcd")
    made.add_weighted_edges_from(("abcd"[u], "abcd"[v], w) for u, v, w in EDGES)
    rust = rustworkx.PyGraph()
    rust.add_nodes_from([None] * 5)
    rust.remove_node(0)  # numbers with a hole
    rust.add_edges_from([(u + 1, v + 1, w) for u, v, w in EDGES])
    annotated = rustworkx.PyGraph()
    annotated.add_nodes_from([None] * 4)
    annotated.add_edges_from([(u, v, {"weight": w}) for u, v, w in EDGES])
    (tmp_path / "edges.txt").write_text("# a comment\n% another\n\n" + "".join(f"{u} {v}\t{w}\n" for u, v, w in EDGES))
    with gzip.open(tmp_path / "edges.csv.gz", "wt") as file:
        file.write("".join(f"v{u},v{v},{w}\n" for u, v, w in [EDGES[0], EDGES[2], EDGES[1]]))
    return {
        "dense": WEIGHTED,
        "lists": WEIGHTED.tolist(),
        "coo": sparse.coo_array(WEIGHTED),
        "csc matrix": sparse.csc_matrix(WEIGHTED),
        "networkx": made,
        "networkx directed": made.to_directed(),
        "igraph": igraph.Graph.Weighted_Adjacency(WEIGHTED.tolist(), mode="max"),
        "rustworkx": rust,
        "rustworkx with attributes": annotated,
        "numbers in a file": tmp_path / "edges.txt",
        "the same path as text": str(tmp_path / "edges.txt"),
    }


def test_every_form_is_the_same_graph(tmp_path):
    for form, graph in forms(tmp_path).items():
        np.testing.assert_array_equal(as_lengths("A", graph).toarray(), WEIGHTED, err_msg=form)
        np.testing.assert_array_equal(as_simple("A", graph).toarray(), WEIGHTED > 0, err_msg=form)
        if "file" not in form and "text" not in form:
            np.testing.assert_array_equal(as_adjacency("A", graph).toarray(), WEIGHTED, err_msg=form)


def test_an_edge_list_is_directed_where_direction_counts(tmp_path):
    graph = forms(tmp_path)["numbers in a file"]
    np.testing.assert_array_equal(as_adjacency("A", graph).toarray(), np.triu(WEIGHTED))


def test_names_in_a_file_are_numbered_as_they_come(tmp_path):
    forms(tmp_path)
    edges = as_edges("A", tmp_path / "edges.csv.gz")
    assert edges.names == ["v0", "v1", "v2", "v3"]
    assert edges.directed is None
    np.testing.assert_array_equal(as_lengths("A", tmp_path / "edges.csv.gz").toarray(), WEIGHTED)


def test_directed_objects_stay_directed():
    for graph in (
        networkx.DiGraph([(0, 1), (1, 2)]),
        igraph.Graph([(0, 1), (1, 2)], directed=True),
        rustworkx.generators.directed_path_graph(3),
    ):
        made = as_adjacency("A", graph)
        np.testing.assert_array_equal(made.toarray(), [[0, 1, 0], [0, 0, 1], [0, 0, 0]])
        with pytest.raises(InvalidInput, match=r"A must be symmetric, .* got 1\.0 from 0 to 1 and 0\.0 back"):
            as_lengths("A", graph)
        with pytest.raises(InvalidInput, match="A must be symmetric"):
            as_simple("A", graph)


def test_parallel_edges_and_loops():
    graph = networkx.MultiGraph()
    graph.add_weighted_edges_from([("x", "y", 3.0), ("x", "y", 2.0), ("y", "y", 7.0)])
    np.testing.assert_array_equal(as_adjacency("A", graph).toarray(), [[0, 5], [5, 7]])
    np.testing.assert_array_equal(as_lengths("A", graph).toarray(), [[0, 2], [2, 0]])
    with pytest.raises(InvalidInput, match="A must have no self-loops, got one at y"):
        as_simple("A", graph)
    graph.remove_edge("y", "y")
    with pytest.raises(InvalidInput, match="A must have no parallel edges, got more than one from x to y"):
        as_simple("A", graph)


def test_an_edge_may_be_listed_both_ways(tmp_path):
    path = tmp_path / "both"
    path.write_text("0 1\n1 0\n1 2\n")
    np.testing.assert_array_equal(as_simple("A", path).toarray(), [[0, 1, 0], [1, 0, 1], [0, 1, 0]])


def test_lengths_must_be_above_zero():
    graph = networkx.Graph()
    graph.add_edge("p", "q", weight=0)
    with pytest.raises(InvalidInput, match="A must hold lengths above 0, got 0 for the edge from p to q"):
        as_lengths("A", graph)
    assert as_adjacency("A", graph).nnz == 0
    assert as_simple("A", graph).nnz == 0


@pytest.mark.parametrize("weight", [-1.0, np.nan, np.inf])
def test_bad_weights_have_their_place(weight):
    graph = networkx.Graph()
    graph.add_edge(0, 1, weight=weight)
    with pytest.raises(InvalidInput, match=r"A must hold nonnegative finite weights, got .* at the edge from 0 to 1"):
        as_adjacency("A", graph)
    with pytest.raises(InvalidInput, match=r"A must hold nonnegative finite weights, got .* at A\[1, 0\]"):
        as_adjacency("A", [[0, 0], [weight, 0]])


def test_weights_that_are_no_numbers():
    graph = networkx.Graph()
    graph.add_edge(0, 1, weight="heavy")
    with pytest.raises(InvalidType, match="A must have real numbers as weights"):
        as_adjacency("A", graph)
    assert as_edges("A", graph, weight=None).weight.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0 1 2 3\n", "line 1 of .* has 4 words"),
        ("0\n", "line 1 of .* has 1 words"),
        ("0 1\n1 2 x\n", "line 2 of .* has 'x'"),
        ("", "at least one vertex"),
        ("0 1 nan\n", "nonnegative finite weights"),
    ],
)
def test_bad_files(tmp_path, text, message):
    path = tmp_path / "bad"
    path.write_text(text)
    with pytest.raises(InvalidInput, match=message):
        as_adjacency("A", path)


def test_a_number_in_a_file_that_no_index_can_hold(tmp_path):
    path = tmp_path / "large"
    path.write_text("0 99999999999999999999999\n")
    with pytest.raises(GraphTooLarge, match="fewer than 2\\^31 vertices"):
        as_adjacency("A", path)


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(InvalidInput, match=r"A must be .* the path of an edge list; .* is not to be read"):
        as_adjacency("A", tmp_path / "missing.txt")
    (tmp_path / "fake.gz").write_text("0 1")
    with pytest.raises(InvalidInput, match="is not to be read"):
        as_adjacency("A", tmp_path / "fake.gz")
    for name in ("nul\0", "\ud800"):
        with pytest.raises(InvalidInput, match="is not to be read"):
            as_adjacency("A", name)


@pytest.mark.parametrize("value", [None, {}, {1, 2}, b"0 1", object(), 3.0])
def test_what_is_no_graph(value):
    with pytest.raises(InvalidInput, match=r"A must be a square sparse or dense adjacency matrix, a graph of networkx"):
        as_adjacency("A", value)


def test_empty_graphs():
    for graph in (networkx.Graph(), igraph.Graph(), rustworkx.PyGraph(), np.zeros((0, 0))):
        with pytest.raises(InvalidInput, match="A must have at least one vertex"):
            as_adjacency("A", graph)
    lonely = networkx.Graph()
    lonely.add_node("x")
    assert as_simple("A", lonely).shape == (1, 1)


def test_kernels_take_what_converters_give():
    taken = to_kernel(as_adjacency("A", WEIGHTED))
    assert taken.shape == (4, 4)
    assert taken.n_entries == taken.transposed().n_entries == 6


def test_files_of_spreadsheets(tmp_path):
    """A byte order mark is no part of a name, and a heading no edge."""
    marked = tmp_path / "marked.csv"
    marked.write_text("0,1\r\n1,2\r\n", encoding="utf-8-sig", newline="")
    assert (as_edges("A", marked).n, as_edges("A", marked).names) == (3, range(3))
    for text in ("source,target\n0,1\n1,2\n", "# x\nfrom to weight\n0 1 2.5\n"):
        (tmp_path / "headed.csv").write_text(text)
        with pytest.raises(
            InvalidInput, match=r"A must have numbers .* is a heading .* above numbers; begin it with #"
        ):
            as_edges("A", tmp_path / "headed.csv")
    (tmp_path / "named.csv").write_text("source,target\n0,x\n")
    assert as_edges("A", tmp_path / "named.csv").names == ["source", "target", "0", "x"]
    (tmp_path / "m.mtx").write_text("%%MatrixMarket matrix coordinate real general\n3 3 1\n1 2 1.0\n")
    with pytest.raises(InvalidInput, match=r"scipy\.io\.mmread"):
        as_edges("A", tmp_path / "m.mtx")


def test_numbers_of_vertices_that_memory_does_not_hold(tmp_path, monkeypatch):
    monkeypatch.setattr("os.sysconf", lambda name: 2**15)  # a gibibyte of memory
    (tmp_path / "sparse.txt").write_text("0 2147483646\n")
    with pytest.raises(TooLarge, match="2147483647 vertices"):
        as_edges("A", tmp_path / "sparse.txt")


def test_weights_of_any_real_kind():
    graph = networkx.DiGraph([(0, 1, {"weight": Fraction(1, 4)}), (1, 0, {"weight": 2**70})])
    assert as_edges("A", graph).weight.tolist() == [0.25, 2.0**70]
    graph.add_edge(0, 1, weight=10**400)
    with pytest.raises(InvalidInput, match="nonnegative finite weights, got inf at the edge from 0 to 1"):
        as_edges("A", graph)
