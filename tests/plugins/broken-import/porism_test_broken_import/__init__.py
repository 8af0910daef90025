"""A plugin that fails at import."""

from a_module_that_nobody_has import something

import porism

PORISM_API = 1


@porism.hookimpl
def porism_register(registry: porism.Staging) -> None:
    """Never called."""
    registry.add(something)
