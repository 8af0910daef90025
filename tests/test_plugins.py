"""The third-party path, with real distributions: installed by pip, found by their entry points, broken in every way.

All of `tests/plugins` is installed into one temporary environment, which sees this one's packages (porism itself, also
where that is installed editable). Every test then asks a new Python process of that environment.
"""

from __future__ import annotations

import json
import os
import shutil
import site
import subprocess
import textwrap
import venv
from pathlib import Path
from typing import Any

import pytest

from porism import registry
from porism.problems.k_medoids import SOLVERS

HERE = Path(__file__).parent
ALL = sorted(path.parent.name for path in (HERE / "plugins").glob("*/pyproject.toml"))
BROKEN = {
    "broken-import": "ModuleNotFoundError: No module named 'a_module_that_nobody_has'",
    "exits": "SystemExit: this plugin needs a newer machine",
    "homeless": (
        "PluginError: raises-in-hook/squatter solves 'raises-in-hook' of porism_test_raises_in_hook, "
        "a problem that nobody registers"
    ),
    "misspelt-hook": "PluginValidationError: unknown hook 'porism_registers' in plugin",
    "no-api": "PluginError: declares no PORISM_API; a plugin for this porism says PORISM_API = 1",
    "no-hook": "PluginError: implements no hook: decorate porism_register(registry) with @porism.hookimpl",
    "old-api": "PluginError: written for plugin interface 0, this porism speaks 1",
    "raises-in-hook": "RuntimeError: no licence [/at all] for this machine",
}
CORE = [solver.qualified for solver in SOLVERS]


class Environment:
    """A virtual environment with the test plugins in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        venv.create(folder / "env", with_pip=False)
        self.python = folder / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        (purelib,) = self.ask("import sysconfig; print(json.dumps([sysconfig.get_path('purelib')]))")
        self.site = Path(purelib)
        # addsitedir instead of a plain line: an editable installation of porism is a .pth file there, to be read too
        seen = [path for path in site.getsitepackages() if Path(path).is_dir()]
        (self.site / "outer.pth").write_text("".join(f"import site; site.addsitedir({path!r})\n" for path in seen))
        sources = folder / "sources"
        shutil.copytree(HERE / "plugins", sources)  # building writes nothing into the checkout
        self.pip("install", *(str(sources / name) for name in ALL))

    def pip(self, command: str, *arguments: str) -> None:
        """Run the outer environment's pip on this one."""
        offline = ["--no-deps", "--no-build-isolation", "--no-index"] if command == "install" else ["--yes"]
        pip = [str(self.python), "-m", "pip", command, "--quiet", "--disable-pip-version-check", *offline]
        done = subprocess.run([*pip, *arguments], capture_output=True, text=True, check=False, env=environment())
        assert done.returncode == 0, done.stdout + done.stderr

    def run(self, *arguments: str, timeout: float = 120, **variables: str) -> subprocess.CompletedProcess[str]:
        """Python with these arguments, outside the checkout."""
        return subprocess.run(
            [str(self.python), *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env=environment(**variables),
            timeout=timeout,
        )

    def ask(self, program: str, **variables: str) -> Any:
        """What the program prints, as JSON. Warnings are errors unless the program itself expects them."""
        done = self.run("-W", "error::UserWarning", "-c", "import json\n" + textwrap.dedent(program), **variables)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def porism(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """The command line."""
        return self.run("-m", "porism.cli", *arguments, COLUMNS="250", **variables)


def environment(**variables: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PORISM_", "PIP_", "PYTEST_"))}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1", **variables}


@pytest.fixture(scope="session")
def env(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return Environment(tmp_path_factory.mktemp("plugins"))


def only(*names: str) -> str:
    """The value of PORISM_DISABLE_PLUGINS that leaves these test plugins, and what else may be installed."""
    return ",".join(f"porism-test-{name}" for name in ALL if name not in names)


QUIETLY = """
import warnings
from porism import registry

def attempt(look, *names):
    try:
        return look(*names)
    except Exception as error:
        return f"{type(error).__name__}: {error}"

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    registry.solvers()
told = [str(w.message) for w in caught if w.category.__name__ == "PluginWarning" and "porism-test-" in str(w.message)]
listed = [i for i in registry.plugins() if i.distribution.startswith("porism-test-")]
plugins = {i.distribution.removeprefix("porism-test-"): i for i in listed}
"""


def told_by(program: str) -> str:
    return QUIETLY + textwrap.dedent(program)


# -- everything at once ------------------------------------------------------------------------------------------------


def test_with_every_broken_plugin_installed_the_rest_works(env):
    answers = env.ask(
        told_by(
            """
            fasterpam = registry.get("fasterpam")
            print(json.dumps({
                "core": [s.qualified for s in registry.solvers(problem="k-medoids") if registry.owner(s) == "porism"],
                "loss": fasterpam([[0.0], [1.0], [9.0]], 2, rng=0).loss,
                "euclid": registry.get("gcd")((12, 18)).value,
                "listed": sorted(plugins),
                "errors": {name: info.error for name, info in plugins.items() if info.error and name != "twins"},
                "core first": registry.plugins()[0].distribution,
                "versions": sorted({info.version for info in plugins.values()}),
            }))
            """
        )
    )
    assert answers["core"] == CORE
    assert answers["loss"] == 1.0
    assert answers["euclid"] == 6
    assert answers["listed"] == ALL
    assert answers["core first"] == "porism"
    assert answers["versions"] == ["1.0"]
    assert set(answers["errors"]) == set(BROKEN)
    for name, error in BROKEN.items():
        assert answers["errors"][name].startswith(error), name


def test_each_broken_plugin_is_warned_about_once_with_its_entry_point(env):
    told = env.ask(told_by("print(json.dumps(told))"))
    left_out = [text for text in told if "was left out" in text]
    for name, error in BROKEN.items():
        module = f"porism_test_{name.replace('-', '_')}"
        found = [
            text
            for text in left_out
            if text.startswith(f"plugin porism-test-{name} ({name} = {module}) was left out: ")
        ]
        assert len(found) == 1, name
        assert error in found[0]
    assert len(left_out) == len(BROKEN) + 1, "and the second of the twins"


def test_nothing_of_a_broken_plugin_is_left_behind(env):
    answers = env.ask(
        told_by(
            f"""
            broken = {list(BROKEN)!r}
            print(json.dumps({{
                "owners": sorted({{registry.owner(item) for item in [*registry.solvers(), *registry.problems()]}}),
                "adds": [[*plugins[name].problems, *plugins[name].solvers] for name in broken],
                "found": [
                    n for name in broken for n in (
                        name, f"{{name}}-solver", f"{{name}}/{{name}}-solver", f"porism-test-{{name}}::{{name}}",
                        f"porism-test-{{name}}::{{name}}/{{name}}-solver") if n in registry],
                "search": [s.name for s in registry.search("raises-in-hook")],
                "problem": attempt(registry.problem, "raises-in-hook"),
            }}))
            """
        )
    )
    assert not set(answers["owners"]) & {f"porism-test-{name}" for name in BROKEN}
    assert answers["adds"] == [[]] * len(BROKEN)
    assert answers["found"] == []
    assert answers["search"] == []
    assert answers["problem"].startswith("UnknownProblem: no problem 'raises-in-hook'")


# -- a good plugin -----------------------------------------------------------------------------------------------------


def test_a_good_plugin_adds_a_solver_and_a_problem_without_a_word(env):
    answers = env.ask(
        """
        from porism import registry
        (good,) = [info for info in registry.plugins() if info.distribution == "porism-test-good"]
        X = [[0.0], [1.0], [8.0], [9.0]]
        result = registry.get("fasterpam-restarts")(X, 2, rng=0)
        print(json.dumps({
            "adds": [good.problems, good.solvers, good.error, good.notes, good.entry_point],
            "seconds": good.seconds,
            "names": [registry.get(n).qualified for n in ("multistart", "k-medoids/multistart", "gcd", "common-divisor",
                      "porism-test-good::k-medoids/fasterpam-restarts", "porism-test-good::common-divisor")],
            "name_of": registry.name_of(registry.get("multistart")),
            "owner": [registry.owner(registry.get("multistart")), registry.owner(registry.problem("common-divisor"))],
            "solvers": [s.name for s in registry.solvers(problem="k-medoids") if registry.owner(s).endswith("-good")],
            "tagged": [s.name for s in registry.solvers(tag="arithmetic")],
            "search": [s.name for s in registry.search("lamé")] + [s.name for s in registry.search("euclid subtract")],
            "default": registry.get("k-medoids").name,
            "loss": result.loss,
        }))
        """,
        PORISM_DISABLE_PLUGINS=only("good"),
    )
    problems, solvers, error, notes, entry_point = answers["adds"]
    assert problems == ["common-divisor"]
    assert solvers == ["k-medoids/fasterpam-restarts", "common-divisor/euclid", "common-divisor/subtraction"]
    assert (error, notes, entry_point) == ("", [], "good = porism_test_good")
    assert 0 < answers["seconds"] < 60
    restarts, euclid = "k-medoids/fasterpam-restarts", "common-divisor/euclid"
    assert answers["names"] == [restarts, restarts, euclid, euclid, restarts, euclid]
    assert answers["name_of"] == restarts
    assert answers["owner"] == ["porism-test-good", "porism-test-good"]
    assert answers["solvers"] == ["fasterpam-restarts"]
    assert answers["tagged"] == ["euclid", "subtraction"]
    assert answers["search"] == ["subtraction"]
    assert answers["default"] == "fasterpam"
    assert answers["loss"] == 2.0


def test_a_good_plugin_s_solvers_keep_the_laws_and_an_unlawful_one_is_caught(env):
    answers = env.ask(
        """
        from porism import registry
        from porism.conformance import check
        owned = [s for s in registry.solvers() if registry.owner(s).startswith("porism-test-")]
        reports = [check(s, examples=12) for s in owned]
        print(json.dumps({r.solver: [r.ok, len(r.outcomes), [o.law for o in r.failures], [o.code for o in r.failures]]
                          for r in reports}))
        """,
        PORISM_DISABLE_PLUGINS=only("good", "unlawful"),
    )
    assert list(answers) == [
        "k-medoids/fasterpam-restarts",
        "common-divisor/euclid",
        "common-divisor/subtraction",
        "common-divisor/smallest",
    ]
    ok, laws, failed, code = answers.pop("common-divisor/smallest")
    assert not ok
    assert "divides" in failed
    assert 'replay("common-divisor/smallest", "divides", (' in code[failed.index("divides")]
    for name, (ok, laws, failed, _) in answers.items():
        assert ok, (name, failed)
        assert laws >= 9
    assert answers["common-divisor/euclid"][1] == answers["common-divisor/subtraction"][1] + 1, "the claim's law"


def test_core_and_plugin_objects_are_the_imported_ones(env):
    same = env.ask(
        """
        import pickle
        from porism import registry
        from porism_test_good import euclid, restarts, common_divisor
        from porism.problems.k_medoids import fasterpam
        found = [registry.get("euclid"), registry.get("multistart"), registry.get("fastpam")]
        found.append(registry.problem("common-divisor"))
        print(json.dumps([a is b for a, b in zip(found, (euclid, restarts, fasterpam, common_divisor))]
                         + [pickle.loads(pickle.dumps(s)) is s for s in found]))
        """,
        PORISM_DISABLE_PLUGINS=only("good"),
    )
    assert all(same)


# -- clashes -----------------------------------------------------------------------------------------------------------


def test_a_plugin_cannot_take_core_names_and_keeps_its_full_ones(env):
    answers = env.ask(
        told_by(
            """
            X = [[0.0], [1.0], [9.0]]
            print(json.dumps({
                "told": told,
                "notes": plugins["clash"].notes,
                "owners": {n: registry.owner(registry.get(n)) for n in (
                    "fasterpam", "k-medoids/fasterpam", "fastpam", "k-medoids", "k-medoids/fastpam",
                    "half-new", "truly-new", "novel", "contested", "only")},
                "problem": registry.owner(registry.problem("k-medoids")),
                "usurper": registry.get("porism-test-clash::k-medoids/fasterpam").summary,
                "named": registry.name_of(registry.get("porism-test-clash::k-medoids/fasterpam")),
                "alias": registry.get("porism-test-clash::k-medoids/fastpam").name,
                "fancy": registry.get("porism-test-clash::k-medoids")(X, 2).by,
                "fancy too": registry.get("porism-test-clash::k-medoids/fancy").name,
                "impostor": [registry.get(n)(1).by for n in ("fasterpam/impostor", "porism-test-clash::fasterpam")],
                "fancy bare": attempt(registry.get, "fancy"),
                "apart": [s.name for s in registry.solvers(problem="porism-test-clash::k-medoids")],
                "of core": sorted(s.name for s in registry.solvers(problem="k-medoids")
                                  if registry.owner(s) in ("porism", "porism-test-clash")),
                "loss": registry.get("fasterpam")(X, 2, rng=0).loss,
            }))
            """
        ),
        PORISM_DISABLE_PLUGINS=only("clash"),
    )
    clash = "porism-test-clash"
    assert answers["owners"] == {
        **dict.fromkeys(("fasterpam", "k-medoids/fasterpam", "fastpam", "k-medoids", "k-medoids/fastpam"), "porism"),
        **dict.fromkeys(("half-new", "truly-new", "novel", "contested", "only"), clash),
    }
    assert answers["problem"] == "porism"
    assert answers["usurper"] == "Not FasterPAM."
    assert answers["named"] == f"{clash}::k-medoids/fasterpam"
    assert answers["alias"] == "half-new"
    assert answers["fancy"] == "clash: fancy"
    assert answers["fancy too"] == "fancy"
    assert answers["impostor"] == ["clash: impostor", "clash: impostor"]
    assert answers["fancy bare"].startswith("AmbiguousSolver: 'fancy' is contested")
    assert "porism-test-clash::k-medoids/fancy" in answers["fancy bare"]
    assert answers["apart"] == ["fancy"]
    assert answers["of core"] == sorted([*(solver.name for solver in SOLVERS), "fasterpam", "half-new", "novel"])
    assert answers["loss"] == 1.0
    assert (
        sorted(answers["told"])
        == sorted(answers["notes"])
        == sorted(
            [
                f"{clash} does not get the name 'k-medoids', which porism claims too; "
                f"it is reachable as '{clash}::k-medoids', its solvers as '{clash}::k-medoids/…'",
                f"{clash} does not get the name 'k-medoids/fasterpam', which porism claims too; "
                f"it is reachable as '{clash}::k-medoids/fasterpam'",
                f"{clash} does not get the name 'k-medoids/fastpam', which porism claims too; "
                f"it is reachable as '{clash}::k-medoids/fastpam'",
                f"{clash} does not get the name 'fasterpam' for its problem's default solver, "
                f"which porism claims for a solver; that is reachable as '{clash}::fasterpam'",
            ]
        )
    )


def test_of_two_plugins_that_claim_a_name_neither_gets_it(env):
    answers = env.ask(
        told_by(
            """
            owners = "porism-test-clash", "porism-test-clash-two"
            names = "novel", "k-medoids/novel", "contested", "contested/only", "only"
            print(json.dumps({
                "told": [text for text in told if "porism claims" not in text],
                "errors": [attempt(registry.get, name) for name in names] + [attempt(registry.problem, "contested")],
                "full": [registry.get(f"{owner}::contested/only")(1).by for owner in owners],
                "default": [registry.get(f"{owner}::contested")(1).by for owner in owners],
                "novel": [registry.owner(registry.get(f"{owner}::k-medoids/novel")) for owner in owners],
                "half-new": registry.name_of(registry.get("half-new")),
                "info": [info.error for info in plugins.values()],
            }))
            """
        ),
        PORISM_DISABLE_PLUGINS=only("clash", "clash-two"),
    )
    one, two = "porism-test-clash", "porism-test-clash-two"
    for error, full in zip(
        answers["errors"],
        ("k-medoids/novel", "k-medoids/novel", "contested", "contested/only", "contested/only", "contested"),
        strict=True,
    ):
        assert error.startswith("AmbiguousSolver: "), error
        assert error.endswith(f"say {one}::{full} or {two}::{full}"), error
    assert answers["full"] == answers["default"] == ["clash: only", "clash-two: only"]
    assert answers["novel"] == [one, two]
    assert answers["half-new"] == "k-medoids/half-new"
    assert answers["info"] == ["", ""]
    expected = [
        f"{mine} does not get the name '{name}', which {theirs} claims too; it is reachable as '{mine}::{name}'{more}"
        for mine, theirs in ((one, two), (two, one))
        for name, more in (
            ("k-medoids/novel", ""),
            ("contested", f", its solvers as '{mine}::contested/…'"),
        )
    ]
    assert sorted(answers["told"]) == sorted(expected)


def test_a_contested_name_comes_back_when_the_rival_is_switched_off(env):
    owner = env.ask(
        told_by("print(json.dumps([registry.owner(registry.get(n)) for n in ('novel', 'contested', 'only')]))"),
        PORISM_DISABLE_PLUGINS=only("clash-two"),
    )
    assert owner == ["porism-test-clash-two"] * 3


def test_the_order_of_plugins_makes_no_difference(env):
    """Who holds which name, what each may be called and what is warned about are the same backwards."""
    program = """
    import builtins, random
    from porism import _plugins
    order = {order!r}
    if order:
        _plugins.sorted = lambda items, key: order(builtins.sorted(items, key=key))
    """
    question = told_by(
        """
        names = sorted({n for s in registry.solvers() for n in (s.name, s.qualified, s.problem.name, *s.aliases)})
        print(json.dumps([
            sorted(told),
            {n: attempt(lambda n: registry.name_of(registry.get(n)), n) for n in names},
            {n: attempt(lambda n: registry.name_of(registry.problem(n)), n) for n in names},
            sorted((i.distribution, i.entry_point, i.error, *sorted(i.notes)) for i in registry.plugins()),
        ]))
        """
    )
    orders = ["", "lambda items: items[::-1]", "lambda items: random.Random(1).sample(items, len(items))"]
    # Which of the twins comes first does depend on the order, so they stay away.
    answers = [
        env.ask(
            textwrap.dedent(program).format(order="@").replace("'@'", order or "None") + question,
            PORISM_DISABLE_PLUGINS="porism-test-twins",
        )
        for order in orders
    ]
    assert answers[0] == answers[1] == answers[2]
    assert len(answers[0][0]) > len(BROKEN)


def test_two_entry_points_of_a_distribution_do_not_take_each_other_s_names(env):
    answers = env.ask(
        told_by(
            """
            module = registry.get("twins").__module__
            print(json.dumps([told, [[i.entry_point, i.solvers, i.error] for i in listed], module]))
            """
        ),
        PORISM_DISABLE_PLUGINS=only("twins"),
    )
    error = "PluginError: problem 'twins' is added twice by porism-test-twins"
    assert answers[1] == [
        ["one = porism_test_twins.one", ["twins/twins-solver"], ""],
        ["two = porism_test_twins.two", [], error],
    ]
    assert answers[0] == [f"plugin porism-test-twins (two = porism_test_twins.two) was left out: {error}"]
    assert answers[2] == "porism_test_twins.one"


# -- switching off, damage, uninstalling -------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["all", "1", "ALL", " all , porism-test-good "])
def test_all_plugins_can_be_disabled(env, value):
    answers = env.ask(
        """
        import sys
        from porism import registry
        print(json.dumps([[s.qualified for s in registry.solvers()], [i.distribution for i in registry.plugins()],
                          [m for m in sys.modules if m.startswith(("porism_test", "porism_graphs"))]]))
        """,
        PORISM_DISABLE_PLUGINS=value,
    )
    assert answers[1:] == [["porism"], []]
    assert set(answers[0]) >= set(CORE)


@pytest.mark.parametrize(
    "value", ["porism-test-good", "good", "Porism_Test.Good", "porism-test-old-api, porism-test-good,"]
)
def test_one_plugin_can_be_disabled_by_distribution_or_entry_point(env, value):
    answers = env.ask(
        told_by("print(json.dumps([sorted(plugins), 'multistart' in registry]))"), PORISM_DISABLE_PLUGINS=value
    )
    assert "good" not in answers[0]
    assert "clash" in answers[0]
    assert answers[1] is False


def test_a_registry_without_plugins(env):
    assert env.ask(
        """
        from porism import Registry
        reg = Registry(plugins=False)
        print(json.dumps([len(reg.plugins()), "multistart" in reg, "fasterpam" in reg]))
        """
    ) == [1, False, True]


def test_importing_porism_imports_no_plugin(env):
    assert env.ask("import porism, sys; print(json.dumps([m for m in sys.modules if m.startswith('porism_')]))") == []


def test_a_half_removed_plugin_is_reported_by_its_module(env, tmp_path):
    """What an interrupted uninstallation leaves: entry points without metadata, and without the module."""
    ghost = tmp_path / "ghost-1.0.dist-info"
    ghost.mkdir()
    (ghost / "entry_points.txt").write_text("[porism]\nghost = ghost_module.plugin\n")
    answers = env.ask(
        """
        import warnings
        from porism import registry
        warnings.simplefilter("ignore")
        print(json.dumps([[i.distribution, i.version, i.error] for i in registry.plugins() if "ghost" in i.entry_point]
                         + ["fasterpam" in registry]))
        """,
        PYTHONPATH=os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
        PORISM_DISABLE_PLUGINS=only(),
    )
    assert answers == [["ghost_module", "", "ModuleNotFoundError: No module named 'ghost_module'"], True]


def test_threads_that_look_up_first_load_each_plugin_once(env):
    answers = env.ask(
        """
        import threading, warnings
        warnings.simplefilter("ignore")
        from porism import registry
        barrier = threading.Barrier(8)
        found = []

        def look():
            barrier.wait()
            found.append((registry.get("multistart").name, len(registry.solvers()), len(registry.plugins())))

        threads = [threading.Thread(target=look) for _ in range(8)]
        [t.start() for t in threads]
        [t.join(60) for t in threads]
        print(json.dumps([len(found), len(set(found))]))
        """
    )
    assert answers == [8, 1]


def test_uninstalling_a_plugin_leaves_the_registry_whole(env):
    assert "multistart" in env.ask(told_by("print(json.dumps([a for s in registry.solvers() for a in s.aliases]))"))
    env.pip("uninstall", "porism-test-good")
    try:
        answers = env.ask(
            told_by(
                """
                print(json.dumps([
                    [s.qualified for s in registry.solvers(problem="k-medoids") if registry.owner(s) == "porism"],
                    registry.get("fasterpam")([[0.0], [1.0], [9.0]], 2, rng=0).loss,
                    attempt(registry.get, "multistart"),
                    attempt(registry.problem, "common-divisor"),
                    sorted(plugins),
                    plugins["unlawful"].error,
                ]))
                """
            )
        )
    finally:
        env.pip("install", str(env.folder / "sources" / "good"))
    assert answers[0] == CORE
    assert answers[1] == 1.0
    assert answers[2].startswith("UnknownSolver: no solver 'multistart'")
    assert answers[3].startswith("UnknownProblem: no problem 'common-divisor'")
    assert answers[4] == [name for name in ALL if name != "good"]
    assert answers[5] == "ModuleNotFoundError: No module named 'porism_test_good'", "it builds on what has gone"


# -- the command line --------------------------------------------------------------------------------------------------


def test_list_plugins_shows_what_became_of_each(env):
    done = env.porism("list", "--plugins")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    for name in ALL:
        rows = [line for line in lines if line.split()[:2] == [f"porism-test-{name}", "1.0"]]
        assert len(rows) == (2 if name == "twins" else 1), name
        if name in BROKEN:
            assert "left out" in rows[0], rows
    text = " ".join(done.stdout.split())
    for part in ("good = porism_test_good", "common-divisor", "left out: ModuleNotFoundError", "does not get the name"):
        assert part in text, part
    assert done.stderr == "", "the table says it"


def test_other_commands_warn_in_a_line_each_without_source_code(env):
    done = env.porism("cite", "fasterpam", PORISM_DISABLE_PLUGINS=only("old-api", "broken-import"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("@article{schubert2021fast")
    warned = done.stderr.splitlines()
    assert len(warned) == 2, done.stderr
    for line, name in zip(warned, ("broken-import", "old-api"), strict=True):
        assert line.startswith(f"porism: plugin porism-test-{name} ("), line


def test_list_and_show_and_run_know_a_plugin_s_solver(env):
    quiet = {"PORISM_DISABLE_PLUGINS": only("good")}
    listed = env.porism("list", "--problem", "k-medoids", **quiet)
    assert listed.returncode == 0, listed.stderr
    assert "fasterpam-restarts" in listed.stdout
    assert listed.stderr == ""
    shown = env.porism("show", "multistart", **quiet)
    assert shown.returncode == 0, shown.stderr
    assert "porism-test-good" in shown.stdout
    assert "How many starts." in shown.stdout
    shown = env.porism("show", "common-divisor", **quiet)
    assert "Lamé 1844" in shown.stdout
    data = env.folder / "points.csv"
    data.write_text("0\n1\n9\n")
    ran = env.porism("run", "fasterpam-restarts", str(data), "-k", "2", "--rng", "0", "--restarts", "2", **quiet)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["loss"] == 1.0


def test_check_plugin_runs_the_laws_of_all_that_it_adds(env):
    done = env.porism("check", "--plugin", "porism-test-good", "--examples", "5", PORISM_DISABLE_PLUGINS=only("good"))
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("k-medoids/fasterpam-restarts", "common-divisor/euclid", "common-divisor/subtraction"):
        assert name in done.stdout
    assert "3 solvers" in done.stdout
    assert " 0 failed" in done.stdout


def test_check_plugin_fails_with_a_counter_example_where_a_law_is_broken(env):
    quiet = {"PORISM_DISABLE_PLUGINS": only("good", "unlawful")}
    done = env.porism("check", "--plugin", "porism-test-unlawful", "--examples", "25", **quiet)
    assert done.returncode == 1, done.stdout + done.stderr
    assert 'replay("common-divisor/smallest", "divides", (' in done.stdout
    assert "Traceback" not in done.stderr
    # the counter-example is a program that fails too
    start = done.stdout.index("from porism.conformance import replay", done.stdout.index("divides"))
    program = textwrap.dedent(" " * 11 + done.stdout[start:].partition("\n  ")[0])
    call = next(line.strip() for line in done.stdout[start:].splitlines() if line.strip().startswith("replay("))
    again = env.run("-c", f"{program}\nfrom porism.conformance import replay\n{call}", **quiet)
    assert again.returncode == 1
    assert "AssertionError" in again.stderr
    assert "does not divide all of" in again.stderr


@pytest.mark.parametrize(
    ("plugin", "code", "message"),
    [
        ("porism-test-old-api", 1, "porism-test-old-api was left out: PluginError: written for plugin interface 0"),
        ("porism-test-goood", 2, "did you mean 'porism-test-good'"),
    ],
)
def test_check_plugin_of_a_broken_or_unknown_plugin_says_so(env, plugin, code, message):
    done = env.porism("check", "--plugin", plugin, PORISM_DISABLE_PLUGINS=only("good", "old-api"))
    assert done.returncode == code, done.stdout + done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_pytest_porism_runs_a_plugin_s_laws(env):
    quiet = {"PORISM_DISABLE_PLUGINS": only("good", "unlawful")}
    pytest_ = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
    done = env.run(*pytest_, "--porism", "euclid", **quiet)
    assert done.returncode == 0, done.stdout + done.stderr
    done = env.run(*pytest_, "--porism", "smallest", **quiet)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "common-divisor/smallest::divides" in done.stdout


# -- the first-party plugins -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("distribution", "solver"),
    [
        ("porism-graphs", "personalized-pagerank/power-iteration"),
        ("porism-transforms", "spherical-product/gaunt-grid"),
    ],
)
def test_a_first_party_plugin_installs_like_any_other_and_goes_without_a_trace(env, tmp_path, distribution, solver):
    source = tmp_path / distribution
    shutil.copytree(HERE.parent / "plugins" / distribution, source)
    program = f"""
    from porism import registry
    print(json.dumps([[sorted(i.solvers), i.error] for i in registry.plugins() if i.distribution == {distribution!r}]))
    """
    quiet = {"PORISM_DISABLE_PLUGINS": only()}
    here = [info for info in registry.plugins() if info.distribution == distribution]
    env.pip("install", "--ignore-installed", str(source))
    try:
        answers = env.ask(program, **quiet)
        done = env.porism("check", solver, "--examples", "4", **quiet)
    finally:
        env.pip("uninstall", distribution)
    assert solver in here[0].solvers
    assert answers == [[sorted(here[0].solvers), ""]]
    assert done.returncode == 0, done.stdout + done.stderr
    assert not list(env.site.glob(distribution.replace("-", "_") + "*"))
    assert env.ask(told_by("print(json.dumps(registry.get('fasterpam').name))")) == "fasterpam"
