"""Structured transforms from papers, as porism solvers.

A plugin like any other: it uses what `porism` makes public, and is found through the entry point group ``porism``.
"""

from porism import Staging, hookimpl

__all__ = ["PORISM_API"]

PORISM_API = 1


@hookimpl
def porism_register(registry: Staging) -> None:
    """Add what this distribution has."""
