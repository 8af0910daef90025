"""Mutants for the tests: the modules `mutants_*.py` beside this one, loaded by name: test folders are no packages.

A module ``mutants_<topic>`` has ``BUGS``, a law of the problem for each mistake, and ``mutant(bug)``, the solver with
that mistake, or the right one for None. A test module names its topic: ``MUTANTS = "<topic>"``.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def load(topic: str) -> ModuleType:
    """The module ``mutants_<topic>``."""
    name = f"porism_transforms_mutants_{topic}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"mutants_{topic}.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with the arguments `bug` and `law` runs once for each mistake."""
    topic = getattr(metafunc.module, "MUTANTS", None)
    if topic is not None and {"bug", "law"} <= set(metafunc.fixturenames):
        metafunc.parametrize(("bug", "law"), load(topic).BUGS.items())


@pytest.fixture
def mutants(request: pytest.FixtureRequest) -> ModuleType:
    """The mutants of the test module's ``MUTANTS``."""
    return load(request.module.MUTANTS)
