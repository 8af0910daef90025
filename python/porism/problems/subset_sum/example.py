"""The worked example, with that of `sumset`: which totals can a part of a cohort have?"""

from porism.problems.sumset.example import demo

__all__ = ["demo"]
