"""Being a good plugin: what is registered, what loading costs, which surface of porism is used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import porism
import porism_transforms

HEAVY = ("scipy", "hypothesis", "matplotlib", "jax", "torch", "sklearn")


def staged() -> porism.Staging:
    staging = porism.Staging("porism-transforms")
    porism_transforms.porism_register(staging)
    return staging


def test_every_problem_has_its_default_solver_among_those_registered():
    staging = staged()
    assert porism_transforms.PORISM_API == porism.API_VERSION
    for problem in staging.problems:
        assert problem.default in [solver for solver in staging.solvers if solver.problem is problem], problem.name


def test_every_solver_registered_can_be_imported_from_the_package():
    public = [getattr(porism_transforms, name) for name in porism_transforms.__all__]
    for solver in staged().solvers:
        assert any(solver is one for one in public), solver.name


def test_loading_the_plugin_imports_nothing_heavy():
    program = f"import porism_transforms, sys; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_only_public_modules_of_porism_are_used():
    used = {
        line.split()[1]
        for path in Path(porism_transforms.__file__).parent.rglob("*.py")
        for line in path.read_text().splitlines()
        if line.strip().startswith(("from porism", "import porism")) and not line.split()[1].startswith("porism_trans")
    }
    public = ("conformance", "bench", "kernels", "validation", "errors", "objectives")
    assert used <= {"porism", *(f"porism.{name}" for name in public)}
