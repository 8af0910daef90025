"""Slow solvers of the four problems about equivariant polynomials, and the same with a plausible mistake at a time."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import sparse

from porism import Claims, Solver, solver
from porism.validation import as_rng
from porism_graphs import (
    GraphPolynomial,
    equivariant_polynomial_basis,
    equivariant_polynomial_evaluation,
    graph_polynomial_features,
    polynomial_expressiveness,
)
from porism_graphs._polynomials.bank import Model, State, as_model, compiled, elimination_order
from porism_graphs._polynomials.enumeration import Family, multigraphs
from porism_graphs.equivariant_polynomial_basis.problem import PolynomialBasis, as_family
from porism_graphs.equivariant_polynomial_evaluation.laws import channels_of, one_value
from porism_graphs.equivariant_polynomial_evaluation.solvers import Call, as_call, brute_force_sum
from porism_graphs.graph_polynomial_features.problem import GraphFeatures
from porism_graphs.graph_polynomial_features.solvers import Choice, evaluated
from porism_graphs.polynomial_expressiveness.problem import Expressiveness
from porism_graphs.polynomial_expressiveness.solvers import as_problem

BASIS = {
    "one is counted twice": "count",
    "only connected ones": "count",
    "connected is ignored": "listed",
    "loops are forgotten": "table",
    "a matrix has no diagonal polynomials": "spanning",
    "outputs are not told apart": "count",
    "outputs are not told apart in the list": "spanning",
    "isolated outputs are forgotten": "count",
    "edges do not repeat": "restriction",
    "directions do not count": "independent",
    "symmetric is ignored": "listed",
    "simple is ignored": "listed",
    "channels are ignored": "count",
    "n is ignored": "count",
    "n holds for one vertex more": "limited",
    "lower degrees are in it": "listed",
    "the same one for two others": "listed",
    "one is another of the same degree": "independent",
    "the last is left out": "table",
    "the first output is always vertex 0, the second not": "transposing",
    "degree is not checked": "bad-input",
    "the list is a list": "listed",
    "rng shuffles the list": "deterministic",
}

EVALUATION = {
    "maps are injective": "sum",
    "edges are turned round": "sum",
    "outputs are taken in their order of number": "transposing",
    "parallel edges count once": "degree",
    "loops are edges to somewhere": "sum",
    "a diagonal output fills the matrix": "closed-forms",
    "isolated outputs give zero off the first": "products",
    "a component is forgotten": "products",
    "the last index is left out": "equivariance",
    "the first row is twice as much": "equivariance",
    "float32 inside": "sum",
    "float64 inside, whatever comes": "large-integers",
    "int64 inside, whatever comes": "large-integers",
    "of duplicate entries the last one counts": "representation",
    "the first of several for all": "together",
    "the second channel is the first": "sum",
    "a triangle is half of it": "homomorphisms",
    "sparse input, dense output": "form",
    "a single one has an axis": "form",
    "X is overwritten": "inputs-untouched",
    "symmetry is not checked": "bad-input",
}

EXPRESSIVENESS = {
    "all is expressible": "first-failures",
    "nothing is expressible": "decides",
    "three neighbours are as good as two": "strongly-regular",
    "two neighbours are as good as one": "refinement",
    "directions do not count": "decides",
    "the least degree decides": "decides",
    "the first order decides": "relabelling",
    "ppgn transposes": "bank",
    "a wider bank is a narrower one": "hierarchy",
    "vectors are forgotten": "reproduces",
    "the order repeats a vertex": "form",
    "outputs are contracted": "form",
    "the last edge is not looked at": "reproduces",
    "model is not checked": "bad-input",
}

FEATURES = {
    "what the model computes": "choice",
    "products are in it": "choice",
    "the largest degree is left out": "cycles",
    "higher degrees first": "choice",
    "log of the value": "form",
    "normalised by the degree": "values",
    "densities of all vertices": "values",
    "standardised over the graphs": "apart",
    "rows of nodes by degree": "equivariance",
    "offsets of nodes for pairs": "form",
    "only degrees and paths": "refinement",
    "graphs are not checked": "bad-input",
}


def basis_mutant(bug: str | None) -> Solver[..., PolynomialBasis]:
    """The enumeration with that mistake; None for the right one."""
    assert bug is None or bug in BASIS, bug

    def solve(
        degree: int,
        output: str = "graph",
        *,
        symmetric: bool = False,
        loops: bool = True,
        simple: bool = False,
        connected: bool = False,
        n: int | None = None,
        channels: int = 1,
        rng: Any = None,
    ) -> PolynomialBasis:
        as_rng(rng)
        if bug == "degree is not checked":
            degree = abs(int(degree or 0))
        family = as_family(degree, output, symmetric, loops, simple, connected, n, channels)
        changes: dict[str, Any] = {
            "only connected ones": {"connected": True},
            "connected is ignored": {"connected": False},
            "loops are forgotten": {"loops": False},
            "symmetric is ignored": {"symmetric": False},
            "simple is ignored": {"simple": False},
            "channels are ignored": {"channels": 1},
            "n is ignored": {"n": None},
            "n holds for one vertex more": {"n": None if n is None else n + 1},
        }
        family = replace(family, **changes.get(bug or "", {}))
        found = list(multigraphs(family))
        if bug == "lower degrees are in it" and degree:
            found = list(multigraphs(replace(family, degree=degree - 1))) + found[len(found) // 2 :]
        if bug == "a matrix has no diagonal polynomials":
            found = [H for H in found if len(set(H.outputs)) == len(H.outputs)]
        if bug in ("outputs are not told apart", "outputs are not told apart in the list"):
            turned = {H: replace_outputs(H, H.outputs[::-1]).canonical() for H in found}
            found = [H for H in found if str(H.canonical()) <= str(turned[H])]
        if bug == "isolated outputs are forgotten":
            met = [{v for edge in H.edges for v in edge[:2]} for H in found]
            found = [H for H, vertices in zip(found, met, strict=True) if set(H.outputs) <= vertices]
        if bug == "edges do not repeat":
            found = [H for H in found if len(set(H.edges)) == H.degree]
        if bug == "directions do not count" and not symmetric:
            found = [
                GraphPolynomial(tuple(sorted({tuple(sorted(e[:2])) + e[2:] for e in H.edges})), H.outputs, H.n_vertices)
                for H in found
            ]
        if bug == "the same one for two others" and len(found) > 1:
            found[1] = found[0]
        if bug == "one is another of the same degree" and len(found) > 2:
            found[2] = found[0]
        if bug == "the last is left out":
            found = found[:-1]
        if bug == "the first output is always vertex 0, the second not":
            found = [
                H
                for H in found
                if len(H.outputs) < 2 or ((H.outputs[0], "x") <= (H.outputs[1], "x") and H.edges[:1] != ((1, 0),))
            ]
        if bug == "rng shuffles the list":
            found = [found[i] for i in np.random.default_rng(rng).permutation(len(found))]
        count = len(found) + (bug == "one is counted twice")
        return PolynomialBasis(count, found if bug == "the list is a list" else tuple(found))  # type: ignore[arg-type]

    claims = Claims(deterministic=True, lists=True, any_size=True)
    return solver(equivariant_polynomial_basis, "mutant", claims=claims)(solve)


def replace_outputs(H: GraphPolynomial, outputs: tuple[int, ...]) -> GraphPolynomial:
    return GraphPolynomial(H.edges, outputs, H.n_vertices, H.symmetric)


def evaluation_mutant(bug: str | None) -> Solver[..., Any]:
    """The sum over all maps with that mistake."""
    assert bug is None or bug in EVALUATION, bug

    def solve(H: Any, X: Any, *, dtype: str | None = None, memory_limit: int | None = None, rng: Any = None) -> Any:
        as_rng(rng)
        if bug == "X is overwritten" and isinstance(X, np.ndarray) and X.flags.writeable:
            X += 1
            X -= 1 + (X.dtype.kind != "b")
        if bug == "of duplicate entries the last one counts" and hasattr(X, "tocoo") and X.ndim == 2:
            coo = sparse.coo_array(X)
            plain = np.zeros(coo.shape, dtype=coo.dtype)
            plain[coo.row, coo.col] = coo.data
            X = sparse.csr_array(plain)
        if bug == "symmetry is not checked":
            listed = [H] if isinstance(H, GraphPolynomial) else H
            if isinstance(listed, list | tuple) and all(isinstance(P, GraphPolynomial) for P in listed) and listed:
                loose = [GraphPolynomial(P.edges, P.outputs, P.n_vertices) for P in listed]
                H = loose[0] if isinstance(H, GraphPolynomial) else loose
        call = as_call(H, X, dtype, memory_limit)
        if bug == "the first of several for all":
            call = replace(call, polynomials=(call.polynomials[0],) * len(call.polynomials))
        if bug == "int64 inside, whatever comes" and call.data.integer:
            kinds = np.dtype(np.int64)
            call = replace(call, numbers=replace(call.numbers, inside=kinds, whole=kinds, outside=kinds))
        made = np.array([wrong_value(P, call, bug) for P in call.polynomials], dtype=object)
        inside = call.numbers.whole
        if bug == "float32 inside":
            inside = np.dtype(np.float32)
        if bug == "float64 inside, whatever comes":
            inside = np.dtype(np.float64)
        with np.errstate(all="ignore"):
            if bug == "int64 inside, whatever comes" and call.data.integer:
                made = np.vectorize(lambda x: (int(x) + 2**63) % 2**64 - 2**63, otypes=[object])(made)
            stacked = made.astype(inside)
        if bug == "sparse input, dense output":
            call = replace(call, data=replace(call.data, sparse=False, channels=call.data.dense()))
        if bug == "a single one has an axis":
            call = replace(call, single=False)
        return call.outcome(stacked, 0)

    return solver(equivariant_polynomial_evaluation, "mutant", claims=Claims(deterministic=True))(solve)


def wrong_value(H: GraphPolynomial, call: Call, bug: str | None) -> Any:
    """P_H, map by map, mistaken."""
    channels = [c.tolist() for c in call.data.dense()]
    n, edges, outputs = call.data.n, list(H.edges), H.outputs
    if bug == "parallel edges count once":
        edges = list(dict.fromkeys(edges))
    if bug == "edges are turned round":
        edges = [(s, r, *c) for r, s, *c in edges]
    if bug == "outputs are taken in their order of number":
        outputs = tuple(sorted(outputs))
    if bug == "loops are edges to somewhere":
        edges = [(r, (s + (r == s)) % H.n_vertices, *c) for r, s, *c in edges]
    if bug == "a component is forgotten":
        parts = H.components()
        edges = [edge for edge in edges if edge[0] in parts[0]] if len(parts) > 1 else edges
    made = np.zeros((n,) * len(outputs), dtype=object)
    for index in itertools.product(range(n - (bug == "the last index is left out" and n > 1)), repeat=H.n_vertices):
        if bug == "maps are injective" and len(set(index)) < len(index):
            continue
        term: Any = 1
        for r, s, *c in edges:
            channel = 0 if bug == "the second channel is the first" or not c else c[0]
            term = term * channels[channel][index[r]][index[s]]
        if bug == "isolated outputs give zero off the first":
            met = {v for edge in H.edges for v in edge[:2]}
            term = 0 if any(index[v] for v in outputs if v not in met) else term
        made[tuple(index[v] for v in outputs)] += term
    if bug == "a diagonal output fills the matrix" and len(outputs) == 2 and len(set(outputs)) == 1:
        made = made + np.diag(made)[:, None] * (1 - np.eye(n, dtype=int))
    if bug == "the first row is twice as much" and outputs:
        made[0] = made[0] * 2
    if bug == "a triangle is half of it" and not outputs and len(H.edges) == 3 == H.n_vertices:
        made = made // 2
    return made


def expressiveness_mutant(bug: str | None) -> Solver[..., Expressiveness]:
    """The elimination with that mistake."""
    assert bug is None or bug in EXPRESSIVENESS, bug

    def solve(H: GraphPolynomial, model: str, *, rng: Any = None) -> Expressiveness:
        as_rng(rng)
        if bug == "model is not checked" and (not isinstance(model, str) or "bank" in model):
            model = "3-bank"
        P, bank = as_problem(H, model)
        used, asked = P, bank
        if bug == "three neighbours are as good as two" and bank.width == 2:
            bank = replace(bank, width=3, transposes=True)
        if bug == "two neighbours are as good as one" and bank.width == 1:
            bank = replace(bank, width=2)
        if bug in ("directions do not count", "ppgn transposes"):
            bank = replace(bank, transposes=True)
        if bug == "a wider bank is a narrower one" and bank.width == 3:
            bank = replace(bank, width=1)
        if bug == "the last edge is not looked at" and len(P.edges) > 3:
            used = P
        order, whole = elimination_order(P, bank)
        if bug == "all is expressible":
            order, whole = [v for v in range(P.n_vertices) if v not in P.outputs], True
        if bug == "nothing is expressible":
            whole = False
        if bug == "the least degree decides":
            degrees = [sum(v in e[:2] for e in set(P.edges)) for v in range(P.n_vertices) if v not in P.outputs]
            whole = min(degrees, default=0) <= bank.width
        if bug == "the first order decides":
            state: State | None = State(frozenset((r, s) for r, s, *_ in P.edges if r != s), frozenset())
            order = []
            for v in range(P.n_vertices):
                if v not in P.outputs and state is not None:
                    state = state.without(v, bank.width, bank.transposes or P.symmetric)
                    order += [v] if state is not None else []
            whole = whole and state is not None
        program = program_of(used, bank, order, asked) if whole else ()
        if bug == "vectors are forgotten":
            program = tuple(replace(one, operands=one.operands[:1]) if one.op == "matvec" else one for one in program)
        if bug == "the last edge is not looked at" and whole:
            program = tuple(
                replace(one, detail=(one.detail[0], 1)) if one.op in ("X", "diagonal") else one for one in program
            )
        if bug == "the order repeats a vertex" and order:
            order = [*order, order[0]]
        if bug == "outputs are contracted":
            order = [*order, *sorted(set(P.outputs))]
        return Expressiveness(whole, tuple(order), program, P)

    return solver(polynomial_expressiveness, "mutant", claims=Claims(deterministic=True))(solve)


def program_of(P: GraphPolynomial, bank: Model, order: list[int], asked: Model) -> Any:
    """The program, or one that does nothing where the order is none."""
    try:
        return compiled(P, bank, order)
    except (AssertionError, KeyError, TypeError, ValueError):
        return compiled(P, as_model("9-bank"), [])


def features_mutant(bug: str | None) -> Solver[..., GraphFeatures]:
    """The features with that mistake."""
    assert bug is None or bug in FEATURES, bug

    def solve(
        graphs: Any,
        *,
        degree: int = 5,
        output: str = "graph",
        simple: bool = True,
        connected: bool = True,
        missing_for: str | None = "mpnn",
        normalise: str | None = "log1p",
        rng: Any = None,
    ) -> GraphFeatures:
        as_rng(rng)
        if bug == "graphs are not checked" and isinstance(graphs, np.ndarray) and graphs.ndim == 2:
            graphs = [graphs]
        wanted = Choice.checked(degree, output, simple, connected, missing_for, normalise)
        if bug == "products are in it":
            wanted = replace(wanted, connected=False)
        if bug == "the largest degree is left out" and wanted.degree > 1:
            wanted = replace(wanted, degree=wanted.degree - 1)
        if bug == "only degrees and paths":
            wanted = replace(wanted, degree=min(wanted.degree, 2), missing_for=None)
        if bug == "what the model computes":
            wanted = replace(wanted, missing_for=None)
        plain = evaluated(graphs, replace(wanted, normalise=None), brute_force_sum, False, dense=True)
        right = evaluated(graphs, wanted, brute_force_sum, False, dense=True)
        if bug is None:
            return right
        found, features, offsets = right.polynomials, right.features, right.offsets
        if bug == "higher degrees first":
            found, features = found[::-1], features[:, ::-1]
        with np.errstate(all="ignore"):
            if bug == "log of the value" and normalise == "log1p":
                features = np.log(plain.features)
            if bug == "normalised by the degree" and normalise == "density":
                features = plain.features / np.array([H.degree for H in found])
            if bug == "densities of all vertices" and normalise == "density":
                sizes = [len(channels_of(g)[0]) for g in graphs]
                counts = np.repeat(sizes, np.diff(offsets)).astype(float)
                features = plain.features / counts[:, None] ** np.array([H.n_vertices for H in found])
        if bug == "standardised over the graphs":
            features = features - features.mean(axis=0)
        if bug == "rows of nodes by degree" and output == "node":
            features = np.concatenate([f[np.argsort(f.sum(axis=1))] for f in np.split(features, offsets[1:-1])])
        if bug == "offsets of nodes for pairs" and output == "edge":
            offsets = np.concatenate(([0], np.cumsum(np.sqrt(np.diff(offsets)).astype(np.int64))))
        return GraphFeatures(features, offsets, right.output, found)

    return solver(graph_polynomial_features, "mutant", claims=Claims(deterministic=True))(solve)


MUTANTS = {
    "basis": (BASIS, basis_mutant),
    "evaluation": (EVALUATION, evaluation_mutant),
    "expressiveness": (EXPRESSIVENESS, expressiveness_mutant),
    "features": (FEATURES, features_mutant),
}
"""By problem: each mistake with a law that catches it, and the solver that makes it."""

__all__ = ["MUTANTS", "Family", "one_value"]
