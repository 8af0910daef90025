"""Running a benchmark: who takes part in what, and the record of it."""

from __future__ import annotations

import datetime
import itertools
import operator
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from porism._problem import Problem
from porism._registry import registry
from porism._solver import Solver
from porism._text import did_you_mean
from porism._validation import as_float, as_integer, as_n_jobs
from porism.bench._contest import Entry, Step, Tell, contest, measured_bandwidth
from porism.bench._declare import Peer, Workload, chosen_workloads
from porism.bench._machine import machine_facts
from porism.bench._record import Measurement, Note, Record, Subject, load, merged
from porism.bench._recorded import refresh
from porism.errors import InvalidInput
from porism.optional import require

__all__ = ["run"]

TIMEOUT = 600.0
"""Seconds that one call may take, unless told otherwise."""

AnyProblem = Problem[..., Any]
AnySolver = Solver[..., Any]


def run(
    problem: str | AnyProblem,
    *,
    sizes: Sequence[int] | None = None,
    solvers: Sequence[str | AnySolver] | None = None,
    peers: bool | Sequence[str] = True,
    workloads: Sequence[str] | None = None,
    heavy: bool = False,
    repeats: int = 5,
    seed: int = 0,
    n_jobs: int | None = 1,
    reference: str | None = None,
    out: str | Path | None = None,
    timeout: float = TIMEOUT,
    resume: bool = False,
    on_progress: Callable[[Step], object] | None = None,
    command: str | None = None,
) -> Record:
    """Measure the solvers of a problem beside their peers.

    Every contender has a process of its own, which builds the instance, makes one call to warm up and then waits; the
    timed calls go in turn, one contender after the other, so that whatever else the machine does hits all alike.

    Parameters
    ----------
    problem : str or Problem
        What to measure.
    sizes : sequence of int, optional
        Instead of each workload's own sizes.
    solvers : sequence of str or Solver, optional
        Only these, also where a workload would leave them out for being slow; with their peers. By default all.
    peers : bool or sequence of str
        Whether to measure peers, or which: by name (all its forms) or by ``name [form]``, even where their solvers
        do not run.
    workloads : sequence of str, optional
        Only these, heavy ones too. By default all that are not heavy.
    heavy : bool
        Also the heavy workloads.
    repeats : int
        Timed runs of each contender: one call each, or the mean of several where a call takes less than 10 ms.
    seed : int
        Of the instances.
    n_jobs : int, optional
        Threads, for solvers that have the option, and for thread pools; as in scikit-learn.
    reference : str, optional
        The contender whose time is 1 in the table: a solver's name or a label. By default the problem's default solver.
    out : str or Path, optional
        A folder for ``<problem>-<workload>.json`` and ``.png``, written whenever a workload is done. Where the
        problem's package is in the same source tree, what they say is kept beside its bench module too, for
        ``porism show``.
    timeout : float
        Seconds that one call may take.
    resume : bool
        Go on where a run with the same arguments, `out` and machine was interrupted: what it had finished of each
        workload and size is taken over from ``<problem>.unfinished.json``, which is there until a run is done.
    on_progress : callable, optional
        Called with a :class:`Step` before each piece of work.
    command : str, optional
        What the record gives as the command that made it; by default the ``porism bench`` command with these arguments.

    Returns
    -------
    Record
        Failures are part of it: a contender that raises, exceeds the time or is not installed takes no other down.

    Raises
    ------
    InvalidInput
        For an unknown workload or solver, a size or number out of range, a problem without benchmark.
    MissingExtra
        With `out` and without Matplotlib.
    """
    found = registry.problem(problem) if isinstance(problem, str) else problem
    repeats = as_integer("repeats", repeats, 1)
    seed = as_integer("seed", seed, 0)
    threads = as_n_jobs(n_jobs)
    timeout = as_float("timeout", timeout, 0.0, ends="(]")
    asked = None if sizes is None else sorted({as_integer("sizes", size, 1) for size in sizes})
    if asked is not None and not asked:
        raise InvalidInput("sizes must be None or one integer ≥ 1 at least, got none")
    chosen = chosen_workloads(found, workloads, heavy)
    contenders = _solvers(found, solvers)
    main = reference if reference is not None else _reference(found, contenders)
    folder = None if out is None else Path(out)
    if folder is not None:
        require("matplotlib", "plot")  # now, not after an hour of measuring
    elif resume:
        raise InvalidInput("resume needs out, the folder of the run that was interrupted")
    _check_peers(peers, chosen)
    plan = [
        (workload, size, _entries(found, workload, size, contenders, main, seed, threads, peers, solvers is not None))
        for workload in chosen
        for size in _sizes(workload, asked)
    ]
    _check_reference(main, reference, [entry for _, _, entries in plan for entry in entries])
    bandwidth = measured_bandwidth(threads) if any(w.limit is not None for w, _, _ in plan) else 0.0
    distributions = {name for _, _, entries in plan for entry in entries for name in entry.requires}
    flags = {
        "workloads": workloads,
        "sizes": asked,
        "solvers": None if solvers is None else [s.name if isinstance(s, Solver) else s for s in solvers],
        "peers": peers is True,
        "no-peers": not peers,
        "peer": None if isinstance(peers, bool) else list(peers),
        "heavy": heavy,
        "repeats": repeats,
        "seed": seed or None,
        "n-jobs": None if threads == 1 else n_jobs,
        "reference": reference,
        "timeout": None if timeout == TIMEOUT else timeout,
        "out": None if folder is None else folder.name or ".",  # not the path: a record says nothing about its owner
    }
    record = Record(
        problem=found.name,
        date=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        command=command or _command(found.name, flags),
        machine=machine_facts(sorted(distributions), bandwidth),
        reference=main,
        repeats=repeats,
        seed=seed,
        n_jobs=threads,
        timeout=timeout,
    )
    unfinished = None if folder is None else folder / f"{found.name}.unfinished.json"
    if resume and unfinished is not None and unfinished.exists():
        record = _resumed(record, load(unfinished))
        bandwidth = record.machine.bandwidth
    pieces = repeats + 2  # building, warming up, and the runs
    done, total = 0, pieces * sum(len(entries) for _, _, entries in plan)
    parts: list[Record] = []
    for workload in chosen:
        part = replace(record, workloads=(_subject(workload),), measurements=(), notes=())
        for size, entries in ((size, entries) for other, size, entries in plan if other is workload):
            measured, notes = _taken_over(record, workload.name, size)
            if not measured:
                tell = _teller(on_progress, workload.name, size, done, total)
                measured, notes = contest(entries, repeats=repeats, timeout=timeout, bandwidth=bandwidth, tell=tell)
            done += pieces * len(entries)
            part = replace(part, measurements=(*part.measurements, *measured), notes=(*part.notes, *notes))
            if unfinished is not None:
                merged([*parts, part]).save(unfinished)
        if folder is not None:
            _write(part, workload.name, folder)
            refresh(found, folder)
        parts.append(part)
    if unfinished is not None:
        unfinished.unlink(missing_ok=True)
    return merged(parts)


def _resumed(record: Record, earlier: Record) -> Record:
    """`earlier`, if it is the beginning of the run that `record` is to be."""
    for name in ("command", "reference", "repeats", "seed", "n_jobs", "timeout"):
        before, now = getattr(earlier, name), getattr(record, name)
        if before != now:
            raise InvalidInput(f"resume: the run that was interrupted had another {name}: {before!r}, now {now!r}")
    for name in ("cpu", "cores", "isa", "system", "versions"):
        before, now = getattr(earlier.machine, name), getattr(record.machine, name)
        if before != now:
            raise InvalidInput(
                f"resume: the run that was interrupted had another machine, {name} {before!r}, now {now!r}"
            )
    return earlier


def _taken_over(record: Record, workload: str, size: int) -> tuple[list[Measurement], list[Note]]:
    """What an earlier run has measured of a group already; a group is taken whole, since its contenders run in turn."""
    notes = [note for note in record.notes if (note.workload, note.size) == (workload, size)]
    return record.group(workload, size), notes


def _write(part: Record, workload: str, folder: Path) -> None:
    from porism.bench._plot import plot

    stem = folder / f"{part.problem}-{workload}"
    part.save(stem.with_suffix(".json"))
    plot(part, workload, stem.with_suffix(".png"))


# -- who takes part ----------------------------------------------------------------------------------------------------


def _solvers(problem: AnyProblem, asked: Sequence[str | AnySolver] | None) -> dict[str, AnySolver]:
    """The solvers to measure by label: the name, or the exact name where two distributions use the same one."""
    if asked is None:
        known = registry.solvers(problem=problem)
        if not known:
            raise InvalidInput(f"problem {problem.name!r} has no registered solver; pass solvers=")
    else:
        known = [_solver(problem, solver) for solver in asked]
        if not known:
            raise InvalidInput("solvers must name at least one solver, got none")
    names = [solver.name for solver in known]
    return {
        solver.name if names.count(solver.name) == 1 else registry.name_of(solver): solver
        for solver in dict.fromkeys(known)
    }


def _solver(problem: AnyProblem, asked: str | AnySolver) -> AnySolver:
    if isinstance(asked, Solver):
        if asked.problem is not problem:
            raise InvalidInput(f"solvers must be solvers of {problem.name!r}, got {asked!r}")
        return asked
    known = registry.solvers(problem=problem)
    for solver in known:
        if asked in (solver.name, solver.qualified, registry.name_of(solver), *solver.aliases):
            return solver
    names = [solver.name for solver in known]
    raise InvalidInput(f"solvers must be among {', '.join(names)}, got {asked!r}{did_you_mean(str(asked), names)}")


def _reference(problem: AnyProblem, contenders: dict[str, AnySolver]) -> str:
    return next((label for label, solver in contenders.items() if solver is problem.default), next(iter(contenders)))


def _check_reference(label: str, asked: str | None, entries: Sequence[Entry]) -> None:
    labels = list(dict.fromkeys(entry.blank.contender for entry in entries))
    if asked is not None and label not in labels:
        raise InvalidInput(f"reference must be among {', '.join(labels)}, got {label!r}{did_you_mean(label, labels)}")


def _check_peers(asked: bool | Sequence[str], workloads: Sequence[Workload]) -> None:
    known = list(dict.fromkeys(n for w in workloads for peer in w.peers for n in (peer.name, peer.label)))
    for name in () if isinstance(asked, bool) else asked:
        if name not in known:
            raise InvalidInput(f"peers must be among {', '.join(known)}, got {name!r}{did_you_mean(str(name), known)}")


def _sizes(workload: Workload, asked: Sequence[int] | None) -> list[int]:
    wanted = sorted(set(workload.sizes)) if asked is None else list(asked)
    possible = [size for size in wanted if workload.most is None or size <= workload.most]
    if not possible:
        raise InvalidInput(f"sizes must be at most {workload.most} in workload {workload.name!r}, got {wanted}")
    return possible


def _entries(
    problem: AnyProblem,
    workload: Workload,
    size: int,
    contenders: dict[str, AnySolver],
    reference: str,
    seed: int,
    threads: int,
    peers: bool | Sequence[str],
    asked: bool,
) -> list[Entry]:
    """Everybody who takes part in a workload at a size, the reference first; those who are too slow, as left out."""
    common = {
        "problem": _reference_to(problem),
        "workload": workload.name,
        "size": size,
        "seed": seed,
        "n_jobs": threads,
    }
    memory = workload.memory(size)
    part = {
        label: solver
        for label, solver in contenders.items()
        if workload.solvers is None or solver.name in workload.solvers
    }
    answers = {solver.name: _answer(solver) for solver in part.values()}
    entries = []

    def blank(label: str, name: str, **known: Any) -> Measurement:
        largest = workload.largest.get(name)
        slow = largest is not None and size > largest and not asked
        made = Measurement(
            workload=workload.name,
            size=size,
            contender=label,
            name=name,
            **{"tolerance": workload.tolerance, "threads": threads, **known},
        )
        message = f"too slow: only up to {workload.unit} = {largest}, unless its solver is asked for by name"
        return replace(made, status="left out", message=message) if slow else made

    for label, solver in part.items():
        given = {**common, "solver": _reference_to(solver), "contender": label}
        entries.append(Entry(blank(label, solver.name, answer=answers[solver.name]), given, memory))
        for variant in workload.variants:
            if variant.solver == solver.name and label == solver.name:
                own = int(variant.options.get("n_jobs", threads))
                made = blank(
                    variant.label, solver.name, form=variant.form, answer=answers[solver.name], threads=as_n_jobs(own)
                )
                entries.append(Entry(made, {**given, "contender": variant.label}, memory))
    promised = {solver.name: _answer(solver) for solver in registry.solvers(problem=problem)} | answers
    for peer in workload.peers:
        if isinstance(peers, bool):
            wanted = peers and any(name in answers for name in peer.of)
        else:
            wanted = peer.name in peers or peer.label in peers
        if wanted:
            answer = next(
                (known[name] for known in (answers, promised) for name in peer.of if name in known), peer.of[0]
            )
            made = _peer(blank, peer, answer, threads)
            given = {**common, "solver": None, "contender": peer.label}
            entries.append(Entry(made, given, round(memory * (1 + peer.copies)), peer.distributions, peer.install))
    return sorted(entries, key=lambda entry: entry.blank.contender != reference)


def _peer(blank: Callable[..., Measurement], peer: Peer, answer: str, threads: int) -> Measurement:
    made: Measurement = blank(
        peer.label,
        peer.name,
        kind="peer",
        form=peer.form,
        of=peer.of,
        answer=answer,
        note=peer.note,
        threads=threads if peer.pinned else 0,
    )
    return made if peer.tolerance is None else replace(made, tolerance=peer.tolerance)


def _answer(solver: AnySolver) -> str:
    """What a solver promises to come to: exact ones all the same, ``same_result_as`` another's, others their own."""
    if solver.claims.get("exact"):
        return "exact"
    return str(solver.claims.get("same_result_as", solver.name))


def _reference_to(item: AnyProblem | AnySolver) -> str:
    """``module:qualified.name``, by which another process finds a declared problem or solver."""
    module, name = item.__module__, item.__qualname__
    try:
        reachable = module != "__main__" and operator.attrgetter(name)(sys.modules[module]) is item
    except (AttributeError, KeyError):
        reachable = False
    if not reachable:
        raise InvalidInput(
            f"{item!r} must be importable by name, because it is measured in a process of its own; "
            f"{module}.{name} is not: move it to the top of a module"
        )
    return f"{module}:{name}"


# -- what the record says ----------------------------------------------------------------------------------------------


def _subject(workload: Workload) -> Subject:
    return Subject(name=workload.name, summary=workload.summary, unit=workload.unit, check_name=workload.check_name)


def _command(problem: str, flags: Mapping[str, Any]) -> str:
    """The command that measures the same again; a flag with the value None or False is at its default."""
    words = ["porism", "bench", problem]
    for name, value in flags.items():
        if value is None or value is False:
            continue
        words.append(f"--{name}")
        if value is not True:
            listed = isinstance(value, Sequence) and not isinstance(value, str)
            words.append(
                ",".join(map(str, value)) if listed else f"{value:g}" if isinstance(value, float) else str(value)
            )
    return shlex.join(words)


def _teller(callback: Callable[[Step], object] | None, workload: str, size: int, done: int, total: int) -> Tell:
    """What tells `callback` about the steps of one group; `done` of `total` pieces of work lie behind it."""
    counter = itertools.count(done)

    def tell(contender: str, what: str) -> None:
        if callback is not None:
            callback(Step(workload, size, contender, what, next(counter), total))

    return tell
