"""What every equivariant-polynomial-basis solver keeps, as code: orbits by hand, and ranks modulo a prime."""

from __future__ import annotations

import itertools
from collections import Counter
from math import comb, factorial
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from porism import Solver
from porism.conformance import Instance, Invalid, Suite
from porism_graphs._polynomials.polynomial import GraphPolynomial
from porism_graphs.equivariant_polynomial_basis.problem import PolynomialBasis, equivariant_polynomial_basis

__all__ = ["SUITE", "TABLE", "rank", "values"]

AnySolver = Solver[..., PolynomialBasis]
Integers = npt.NDArray[np.int64]

PRIME = 1_000_003
"""Products of two residues, and sums of a thousand of them, stay below 2^53."""

TABLE: dict[tuple[bool, str], tuple[int, ...]] = {
    (False, "graph"): (1, 2, 11, 52, 296),
    (False, "node"): (1, 5, 32, 199, 1323),
    (False, "edge"): (2, 15, 117, 877, 6719),
    (True, "graph"): (1, 2, 7, 23, 79),
    (True, "node"): (1, 4, 17, 69, 281),
    (True, "edge"): (2, 11, 56, 266, 1238),
}
"""By symmetry and output, for degrees 0 to 4."""

ROOTS = {"graph": 0, "node": 1, "edge": 2}


# -- the oracle: slow and obviously correct ----------------------------------------------------------------------------


def room(instance: Instance) -> int:
    """How many indices there must be, or are."""
    degree, output = instance.args
    n = instance.options.get("n")
    most = int(2 * degree + ROOTS[output])
    return most if n is None else min(n, most)


def orbits(instance: Instance, degree: int | None = None) -> list[tuple[Any, tuple[int, ...]]]:
    """A monomial, as a tuple of (row, column, channel), and a tuple of outputs, for every orbit."""
    options = {"symmetric": False, "loops": True, "simple": False, "channels": 1, **instance.options}
    size, (asked, output) = room(instance), instance.args
    degree = asked if degree is None else degree
    entries = [
        (r, s, c)
        for r, s, c in itertools.product(range(size), range(size), range(options["channels"]))
        if (r != s or (options["loops"] and not options["simple"])) and not (options["symmetric"] and r > s)
    ]
    choose = itertools.combinations if options["simple"] else itertools.combinations_with_replacement
    done: set[Any] = set()
    found = []
    for monomial in choose(entries, degree):
        for outputs in itertools.product(range(size), repeat=ROOTS[output]):
            if (monomial, outputs) in done:
                continue
            found.append((monomial, outputs))
            for p in itertools.permutations(range(size)):
                moved = [(p[r], p[s], c) for r, s, c in monomial]
                if options["symmetric"]:
                    moved = [(min(r, s), max(r, s), c) for r, s, c in moved]
                done.add((tuple(sorted(moved)), tuple(p[v] for v in outputs)))
    return found


def joined(monomial: Any, outputs: tuple[int, ...]) -> bool:
    """Whether every factor hangs together with an output; without outputs, all of them with one another."""
    if not outputs and not monomial:
        return False
    reached = set(outputs) or {monomial[0][0]}
    for _ in monomial:
        reached |= {v for r, s, _ in monomial if {r, s} & reached for v in (r, s)}
    return all(r in reached for r, _, _ in monomial)


def matrices(instance: Instance, n: int, how_many: int, *, symmetric: bool = False) -> list[Integers]:
    """Random matrices of the kind that the instance is about, (n, n, channels)."""
    options = instance.options
    rng = np.random.default_rng([n, how_many, *map(ord, repr(instance.args))])
    made = []
    for _ in range(how_many):
        X = rng.integers(0, 2 if options.get("simple") else PRIME, (n, n, options.get("channels", 1)))
        if symmetric or options.get("symmetric"):
            X = np.where(np.arange(n)[:, None, None] >= np.arange(n)[None, :, None], X, X.transpose(1, 0, 2))
        if options.get("simple") or not options.get("loops", True):
            X[np.arange(n), np.arange(n)] = 0
        made.append(X)
    return made


def values(H: GraphPolynomial, X: Integers) -> Integers:
    """P_H(X) modulo the prime, map by map."""
    n = len(X)
    maps = np.array(list(itertools.product(range(n), repeat=H.n_vertices)), dtype=int).reshape(
        n**H.n_vertices, H.n_vertices
    )
    product = np.ones(len(maps), dtype=np.int64)
    for r, s, *channel in H.edges:
        product = product * X[maps[:, r], maps[:, s], channel[0] if channel else 0] % PRIME
    made = np.zeros((n,) * len(H.outputs), dtype=np.int64)
    if not H.outputs:
        return np.asarray(product.sum() % PRIME)
    np.add.at(made, tuple(maps[:, v] for v in H.outputs), product)
    return made % PRIME


def orbit_values(monomial: Any, outputs: tuple[int, ...], X: Integers) -> Integers:
    """The sum over an orbit of monomials, at X, modulo the prime (each counted as often as permutations lead to it)."""
    n = len(X)
    made = np.zeros((n,) * len(outputs), dtype=np.int64)
    for p in itertools.permutations(range(n)):
        product = 1
        for r, s, c in monomial:
            product = product * int(X[p[r], p[s], c]) % PRIME
        made[tuple(p[v] for v in outputs)] += product
    return made % PRIME


def rank(rows: list[Integers]) -> int:
    """The rank of integer vectors modulo the prime."""
    M = np.array(rows, dtype=np.int64).reshape(len(rows), -1) % PRIME
    done = 0
    for column in range(M.shape[1]):
        pivots = np.flatnonzero(M[done:, column])
        if not len(pivots):
            continue
        M[[done, done + pivots[0]]] = M[[done + pivots[0], done]]
        M[done] = M[done] * pow(int(M[done, column]), -1, PRIME) % PRIME
        others = np.flatnonzero(M[:, column])
        others = others[others != done]
        M[others] = (M[others] - M[others, column, None] * M[done]) % PRIME
        done += 1
        if done == len(M):
            break
    return done


# -- instances ---------------------------------------------------------------------------------------------------------


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """Small degrees, and few indices, so that all permutations can be tried."""
    options: dict[str, Any] = {}
    for name in ("symmetric", "simple", "connected"):
        if draw(st.booleans()):
            options[name] = draw(st.booleans())
    if draw(st.booleans()):
        options["loops"] = draw(st.booleans())
    channels = draw(st.sampled_from([1, 1, 1, 2]))
    if channels > 1:
        options["channels"] = channels
    degree = draw(st.integers(0, 3))
    output = draw(st.sampled_from(list(ROOTS)))
    n = draw(st.sampled_from([None, 1, 2, 3, 4]))
    most = 2 * degree + ROOTS[output]
    size = most if n is None else min(n, most)
    while comb(size * size * channels + degree, degree) * factorial(size) * size ** ROOTS[output] > 40_000:
        n = size - 1
        size = n
    if n is not None:
        options["n"] = n
    return Instance((degree, output), options)


BAD: list[tuple[tuple[Any, Any], dict[str, Any], str, str]] = [
    ((-1, "graph"), {}, "degree", "-1"),
    ((2.0, "graph"), {}, "degree", "2.0"),
    ((True, "graph"), {}, "degree", "True"),
    ((None, "graph"), {}, "degree", "None"),
    ((1, "vertex"), {}, "output", "'vertex'"),
    ((1, 2), {}, "output", "2"),
    ((1, None), {}, "output", "None"),
    ((1, "node"), {"symmetric": 1}, "symmetric", "1"),
    ((1, "node"), {"loops": "no"}, "loops", "'no'"),
    ((1, "node"), {"simple": None}, "simple", "None"),
    ((1, "node"), {"connected": 0}, "connected", "0"),
    ((1, "node"), {"n": 0}, "n", "0"),
    ((1, "node"), {"n": 2.5}, "n", "2.5"),
    ((1, "node"), {"channels": 0}, "channels", "0"),
    ((1, "node"), {"channels": "two"}, "channels", "'two'"),
]

SUITE = Suite(
    equivariant_polynomial_basis,
    instances=instances(),
    invalid=[Invalid(args, options, argument=name, mentions=text) for args, options, name, text in BAD],
)


# -- the laws ----------------------------------------------------------------------------------------------------------


def listed(solver: AnySolver, instance: Instance) -> tuple[GraphPolynomial, ...]:
    polynomials = instance.call(solver).polynomials
    assert isinstance(polynomials, tuple), f"polynomials are {polynomials!r}"
    return polynomials


@SUITE.law("count")
def count(solver: AnySolver, instance: Instance) -> None:
    found = instance.call(solver).count
    expected = len([1 for one in orbits(instance) if not instance.options.get("connected") or joined(*one)])
    assert type(found) is int, f"count is {found!r}"
    assert found == expected, f"count is {found}, there are {expected} orbits"


@SUITE.law("table", instances=False)
def table(solver: AnySolver) -> None:
    for (symmetric, output), row in TABLE.items():
        found = tuple(solver(degree, output, symmetric=symmetric).count for degree in range(len(row)))
        assert found == row, f"{output}, symmetric={symmetric}: {found}, and not {row}"


@SUITE.law("listed")
def is_listed(solver: AnySolver, instance: Instance) -> None:
    polynomials, (degree, output), options = listed(solver, instance), instance.args, instance.options
    n_found = instance.call(solver).count
    assert len(polynomials) == n_found, f"{len(polynomials)} polynomials, count is {n_found}"
    forms = Counter(H.canonical() for H in polynomials)
    twice = [H for H, times in forms.items() if times > 1]
    assert not twice, f"{twice[0]} is there more than once"
    for H in polynomials:
        assert isinstance(H, GraphPolynomial), f"one is a {type(H).__name__}"
        assert H.degree == degree, f"{H} has degree {H.degree}"
        assert len(H.outputs) == ROOTS[output], f"{H} has outputs {H.outputs}"
        assert H.symmetric == options.get("symmetric", False), f"{H} has symmetric={H.symmetric}"
        assert H.channels <= options.get("channels", 1), f"{H} has {H.channels} channels"
        assert options.get("n") is None or H.n_vertices <= options["n"], f"{H} has {H.n_vertices} vertices"
        if options.get("simple"):
            assert len(set(H.edges)) == degree, f"{H} has an edge twice"
        if options.get("simple") or not options.get("loops", True):
            assert all(edge[0] != edge[1] for edge in H.edges), f"{H} has a loop"
        if options.get("connected"):
            assert joined([(*edge, 0)[:3] for edge in H.edges], H.outputs), f"{H} is not connected"


def _ranked(polynomials: list[GraphPolynomial], sums: list[Any], instance: Instance, **kind: bool) -> int:
    """The rank of polynomials and of sums over orbits as functions on matrices of the instance's size."""
    n = max(room(instance), 1)
    per_matrix = n ** ROOTS[instance.args[1]]
    how_many = (len(polynomials) + 8) // per_matrix + 6
    if instance.options.get("simple"):
        how_many *= 4  # entries of 0 and 1 tell less
    samples = matrices(instance, n, how_many, **kind)
    rows = [np.concatenate([values(H, X).ravel() for X in samples]) for H in polynomials]
    rows += [np.concatenate([orbit_values(one[0], one[1], X).ravel() for X in samples]) for one in sums]
    return rank(rows) if rows else 0


@SUITE.law("independent", scale=0.6)
def independent(solver: AnySolver, instance: Instance) -> None:
    polynomials = list(listed(solver, instance))
    expected = instance.call(solver).count
    found = _ranked(polynomials, [], instance)
    assert found == expected, f"the rank is {found}, count is {expected}"


@SUITE.law("spanning", scale=0.4)
def spanning(solver: AnySolver, instance: Instance) -> None:
    degree, output = instance.args
    instance = instance.but(connected=False)
    if room(instance) > 3:
        instance = instance.but(n=3)
    # Where a square is the same as its root, sums of lower degree come in.
    degrees = range(degree + 1) if instance.options.get("simple") else [degree]
    polynomials = [H for d in degrees for H in listed(solver, instance.but(d, output))]
    sums = [one for d in degrees for one in orbits(instance.but(degree, output), d)]
    alone, together = _ranked(polynomials, [], instance), _ranked(polynomials, sums, instance)
    assert alone == together, f"the polynomials have rank {alone}, with sums over orbits {together}"
    assert alone == len(polynomials), f"{len(polynomials)} polynomials have rank {alone}"


@SUITE.law("limited")
def limited(solver: AnySolver, instance: Instance) -> None:
    size = room(instance)
    most = {H.canonical() for H in listed(solver, instance.but(n=max(size, 1)))}
    for n in range(1, size):
        fewer = {H.canonical() for H in listed(solver, instance.but(n=n))}
        expected = {H for H in most if H.n_vertices <= n}
        assert fewer == expected, f"for n={n} there are {len(fewer)}, of at most {n} vertices {len(expected)}"


@SUITE.law("restriction", scale=0.6)
def restriction(solver: AnySolver, instance: Instance) -> None:
    instance = instance.but(simple=False, connected=False)
    if room(instance) > 3:
        instance = instance.but(n=3)
    general = list(listed(solver, instance.but(symmetric=False)))
    expected = instance.but(symmetric=True).call(solver).count
    found = _ranked(general, [], instance.but(symmetric=False), symmetric=True)
    assert found == expected, f"on symmetric matrices the rank is {found}, the basis for them has {expected}"


@SUITE.law("transposing")
def transposing(solver: AnySolver, instance: Instance) -> None:
    instance = instance.but(instance.args[0], "edge")
    if room(instance) > 3:
        instance = instance.but(n=3)
    polynomials = listed(solver, instance)
    forms = {H.canonical() for H in polynomials}
    for H in polynomials:
        turned = GraphPolynomial(H.edges, H.outputs[::-1], H.n_vertices, H.symmetric)
        assert turned.canonical() in forms, f"{H} is there, and not {turned}"
