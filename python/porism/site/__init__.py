"""The site: guides, and a catalogue made of what the registry knows, built without a network.

``porism site --out site`` builds it from an installed wheel with the extra ``docs``; ``make docs`` does so in a clone.

The hand-written pages are those of ``docs/`` in the source tree (:mod:`porism.site._guides`). Everything else is
generated: a page for every problem with its solvers side by side, for every solver and every paper
(:mod:`porism.site._catalogue`), plots and tables of the recorded benchmarks (:mod:`porism.site._records`), and what the
worked examples print and draw (:mod:`porism.site._examples`). Problems of plugins appear like porism's own.
"""

from porism.site._build import build, write_pages

__all__ = ["build", "write_pages"]
