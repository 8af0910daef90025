"""Keep what the records under `benchmarks/` say in each problem's package, for `porism show` where it is installed.

``porism bench … --out benchmarks`` does so by itself; this is for records that came otherwise.
"""

from __future__ import annotations

import sys
from pathlib import Path

from porism import registry
from porism.bench import refresh

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Write ``recorded.json`` beside every bench module of this source tree."""
    for problem in registry.problems():
        if problem.has_room("bench"):
            refresh(problem, ROOT / "benchmarks")
    return 0


if __name__ == "__main__":
    sys.exit(main())
