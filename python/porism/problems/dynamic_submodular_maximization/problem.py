"""The problem `dynamic-submodular-maximization`: its canonical call, the live object it returns, and the laws."""

from __future__ import annotations

import abc
import math
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np
import numpy.typing as npt

import porism
from porism import Law
from porism._validation import Progress, Rng, as_array, as_integer
from porism.errors import InvalidInput
from porism.objectives._errors import UnknownItem
from porism.objectives._objective import Items, as_items
from porism.problems.submodular_maximization.problem import as_objective, from_table

if TYPE_CHECKING:
    from porism.objectives import Objective

__all__ = [
    "STATEMENTS",
    "DynamicSelector",
    "dynamic_submodular_maximization",
    "from_table",
    "prepared",
    "restored",
]

BANIHASHEM = "Banihashem et al. 2023"

STATEMENTS = (
    Law(
        "feasible",
        "at any time at most k distinct live items are chosen, and value() is theirs by definition",
        source="the definition",
    ),
    Law(
        "live",
        "len, in, iteration and live() tell which items were inserted and not deleted since",
        source="the definition",
    ),
    Law(
        "certificate",
        "at any time no k live items are worth more than upper_bound(), whoever chose the stream",
        source="brute force, also along streams that delete what is chosen",
    ),
    Law(
        "batches",
        "insert_many, delete_many and apply do what the same updates one by one do",
        source="porism's interface",
    ),
    Law(
        "snapshots",
        "a selector restored from a snapshot, or a pickle, goes on as the original does",
        source="porism's interface",
    ),
    Law("window", "window=w lets the oldest go as soon as there are more than w", source="porism's interface"),
    Law(
        "emptying",
        "when everything is deleted, nothing is chosen and the value is that of the empty set",
        source="follows from the definition",
    ),
    Law("worthless", "items that are worth nothing come and go without a trace", source="follows from the definition"),
    Law(
        "refusals",
        "a live item is not inserted, one that is not live is not deleted, and a refusal changes nothing",
        source="porism's interface",
    ),
    Law(
        "queries", "stats['queries'] is how often a function given by its values is called", source="porism's interface"
    ),
    Law(
        "failures",
        "what an objective raises arrives as it is, and the selector goes on once the objective works",
        source="porism's interface",
    ),
    Law(
        "machine",
        "insertions, deletions, batches, snapshots and readings in any order keep a model's company",
        source="porism's interface",
    ),
    Law(
        "expectation",
        "along fixed streams the mean value over many seeds is at least the claimed share of the optimum",
        claim="expected_ratio",
        source=f"{BANIHASHEM}; 400 seeds, six standard errors",
    ),
    Law(
        "invariants",
        "after every update the structure is what the analysis needs: candidates, thresholds, growth, decay",
        claim="self_checking",
        source=BANIHASHEM,
    ),
    Law(
        "uniformity",
        "deletions that the stream chose leave a sample uniform in its bucket, deleted items included",
        claim="uniform_samples",
        source=f"{BANIHASHEM}; chi-square over 1500 seeds, 1e-8",
    ),
    Law(
        "sublinear",
        "queries per update grow more slowly than the square root of the window",
        claim="sublinear_queries",
        source=f"{BANIHASHEM}; a fit over windows from 2^8 to 2^12",
    ),
    Law(
        "recomputed",
        "the solution is what the claimed static solver chooses from the live items",
        claim="same_solution_as",
        source="porism's interface",
    ),
)


class DynamicSelector(abc.ABC):
    """Live items, at most k of them chosen, kept good as items come and go.

    What every solver of the problem returns. A solver of your own subclasses it and writes :meth:`_insert`,
    :meth:`_delete`, :meth:`_solution`, :meth:`_live`, :meth:`upper_bound`, :attr:`stats`, :meth:`_snapshot` and
    :meth:`_restored`; batches, windows, pickling and comparison are made of these.

    It takes one call at a time: a call from a second thread while one is under way is refused.

    Attributes
    ----------
    objective : Objective
        What is maximised.
    k : int
        How many items may be chosen.
    window : int or None
        How many items may be live: where there would be more, the oldest goes.
    """

    def __init__(self, objective: Objective, k: int, window: int | None = None) -> None:
        self.objective = objective
        self.k = k
        self.window = window
        self._order: OrderedDict[int, None] = OrderedDict()

    # -- what a solver writes ------------------------------------------------------------------------------------

    @abc.abstractmethod
    def _insert(self, item: int) -> None:
        """Insert an item of the ground set; raise DuplicateItem, and change nothing, if it is live."""

    @abc.abstractmethod
    def _delete(self, item: int) -> None:
        """Delete an item of the ground set; raise UnknownItem, and change nothing, if it is not live."""

    @abc.abstractmethod
    def _solution(self) -> tuple[npt.NDArray[np.int64], float]:
        """The chosen items in order of choice, and their value."""

    @abc.abstractmethod
    def _live(self) -> npt.NDArray[np.int64]:
        """The live items in an order that the updates determine."""

    @abc.abstractmethod
    def _snapshot(self) -> bytes:
        """Everything but the objective and the window."""

    @classmethod
    @abc.abstractmethod
    def _restored(cls, objective: Objective, snapshot: bytes, window: int | None) -> DynamicSelector:
        """The selector that :meth:`_snapshot` was taken of."""

    @abc.abstractmethod
    def upper_bound(self) -> float:
        """No k live items are worth more than this. Holds after any stream, whoever chose it."""

    @property
    @abc.abstractmethod
    def stats(self) -> Mapping[str, float]:
        """What was done so far: at least "queries", "updates" and "queries_per_update"."""

    def _apply(self, ops: npt.NDArray[np.int8], items: npt.NDArray[np.int64], progress: Progress) -> None:
        """Many updates, in order."""
        for position, (op, item) in enumerate(zip(ops.tolist(), items.tolist(), strict=True)):
            try:
                self._insert(item) if op > 0 else self._delete(item)
            except InvalidInput as refused:
                raise type(refused)(f"update {position}: {refused}") from None

    # -- updates -------------------------------------------------------------------------------------------------

    def insert(self, item: int, /) -> None:
        """Insert an item.

        Raises
        ------
        InvalidType, UnknownItem
            If it is no item of the ground set.
        DuplicateItem
            If it is live already. Nothing has changed then.
        OracleError, or what a Python function raises
            If the objective cannot tell a value. The update has happened or not; the selector is sound either way.
        """
        number = self._item(item)
        if self.window is None:
            self._insert(number)
        else:
            self.apply([1], [number])

    def delete(self, item: int, /) -> None:
        """Delete a live item.

        Raises
        ------
        InvalidType, UnknownItem
            If it is no live item. Nothing has changed then.
        OracleError, or what a Python function raises
            As for :meth:`insert`.
        """
        number = self._item(item)
        if self.window is None:
            self._delete(number)
        else:
            self.apply([-1], [number])

    def insert_many(self, items: Items, *, progress: Progress = False) -> None:
        """Insert several items in order, in one call; see :meth:`apply`."""
        chosen = as_items("items", items, self.objective.n_items, distinct=False)
        self.apply(np.ones(len(chosen), dtype=np.int8), chosen, progress=progress)

    def delete_many(self, items: Items, *, progress: Progress = False) -> None:
        """Delete several items in order, in one call; see :meth:`apply`."""
        chosen = as_items("items", items, self.objective.n_items, distinct=False)
        self.apply(np.full(len(chosen), -1, dtype=np.int8), chosen, progress=progress)

    def apply(self, ops: npt.ArrayLike, items: Items, *, progress: Progress = False) -> None:
        """Many updates in order, in one call: the fast path.

        Parameters
        ----------
        ops : (m,) array-like of +1 and -1
            Insertions and deletions.
        items : (m,) array-like or iterable of int
            Of which item each.
        progress : bool or callable
            Show a bar on stderr; or a callable ``(done, total, value)``.

        Raises
        ------
        InvalidInput, InvalidType
            If the arguments are not so; nothing has been done then.
        UnknownItem, DuplicateItem, OracleError, …
            What the first update that fails raises, with its position; those before it have been done.
        """
        signs = as_array("ops", ops, ndim=1, dtypes=[np.int8], promote=np.float64)
        wrong = (signs != 1) & (signs != -1)
        if wrong.any():
            place = int(np.argmax(wrong))
            raise InvalidInput(f"ops must be +1 (insert) or -1 (delete), got {signs[place]:g} at ops[{place}]")
        numbers = as_items("items", items, self.objective.n_items, distinct=False)
        if len(signs) != len(numbers):
            raise InvalidInput(f"items must have one entry for each of the {len(signs)} ops, got {len(numbers)}")
        signs = signs.astype(np.int8, copy=False)
        if self.window is None:
            self._apply(signs, numbers, progress)
        else:
            self._slide(signs, numbers, progress)

    def _slide(self, ops: npt.NDArray[np.int8], items: npt.NDArray[np.int64], progress: Progress) -> None:
        """The updates, each insertion followed by the deletion of the oldest item where the window is full."""
        assert self.window is not None
        if len(ops) == 1 and ops[0] < 0:
            self._apply(ops, items, progress)
            self._order.pop(int(items[0]), None)
            return
        # An insertion-only batch can be undone; one with deletions cannot, short of a copy.
        before = self._order.copy() if (ops < 0).any() else None
        order, signs, numbers = self._order, [], []
        came: list[tuple[int, bool]] = []
        for op, item in zip(ops.tolist(), items.tolist(), strict=True):
            signs.append(op)
            numbers.append(item)
            if op < 0:
                order.pop(item, None)
                continue
            if item not in order:  # one that is there will be refused when its turn comes
                order[item] = None
                came.append((item, True))
            if len(order) > self.window:
                signs.append(-1)
                numbers.append(order.popitem(last=False)[0])
                came.append((numbers[-1], False))
        try:
            self._apply(np.array(signs, dtype=np.int8), np.array(numbers, dtype=np.int64), progress)
        except BaseException:
            self._order = self._recovered(order, before, came)
            raise

    def _recovered(
        self, order: OrderedDict[int, None], before: OrderedDict[int, None] | None, came: list[tuple[int, bool]]
    ) -> OrderedDict[int, None]:
        """The order of the live items after a batch that ended early: what was done before the failure stands."""
        if before is None:
            before = order
            for item, arrived in reversed(came):
                if arrived:
                    before.pop(item, None)
                else:
                    before[item] = None
                    before.move_to_end(item, last=False)
        live = set(self._live().tolist())
        arrivals = (item for item, arrived in came if arrived)
        return OrderedDict((item, None) for item in (*before, *arrivals) if item in live)

    def _item(self, item: object) -> int:
        number = as_integer("item", item)
        if not 0 <= number < self.objective.n_items:
            raise UnknownItem(f"item must be in 0..{self.objective.n_items - 1}, got {number}")
        return number

    # -- readings ------------------------------------------------------------------------------------------------

    def solution(self) -> npt.NDArray[np.int64]:
        """The chosen items, at most k live ones, in order of choice: an int64 array."""
        return self._solution()[0]

    def value(self) -> float:
        """The value of :meth:`solution`."""
        return self._solution()[1]

    def certified_ratio(self) -> float:
        """value() / upper_bound(): at least so much of the optimum is reached, now; 1 where both are 0."""
        value, bound = self.value(), self.upper_bound()
        return min(1.0, value / bound) if bound > 0 else 1.0

    def live(self) -> npt.NDArray[np.int64]:
        """The live items, in an order that the updates determine (in a window, oldest first): an int64 array."""
        if self.window is not None:
            return np.fromiter(self._order, dtype=np.int64, count=len(self._order))
        return self._live()

    def __len__(self) -> int:
        return len(self._live())

    def __contains__(self, item: object) -> bool:
        return isinstance(item, (int, np.integer)) and int(item) in self._live()

    def __iter__(self) -> Iterator[int]:
        return iter(self.live().tolist())

    # -- as bytes ------------------------------------------------------------------------------------------------

    def snapshot(self) -> bytes:
        """Everything but the objective, as bytes: what :func:`restore` takes.

        A restored selector goes on as this one would, random choices included. Where the objective can be pickled, so
        can the selector.
        """
        if self.window is None:
            return self._snapshot()
        order = np.fromiter(self._order, dtype="<i8", count=len(self._order))
        body = np.concatenate([np.array([self.window, len(order)], dtype="<i8"), order]).tobytes()
        return _WINDOW + body + zlib.crc32(body).to_bytes(8, "little") + self._snapshot()

    def __reduce__(self) -> tuple[Any, ...]:
        return restored, (type(self), self.objective, self.snapshot())

    def __eq__(self, other: object) -> bool:
        """Whether both have the same live items, choice and counts: what the same updates and seed lead to."""
        if type(self) is not type(other) or not isinstance(other, DynamicSelector):
            return NotImplemented
        if (self.k, self.window) != (other.k, other.window) or not np.array_equal(self.live(), other.live()):
            return False
        # Read both before counts are compared: reading asks, once after every update.
        (ours, value), (theirs, other_value) = self._solution(), other._solution()
        if any(self.stats[name] != other.stats[name] for name in ("queries", "updates")):
            return False
        return np.array_equal(ours, theirs) and math.isclose(value, other_value, rel_tol=1e-12, abs_tol=1e-12)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self)} live items, k={self.k}, {self.objective.name}>"

    @staticmethod
    def run_stream(
        solver: porism.Solver[..., Any],
        X: npt.NDArray[Any] | None,
        stream: str,
        arguments: list[Any],
        options: dict[str, Any],
        out: TextIO,
    ) -> None:
        """Process a stream of insertions and deletions for the command line; see :mod:`._stream`."""
        from porism.problems.dynamic_submodular_maximization._stream import run

        run(solver, X, stream, arguments, options, out)


_WINDOW = b"poriswin"


def restored(cls: type[DynamicSelector], objective: Objective, snapshot: bytes) -> DynamicSelector:
    """A selector of the class `cls` from what :meth:`DynamicSelector.snapshot` gave."""
    from porism.objectives import InvalidSnapshot

    if not isinstance(snapshot, (bytes, bytearray, memoryview)):
        raise InvalidInput(f"snapshot must be bytes, got {type(snapshot).__name__}")
    data = bytes(snapshot)
    f = as_objective(objective)
    if not data.startswith(_WINDOW):
        return cls._restored(f, data, None)
    start = len(_WINDOW) + 16
    head = np.frombuffer(data[len(_WINDOW) : start].ljust(16, b"\0"), dtype="<i8")
    window, length = int(head[0]), int(head[1])
    end = start + 8 * length
    if window < 1 or not 0 <= length <= window or end + 8 > len(data):
        raise InvalidSnapshot("snapshot must be whole, got one that ends early")
    if zlib.crc32(data[len(_WINDOW) : end]).to_bytes(8, "little") != data[end : end + 8]:
        raise InvalidSnapshot("snapshot must be undamaged, got one whose checksum does not fit")
    order = np.frombuffer(data[start:end], dtype="<i8").tolist()
    made = cls._restored(f, data[end + 8 :], window)
    if sorted(order) != sorted(made._live().tolist()):
        raise InvalidSnapshot("snapshot must hold the live items in its window, got others")
    made._order = OrderedDict((item, None) for item in order)
    return made


@porism.problem(
    "dynamic-submodular-maximization",
    result=DynamicSelector,
    tags=("submodular", "subset-selection", "dynamic", "streaming"),
    statements=STATEMENTS,
    laws=".laws",
    bench=".bench",
    example=".example",
)
def dynamic_submodular_maximization(  # type: ignore[empty-body]
    objective: Objective, k: int, *, items: Items = (), window: int | None = None, rng: Rng = None
) -> DynamicSelector:
    """Keep at most k items of large joint value chosen, while items come and go.

    Summaries of what is in stock, in the log, in the last hour; what must be forgotten on request. The solver returns a
    live object with `insert`, `delete`, `apply`, `solution`, `value` and `certified_ratio`.

    Parameters
    ----------
    objective : Objective
        A monotone set function made by :mod:`porism.objectives`. Its ground set holds every item that may ever come;
        none is live at first.
    k : int
        How many items may be chosen, at least 1.
    items : (m,) array-like or iterable of int
        Items to insert at once.
    window : int, optional
        How many items may be live: an insertion beyond that deletes the item that came first.
    rng : None, int or numpy.random.Generator
        Source of randomness; the same seed and the same updates give the same result.

    Returns
    -------
    DynamicSelector

    Raises
    ------
    InvalidType, InvalidInput
        If an argument is not so.
    NotMonotone
        If the objective may fall as sets grow.

    Examples
    --------
    >>> from porism import objectives, registry
    >>> f = objectives.coverage([["x", "y", "z"], ["z"], ["q", "r"]])
    >>> selector = registry.get("dynamic-submodular")(f, 2, items=[0, 1], rng=0)
    >>> selector.insert(2)
    >>> sorted(map(int, selector.solution())), selector.value()
    ([0, 2], 5.0)
    >>> selector.delete(0)
    >>> sorted(map(int, selector.solution())), selector.value()
    ([1, 2], 3.0)
    """


def prepared(objective: Any, k: Any, window: Any) -> tuple[Objective, int, int | None]:
    """The canonical arguments, checked."""
    f = as_objective(objective)
    number = as_integer("k", k, 1, 1 << 24)
    length = None if window is None else as_integer("window", window, 1)
    return f, number, length
