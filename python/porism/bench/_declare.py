"""What a problem's bench module declares: workloads, and who takes part in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any

from porism._text import did_you_mean
from porism.errors import InvalidInput, PluginError

if TYPE_CHECKING:
    from porism._problem import Problem
    from porism._solver import Solver

__all__ = ["Limit", "Peer", "Task", "Variant", "Workload", "workloads_of"]

Call = Callable[[], Any]
"""What is timed: everything that is not part of the job has been done before."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One job, the same for every contender: what :attr:`Workload.make` returns.

    Parameters
    ----------
    args : tuple
        The problem's canonical arguments.
    options : mapping
        Keyword options that every solver of the problem takes.
    wishes : mapping
        Options for those solvers that have them (``init``, ``order`` …).
    facts : mapping
        What peers, checks and limits need besides.
    """

    args: tuple[Any, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    wishes: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    def call(self, solver: Solver[..., Any], **more: Any) -> Any:
        """``solver(*args, **options)`` with the wishes that it has, and with `more` whether it has it or not."""
        wished = {name: value for name, value in self.wishes.items() if name in solver.signature.parameters}
        return solver(*self.args, **{**self.options, **wished, **more})


@dataclass(frozen=True, kw_only=True)
class Limit:
    """The least that a call could take on this machine, and why.

    Parameters
    ----------
    what : str
        What has to be done at least: ``"25e6 dissimilarities read"``.
    nbytes : float
        Bytes that have to come from memory; the harness divides by the bandwidth that it measures.
    seconds : float
        Or the time itself, where the bench module knows it.
    """

    what: str
    nbytes: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A library that users would pick instead, in one of the forms in which it can be called.

    A peer should appear at least as its users call it and in its best form; the best form decides.

    Parameters
    ----------
    name : str
        What is called: ``"kmedoids.fasterpam"``. Forms of the same peer share it.
    form : str
        Which form this is: ``"default call"``, ``"n_cpu=1, F order"``.
    of : tuple of str
        The solvers that it competes with. It must come to the same check value as the first of them.
    start : callable (Task) -> callable () -> value
        Prepares the call, outside the timing (imports, layout); what it returns is timed, again and again.
    distributions : tuple of str
        What must be installed. A missing one is recorded as such.
    install : str
        The argument of ``pip install`` that brings them.
    pinned : bool
        False leaves the number of threads to the peer, as its users do; True pins thread pools as for solvers.
    copies : float
        Memory that preparing it takes in addition, as a multiple of the workload's.
    tolerance : float, optional
        Relative tolerance of its check value, where it cannot be the workload's.
    note : str
        What a reader of the record should know about this form, such as why `tolerance` differs.
    """

    name: str
    form: str
    of: tuple[str, ...]
    start: Callable[[Task], Call]
    distributions: tuple[str, ...] = ()
    install: str = "porism[bench]"
    pinned: bool = True
    copies: float = 0.0
    tolerance: float | None = None
    note: str = ""

    @property
    def label(self) -> str:
        """``kmedoids.fasterpam [default call]``: unique within a workload."""
        return f"{self.name} [{self.form}]"


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A solver with options other than the workload's. It must come to the same check value as the solver itself.

    ``Variant(solver="fasterpam", form="2 threads", options={"n_jobs": 2})``

    Parameters
    ----------
    solver, form : str
        The solver's name, and what to call this form of it.
    options : mapping
        What is different.
    """

    solver: str
    form: str
    options: Mapping[str, Any]

    @property
    def label(self) -> str:
        """``fasterpam [2 threads]``: unique within a workload."""
        return f"{self.solver} [{self.form}]"


@dataclass(frozen=True, kw_only=True)
class Workload:
    """A generator of benchmark instances by size and seed, and who takes part.

    Parameters
    ----------
    name : str
        Letters, digits and hyphens: it becomes a file name.
    summary : str
        One line: what the instances are.
    sizes : tuple of int
        The sizes that are run unless others are asked for.
    make : callable (size, seed) -> Task
        The instance. Everything random is fixed here (initial solutions, orders), so that all do the same job.
    check : callable (Task, value) -> float, int or str
        What must agree between contenders that promise the same result: computed afresh from the value, not copied from
        what the contender says about itself. Not timed.
    memory : callable (size) -> int
        Bytes that one contender's process needs for the instance and the call together.
    check_name : str
        What `check` computes: ``"loss"``.
    tolerance : float
        Relative tolerance within which check values agree.
    unit : str
        The letter of the size.
    peers : sequence of Peer
        Who else takes part.
    variants : sequence of Variant
        Further forms of solvers.
    solvers : tuple of str, optional
        Which solvers take part; by default all, those of plugins too.
    largest : mapping of str to int
        The largest size for slow solvers and peers, by solver name or peer name; above it they are left out, unless
        the solvers to run are asked for by name.
    most : int, optional
        The largest size that can be made (a data set has so many rows).
    start : callable (Solver, Task, options) -> callable () -> value, optional
        How a solver is run where it is not just called: for a live object, an index with queries, an oracle.
        ``options`` holds a variant's options, and ``n_jobs`` for solvers that have it.
    limit : callable (Task, value) -> Limit or None, optional
        The physical limit of the job that led to `value`, for solvers.
    heavy : bool
        True for a workload that is run only when asked for.
    """

    name: str
    summary: str
    sizes: tuple[int, ...]
    make: Callable[[int, int], Task]
    check: Callable[[Task, Any], float | str]
    memory: Callable[[int], int]
    check_name: str = "check"
    tolerance: float = 1e-9
    unit: str = "n"
    peers: Sequence[Peer] = ()
    variants: Sequence[Variant] = ()
    solvers: tuple[str, ...] | None = None
    largest: Mapping[str, int] = field(default_factory=dict)
    most: int | None = None
    start: Callable[[Solver[..., Any], Task, Mapping[str, Any]], Call] | None = None
    limit: Callable[[Task, Any], Limit | None] | None = None
    heavy: bool = False

    def __post_init__(self) -> None:
        if not self.name or not all(part.isascii() and part.isalnum() for part in self.name.split("-")):
            raise PluginError(f"workload name must be letters and digits joined by hyphens, got {self.name!r}")
        if not self.sizes or any(size < 1 for size in self.sizes):
            raise PluginError(f"workload {self.name!r} must have sizes ≥ 1, got {self.sizes!r}")
        labels = [*(peer.label for peer in self.peers), *(variant.label for variant in self.variants)]
        repeated = {label for label in labels if labels.count(label) > 1}
        if repeated:
            raise PluginError(f"workload {self.name!r} lists {min(repeated)!r} twice")

    def prepare(self, solver: Solver[..., Any], task: Task, options: Mapping[str, Any]) -> Call:
        """What to time for `solver`."""
        if self.start is not None:
            return self.start(solver, task, options)
        return lambda: task.call(solver, **options)


def workloads_of(problem: Problem[..., Any]) -> dict[str, Workload]:
    """The workloads that the problem's bench module declares as ``WORKLOADS``, by name.

    Raises
    ------
    InvalidInput
        If the problem has no bench module.
    PluginError
        If the module declares no workloads, or two of one name.
    """
    module: ModuleType | None = problem.room("bench")
    if module is None:
        raise InvalidInput(f"problem {problem.name!r} declares no benchmark")
    declared = getattr(module, "WORKLOADS", None)
    if not declared or not all(isinstance(workload, Workload) for workload in declared):
        raise PluginError(f"{module.__name__} must declare WORKLOADS, a sequence of porism.bench.Workload")
    found = {workload.name: workload for workload in declared}
    if len(found) != len(declared):
        raise PluginError(f"{module.__name__} declares two workloads of one name")
    return found


def chosen_workloads(problem: Problem[..., Any], names: Sequence[str] | None, heavy: bool) -> list[Workload]:
    """Those called `names`, or all that are not heavy; all of them with `heavy`.

    Raises
    ------
    InvalidInput
        For an unknown name, with the closest ones.
    """
    declared = workloads_of(problem)
    if names is None:
        return [workload for workload in declared.values() if heavy or not workload.heavy]
    for name in names:
        if name not in declared:
            raise InvalidInput(
                f"workloads must be among {', '.join(declared)}, got {name!r}{did_you_mean(str(name), declared)}"
            )
    return [declared[name] for name in dict.fromkeys(names)]
