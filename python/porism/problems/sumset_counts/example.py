"""The worked example, with that of `sumset`: multiplicities that theorems know."""

from porism.problems.sumset.example import demo

__all__ = ["demo"]
