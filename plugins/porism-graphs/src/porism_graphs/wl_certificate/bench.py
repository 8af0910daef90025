"""What `porism bench wl-certificate` measures: cycles, by their number of vertices."""

from __future__ import annotations

from porism.bench import Workload
from porism_graphs.wl_dimension.bench import dimension, make_cycle

__all__ = ["WORKLOADS"]

WORKLOADS = (
    Workload(
        name="cycle",
        summary="two graphs with different numbers of n-cycles",
        sizes=(3, 5, 8),
        make=make_cycle,
        check=dimension,
        check_name="k",
        memory=lambda size: 300_000_000,
    ),
)
