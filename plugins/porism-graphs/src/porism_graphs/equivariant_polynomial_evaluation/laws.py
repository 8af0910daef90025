"""What every equivariant-polynomial-evaluation solver keeps, as code: the sum map by map, and what theory says."""

from __future__ import annotations

import itertools
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from scipy import sparse

from porism import ResultOverflow, Solver
from porism.conformance import Instance, Invalid, Suite, layouts
from porism_graphs._polynomials.enumeration import Family, multigraphs
from porism_graphs._polynomials.polynomial import GraphPolynomial
from porism_graphs.equivariant_polynomial_evaluation.problem import PolynomialValues, equivariant_polynomial_evaluation

__all__ = ["SUITE", "expected", "plain"]

Array = npt.NDArray[Any]
AnySolver = Solver[..., PolynomialValues]

RELATIVE = 1e-10
OUTPUTS = ("graph", "node", "edge")

K4 = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
"""The least H of treewidth three."""


# -- the oracle: slow and obviously correct ----------------------------------------------------------------------------


def channels_of(X: Any) -> list[list[list[Any]]]:
    """The channels as nested lists of Python numbers."""
    if hasattr(X, "toarray"):
        X = sparse.coo_array(X).toarray()
    array = np.asarray(X)
    if array.dtype.kind in "bu":
        array = array.astype(object)
    array = array[:, :, None] if array.ndim == 2 else array
    made: list[list[list[Any]]] = [array[:, :, c].tolist() for c in range(array.shape[2])]
    return [[[int(x) if isinstance(x, bool) else x for x in row] for row in channel] for channel in made]


def one_value(H: GraphPolynomial, X: Any) -> Array:
    """P_H(X), map by map, in Python's numbers."""
    channels = channels_of(X)
    n = len(channels[0])
    made = np.zeros((n,) * len(H.outputs), dtype=object)
    for index in itertools.product(range(n), repeat=H.n_vertices):
        term = prod(channels[c[0] if c else 0][index[r]][index[s]] for r, s, *c in H.edges)
        made[tuple(index[v] for v in H.outputs)] += term
    return made


def polynomials(H: Any) -> list[GraphPolynomial]:
    """One or several, as a list."""
    return [H] if isinstance(H, GraphPolynomial) else list(H)


def expected(H: Any, X: Any) -> Array:
    """The values of all, one below the other."""
    return np.array([one_value(one, X) for one in polynomials(H)], dtype=object)


def plain(result: PolynomialValues, H: Any) -> Array:
    """The values as an array that has an axis for the polynomials."""
    values, several = result.values, polynomials(H)
    if hasattr(values, "toarray"):
        return np.asarray(values.toarray().reshape(len(several), -1, values.shape[1]))
    return np.asarray(values[None] if isinstance(H, GraphPolynomial) else values)


def whole(X: Any) -> bool:
    """Whether X holds integers."""
    return (X.dtype if hasattr(X, "dtype") else np.asarray(X).dtype).kind in "biuO"


def assert_same(found: Array, wanted: Array, exact: bool, what: str) -> None:
    if exact:
        same = np.array_equal(found.astype(object), wanted)
    else:
        scale = np.max(np.abs(wanted.astype(float)), initial=1.0)
        same = np.allclose(found.astype(float), wanted.astype(float), rtol=RELATIVE, atol=RELATIVE * scale)
    assert same, f"{what}: {found.tolist()}, and not {wanted.tolist()}"


# -- instances ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def basis(degree: int, output: str, symmetric: bool, channels: int) -> tuple[GraphPolynomial, ...]:
    """Polynomials to draw from: small ones of every kind, and K4 with roots."""
    made = list(multigraphs(Family(degree, output, symmetric, True, False, False, None, channels)))
    if degree == 3 and channels == 1:
        roots: dict[str, list[tuple[int, ...]]] = {"graph": [()], "node": [(0,)], "edge": [(0, 1), (2, 0), (1, 1)]}
        made += [GraphPolynomial(tuple(K4), one, 4, symmetric) for one in roots[output]]
        if output == "edge":
            made.append(GraphPolynomial(tuple(K4[1:]), (0, 1), 4, symmetric))
    return tuple(H for H in made if H.n_vertices <= 6)


@st.composite
def tensors(draw: st.DrawFn, n: int, symmetric: bool, channels: int, kind: str) -> Any:
    """Matrices of small numbers with zeros; as arrays in any layout, lists, or sparse."""
    small = st.sampled_from([0, 0, 0, 1, 1, -1, 2, 3])
    entries = draw(st.lists(small, min_size=n * n * channels, max_size=n * n * channels))
    X: Array = np.array(entries, dtype=np.int64).reshape(n, n, channels)
    if symmetric:
        X = np.where(np.arange(n)[:, None, None] >= np.arange(n)[None, :, None], X, X.transpose(1, 0, 2))
    if channels == 1 and draw(st.booleans()):
        X = X[:, :, 0]
    if kind == "float":
        X = X / 3
    if X.ndim == 3:
        return draw(layouts(X))
    form = draw(st.sampled_from(["array", "array", "list", "csr", "csc", "coo", "matrix", "bool", "int8", "uint"]))
    if form in ("csr", "csc", "coo"):
        return sparse.coo_array(X).asformat(form)
    if form == "matrix":
        return sparse.csr_matrix(X)
    if form == "list":
        return X.tolist()
    if kind == "int" and form in ("bool", "int8", "uint"):
        return {"bool": X != 0, "int8": X.astype(np.int8), "uint": np.abs(X).astype(np.uint16)}[form]
    return draw(layouts(X))


@st.composite
def instances(draw: st.DrawFn, kind: str | None = None, output: str | None = None, least: int = 1) -> Instance:
    """One polynomial or some, and a matrix of one to three rows."""
    n = draw(st.integers(least, 3))
    symmetric = draw(st.booleans())
    channels = draw(st.sampled_from([1, 1, 1, 2])) if draw(st.booleans()) else 1
    output = output or draw(st.sampled_from(OUTPUTS))
    pool = [H for degree in range(4 if channels == 1 else 2) for H in basis(degree, output, symmetric, channels)]
    chosen = draw(st.lists(st.sampled_from(pool), min_size=1, max_size=4))
    X = draw(tensors(n, symmetric, channels, kind or draw(st.sampled_from(["int", "float"]))))
    H: Any = chosen[0] if draw(st.booleans()) else draw(st.sampled_from([chosen, tuple(chosen)]))
    return Instance((H, X))


TRIANGLE = GraphPolynomial(((0, 1), (1, 2), (0, 2)), (0,), symmetric=True)
PATH = GraphPolynomial(((0, 1), (1, 2)), (0, 2))
LOOP = GraphPolynomial(((0, 0),))
SECOND = GraphPolynomial(((0, 1, 1),), (0,))
EYE = np.eye(3)
TILTED = np.array([[0, 1], [2, 0]])

BAD: list[tuple[Any, Any, dict[str, Any], str, str]] = [
    (PATH, EYE[:2], {}, "X", "(2, 3)"),
    (PATH, sparse.csr_array(EYE[:2]), {}, "X", "(2, 3)"),
    (PATH, EYE[0], {}, "X", "(3,)"),
    (PATH, np.zeros((2, 2, 2, 2)), {}, "X", "(2, 2, 2, 2)"),
    (PATH, np.zeros((0, 0)), {}, "X", "(0, 0)"),
    (PATH, np.where(EYE > 0, np.nan, 0), {}, "X", "nan"),
    (PATH, np.where(EYE > 0, np.inf, 0), {}, "X", "inf"),
    (PATH, sparse.csr_array(np.where(EYE > 0, -np.inf, 0)), {}, "X", "inf"),
    (PATH, EYE.astype(complex), {}, "X", "complex128"),
    (PATH, sparse.csr_array(EYE.astype(complex)), {}, "X", "complex128"),
    (PATH, [["a", "b"], ["c", "d"]], {}, "X", "<U1"),
    (PATH, [[1, 2], [3]], {}, "X", ""),
    (PATH, None, {}, "X", "None"),
    (PATH, EYE.astype(object) / 2, {}, "X", "object"),
    (SECOND, EYE, {}, "X", "2 channels"),
    (SECOND, sparse.csr_array(EYE), {}, "X", "2 channels"),
    (TRIANGLE, TILTED, {}, "X", "symmetric"),
    (TRIANGLE, sparse.csr_array(TILTED), {}, "X", "symmetric"),
    ([], EYE, {}, "H", "none"),
    ("triangle", EYE, {}, "H", "'triangle'"),
    (None, EYE, {}, "H", "None"),
    ([PATH, [(0, 1)]], EYE, {}, "H", "[(0, 1)]"),
    ([PATH, LOOP], EYE, {}, "H", "some with 0 and some with 2"),
    (PATH, EYE, {"dtype": "int32"}, "dtype", "'int32'"),
    (PATH, EYE, {"dtype": "int64"}, "dtype", "'int64'"),
    (PATH, EYE, {"dtype": "object"}, "dtype", "'object'"),
    (PATH, EYE, {"dtype": 8}, "dtype", "8"),
    (PATH, EYE, {"memory_limit": -1}, "memory_limit", "-1"),
    (PATH, EYE, {"memory_limit": "1 GB"}, "memory_limit", "'1 GB'"),
]

SUITE = Suite(
    equivariant_polynomial_evaluation,
    instances=instances(),
    invalid=[Invalid((H, X), options, argument=name, mentions=text) for H, X, options, name, text in BAD],
)


# -- the laws ----------------------------------------------------------------------------------------------------------


@SUITE.law("form")
def form(solver: AnySolver, instance: Instance) -> None:
    result, (H, X) = instance.call(solver), instance.args
    n, several = len(channels_of(X)[0]), polynomials(H)
    shape = (n,) * len(several[0].outputs)
    if len(shape) == 2 and hasattr(X, "toarray"):
        assert isinstance(result.values, sparse.csr_array), f"values are a {type(result.values).__name__}"
        shape = (len(several) * n, n)
    elif not isinstance(H, GraphPolynomial):
        shape = (len(several), *shape)
    assert result.values.shape == shape, f"values have shape {result.values.shape}, and not {shape}"
    kind = "i" if whole(X) else "f"
    assert result.values.dtype.kind == kind, f"values of {kind} are {result.values.dtype}"
    assert isinstance(result.n_products, int)
    assert result.n_products >= 0


@SUITE.law("sum")
def is_sum(solver: AnySolver, instance: Instance) -> None:
    H, X = instance.args
    assert_same(plain(instance.call(solver), H), expected(H, X), whole(X), "values")


@SUITE.law("equivariance", given=instances("int", least=2))
def equivariance(solver: AnySolver, instance: Instance) -> None:
    H, X = instance.args
    X = np.stack([np.array(c) for c in channels_of(X)], axis=2)
    before = plain(instance.but(H, X).call(solver), H)
    for to in itertools.permutations(range(len(X))):
        order = list(to)
        after = plain(instance.but(H, X[order][:, order]).call(solver), H)
        moved = before
        for axis in range(1, before.ndim):
            moved = moved.take(order, axis=axis)
        assert_same(after, moved.astype(object), True, f"values of X relabelled by {order}")


@SUITE.law("degree", given=instances("int"))
def degree(solver: AnySolver, instance: Instance) -> None:
    H, X = instance.args
    X = np.stack([np.array(c) for c in channels_of(X)], axis=2)
    once, thrice = (plain(instance.but(H, t * X).call(solver), H).astype(object) for t in (1, -3))
    for one, before, after in zip(polynomials(H), once, thrice, strict=True):
        assert_same(np.asarray(after), np.asarray(before * (-3) ** one.degree), True, f"{one} at -3 X")


@SUITE.law("closed-forms", given=instances("int", output="edge"))
def closed_forms(solver: AnySolver, instance: Instance) -> None:
    A = np.array(channels_of(instance.args[1])[0], dtype=np.int64)
    n = len(A)
    ones, power = np.ones(n, dtype=np.int64), np.linalg.matrix_power
    cases: list[tuple[GraphPolynomial, Array]] = []
    for k in (1, 2, 3, 4, 5):
        cycle = tuple((i, (i + 1) % k) for i in range(k))
        path = tuple((i, i + 1) for i in range(k))
        star = tuple((0, i + 1) for i in range(k))
        cases += [
            (GraphPolynomial(cycle), np.trace(power(A, k))),
            (GraphPolynomial(cycle, (0,)), np.diag(power(A, k))),
            (GraphPolynomial(cycle, (0, 0)), np.diag(np.diag(power(A, k)))),
            (GraphPolynomial(path, (0, k)), power(A, k)),
            (GraphPolynomial(path, (k, 0)), power(A, k).T),
            (GraphPolynomial(path, (0,)), power(A, k) @ ones),
            (GraphPolynomial(star), (A.sum(axis=1) ** k).sum()),
            (GraphPolynomial(star, (0,)), A.sum(axis=1) ** k),
            (GraphPolynomial(((0, 1),) * k, (0, 1)), A**k),
            (GraphPolynomial(((0, 0),) * k, (0,)), np.diag(A) ** k),
        ]
    cases.append((GraphPolynomial((), (0,)), ones))
    cases.append((GraphPolynomial((), (0, 0)), np.eye(n, dtype=np.int64)))
    cases.append((GraphPolynomial((), (0, 1)), np.ones((n, n), dtype=np.int64)))
    cases.append((GraphPolynomial(((0, 1),), (2, 0)), np.outer(ones, A @ ones)))
    for H, wanted in cases:
        if n**H.n_vertices <= 243:
            found = plain(instance.but(H, A).call(solver), H)[0]
            assert_same(np.asarray(found), np.asarray(wanted, dtype=object), True, str(H))


def homomorphism_count(edges: Any, n_vertices: int, A: Array) -> int:
    """Maps of vertices that send edges to edges, by extending partial maps."""
    maps: list[tuple[int, ...]] = [()]
    for v in range(n_vertices):
        back = [r + s - v for r, s in edges if v in (r, s) and r <= v and s <= v]
        maps = [(*m, i) for m in maps for i in range(len(A)) if all(A[i, i if u == v else m[u]] for u in back)]
    return len(maps)


@SUITE.law("homomorphisms", given=instances("int", output="graph"), scale=0.6)
def homomorphisms(solver: AnySolver, instance: Instance) -> None:
    X = np.array(channels_of(instance.args[1])[0])
    joined = ((X + X.T) != 0) | np.eye(len(X), dtype=bool)
    A = np.kron(joined, np.ones((2, 2), dtype=np.int64)) - np.eye(2 * len(X), dtype=np.int64)  # full of triangles
    shapes = [tuple(K4), ((0, 1), (1, 2), (0, 2)), ((0, 1), (1, 2), (2, 3), (0, 3)), ((0, 1), (1, 2), (1, 3))]
    for edges in shapes:
        H = GraphPolynomial(edges, symmetric=True)
        for form in (A, sparse.csr_array(A)):
            found = int(instance.but(H, form).call(solver).values)
            wanted = homomorphism_count(edges, H.n_vertices, A)
            assert found == wanted, f"{H} has {found}, there are {wanted} homomorphisms into {A.tolist()}"


@SUITE.law("products")
def products(solver: AnySolver, instance: Instance) -> None:
    H, X = instance.args
    one = polynomials(H)[0]
    loose = polynomials(H)[-1]
    other = GraphPolynomial(loose.edges, (), None, loose.symmetric) if _covered(loose) else LOOP  # type: ignore[arg-type]
    shift = one.n_vertices
    edges = (*one.edges, *((r + shift, s + shift, *c) for r, s, *c in other.edges))
    union = GraphPolynomial(edges, one.outputs, shift + other.n_vertices, one.symmetric)
    if len(channels_of(X)[0]) ** union.n_vertices > 20_000:
        return
    parts = [plain(instance.but(P, X).call(solver), P)[0] for P in (one, other)]
    found = plain(instance.but(union, X).call(solver), union)[0]
    wanted = np.asarray(np.asarray(parts[0]).astype(object) * parts[1].item())
    assert_same(np.asarray(found), wanted, whole(X), f"{union}, a product of {one} and {other}")
    if not one.outputs:
        alone = GraphPolynomial(one.edges, (one.n_vertices,), one.n_vertices + 1, one.symmetric)
        repeated = plain(instance.but(alone, X).call(solver), alone)[0]
        wanted = np.full(len(channels_of(X)[0]), parts[0].item(), dtype=object)
        assert_same(repeated, wanted, whole(X), f"{alone}, whose output is isolated")


def _covered(H: GraphPolynomial) -> bool:
    return {v for edge in H.edges for v in edge[:2]} == set(range(H.n_vertices))


@SUITE.law("transposing", given=instances(output="edge"))
def transposing(solver: AnySolver, instance: Instance) -> None:
    result, (H, X) = instance.call(solver), instance.args
    turned = [GraphPolynomial(P.edges, P.outputs[::-1], P.n_vertices, P.symmetric) for P in polynomials(H)]
    after = plain(instance.but(turned, X).call(solver), turned)
    assert_same(after, plain(result, H).transpose(0, 2, 1).astype(object), whole(X), "values of exchanged outputs")


@SUITE.law("together")
def together(solver: AnySolver, instance: Instance) -> None:
    H, X = instance.args
    pool = list(basis(2, OUTPUTS[len(polynomials(H)[0].outputs)], polynomials(H)[0].symmetric, 1))
    many = polynomials(H) + pool[:: max(1, len(pool) // 12)]
    found = plain(instance.but(many, X).call(solver), many)
    for one, value in zip(many, found, strict=True):
        alone = plain(instance.but(one, X).call(solver), one)[0]
        assert_same(np.asarray(value), np.asarray(alone).astype(object), whole(X), f"{one} among {len(many)}")


@SUITE.law("representation")
def representation(solver: AnySolver, instance: Instance) -> None:
    H, X = instance.args
    channels = channels_of(X)
    if len(channels) > 1:
        return
    array = np.array(channels[0])
    row, column = (np.concatenate((part, part[:3], [0])) for part in np.nonzero(array))
    data = np.concatenate((array[array != 0], 0 * array[array != 0][:3], [0]))
    forms = [
        array,
        sparse.csc_array(array),
        sparse.coo_array((data, (row, column)), shape=array.shape),
        array[:, :, None],
    ]
    if array.dtype.kind == "i":
        doubled = np.concatenate((array[array != 0] * 2, -array[array != 0]))  # duplicates add up
        places = tuple(np.concatenate((part, part)) for part in np.nonzero(array))
        forms.append(sparse.coo_array((doubled, places), shape=array.shape))
    wanted = expected(H, array)
    for one in forms:
        assert_same(plain(instance.but(H, one).call(solver), H), wanted, whole(array), f"as {type(one).__name__}")


@SUITE.law("large-integers", given=instances("int", least=2), scale=0.5)
def large_integers(solver: AnySolver, instance: Instance) -> None:
    H, X = instance.args
    channels = channels_of(X)
    if len(channels) > 1:
        return
    d = max(P.degree for P in polynomials(H))
    base = np.array(channels[0], dtype=object)
    for bits in (46, 53, 60, 64, 80):
        big = base * (2 ** (bits // max(d, 1)) + 1)
        if max(abs(int(x)) for x in big.flat) >= 2**63:
            continue
        wanted = expected(H, big)
        X = big.astype(np.int64)
        for form in (X, sparse.csr_array(X)):
            assert_same(
                plain(instance.but(H, form).call(solver), H), wanted, True, f"entries up to 2^{bits // max(d, 1)}"
            )
        try:
            found = plain(solver(H, X, dtype="int64"), H)
        except ResultOverflow:
            continue
        assert_same(found, wanted, True, "with dtype='int64'")
