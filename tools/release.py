"""Whether everything that names a version names the one of the tag: ``python tools/release.py v0.1.0``.

Without a tag: whether all name the same. Needs nothing but Python.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def versions() -> dict[str, str]:
    """Every place that names porism's version, and what it says."""
    cargo = tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))
    found = {"Cargo.toml": str(cargo["workspace"]["package"]["version"])}
    citation = re.search(r"^version: *[\"']?([^\s\"']+)", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.M)
    found["CITATION.cff"] = citation.group(1) if citation else "none"
    for path in sorted(ROOT.glob("plugins/*/pyproject.toml")):  # released together: one version for all
        project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
        found[path.relative_to(ROOT).as_posix()] = str(project["version"])
    return found


def main() -> int:
    """Compare; say what differs."""
    found = versions()
    expected = sys.argv[1].removeprefix("v") if len(sys.argv) > 1 else found["Cargo.toml"]
    wrong = [
        f"{place} has version {version}, not {expected}" for place, version in found.items() if version != expected
    ]
    if len(sys.argv) > 1 and f"## [{expected}]" not in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"):
        wrong.append(f"CHANGELOG.md has no section [{expected}]")
    print("\n".join(wrong) or f"version {expected} everywhere")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
