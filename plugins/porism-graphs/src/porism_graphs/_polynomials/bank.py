"""What architectures can contract: models as banks of tensors, orders of elimination, and programs that carry them out.

A model holds tensors of one to `width` axes over the nodes of a graph. It computes P_H if the vertices of H that are no
outputs can be eliminated one after the other, each when it has `width` neighbours at most: the product of what touches
it, summed over it, is a tensor over its neighbours.

Without transposes a matrix can be used in the direction only in which it was made: from the row to the column. A path
a → x → b is a product; a → x ← b is none. Vectors have no direction: M v and v M, and the diagonal of M N, are products
with the all-ones matrix and the identity, which are given.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from porism import InvalidInput, InvalidType
from porism_graphs._arguments import told
from porism_graphs._polynomials.polynomial import GraphPolynomial

__all__ = ["Instruction", "Model", "as_model", "compiled", "elimination_order", "run"]

NAMES = "'mpnn', 'ppgn', 'ppgn-symmetric', or 'k-bank' with a number for k, such as '3-bank'"

Pair = tuple[int, int]
Directions = frozenset[Pair]


@dataclass(frozen=True, slots=True)
class Model:
    """A bank of tensors.

    Attributes
    ----------
    name : str
    width : int
        Axes of its tensors at most. With one, matrices are the given ones only.
    transposes : bool
        Whether it may transpose matrices.
    """

    name: str
    width: int
    transposes: bool


def as_model(value: object) -> Model:
    """The model of that name.

    Raises
    ------
    InvalidInput
        If there is none.
    InvalidType
        If it is no str.
    """
    if not isinstance(value, str):
        raise InvalidType(f"model must be {NAMES}, got {told(value)}")
    known = {"mpnn": (1, True), "ppgn": (2, False), "ppgn-symmetric": (2, True)}
    if value in known:
        return Model(value, *known[value])
    number = value.removesuffix("-bank")
    if value.endswith("-bank") and number.isascii() and number.isdigit() and 0 < int(number) <= 9:
        return Model(value, int(number), True)
    raise InvalidInput(f"model must be {NAMES}, got {value!r}")


@dataclass(frozen=True, slots=True)
class State:
    """What is left of H: which pairs are joined, in which directions, and larger tensors.

    Attributes
    ----------
    pairs : frozenset of (int, int)
        (r, s) for a matrix with rows r and columns s.
    larger : frozenset of frozenset of int
        Vertices of tensors with three axes and more.
    """

    pairs: Directions
    larger: frozenset[frozenset[int]]

    def near(self, v: int) -> frozenset[int]:
        """The neighbours of v."""
        found = {u for pair in self.pairs if v in pair for u in pair}
        found.update(*(one for one in self.larger if v in one))
        return frozenset(found - {v})

    def without(self, v: int, width: int, flips: bool) -> State | None:
        """What is left when v is eliminated; None if the bank cannot."""
        near = self.near(v)
        if len(near) > width:
            return None
        pairs = frozenset(pair for pair in self.pairs if v not in pair)
        larger = frozenset(one for one in self.larger if v not in one)
        if len(near) > 2:
            return State(pairs, larger | {near})
        if len(near) == 2:
            a, b = sorted(near)
            made = [(p, q) for p, q in ((a, b), (b, a)) if flips or self._through(p, v, q)]
            if not made:
                return None
            pairs |= {made[0]}
        return State(pairs, larger)

    def _through(self, a: int, v: int, b: int) -> bool:
        """Whether all matrices lead from a to v to b."""
        return {pair for pair in self.pairs if v in pair} == {(a, v), (v, b)}


def elimination_order(H: GraphPolynomial, model: Model) -> tuple[list[int], bool]:
    """An order of vertices that the model can eliminate, and whether these are all and the outputs come out right.

    With transposes and tensors of two axes any order will do, as no elimination is ever in the way of another
    (reduction of series-parallel graphs). Otherwise a search goes over orders, and remembers what was left.
    """
    state = State(frozenset((r, s) for r, s, *_ in H.edges if r != s), frozenset())
    flips = model.transposes or H.symmetric
    summed = [v for v in range(H.n_vertices) if v not in H.outputs]
    greedy = flips and model.width <= 2
    failed: set[tuple[frozenset[int], State]] = set()
    longest: list[int] = []

    def search(state: State, left: frozenset[int], done: list[int]) -> list[int] | None:
        nonlocal longest
        if len(done) > len(longest):
            longest = done
        if not left:
            return done if flips or all(pair == H.outputs for pair in state.pairs) else None
        if (left, state) in failed:
            return None
        for v in sorted(left, key=lambda v: (len(state.near(v)), v)):
            after = state.without(v, model.width, flips)
            if after is None:
                continue
            found = search(after, left - {v}, [*done, v])
            if found is not None or greedy or len(state.near(v)) < 2:
                return found  # nothing is lost by a vertex with one neighbour
        failed.add((left, state))
        return None

    order = search(state, frozenset(summed), [])
    return (longest, False) if order is None else (order, True)


# -- programs ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Instruction:
    """One operation of a bank.

    Attributes
    ----------
    name : str
        Of the result: s… a number, v… a vector, m… a matrix, t… a larger tensor, y the values.
    op : str
        ``X`` (a channel of X, entry by entry to a power), ``diagonal`` (the same of its diagonal), ``transpose``,
        ``times`` (entry by entry), ``matmul``, ``rows`` and ``columns`` (of a matrix, scaled by a vector), ``matvec``,
        ``vecmat``, ``diagonal-of-matmul``, ``sum``, ``contract``, ``outputs``.
    operands : tuple of str
        Names of earlier results.
    detail : tuple
        Of X and diagonal (channel, exponent); of contract the axes of each operand and of the result; of outputs which
        they are, and the place of each operand.
    """

    name: str
    op: str
    operands: tuple[str, ...] = ()
    detail: tuple[Any, ...] = ()

    def __str__(self) -> str:
        a, b = (*self.operands, "", "")[:2]
        texts = {
            "transpose": f"{a}.T",
            "times": " * ".join(self.operands),
            "matmul": f"{a} @ {b}",
            "rows": f"diag({b}) @ {a}",
            "columns": f"{a} @ diag({b})",
            "matvec": f"{a} @ {b or 1}",
            "vecmat": f"{b or 1} @ {a}",
            "diagonal-of-matmul": f"diag({a} @ {b})",
            "sum": f"sum({a})",
            "contract": f"contract({', '.join(self.operands)}; {self.detail})",
            "outputs": f"outputs({', '.join(self.operands)})",
        }
        if self.op in ("X", "diagonal"):
            channel, exponent = self.detail
            text = ("X" if self.op == "X" else "diag(X)") + (f"/{channel}" if channel else "")
            texts[self.op] = text + (f" ** {exponent}" if exponent > 1 else "")
        return f"{self.name} = {texts[self.op]}"


Tree = tuple[Any, ...]
"""(op, detail, operands): an expression whose matrices can be turned round as far as its leaves can."""


@dataclass(slots=True)
class _Compiler:
    H: GraphPolynomial
    model: Model
    numbers: list[Tree] = field(default_factory=list)
    vectors: dict[int, list[Tree]] = field(default_factory=dict)
    matrices: dict[Pair, list[Tree]] = field(default_factory=dict)
    larger: list[tuple[Tree, tuple[int, ...]]] = field(default_factory=list)

    def begin(self) -> None:
        counts: dict[tuple[int, int, int], int] = {}
        for r, s, *channel in self.H.edges:
            key = (r, s, channel[0] if channel else 0)
            counts[key] = counts.get(key, 0) + 1
        for (r, s, c), times in counts.items():
            if r == s:
                self.vectors.setdefault(r, []).append(("diagonal", (c, times), ()))
            else:
                self.matrices.setdefault((r, s), []).append(("X", (c, times), ()))

    def turned(self, tree: Tree) -> Tree:
        """The transpose, without transposing anything but X."""
        op, detail, operands = tree
        if op == "X":
            return tree if self.H.symmetric else ("transpose", (), (tree,))
        if op == "transpose":
            turned: Tree = operands[0]
            return turned
        if op == "times":
            return op, detail, tuple(map(self.turned, operands))
        if op == "matmul":
            return op, detail, tuple(map(self.turned, operands[::-1]))
        matrix, vector = operands
        return "columns" if op == "rows" else "rows", detail, (self.turned(matrix), vector)

    def matrix(self, r: int, s: int, *, turn: bool = True) -> Tree | None:
        """The product of all matrices between r and s, with rows r; without those the other way round if not `turn`."""
        found = list(self.matrices.get((r, s), []))
        if turn:
            found += [self.turned(tree) for tree in self.matrices.get((s, r), [])]
        return _times(found)

    def eliminate(self, v: int) -> None:
        pairs = [pair for pair in self.matrices if v in pair]
        near = sorted({u for pair in pairs for u in pair} - {v})
        vector = _times(self.vectors.pop(v, []))
        touching = [(tree, axes) for tree, axes in self.larger if v in axes]
        near = sorted(set(near).union(*(axes for _, axes in touching)) - {v})
        flips = self.model.transposes or self.H.symmetric
        if touching or len(near) > 2:
            parts = [*touching]
            for u in near:
                joint = self.matrix(u, v)
                if joint is not None:
                    parts.append((joint, (u, v)))
            if vector is not None:
                parts.append((vector, (v,)))
            self.larger = [one for one in self.larger if v not in one[1]]
            made = ("contract", (*(axes for _, axes in parts), tuple(near)), tuple(tree for tree, _ in parts))
            if len(near) > 2:
                self.larger.append((made, tuple(near)))
            elif len(near) == 2:
                self.matrices.setdefault((near[0], near[1]), []).append(made)
            elif near:
                self.vectors.setdefault(near[0], []).append(made)
            else:
                self.numbers.append(made)
        elif len(near) == 2:
            a, b = near
            if not flips and (a, v) not in self.matrices:
                a, b = b, a
            first, second = self.matrix(a, v, turn=flips), self.matrix(v, b, turn=flips)
            assert first is not None
            if vector is not None:
                first = ("columns", (), (first, vector))
            self.matrices.setdefault((a, b), []).append(("matmul", (), (first, second)))
        elif len(near) == 1:
            self.vectors.setdefault(near[0], []).append(self._at(near[0], v, vector))
        else:
            assert vector is not None
            self.numbers.append(("sum", (), (vector,)))
        for pair in pairs:
            del self.matrices[pair]

    def _at(self, u: int, v: int, vector: Tree | None) -> Tree:
        """The vector at u that is left of v, its only neighbour."""
        out, back = self.matrix(u, v, turn=False), self.matrix(v, u, turn=False)
        behind = () if vector is None else (vector,)
        if out is not None and back is not None:
            if vector is not None:
                out = ("columns", (), (out, vector))
            return "diagonal-of-matmul", (), (out, back)
        return ("matvec", (), (out, *behind)) if out is not None else ("vecmat", (), (back, *behind))

    def outputs(self) -> Tree:
        """The product of everything that is left, all of it over outputs."""
        outputs = self.H.outputs
        parts: list[tuple[Tree, tuple[int, ...]]] = [(tree, ()) for tree in self.numbers]
        for place, v in enumerate(outputs):
            if place == outputs.index(v):
                parts += [(tree, (place,)) for tree in self.vectors.get(v, [])]
        if len(set(outputs)) == 2:
            joint = self.matrix(outputs[0], outputs[1])
            if joint is not None:
                parts.append((joint, (0, 1)))
        return "outputs", (outputs, tuple(axes for _, axes in parts)), tuple(tree for tree, _ in parts)


def _times(trees: list[Tree]) -> Tree | None:
    if len(trees) < 2:
        return trees[0] if trees else None
    return "times", (), tuple(trees)


KINDS = {"X": "m", "transpose": "m", "matmul": "m", "rows": "m", "columns": "m", "sum": "s", "outputs": "y"}


def compiled(H: GraphPolynomial, model: Model, order: list[int]) -> tuple[Instruction, ...]:
    """The program that eliminates the vertices in this order, every expression that occurs twice computed once."""
    compiler = _Compiler(H, model)
    compiler.begin()
    for v in order:
        compiler.eliminate(v)
    names: dict[Tree, str] = {}
    program: list[Instruction] = []

    def emit(tree: Tree) -> str:
        if tree in names:
            return names[tree]
        op, detail, operands = tree
        inner = tuple(emit(one) for one in operands)
        kind = inner[0][0] if op == "times" else KINDS.get(op, "v")
        if op == "contract":
            kind = "svmt"[min(len(detail[-1]), 3)]
        name = "y" if kind == "y" else f"{kind}{len(program)}"
        names[tree] = name
        program.append(Instruction(name, op, inner, detail))
        return name

    emit(compiler.outputs())
    return tuple(program)


def run(program: tuple[Instruction, ...], channels: tuple[npt.NDArray[Any], ...]) -> npt.NDArray[Any]:
    """Carry out a program, one operation after the other, by NumPy."""
    held: dict[str, Any] = {}
    for one in program:
        held[one.name] = _carried_out(one, [held[name] for name in one.operands], channels)
    return np.asarray(held[program[-1].name], dtype=channels[0].dtype)


def _carried_out(one: Instruction, given: list[Any], channels: tuple[npt.NDArray[Any], ...]) -> Any:
    n, dtype = len(channels[0]), channels[0].dtype
    if one.op in ("X", "diagonal"):
        channel, exponent = one.detail
        X = channels[channel]
        return (X if one.op == "X" else np.diag(X)) ** exponent
    if one.op == "times":
        made = given[0]
        for more in given[1:]:
            made = made * more
        return made
    if one.op == "contract":
        *axes, out = one.detail
        operands = list(itertools.chain.from_iterable(zip(given, map(list, axes), strict=True)))
        return np.einsum(*operands, list(out))
    if one.op == "outputs":
        from porism_graphs._polynomials.dense import with_outputs

        outputs, axes = one.detail
        return with_outputs(list(zip(given, axes, strict=True)), outputs, n, dtype)
    a = given[0]
    b = given[1] if len(given) > 1 else np.ones(n, dtype=dtype)
    operations: dict[str, Any] = {
        "transpose": lambda: a.T,
        "matmul": lambda: a @ b,
        "rows": lambda: a * b[:, None],
        "columns": lambda: a * b,
        "matvec": lambda: a @ b,
        "vecmat": lambda: b @ a,
        "diagonal-of-matmul": lambda: (a * b.T).sum(axis=1),
        "sum": lambda: np.asarray(a.sum(), dtype=dtype),
    }
    return operations[one.op]()
