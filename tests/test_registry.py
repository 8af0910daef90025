"""Look-up, names and filling of a registry, with toy problems in a registry of their own."""

from __future__ import annotations

import copy
import importlib
import pickle
import sys
import textwrap
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

import porism
from porism import (
    AmbiguousSolver,
    Claims,
    Law,
    NotFound,
    Paper,
    PluginError,
    PluginWarning,
    Problem,
    Registry,
    Solver,
    UnknownProblem,
    UnknownSolver,
)

CORE = Registry(plugins=False)
"""What porism itself has, whatever that will be."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Number(porism.Result):
    value: int


def make_problem(name: str, **metadata: Any) -> Problem[..., Number]:
    @porism.problem(name, result=Number, **metadata)
    def toy(x: int) -> Number:  # type: ignore[empty-body]
        """Compute something from x. More about it."""

    return toy


def make_solver(problem: Problem[..., Number], name: str, answer: int = 0, **metadata: Any) -> Solver[..., Number]:
    @porism.solver(problem, name, **metadata)
    def toy(x: int, *, shift: int = 0) -> Number:
        """Answer by adding.

        Parameters
        ----------
        shift : int
            How much to add.
        """
        return Number(x + answer + shift)

    return toy


@pytest.fixture
def reg() -> Registry:
    return Registry(plugins=False)


@pytest.fixture
def doubling(reg: Registry) -> Problem[..., Number]:
    """A registered problem with two solvers, the second its default."""
    problem = make_problem("doubling", tags=("arithmetic",))
    slow = make_solver(problem, "slow", 1, aliases=("sluggish",), tags=("exact",))
    fast = make_solver(problem, "fast", 2, aliases=("quick", "swift"), default=True)
    reg.add(problem, slow, fast)
    return problem


# -- get ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("doubling/slow", "slow"),
        ("slow", "slow"),
        ("sluggish", "slow"),
        ("doubling/sluggish", "slow"),
        ("swift", "fast"),
        ("local::doubling/slow", "slow"),
        ("local::doubling/sluggish", "slow"),
        ("doubling", "fast"),
        ("local::doubling", "fast"),
    ],
)
@pytest.mark.usefixtures("doubling")
def test_get_by_every_name(reg, name, expected):
    assert reg.get(name).name == expected
    assert reg[name] is reg.get(name)
    assert name in reg


def test_core_solvers_are_found_by_name_alias_and_problem(reg):
    from porism.problems import k_medoids

    assert reg.get("fasterpam") is reg.get("k-medoids/fasterpam") is reg.get("fastpam") is reg.get("k-medoids")
    assert reg.get("porism::k-medoids/pam") is reg.get("pam")
    assert reg.solvers(problem="k-medoids") == list(k_medoids.SOLVERS)


def test_imported_and_looked_up_solver_are_one_object(reg):
    from porism.problems.k_medoids import fasterpam

    assert reg.get("fasterpam") is fasterpam is porism.registry.get("fasterpam")


def test_a_problem_without_declared_default_stands_for_its_first_solver(reg):
    problem = make_problem("halving")
    reg.add(problem, make_solver(problem, "first"), make_solver(problem, "second"))
    assert reg.get("halving").name == "first"


def test_an_unregistered_default_does_not_count(reg):
    problem = make_problem("halving")
    make_solver(problem, "forgotten", default=True)
    reg.add(problem, make_solver(problem, "first"))
    assert reg.get("halving").name == "first"


def test_a_problem_without_solver_says_so(reg):
    reg.add(make_problem("empty"))
    with pytest.raises(UnknownSolver, match="problem 'empty' has no solver"):
        reg.get("empty")


@pytest.mark.parametrize(
    ("name", "closest"),
    [
        ("fastrpam", "'fasterpam'"),
        ("FasterPAM", "'fasterpam'"),
        ("k-medoid", "'k-medoids'"),
        ("k_medoids", "'k-medoids'"),
        ("kmedoids/fasterpam", "'k-medoids/fasterpam'"),
        ("k-medoids/fasterpan", "'k-medoids/fasterpam'"),
    ],
)
def test_unknown_names_raise_with_the_closest(reg, name, closest):
    with pytest.raises(UnknownSolver) as caught:
        reg.get(name)
    assert repr(name) in str(caught.value)
    assert closest in str(caught.value)
    assert isinstance(caught.value, LookupError)
    assert name not in reg


def test_unknown_name_far_from_all_suggests_nothing(reg):
    with pytest.raises(UnknownSolver, match=r"^no solver 'qqqq'$"):
        reg.get("qqqq")


@pytest.mark.parametrize("name", [None, 3, b"fasterpam", ["fasterpam"]])
def test_names_that_are_no_str(reg, name):
    with pytest.raises(UnknownSolver, match="name must be a str, got"):
        reg.get(name)
    with pytest.raises(UnknownProblem, match="name must be a str, got"):
        reg.problem(name)
    assert name not in reg


@pytest.mark.parametrize("name", ["", "/", "::", "k-medoids/", "/pam", "::k-medoids", "porism::", "porism::pam"])
def test_halves_of_names_are_unknown(reg, name):
    with pytest.raises(UnknownSolver):
        reg.get(name)


def test_a_bare_name_of_two_problems_is_ambiguous_and_lists_both(reg, doubling):
    other = make_problem("tripling")
    reg.add(other, make_solver(other, "slow"))
    with pytest.raises(AmbiguousSolver) as caught:
        reg.get("slow")
    assert "doubling/slow, tripling/slow" in str(caught.value)
    assert "slow" not in reg
    assert reg.get("doubling/slow") is not reg.get("tripling/slow")
    assert reg.get("sluggish").problem is doubling


def test_an_alias_counts_as_a_name(reg, doubling):
    other = make_problem("tripling")
    reg.add(other, make_solver(other, "rush", aliases=("quick",)))
    with pytest.raises(AmbiguousSolver, match="doubling/fast, tripling/rush"):
        reg.get("quick")
    assert reg.get("doubling/quick").problem is doubling
    assert reg.get("tripling/quick").name == "rush"


# -- problems, solvers, search -----------------------------------------------------------------------------------


def test_problem_by_name_and_full_name(reg, doubling):
    assert reg.problem("doubling") is doubling is reg.problem("local::doubling")
    with pytest.raises(UnknownProblem, match="did you mean 'doubling'"):
        reg.problem("doublin")
    with pytest.raises(UnknownProblem):
        reg.problem("fasterpam")


def test_problems_are_sorted_and_filtered_by_tag(reg, doubling):
    reg.add(make_problem("aardvark", tags=("animals",)))
    names = [problem.name for problem in reg.problems()]
    assert names == sorted(names)
    assert {"aardvark", "doubling", "k-medoids"} <= set(names)
    assert reg.problems(tag="arithmetic") == [doubling]
    assert reg.problems(tag="nothing") == []


def test_solvers_by_problem_and_tag(reg, doubling):
    slow, fast = reg.get("slow"), reg.get("fast")
    assert reg.solvers(problem="doubling") == [slow, fast] == reg.solvers(problem=doubling)
    assert reg.solvers(tag="exact") == [slow]
    assert reg.solvers(tag="arithmetic") == [slow, fast], "a problem's tags are its solvers'"
    assert reg.solvers(problem="doubling", tag="exact") == [slow]
    assert reg.solvers(problem="k-medoids", tag="exact") == []
    assert reg.solvers() == [*CORE.solvers(), slow, fast]
    with pytest.raises(UnknownProblem, match="no problem 'doublings'; did you mean 'doubling'"):
        reg.solvers(problem="doublings")


def test_answers_are_the_callers_own_lists(reg):
    reg.solvers().clear()
    reg.problems().clear()
    reg.plugins().clear()
    assert reg.solvers()
    assert reg.problems()
    assert reg.plugins()


def test_search_ranks_names_before_documentation(reg, doubling):
    paper = Paper(key="a", title="On Quick Things", authors=("Rust, Ada",), year=1999, arxiv="9901.00001")
    other = make_problem("tripling")
    cited = make_solver(other, "plain", paper=paper)
    reg.add(other, cited)
    assert reg.search("quick") == [reg.get("doubling/fast"), cited]
    assert reg.search("QUICK things") == [cited]
    assert reg.search("rust") == [cited]
    assert reg.search("9901") == [cited]
    assert reg.search("quick no-such-word") == []
    assert reg.search("") == [] == reg.search("  ")
    assert reg.get("fasterpam") in reg.search("cluster")
    assert all(solver.problem is doubling for solver in reg.search("arithmetic"))


def test_plugins_lists_the_core_first_with_what_it_adds(reg):
    (core,) = reg.plugins()
    assert core.distribution == "porism"
    assert core.version
    assert "k-medoids" in core.problems
    assert "k-medoids/fasterpam" in core.solvers
    assert core.error == ""
    assert core.notes == ()


def test_owner_and_name_of(reg, doubling):
    assert reg.owner(reg.get("pam")) == "porism"
    assert reg.owner(doubling) == "local" == reg.owner(reg.get("slow"))
    assert reg.name_of(reg.get("sluggish")) == "doubling/slow"
    assert reg.name_of(doubling) == "doubling"
    stranger = make_solver(doubling, "stranger")
    for question in (reg.owner, reg.name_of):
        with pytest.raises(UnknownSolver, match=r"stranger.*is not registered"):
            question(stranger)


def test_repr_says_whether_it_is_loaded():
    reg = Registry(plugins=False)
    assert repr(reg) == "<porism registry: not loaded yet>"
    reg.problems()
    assert repr(reg) == f"<porism registry: {len(CORE.problems())} problems, {len(CORE.solvers())} solvers>"


# -- add ---------------------------------------------------------------------------------------------------------


def test_add_is_all_or_none(reg):
    problem = make_problem("halving")
    first = make_solver(problem, "first")
    with pytest.raises(PluginError, match="neither a problem nor a solver"):
        reg.add(problem, first, "second")
    assert "halving" not in reg
    with pytest.raises(UnknownProblem):
        reg.problem("halving")
    reg.add(problem, first)
    assert reg.get("halving") is first


@pytest.mark.parametrize("item", [None, "name", 3, lambda x: x, Number, make_problem])
def test_add_refuses_what_is_neither(reg, item):
    with pytest.raises(
        PluginError, match=r"neither a problem nor a solver; make one with @porism\.problem or @porism\.solver"
    ):
        reg.add(item)


def test_add_refuses_the_same_name_twice(reg, doubling):
    with pytest.raises(PluginError, match="problem 'doubling' is added twice by local"):
        reg.add(make_problem("doubling"))
    for twin in (make_solver(doubling, "slow"), make_solver(doubling, "x", aliases=("quick",)), reg.get("slow")):
        with pytest.raises(PluginError, match=r"solver name 'doubling/\w+' is added twice by local"):
            reg.add(twin)
    assert len(reg.solvers(problem=doubling)) == 2


def test_add_refuses_twins_in_one_call(reg):
    problem = make_problem("halving")
    for twin in (make_solver(problem, "a"), make_solver(problem, "b", aliases=("a",))):
        with pytest.raises(PluginError, match="solver name 'halving/a' is added twice by local"):
            reg.add(problem, make_solver(problem, "a"), twin)
    with pytest.raises(PluginError, match="problem 'halving' is added twice by local"):
        reg.add(problem, make_problem("halving"))
    assert "halving" not in reg


def test_add_refuses_a_solver_of_an_unregistered_problem(reg):
    problem = make_problem("nowhere")
    with pytest.raises(PluginError, match="nowhere/lost: its problem is not registered; add that too"):
        reg.add(make_solver(problem, "lost"))
    assert "lost" not in reg


def test_add_refuses_a_claim_that_no_law_tests(reg):
    problem = make_problem("halving", statements=(Law("small", "is small", claim="smallness"),))
    with pytest.raises(PluginError, match="'smalness', which no law tests; did you mean 'smallness'"):
        reg.add(problem, make_solver(problem, "a", claims=Claims(smalness=True)))
    reg.add(problem, make_solver(problem, "a", claims=Claims(smallness=True, deterministic=True)))


def test_solvers_and_problem_may_come_in_any_order(reg):
    problem = make_problem("halving")
    reg.add(make_solver(problem, "a"), problem)
    assert reg.get("halving/a").problem is problem


def test_a_core_name_cannot_be_taken(reg):
    core = reg.get("fasterpam")
    from porism.problems.k_medoids import k_medoids

    def mine(X: Any, k: int) -> Any:
        """Mine."""

    usurper = porism.solver(k_medoids, "fasterpam")(mine)
    with pytest.warns(PluginWarning) as caught:
        reg.add(usurper)
    assert str(caught[0].message) == (
        "local does not get the name 'k-medoids/fasterpam', which porism claims too; "
        "it is reachable as 'local::k-medoids/fasterpam'"
    )
    assert reg.get("fasterpam") is core is reg.get("k-medoids/fasterpam")
    assert reg.get("local::k-medoids/fasterpam") is usurper
    assert reg.name_of(usurper) == "local::k-medoids/fasterpam"
    assert usurper in reg.solvers(problem="k-medoids")


def test_a_core_bare_name_stays_unambiguous(reg):
    problem = make_problem("halving")
    namesake = make_solver(problem, "pam", aliases=("fastpam",))
    reg.add(problem, namesake)
    assert reg.owner(reg.get("pam")) == "porism" == reg.owner(reg.get("fastpam"))
    assert reg.get("halving/pam") is namesake is reg.get("halving/fastpam")


def test_a_warning_points_to_the_line_that_added(reg):
    with pytest.warns(PluginWarning) as caught:
        reg.add(make_problem("k-medoids"))
    assert caught[0].filename == __file__


def test_a_core_problem_name_keeps_its_solvers_apart_from_a_namesakes(reg):
    namesake = make_problem("k-medoids")
    solver = make_solver(namesake, "fancy")
    with pytest.warns(PluginWarning, match="local does not get the name 'k-medoids', which porism claims too"):
        reg.add(namesake, solver)
    assert reg.problem("k-medoids") is not namesake
    assert reg.problem("local::k-medoids") is namesake
    assert reg.get("local::k-medoids") is solver is reg.get("local::k-medoids/fancy")
    assert reg.name_of(namesake) == "local::k-medoids"
    assert reg.name_of(solver) == "local::k-medoids/fancy"
    assert solver not in reg.solvers(problem="k-medoids")
    for name in ("k-medoids/fancy", "fancy"):
        with pytest.raises(AmbiguousSolver, match="local::k-medoids/fancy"):
            reg.get(name)


def test_a_problem_cannot_take_the_bare_name_of_a_core_solver(reg):
    problem = make_problem("fasterpam")
    only = make_solver(problem, "only")
    core = reg.get("fasterpam")
    with pytest.warns(PluginWarning, match=r"'fasterpam' for its problem's default solver, which porism claims"):
        reg.add(problem, only)
    assert reg.get("fasterpam") is core
    assert reg.get("local::fasterpam") is only is reg.get("fasterpam/only")
    assert reg.problem("fasterpam") is problem


def test_a_solver_named_like_its_own_problem_is_no_contest(reg):
    problem = make_problem("halving")
    named = make_solver(problem, "halving")
    default = make_solver(problem, "other", default=True)
    reg.add(problem, named, default)
    assert reg.get("halving") is default
    assert reg.get("halving/halving") is named


@pytest.mark.parametrize("order", [("alpha", "beta"), ("beta", "alpha")])
def test_of_two_third_parties_neither_gets_the_name(reg, order):
    problems = {owner: make_problem("contested") for owner in order}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PluginWarning)
        for owner in order:
            reg.add(problems[owner], make_solver(problems[owner], "only"), owner=owner)
    with pytest.raises(AmbiguousSolver, match=r"'contested' is contested.*alpha::contested or beta::contested$"):
        reg.get("contested")
    with pytest.raises(AmbiguousSolver, match=r"alpha::contested or beta::contested$"):
        reg.problem("contested")
    for name in ("contested/only", "only"):
        with pytest.raises(AmbiguousSolver, match=r"alpha::contested/only or beta::contested/only$"):
            reg.get(name)
    for owner in order:
        assert reg.problem(f"{owner}::contested") is problems[owner]
        assert reg.get(f"{owner}::contested/only").problem is problems[owner]
        assert reg.get(f"{owner}::contested").problem is problems[owner]


def test_two_third_party_solvers_of_one_problem(reg, doubling):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PluginWarning)
        for owner in ("alpha", "beta"):
            reg.add(make_solver(doubling, "novel", aliases=(f"{owner}-novel",)), owner=owner)
    with pytest.raises(AmbiguousSolver, match=r"alpha::doubling/novel or beta::doubling/novel"):
        reg.get("doubling/novel")
    assert reg.get("alpha-novel") is reg.get("alpha::doubling/novel"), "an uncontested alias stays"
    assert reg.name_of(reg.get("alpha-novel")) == "alpha::doubling/novel"


def test_a_third_partys_problem_and_anothers_solver_of_the_same_name(reg, doubling):
    problem = make_problem("novel")
    only = make_solver(problem, "only")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PluginWarning)
        reg.add(problem, only, owner="alpha")
        reg.add(make_solver(doubling, "novel"), owner="beta")
    with pytest.raises(AmbiguousSolver, match="doubling/novel, alpha::novel"):
        reg.get("novel")
    assert reg.problem("novel") is problem
    assert reg.get("alpha::novel") is only is reg.get("novel/only")


# -- declarations that cannot be registered ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "-", "a--b", "a_b", "3d", "a b", "a/b", "a::b", "naïve", None, 3])
def test_names_are_letters_digits_and_hyphens(name):
    with pytest.raises(PluginError, match="problem name must be letters and digits joined by hyphens"):
        make_problem(name)
    problem = make_problem("halving")
    with pytest.raises(PluginError, match="solver name must be"):
        make_solver(problem, name)
    with pytest.raises(PluginError, match="alias name must be"):
        make_solver(problem, "a", aliases=(name,))


@pytest.mark.parametrize("aliases", [("a",), ("b", "b")])
def test_a_solver_has_each_name_once(aliases):
    with pytest.raises(PluginError, match="solver 'a' has a name twice"):
        make_solver(make_problem("halving"), "a", aliases=aliases)


def test_a_problem_has_one_default():
    problem = make_problem("halving")
    make_solver(problem, "first", default=True)
    with pytest.raises(PluginError, match="'halving' has a default solver already: 'first'"):
        make_solver(problem, "second", default=True)


def test_a_solver_declared_anew_by_the_same_module_replaces_the_default():
    problem = make_problem("halving")
    make_solver(problem, "first", default=True)
    again = make_solver(problem, "first", default=True)
    assert problem.default is again


def test_only_the_problems_package_names_its_default():
    from porism.problems.k_medoids import fasterpam, k_medoids

    def mine(X: Any, k: int) -> Any:
        """Mine."""

    with pytest.raises(PluginError, match="only the package of a problem names its default solver"):
        porism.solver(k_medoids, "mine", default=True)(mine)
    assert k_medoids.default is fasterpam


def test_a_solver_takes_its_problems_arguments_first():
    problem = make_problem("halving")
    with pytest.raises(PluginError, match="must take the arguments of 'halving' first: x; it takes y"):

        @porism.solver(problem, "wrong")
        def wrong(y: int) -> Number:
            return Number(y)


def test_laws_have_names_of_their_own():
    with pytest.raises(PluginError, match=r"problem 'halving' states laws twice: \['a'\]"):
        make_problem("halving", statements=(Law("a", "x"), Law("a", "y")))


# -- the solver object -------------------------------------------------------------------------------------------


def test_unknown_options_are_refused_with_the_closest():
    solver = make_solver(make_problem("halving"), "a")
    assert solver(1, shift=2).value == 3
    with pytest.raises(porism.InvalidType, match=r"a has no option 'shfit'; did you mean 'shift'"):
        solver(1, shfit=2)
    with pytest.raises(porism.InvalidInput, match=r"a\(x, \*, …\)"):
        solver()
    with pytest.raises(porism.InvalidInput, match="options go by keyword"):
        solver(1, 2)


def test_options_are_data():
    solver = make_solver(make_problem("halving"), "a")
    assert solver.options["shift"] == porism.Option("shift", 0, "int", "How much to add.")
    assert (solver.summary, solver.qualified) == ("Answer by adding.", "halving/a")


def test_core_solvers_pickle_to_themselves(reg):
    for solver in reg.solvers():
        assert pickle.loads(pickle.dumps(solver)) is solver is copy.deepcopy(solver)
        assert pickle.loads(pickle.dumps(solver.claims)) == solver.claims


def test_a_problem_calls_its_default(doubling):
    assert doubling(1, shift=1).value == 4
    with pytest.raises(PluginError, match="problem 'lonely' has no solver yet"):
        make_problem("lonely")(1)


def test_cite_without_paper_is_a_lookup_error(doubling):
    with pytest.raises(LookupError, match="doubling/fast names no paper"):
        doubling.default.cite()


# -- loading -----------------------------------------------------------------------------------------------------


def test_errors_are_lookup_errors_of_porism():
    for error in (UnknownSolver, UnknownProblem, AmbiguousSolver):
        assert issubclass(error, NotFound)
        assert issubclass(error, LookupError)
        assert issubclass(error, porism.PorismError)


def in_threads(n: int, task: Callable[[], Any]) -> list[Any]:
    """Results of `task` run by `n` threads that start together; exceptions are results too."""
    barrier = threading.Barrier(n)
    results: list[Any] = [None] * n

    def run(place: int) -> None:
        barrier.wait()
        try:
            results[place] = task()
        except BaseException as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "a look-up hangs"
    return results


def test_threads_that_look_up_first_all_find_everything(monkeypatch):
    from porism import _registry

    loads = []
    load_core = _registry.load_core

    def slowly() -> Any:
        loads.append(threading.get_ident())
        threading.Event().wait(0.2)
        return load_core()

    monkeypatch.setattr(_registry, "load_core", slowly)
    reg = Registry(plugins=False)
    results = in_threads(8, lambda: (reg.get("fasterpam"), len(reg.solvers()), len(reg.plugins())))
    assert results == [(porism.registry.get("fasterpam"), len(CORE.solvers()), 1)] * 8
    assert len(loads) == 1


def test_readers_never_see_a_half_filled_registry(reg):
    """A look-up during `add` finds what was there before, at every moment."""
    reg.problems()
    stop = threading.Event()
    failures = []

    def read() -> None:
        while not stop.is_set():
            try:
                reg.get("k-medoids/fasterpam")
                reg.get("pam")
            except Exception as error:
                failures.append(error)
                return

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for i in range(100):
            problem = make_problem(f"toy{i}")
            reg.add(problem, make_solver(problem, "only"))
    finally:
        sys.setswitchinterval(interval)
        stop.set()
        for reader in readers:
            reader.join()
    assert not failures
    assert len(reg.problems()) == 100 + len(CORE.problems())


def test_a_failed_load_can_be_tried_again(monkeypatch):
    from porism import _registry

    reg = Registry(plugins=False)
    with monkeypatch.context() as patch:
        patch.setattr(_registry, "load_core", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            reg.get("fasterpam")
        assert repr(reg) == "<porism registry: not loaded yet>"
    assert reg.get("fasterpam").name == "fasterpam"


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """Makes an importable plugin module and a registry that loads it (test_plugins has real distributions)."""
    from importlib.metadata import EntryPoint

    from porism import _plugins

    def make(source: str, name: str = "toy_plugin") -> Registry:
        (tmp_path / f"{name}.py").write_text("import porism\nPORISM_API = 1\n" + textwrap.dedent(source))
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, name, raising=False)
        importlib.invalidate_caches()
        found = _plugins._Source(name.replace("_", "-"), "1", "toy", name, EntryPoint("toy", name, "porism"))
        monkeypatch.setattr(_plugins, "_installed", lambda: iter([found]))
        return Registry()

    return make


def test_a_hook_finds_the_core_while_it_runs(plugin):
    reg = plugin(
        """
        seen = []

        @porism.hookimpl
        def porism_register(registry):
            import test_registry_probe
            lookup = test_registry_probe.reg
            seen.extend([lookup.get("fasterpam").name, lookup.problem("k-medoids").name, len(lookup.solvers())])

            @porism.solver(lookup.problem("k-medoids"), "novel")
            def novel(X, k):
                "Nothing."

            registry.add(novel)
            seen.append("novel" in lookup)
            try:
                lookup.add(novel)
            except porism.PluginError as error:
                seen.append(str(error))
        """
    )
    import types

    probe = types.ModuleType("test_registry_probe")
    probe.reg = reg  # type: ignore[attr-defined]
    sys.modules["test_registry_probe"] = probe
    try:
        assert reg.get("novel").qualified == "k-medoids/novel"
    finally:
        del sys.modules["test_registry_probe"]
    assert sys.modules["toy_plugin"].seen == [
        "fasterpam",
        "k-medoids",
        len(CORE.solvers()),
        False,
        "a hook adds to the registry that it is given, not to porism.registry",
    ]


def test_a_hook_that_keeps_its_registry_cannot_add_later(plugin):
    reg = plugin(
        """
        kept = []
        mine = porism.problem("mine", result=object)(lambda x: x)

        @porism.hookimpl
        def porism_register(registry):
            kept.append(registry)
        """
    )
    assert reg.plugins()[1].error == ""
    module = sys.modules["toy_plugin"]
    with pytest.raises(PluginError, match="toy-plugin adds after its hook has returned"):
        module.kept[0].add(module.mine)


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("class Panic(BaseException): pass\nraise Panic('thread\\npanicked')", "Panic: thread panicked"),
        ("class Mute(Exception):\n    def __str__(self): return 1 / 0\nraise Mute()", "Mute"),
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("PORISM_API = 0", "PluginError: written for plugin interface 0, this porism speaks 1"),
        ("del PORISM_API", "PluginError: declares no PORISM_API; a plugin for this porism says PORISM_API = 1"),
        ("def porism_register(registry): pass", "PluginError: implements no hook: decorate porism_register"),
        (
            "@porism.hookimpl\ndef porism_registr(registry): pass",
            "PluginValidationError: unknown hook 'porism_registr'",
        ),
        ("@porism.hookimpl\ndef porism_register(reg): pass", "PluginValidationError: Plugin 'toy' for hook"),
        (
            "@porism.hookimpl\ndef porism_register(registry): registry.add(3)",
            "PluginError: toy-plugin adds 3, which is",
        ),
    ],
)
def test_a_broken_plugin_is_left_out_and_the_rest_works(plugin, source, error):
    reg = plugin(source)
    with pytest.warns(PluginWarning, match=r"plugin toy-plugin \(toy = toy_plugin\) was left out: ") as caught:
        assert reg.get("fasterpam").name == "fasterpam"
    assert len(caught) == 1
    core, info = reg.plugins()
    assert info.error.startswith(error)
    assert "\n" not in info.error
    assert (info.problems, info.solvers) == ((), ())
    assert core.error == ""


def test_a_filter_that_makes_errors_of_warnings_leaves_a_working_registry(plugin):
    reg = plugin("raise ValueError('broken')")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(PluginWarning):
            reg.get("fasterpam")
        assert reg.get("fasterpam").name == "fasterpam"
        assert reg.plugins()[1].error == "ValueError: broken"


def test_an_interrupt_during_loading_is_no_plugins_fault(plugin):
    reg = plugin("if not hasattr(porism, '_interrupted'):\n    porism._interrupted = True\n    raise KeyboardInterrupt")
    try:
        with pytest.raises(KeyboardInterrupt):
            reg.get("fasterpam")
        assert repr(reg) == "<porism registry: not loaded yet>"
        with pytest.warns(PluginWarning, match="implements no hook"):
            assert reg.get("fasterpam").name == "fasterpam"
    finally:
        del porism._interrupted  # type: ignore[attr-defined]


def test_a_plugin_whose_solver_has_no_registered_problem_is_left_out(plugin):
    reg = plugin(
        """
        lost = porism.problem("lost", result=object)(lambda x: x)
        known = porism.problem("known", result=object)(lambda x: x)
        only = porism.solver(lost, "only")(lambda x: x)

        @porism.hookimpl
        def porism_register(registry):
            registry.add(known, only)
        """
    )
    with pytest.warns(PluginWarning, match="lost/only solves 'lost' of toy_plugin, a problem that nobody registers"):
        assert "known" not in reg
    assert reg.plugins()[1].problems == ()
