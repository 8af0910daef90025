"""Generate the type stubs of `porism._core` from the Rust source; ``--check`` only says whether they are current."""

from __future__ import annotations

import filecmp
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STUBS = ROOT / "python" / "porism" / "_core"


def generate(target: Path) -> Path:
    """Let maturin read the stubs out of the compiled module, below `target`."""
    # A debug build: stripping its symbols, as the release build does, would drop what the stubs are made from.
    maturin = [sys.executable, "-m", "maturin", "generate-stubs", "--quiet", "-m", "rust/python/Cargo.toml"]
    subprocess.run([*maturin, "--out", str(target)], cwd=ROOT, check=True)
    return target / "porism" / "_core"


def main() -> int:
    """Write the stubs, or compare them with the committed ones."""
    with tempfile.TemporaryDirectory() as scratch:
        fresh = generate(Path(scratch))
        if "--check" not in sys.argv[1:]:
            shutil.rmtree(STUBS, ignore_errors=True)
            shutil.copytree(fresh, STUBS)
            return 0
        names = sorted({path.name for folder in (fresh, STUBS) for path in folder.glob("*.pyi")})
        _, different, missing = filecmp.cmpfiles(fresh, STUBS, names, shallow=False)
        if different or missing:
            print(f"the stubs of porism._core are stale ({', '.join(different + missing)}): run `make stubs`")
            return 1
        return 0


if __name__ == "__main__":
    sys.exit(main())
