"""What plugins and callers can rely on: versions of the interface, names that go away with a warning, switches."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings

import pytest

import porism
from porism import Claims, Deprecation, InvalidInput, PluginError, PorismDeprecationWarning, Registry, Solver, _plugins
from porism._staging import Staging

GOING = Deprecation(since="0.3", removal="0.5", instead="new", why="too slow")


@porism.problem("fading", result=porism.Result)
def fading(x, *, rng=None):
    """Do nothing."""


def body(x, *, n_jobs=1, tol=0.0, rng=None):
    """Do nothing."""
    return n_jobs, tol


def plain(**declared):
    return Solver(body, fading, "plain", **declared)


# -- the interface ----------------------------------------------------------------------------------------------------


def refused(monkeypatch, declared, spoken=(1,)):
    """What a plugin that declares `declared` is told by a porism that speaks the versions `spoken`."""
    source = _plugins._Source("my-plugin", "1.0", "mine", "a_module_for_this_test")
    module = type(sys)("a_module_for_this_test")
    module.PORISM_API = declared
    module.porism_register = porism.hookimpl(lambda registry: registry.add(fading))
    module.porism_register.__name__ = "porism_register"
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(_plugins, "SPECIFICATIONS", dict.fromkeys(spoken, _plugins.Specification))
    monkeypatch.setattr(_plugins, "API_OLDEST", min(spoken))
    monkeypatch.setattr(_plugins, "API_VERSION", max(spoken))
    try:
        _plugins._register(source, Staging("my-plugin"))
    except PluginError as error:
        return str(error)
    return None


def test_every_version_of_the_range_is_spoken(monkeypatch):
    assert [refused(monkeypatch, version, (2, 3)) for version in (2, 3)] == [None, None]


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        (
            1,
            "written for plugin interface 1, this porism speaks 2 to 3; a newer release of the plugin may: "
            "pip install --upgrade my-plugin",
        ),
        (
            4,
            "written for plugin interface 4, this porism speaks 2 to 3; a newer porism may speak it: "
            "pip install --upgrade porism",
        ),
        ("2", "PORISM_API must be an integer such as 3, got '2'"),
        (True, "PORISM_API must be an integer such as 3, got True"),
        (None, "declares no PORISM_API; a plugin for this porism says PORISM_API = 3"),
    ],
)
def test_other_versions_are_refused_with_the_cure(monkeypatch, declared, message):
    assert refused(monkeypatch, declared, (2, 3)) == message


def test_the_range_is_public():
    assert porism.API_OLDEST <= porism.API_VERSION
    assert set(_plugins.SPECIFICATIONS) == set(range(porism.API_OLDEST, porism.API_VERSION + 1))


# -- going away -------------------------------------------------------------------------------------------------------


def test_a_deprecated_solver_warns_at_every_call_and_works():
    with pytest.warns(
        PorismDeprecationWarning, match="fading/plain is deprecated since 0.3, gone in 0.5: too slow; use 'new'"
    ) as caught:
        assert plain(deprecated=GOING)(1) == (1, 0.0)
    assert caught[0].filename == __file__, "the warning points at the caller"


def test_a_problem_that_goes_takes_its_solvers():
    @porism.problem("gone", result=porism.Result, deprecated=GOING)
    def gone(x, *, rng=None):
        """Do nothing."""

    with pytest.warns(PorismDeprecationWarning, match="gone/plain is deprecated"):
        Solver(body, gone, "plain")(1)


def test_an_option_that_has_a_new_name_is_passed_on():
    solver = plain(deprecated_options={"threads": Deprecation(since="0.3", removal="1.0", instead="n_jobs")})
    with pytest.warns(PorismDeprecationWarning, match="plain: option 'threads' is deprecated.*use 'n_jobs'") as caught:
        assert solver(1, threads=4) == (4, 0.0)
    assert caught[0].filename == __file__
    with (
        pytest.warns(PorismDeprecationWarning),
        pytest.raises(InvalidInput, match="threads must not be given beside n_jobs"),
    ):
        solver(1, threads=4, n_jobs=2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert solver(1, n_jobs=2) == (2, 0.0)


def test_an_option_without_a_successor_is_still_obeyed():
    solver = plain(deprecated_options={"tol": Deprecation(since="0.3", removal="0.4")})
    with pytest.warns(PorismDeprecationWarning, match="option 'tol' is deprecated since 0.3, gone in 0.4$"):
        assert solver(1, tol=0.5) == (1, 0.5)


def test_a_deprecated_alias_finds_its_solver_with_a_warning():
    reg = Registry(plugins=False)
    solver = plain(aliases=("fine",), deprecated_aliases={"old-name": GOING})
    reg.add(fading, solver)
    for name in ("old-name", "fading/old-name", "local::fading/old-name"):
        with pytest.warns(
            PorismDeprecationWarning, match="the name 'old-name' of fading/plain is deprecated"
        ) as caught:
            assert reg.get(name) is solver
        assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert reg.get("fine") is reg.get("fading/plain") is solver


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Deprecation(since="soon", removal="0.5"), "since must be a version"),
        (lambda: Deprecation(since="0.3", removal="0.3.0"), "removal must come after since"),
        (lambda: plain(deprecated_options={"speed": GOING}), "deprecates option 'speed'"),
        (lambda: plain(deprecated_aliases={"no name": GOING}), "alias name must be"),
    ],
)
def test_what_cannot_be_deprecated_is_an_error_at_once(make, message):
    with pytest.raises(PluginError, match=message):
        make()


def test_nothing_of_porism_has_outlived_its_removal():
    for solver in porism.registry.solvers():
        going = [solver.deprecated, *solver.deprecated_aliases.values(), *solver.deprecated_options.values()]
        assert not [one for one in going if one is not None and one.due(porism.__version__)], solver
    assert GOING.due("0.5.0rc1")
    assert GOING.due("1.0")
    assert not GOING.due("0.4.9")


def test_show_and_list_say_what_goes_away(capsys, monkeypatch):
    from porism import cli

    monkeypatch.setattr(cli.out, "_width", 200)
    reg = Registry(plugins=False)
    reg.add(
        fading,
        plain(
            claims=Claims(deterministic=True),
            deprecated=GOING,
            deprecated_aliases={"old-name": GOING},
            deprecated_options={"threads": Deprecation(since="0.3", removal="1.0", instead="n_jobs")},
        ),
    )
    monkeypatch.setattr(cli, "registry", reg)
    for arguments in (["show", "fading/plain"], ["list", "--problem", "fading"]):
        with pytest.raises(SystemExit) as left:
            cli.main(arguments)
        assert left.value.code == 0
    shown = capsys.readouterr().out
    assert "fading/plain: deprecated since 0.3, gone in 0.5: too slow; use 'new'" in shown
    assert "alias old-name: deprecated" in shown
    assert "option threads: deprecated since 0.3, gone in 1.0; use 'n_jobs'" in shown
    assert "fading/plain (deprecated)" in shown


# -- switching off ----------------------------------------------------------------------------------------------------


def listed(*arguments, **variables):
    import os

    command = [sys.executable, "-m", "porism.cli", "list", "--plugins", "--json", *arguments]
    environment = {**os.environ, **variables}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return {info["distribution"]: info for info in json.loads(done.stdout)}


def test_list_plugins_tells_version_interface_origin_and_time_as_json():
    infos = listed(PORISM_DISABLE_PLUGINS="")
    for name, module in (("porism", "problems"), ("porism-graphs", "porism_graphs")):
        info = infos[name]
        assert info["api"] == porism.API_VERSION
        assert info["origin"].endswith(f"{module}/__init__.py")
        assert info["version"]
        assert info["seconds"] > 0
        assert info["error"] == ""
        assert not info["disabled"]


@pytest.mark.parametrize("value", ["porism-graphs", "all"])
def test_a_plugin_that_is_switched_off_is_listed_as_that_and_not_imported(value):
    info = listed(PORISM_DISABLE_PLUGINS=value)["porism-graphs"]
    assert info["disabled"]
    assert info["seconds"] == 0
    assert info["solvers"] == []


def test_a_registry_can_do_without_some_plugins():
    reg = Registry(disable=["Porism_Graphs"])
    assert "personalized-pagerank" not in reg
    assert "porism-graphs" not in [info.distribution for info in reg.plugins()]
    assert "porism-graphs" in [info.distribution for info in reg.plugins(disabled=True) if info.disabled]
    assert "personalized-pagerank" in Registry()
    with pytest.raises(InvalidInput, match="disable must be names, not one str"):
        Registry(disable="porism-graphs")
