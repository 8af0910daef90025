"""Papers that several problems rest on."""

from porism import Paper

__all__ = ["CAI_FURER_IMMERMAN_1992", "CURTICAPEAN_DELL_MARX_2017", "LANZINGER_BARCELO_2024", "WEISFEILER_LEMAN_1968"]

LANZINGER_BARCELO_2024 = Paper(
    key="lanzinger2024power",
    title="On the Power of the {Weisfeiler}-{Leman} Test for Graph Motif Parameters",
    authors=("Lanzinger, Matthias", "Barceló, Pablo"),
    year=2024,
    venue="12th International Conference on Learning Representations (ICLR)",
    arxiv="2309.17053",
    kind="inproceedings",
)

CURTICAPEAN_DELL_MARX_2017 = Paper(
    key="curticapean2017homomorphisms",
    title="Homomorphisms Are a Good Basis for Counting Small Subgraphs",
    authors=("Curticapean, Radu", "Dell, Holger", "Marx, Dániel"),
    year=2017,
    venue="49th Annual ACM SIGACT Symposium on Theory of Computing (STOC)",
    pages="210--223",
    doi="10.1145/3055399.3055502",
    arxiv="1705.01595",
    kind="inproceedings",
)

CAI_FURER_IMMERMAN_1992 = Paper(
    key="cai1992optimal",
    title="An optimal lower bound on the number of variables for graph identification",
    authors=("Cai, Jin-Yi", "Fürer, Martin", "Immerman, Neil"),
    year=1992,
    venue="Combinatorica",
    volume="12",
    pages="389--410",
    doi="10.1007/BF01305232",
)

WEISFEILER_LEMAN_1968 = Paper(
    key="weisfeiler1968reduction",
    title="The reduction of a graph to canonical form and the algebra which appears therein",
    authors=("Weisfeiler, Boris", "Leman, Andrei"),
    year=1968,
    venue="Nauchno-Technicheskaya Informatsia, Series 2",
    volume="9",
    pages="12--16",
)
