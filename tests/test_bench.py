"""The benchmark harness: who takes part, what is measured, what a record says. No timing decides a test."""

from __future__ import annotations

import dataclasses
import io
import itertools
import json
import math
import os
import shutil
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import porism
from porism import InvalidInput, PluginError, bench, registry
from porism._validation import _available_memory
from porism.bench._process import told

HERE = Path(__file__).parent
LINUX = sys.platform == "linux"


@pytest.fixture(scope="module")
def toy():
    """The toy problem, importable here and in the workers, which get this process's path."""
    sys.path.insert(0, str(HERE))
    try:
        import bench_toy

        yield bench_toy
    finally:
        sys.path.remove(str(HERE))


@pytest.fixture(scope="module")
def everybody(toy, tmp_path_factory):
    """One run with contenders of every character: the record, the steps, and the folder it was written to."""
    folder = tmp_path_factory.mktemp("records")
    steps = []
    before, os.environ["OMP_NUM_THREADS"] = os.environ.get("OMP_NUM_THREADS"), "7"
    try:
        record = bench.run(
            toy.toy_total,
            solvers=toy.SOLVERS,
            workloads=["all"],
            repeats=2,
            timeout=5.0,
            out=folder,
            on_progress=steps.append,
        )
    finally:
        os.environ.pop("OMP_NUM_THREADS")
        if before is not None:
            os.environ["OMP_NUM_THREADS"] = before
    return record, steps, folder


def measured(record, contender, size=1000):
    (found,) = (m for m in record.measurements if (m.contender, m.size) == (contender, size))
    return found


# -- what becomes of contenders ----------------------------------------------------------------------------------------


def test_everybody_is_in_the_record_and_the_reference_first(everybody):
    record, _, _ = everybody
    assert record.reference == "plain"
    assert [m.contender for m in record.measurements][:2] == ["plain", "plain [scaled]"]
    assert len(record.measurements) == 7 + 2 + 4
    assert all(m.ok == (len(m.seconds) == 2) for m in record.measurements)
    assert all(len(m.checks) == 3 for m in record.measurements if m.ok)


def test_failures_are_recorded_and_take_nobody_down(everybody):
    record, _, _ = everybody
    raised, died, endless = (measured(record, name) for name in ("raises", "dies", "endless"))
    assert (raised.status, died.status, endless.status) == ("failed", "failed", "timeout")
    assert raised.message == "warm-up: ValueError: cannot open data.bin"  # and not where it lies
    assert "signal 9" in died.message
    assert "5 s" in endless.message
    assert record.ratio(raised) is None
    good = {m.contender for m in record.measurements if m.ok}
    assert good >= {"plain", "wrong", "guess", "hungry", "numpy.sum [pinned]"}


def test_a_missing_peer_says_how_to_install_it(everybody):
    absent = measured(everybody[0], "absent [any]")
    assert absent.status == "missing"
    assert absent.message == "no-such-thing is not installed: pip install 'porism[bench]'"


def test_a_variant_is_held_to_its_options(everybody):
    record, _, _ = everybody
    scaled, misspelt = measured(record, "plain [scaled]"), measured(record, "plain [misspelt]")
    assert scaled.ok
    assert record.agrees(scaled) is True
    assert misspelt.status == "failed"
    assert "has no option 'scael'; did you mean 'scale'?" in misspelt.message


def test_thread_pools_are_pinned_unless_the_peer_is_free(everybody):
    record, _, _ = everybody
    pinned, free = measured(record, "numpy.sum [pinned]"), measured(record, "numpy.sum [free]")
    assert pinned.ok, pinned.message
    assert free.ok, free.message
    assert (pinned.threads, free.threads) == (1, 0)


def test_another_result_is_not_compared(everybody):
    record, _, _ = everybody
    wrong, guess, peer = (measured(record, name) for name in ("wrong", "guess", "numpy.sum [pinned]"))
    assert record.agrees(wrong) is False
    assert record.ratio(wrong).same_result is False
    assert record.ratio(guess).same_result is None  # it never promised that result
    assert record.agrees(peer) is True
    assert record.ratio(peer).same_result is True
    assert record.agrees(measured(record, "of guess [any]")) is False  # a peer answers to its own solver
    assert [found.name for found, _ in record.best_peers(measured(record, "plain"))] == ["numpy.sum"]
    assert record.best_peers(measured(record, "guess")) == []


@pytest.mark.skipif(not LINUX, reason="only Linux lets a process reset its peak")
def test_memory_is_that_of_the_call(everybody):
    record, _, _ = everybody
    hungry, plain = measured(record, "hungry"), measured(record, "plain")
    if not hungry.peak_exact:
        pytest.skip("the peak cannot be reset here")
    assert 60 << 20 < hungry.memory < 140 << 20
    assert plain.memory < 32 << 20  # building took 96 MiB
    assert hungry.peak - hungry.memory == hungry.resident


def test_the_limit_is_that_of_solvers(everybody):
    record, _, _ = everybody
    plain = measured(record, "plain")
    assert plain.limit == "bytes of X"
    assert plain.limit_seconds == pytest.approx(8000 / record.machine.bandwidth)
    assert plain.distance == pytest.approx(plain.median / plain.limit_seconds)
    assert measured(record, "numpy.sum [pinned]").limit == ""


def test_calls_go_in_turn(everybody):
    _, steps, _ = everybody
    runs = [(step.contender, step.what) for step in steps if step.what.startswith("run")]
    rounds = [list(group) for _, group in itertools.groupby(runs, key=lambda run: run[1])]
    assert [what for group in rounds for what in {what for _, what in group}] == ["run 1 of 2", "run 2 of 2"]
    assert [name for name, _ in rounds[0]] == [name for name, _ in rounds[1]]
    assert all(step.done < step.total for step in steps)
    assert str(steps[0]) == "all 1000: plain, building the instance"


def test_contenders_that_do_not_fit_together_run_one_by_one(toy):
    if _available_memory() is None:
        pytest.skip("the system does not say how much memory there is")
    steps = []
    record = bench.run(
        toy.toy_total, solvers=toy.SOLVERS, workloads=["one-by-one"], repeats=1, on_progress=steps.append
    )
    assert [step.contender for step in steps] == ["plain"] * 3 + ["guess"] * 3
    assert "one after the other" in record.notes[0].text
    assert not record.ratio(measured(record, "guess")).paired


def test_a_contender_that_cannot_fit_is_left_out(toy):
    if _available_memory() is None:
        pytest.skip("the system does not say how much memory there is")
    record = bench.run(toy.toy_total, solvers=[toy.plain], workloads=["too-large"], repeats=1)
    (left_out,) = record.measurements
    assert left_out.status == "left out"
    assert "available" in left_out.message


def test_whoever_interrupts_leaves_no_process_behind(toy, monkeypatch):
    started = []

    class Popen(subprocess.Popen):
        def __init__(self, *arguments, **options):
            started.append(self)
            super().__init__(*arguments, **options)

    def interrupt(step):
        if (step.contender, step.what) == ("plain", "run 2 of 5"):
            raise KeyboardInterrupt

    monkeypatch.setattr("porism.bench._contest.subprocess.Popen", Popen)
    with pytest.raises(KeyboardInterrupt):
        bench.run(toy.toy_total, solvers=toy.SOLVERS, workloads=["growing"], sizes=[10], on_progress=interrupt)
    assert len(started) == 2
    assert all(process.returncode is not None for process in started)


def test_a_workload_can_run_a_solver_in_its_own_way(toy):
    """For problems that are not one call: a live object, an index with queries."""

    def start(solver, task, options):
        parts = np.array_split(task.args[0], 4)
        return lambda: [solver(part, **options).total for part in parts]

    workload = toy.workload("stream", start=start)
    task = workload.make(100, 0)
    assert sum(workload.prepare(toy.plain, task, {"scale": 2.0})()) == 2.0 * task.args[0].sum()


# -- choosing ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def without_running(monkeypatch):
    """Entries instead of measurements: who would run."""
    monkeypatch.setattr("porism.bench._run.contest", lambda entries, **_: ([entry.blank for entry in entries], []))
    monkeypatch.setattr("porism.bench._run.measured_bandwidth", lambda threads: 1e10)


@pytest.mark.usefixtures("without_running")
def test_sizes_workloads_and_solvers_can_be_chosen(toy):
    record = bench.run(toy.toy_total, solvers=[toy.plain, toy.guess], workloads=["growing"], sizes=[300, 100, 300, 500])
    assert record.sizes("growing") == [100, 300]  # at most 400
    assert all(m.ok for m in record.measurements)  # guess is slow, but was asked for by name
    assert "--workloads growing --sizes 100,300,500 --solvers plain,guess --peers" in record.command
    default = bench.run(toy.toy_total, solvers=[toy.plain], peers=False)
    assert [w.name for w in default.workloads] == ["all", "growing", "one-by-one"]
    assert {m.kind for m in default.measurements} == {"solver"}
    assert "too-large" in [w.name for w in bench.run(toy.toy_total, solvers=[toy.plain], heavy=True).workloads]


@pytest.mark.usefixtures("without_running")
def test_slow_solvers_are_left_out_above_their_size_and_said_to_be(toy, monkeypatch):
    monkeypatch.setattr(porism.registry, "solvers", lambda problem: [toy.plain, toy.guess])
    record = bench.run(toy.toy_total, workloads=["growing"])
    left_out = [m for m in record.measurements if m.status == "left out"]
    assert [(m.contender, m.size) for m in left_out] == [("guess", 200)]
    assert "only up to n = 100" in left_out[0].message


@pytest.mark.usefixtures("without_running")
def test_bad_arguments_are_named(toy, monkeypatch):
    monkeypatch.setattr(porism.registry, "solvers", lambda problem: list(toy.SOLVERS))
    monkeypatch.setattr(porism.registry, "name_of", lambda solver: solver.qualified)

    def run(**arguments):
        return bench.run(toy.toy_total, **arguments)

    with pytest.raises(InvalidInput, match=r"workloads must be among all, growing.*did you mean 'growing'"):
        run(workloads=["growin"])
    with pytest.raises(InvalidInput, match=r"solvers must be among plain.*did you mean 'plain'"):
        run(solvers=["plane"])
    with pytest.raises(InvalidInput, match="reference must be among"):
        run(reference="nobody", workloads=["all"])
    with pytest.raises(InvalidInput, match="sizes must be an integer ≥ 1, got 0"):
        run(sizes=[0])
    with pytest.raises(InvalidInput, match="sizes must be at most 400"):
        run(sizes=[500], workloads=["growing"])
    with pytest.raises(InvalidInput, match="repeats must be"):
        run(repeats=0)
    with pytest.raises(InvalidInput, match="timeout must be"):
        run(timeout=0)


def test_what_another_process_cannot_import_is_refused(toy):
    @porism.solver(toy.toy_total, "local")
    def local(X, *, rng=None):
        """Add."""

    with pytest.raises(InvalidInput, match="must be importable by name"):
        bench.run(toy.toy_total, solvers=[local], workloads=["all"])


def test_a_problem_without_workloads_says_so(toy):
    @porism.problem("toy-bare", result=toy.Total)
    def bare(X):
        """Nothing."""

    with pytest.raises(InvalidInput, match="'toy-bare' declares no benchmark"):
        bench.run(bare)
    with pytest.raises(PluginError, match="workload name"):
        toy.workload("no good")
    with pytest.raises(PluginError, match="sizes ≥ 1"):
        toy.workload("good", sizes=())


# -- what a record says ------------------------------------------------------------------------------------------------


def test_a_record_survives_json_and_names_no_place(everybody):
    record, _, folder = everybody
    path = folder / "toy-total-all.json"
    assert bench.load(path) == record
    text = path.read_text(encoding="utf-8")
    for place in (str(folder), str(HERE), str(Path.home()), sys.prefix):
        assert place not in text
    plain = json.loads(text)
    derived = plain["measurements"][0]["derived"]
    assert derived["median"] == record.measurements[0].median
    assert derived["ratio_to_reference"]["median"] == 1.0
    assert plain["machine"]["versions"]["numpy"] == np.__version__
    assert plain["command"].startswith("porism bench toy-total --workloads all")


def test_the_picture_is_a_picture(everybody):
    _, _, folder = everybody
    assert (folder / "toy-total-all.png").read_bytes().startswith(b"\x89PNG")


def printed(renderable, width):
    stream = io.StringIO()
    Console(file=stream, width=width).print(renderable)
    return stream.getvalue()


def test_the_table_tells_everything(everybody):
    record, _, _ = everybody
    text = printed(bench.render(record), 160)
    for phrase in (
        "toy-total: all",
        "vs plain",
        "numpy.sum",
        "  free ",
        "vs limit",
        "other result",
        "≠",
        "n = 1000: dies failed: warm-up: its process was killed by signal 9",
        "in its best form",
        "limit of plain",
        record.command,
    ):
        assert phrase in text, phrase


def test_a_narrow_terminal_gets_words_instead_of_columns():
    record = record_of({"quadratic": lambda n: (1e-6 * n**2,) * 3, "linear": lambda n: (3e-6 * n,) * 3})
    assert "growth: quadratic n^2.00, linear n^1.00" in printed(bench.render(record), 80)
    wide = printed(bench.render(record), 120)
    assert "growth:" not in wide
    assert "n^2.00" in wide


def test_recorded_lines_are_found(everybody, toy, tmp_path):
    _, _, folder = everybody
    (line,) = bench.recorded(toy.toy_total, folder=folder)
    assert line.startswith("all, n = 1000: plain ")
    assert "numpy.sum in its best form" in line
    assert bench.recorded(toy.toy_total, "raises", folder=folder) == []
    assert bench.recorded(toy.toy_total, folder=tmp_path) == []
    (tmp_path / "toy-total-else.json").write_text("{}", encoding="utf-8")
    assert bench.recorded(toy.toy_total, folder=tmp_path) == []


def test_what_the_records_say_is_kept_beside_the_bench_module(everybody, toy, tmp_path):
    _, _, folder = everybody
    records = tmp_path / "tree" / "benchmarks"
    shutil.copytree(folder, records)
    module = types.SimpleNamespace(__file__=str(tmp_path / "tree" / "src" / "toy" / "bench.py"), __package__="toy")
    Path(module.__file__).parent.mkdir(parents=True)
    problem = types.SimpleNamespace(name=toy.toy_total.name, room=lambda _: module)
    path = bench.refresh(problem, records)
    assert path == tmp_path / "tree" / "src" / "toy" / "recorded.json"
    kept = [bench.Record.from_dict(plain) for plain in json.loads(path.read_text(encoding="utf-8"))["toy-total"]]
    assert kept == bench.records(toy.toy_total, folder)
    assert bench.digest(kept)["plain"] == bench.recorded(toy.toy_total, "plain", folder=folder)
    assert bench.digest(kept)[""] == bench.recorded(toy.toy_total, folder=folder)
    assert bench.refresh(problem, records) is None, "nothing new"
    assert bench.refresh(problem, folder) is None, "records of another tree"


@pytest.mark.parametrize("problem", [p for p in registry.problems() if p.has_room("bench")], ids=lambda p: p.name)
def test_what_a_package_brings_along_is_what_the_records_say(problem):
    path = Path(problem.room("bench").__file__).with_name("recorded.json")
    brought = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    expected = [r.to_dict(derived=False) for r in bench.records(problem, Path(__file__).parent.parent / "benchmarks")]
    assert brought.get(problem.name, []) == json.loads(json.dumps(expected)), "run `make recorded`"


def test_a_file_that_is_no_record_is_refused(tmp_path):
    for text in ("", "[]", '{"format": 99}', '{"format": 1}'):
        (tmp_path / "x.json").write_text(text, encoding="utf-8")
        with pytest.raises(InvalidInput, match="record"):
            bench.load(tmp_path / "x.json")
    with pytest.raises(InvalidInput, match="cannot read"):
        bench.load(tmp_path / "none.json")


def record_of(times, sizes=(100, 200, 400), notes=()):
    """A record of runs as ``times[contender](size)`` says."""
    return bench.Record(
        problem="fake",
        date="2025-01-01T00:00:00+00:00",
        command="porism bench fake",
        machine=bench.Machine(cpu="a", cores=1, isa="portable", memory=0, system="b"),
        reference="quadratic",
        repeats=3,
        seed=0,
        n_jobs=1,
        timeout=1.0,
        workloads=(bench.Subject(name="w", summary="s"),),
        measurements=tuple(
            bench.Measurement(
                workload="w", size=n, contender=name, name=name, answer="same", seconds=times[name](n), checks=(1.0,)
            )
            for n in sizes
            for name in times
        ),
        notes=tuple(notes),
    )


def test_growth_is_the_exponent():
    record = record_of({"quadratic": lambda n: (1e-6 * n**2,) * 3, "linear": lambda n: (3e-6 * n,) * 3})
    assert record.growth("w", "quadratic").exponent == pytest.approx(2.0)
    assert record.growth("w", "quadratic").note == ""
    assert record.growth("w", "linear").exponent == pytest.approx(1.0)
    two = record_of({"quadratic": lambda n: (1e-6 * n**2,) * 3}, sizes=(10, 20))
    assert two.growth("w", "quadratic").exponent == pytest.approx(2.0)
    assert two.growth("w", "quadratic").note == "from 2 sizes only"
    assert record_of({"quadratic": lambda n: (1.0,)}, sizes=(10,)).growth("w", "quadratic") is None


def test_ratios_are_taken_round_by_round():
    times = {"quadratic": lambda n: (1.0, 10.0, 2.0), "other": lambda n: (2.0, 20.0, 8.0)}
    record = record_of(times, sizes=(5,))
    ratio = record.ratio(measured(record, "other", 5))
    assert (ratio.median, ratio.low, ratio.high, ratio.paired) == (2.0, 2.0, 4.0, True)
    assert measured(record, "other", 5).median == 8.0
    apart = record_of(times, sizes=(5,), notes=[bench.Note(workload="w", size=5, text="apart", paired=False)])
    ratio = apart.ratio(measured(apart, "other", 5))
    assert (ratio.median, ratio.low, ratio.high, ratio.paired) == (4.0, 0.2, 20.0, False)


def test_check_values_agree_within_the_tolerance():
    record = record_of({"quadratic": lambda n: (1.0,), "other": lambda n: (1.0,)}, sizes=(5,))
    reference, other = record.measurements

    def agrees(tolerance, *checks):
        changed = dataclasses.replace(other, tolerance=tolerance, checks=checks)
        return dataclasses.replace(record, measurements=(reference, changed)).agrees(changed)

    assert agrees(1e-3, 1.0005)
    assert not agrees(1e-3, 1.005)
    assert not agrees(1e-3, 1.0, 1.005)  # every run counts
    assert not agrees(1.0, "1.0")
    assert agrees(0.0, 1.0)


def test_records_are_compared():
    old = record_of({"quadratic": lambda n: (1.0, 1.1), "steady": lambda n: (1.0, 1.1), "noisy": lambda n: (1.0, 9.0)})
    new = record_of({"quadratic": lambda n: (2.0, 2.1), "steady": lambda n: (1.05, 1.1), "noisy": lambda n: (8.0, 9.0)})
    changes = {(change.contender, change.size): change for change in bench.compare(old, new)}
    assert changes["quadratic", 100].verdict == "slower"
    assert changes["quadratic", 100].ratio == pytest.approx(2.05 / 1.05)
    assert changes["steady", 100].verdict == "same"
    assert changes["noisy", 100].verdict == "same"  # the runs overlap
    assert bench.compare(old, new)[0].contender == "quadratic"
    assert {change.verdict for change in bench.compare(new, old)} == {"same", "faster"}
    failed = dataclasses.replace(new, measurements=(dataclasses.replace(new.measurements[0], status="failed"),))
    assert [change.verdict for change in bench.compare(old, failed)] == ["broken"]
    Console(file=io.StringIO()).print(bench.render_changes(bench.compare(old, new)))
    with pytest.raises(InvalidInput, match="new must be a record of 'fake'"):
        bench.compare(old, dataclasses.replace(new, problem="another"))


def test_noise_is_what_the_runs_explain():
    """A change must exceed the spread of both records; with two runs nobody knows their spread."""
    old = record_of({"quadratic": lambda n: (1.0, 1.2, 1.25)}, sizes=(5,))
    for runs, verdict in (
        ((1.3, 1.4, 1.5), "slower"),
        ((1.24, 1.4, 1.5), "same"),
        ((1.5,), "same"),
        ((1.9,), "slower"),
    ):
        new = record_of({"quadratic": lambda n, runs=runs: runs}, sizes=(5,))
        (change,) = bench.compare(old, new)
        assert change.verdict == verdict, runs
        assert (change.ratio > change.noise) == (verdict == "slower")


def test_the_drift_is_that_of_the_peers():
    times = {"quadratic": lambda n: (1.0, 1.0, 1.0), "theirs": lambda n: (3.0, 3.0, 3.0)}
    slow = {"quadratic": lambda n: (2.0, 2.0, 2.0), "theirs": lambda n: (6.0, 6.0, 6.0)}
    old, new = (
        dataclasses.replace(
            made, measurements=(made.measurements[0], dataclasses.replace(made.measurements[1], kind="peer"))
        )
        for made in (record_of(times, sizes=(5,)), record_of(slow, sizes=(5,)))
    )
    found = bench.compare(old, new)
    assert [change.drift for change in found] == [2.0, 2.0]
    assert [change.contender for change in found.worse] == ["quadratic"], "peers are nobody's to mend"
    assert not bench.compare(old, new, relative=True).worse
    elsewhere = dataclasses.replace(new, machine=dataclasses.replace(new.machine, isa="avx512"), measurements=())
    remarks = bench.compare(old, elsewhere).remarks
    assert "the instruction set changed from portable to avx512" in remarks
    assert "w 5: quadratic is not in the new record" in remarks
    told = bench.compare(old, new).to_dict()
    assert told["worse"] == 1
    assert json.loads(json.dumps(told, allow_nan=False))["changes"][0]["ratio"] == 2.0


def test_the_command_says_what_got_slower(tmp_path, capsys):
    from porism.cli import main

    record_of({"quadratic": lambda n: (1.0, 1.0, 1.0)}, sizes=(5,)).save(tmp_path / "old.json")
    record_of({"quadratic": lambda n: (2.0, 2.0, 2.0)}, sizes=(5,)).save(tmp_path / "new.json")

    def said(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(["bench", *arguments])
        return ended.value.code, capsys.readouterr().out

    code, text = said("--compare", str(tmp_path / "old.json"), str(tmp_path / "new.json"))
    assert code == 1
    assert "slower" in text
    code, text = said("--compare", str(tmp_path / "new.json"), str(tmp_path / "old.json"), "--json")
    assert code == 0
    assert json.loads(text)["changes"][0]["verdict"] == "faster"
    code, text = said("--plots", str(tmp_path))
    assert code == 0
    assert (tmp_path / "fake-w.png").stat().st_size > 1000
    assert said()[0] == 2


def test_an_interrupted_run_is_resumed(toy, tmp_path, monkeypatch):
    """What was finished of each workload and size is taken over, under the same arguments only."""
    from porism.bench import _run

    given = {"workloads": ["growing"], "peers": False, "repeats": 1, "solvers": [toy.plain], "out": tmp_path}
    measure = _run.contest

    def interrupted(entries, **more):
        if entries[0].given["size"] == 200:
            raise KeyboardInterrupt
        return measure(entries, **more)

    monkeypatch.setattr(_run, "contest", interrupted)
    with pytest.raises(KeyboardInterrupt):
        bench.run(toy.toy_total, **given)
    assert not (tmp_path / "toy-total-growing.json").exists()
    first = bench.load(tmp_path / "toy-total.unfinished.json")
    assert [m.size for m in first.measurements] == [100]
    with pytest.raises(InvalidInput, match="had another command"):
        bench.run(toy.toy_total, **given | {"seed": 1, "resume": True})
    with pytest.raises(InvalidInput, match="resume needs out"):
        bench.run(toy.toy_total, **given | {"out": None, "resume": True})
    sizes = []
    monkeypatch.setattr(_run, "contest", lambda e, **more: sizes.append(e[0].given["size"]) or measure(e, **more))
    record = bench.run(toy.toy_total, **given, resume=True)
    assert sizes == [200]
    assert record.measurements[0] == first.measurements[0]
    assert [m.size for m in record.measurements] == [100, 200]
    assert bench.load(tmp_path / "toy-total-growing.json") == record
    assert not (tmp_path / "toy-total.unfinished.json").exists()


@pytest.mark.usefixtures("without_running")
def test_peers_can_be_chosen(toy):
    given = {"workloads": ["all"], "solvers": [toy.plain]}

    def peers(chosen):
        record = bench.run(toy.toy_total, **given, peers=chosen)
        return record, [m.contender for m in record.measurements if m.kind == "peer"]

    record, found = peers(["numpy.sum [free]"])
    assert found == ["numpy.sum [free]"]
    assert "--peer 'numpy.sum [free]'" in record.command
    assert peers(["numpy.sum"])[1] == ["numpy.sum [pinned]", "numpy.sum [free]"]
    record, found = peers(["of guess"])  # its solver does not run
    assert found == ["of guess [any]"]
    assert measured(record, "of guess [any]").answer == "guess"
    with pytest.raises(InvalidInput, match=r"numpy\.sum"):
        peers(["nump.sum"])


def test_messages_lose_their_directories():
    assert told("no /home/a/b.txt and C:\\Users\\x\\y.bin") == "no b.txt and y.bin"
    assert told("see https://example.org/a/b and 1/2 and/or") == "see https://example.org/a/b and 1/2 and/or"
    assert told(ValueError("two\nlines")) == "ValueError: two lines"
    assert len(told("x" * 1000)) == 300


def test_bandwidth_is_measured():
    assert 1e7 < bench.stream_bandwidth(nbytes=1 << 22) < 1e13
    assert bench.stream_bandwidth(2, nbytes=1 << 22) > 0


def test_importing_the_harness_is_light():
    heavy = ("matplotlib", "rich", "scipy", "hypothesis")
    code = f"import sys, porism.bench; print([module for module in {heavy} if module in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# -- k-medoids ---------------------------------------------------------------------------------------------------------


def k_medoids_workloads():
    from porism.bench._declare import workloads_of
    from porism.problems.k_medoids import k_medoids

    return workloads_of(k_medoids).values()


@pytest.mark.parametrize("workload", k_medoids_workloads(), ids=lambda workload: workload.name)
def test_k_medoids_contenders_do_the_same_job(workload):
    """Every solver and every form of every peer, at a small size, comes to the result that it is said to come to."""
    pytest.importorskip("kmedoids")
    pytest.importorskip("sklearn")
    solvers = {solver.name: solver for solver in porism.registry.solvers(problem="k-medoids")}
    part = [solvers[name] for name in workload.solvers or ("fasterpam", "fastpam1", "pam", "alternating")]
    k = workload.make(600, 0).args[1]
    task = workload.make(max(120, 6 * k), 3)  # in clusters of two, rounding alone would decide who is the medoid
    before = [np.array(value) for value in task.args]
    checks = {solver.name: workload.check(task, workload.prepare(solver, task, {})()) for solver in part}
    assert workload.memory(1000) > 4_000_000
    for variant in workload.variants:
        value = workload.prepare(solvers[variant.solver], task, variant.options)()
        assert workload.check(task, value) == checks[variant.solver]
    for peer in workload.peers:
        tolerance = workload.tolerance if peer.tolerance is None else peer.tolerance
        value = workload.check(task, peer.start(task)())
        assert math.isclose(value, checks[peer.of[0]], rel_tol=tolerance), peer.label
    if workload.limit is not None:
        assert workload.limit(task, workload.prepare(part[0], task, {})()).nbytes > 0
    for value, kept in zip(task.args, before, strict=True):
        assert np.array_equal(value, kept)


def test_k_medoids_instances_are_symmetric_and_the_same_for_all():
    from porism.problems.k_medoids.bench import blobs20, distances

    X = blobs20(700, 1)
    assert np.array_equal(X, blobs20(700, 1))
    D = distances(X, np.float32)
    assert np.array_equal(D, D.T)
    assert not D.diagonal().any()
    exact = np.sqrt(((X[3].astype(float) - X.astype(float)) ** 2).sum(axis=1))
    assert np.allclose(D[3], exact, rtol=1e-6)
