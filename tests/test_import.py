"""`import porism` is light: what it may not bring along."""

from __future__ import annotations

import subprocess
import sys

import pytest


def modules_after(statement: str) -> set[str]:
    program = f"import sys; {statement}; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "module", ["scipy", "hypothesis", "matplotlib", "rich", "typer", "sklearn", "porism_graphs", "porism._core"]
)
def test_importing_porism_leaves_out(module):
    assert module not in modules_after("import porism")


@pytest.mark.parametrize("module", ["hypothesis", "matplotlib", "sklearn", "scipy"])
def test_using_a_core_solver_leaves_out(module):
    # Plugins may import what they like at the first look-up; the direct import touches none.
    assert module not in modules_after("from porism.problems.k_medoids import fasterpam; fasterpam([[0.0], [1.0]], 1)")


def test_the_direct_import_is_the_registered_object():
    from porism import registry
    from porism.problems.k_medoids import fasterpam, k_medoids

    assert registry.get("fasterpam") is fasterpam
    assert registry.get("fastpam") is fasterpam
    assert registry.get("k-medoids") is fasterpam
    assert registry.get("k-medoids/fasterpam") is fasterpam
    assert k_medoids.default is fasterpam
