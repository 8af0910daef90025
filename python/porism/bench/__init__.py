"""Measuring solvers beside their peers: one harness for every problem, porism's own and those of plugins.

>>> from porism import bench
>>> record = bench.run("k-medoids", sizes=[1000, 2000])            # doctest: +SKIP
>>> from rich import print
>>> print(bench.render(record))                                    # doctest: +SKIP

The same is ``porism bench k-medoids --sizes 1000,2000`` in a shell.

A problem takes part by naming a module in its declaration (``bench=".bench"``) that holds ``WORKLOADS``, a sequence of
:class:`Workload`: what the instances are, what must agree between contenders, and which :class:`Peer` competes with
which solver. Every contender runs in a process of its own, so that memory is its own too; calls are timed in turn, so
that drift of the machine hits all alike; a contender whose check value differs from that of those who promise the same
result is not compared.
"""

from porism.bench._compare import Change, Comparison, compare, render_changes
from porism.bench._contest import Step
from porism.bench._declare import Limit, Peer, Task, Variant, Workload
from porism.bench._machine import Machine, stream_bandwidth
from porism.bench._plot import plot, replot
from porism.bench._record import Growth, Measurement, Note, Ratio, Record, Subject, load
from porism.bench._recorded import digest, recorded, records, refresh
from porism.bench._run import run
from porism.bench._table import render

__all__ = [
    "Change",
    "Comparison",
    "Growth",
    "Limit",
    "Machine",
    "Measurement",
    "Note",
    "Peer",
    "Ratio",
    "Record",
    "Step",
    "Subject",
    "Task",
    "Variant",
    "Workload",
    "compare",
    "digest",
    "load",
    "plot",
    "recorded",
    "records",
    "refresh",
    "render",
    "render_changes",
    "replot",
    "run",
    "stream_bandwidth",
]
