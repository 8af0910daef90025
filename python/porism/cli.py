"""The command `porism`."""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
import sysconfig
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from porism import (
    InvalidInput,
    NotFound,
    PluginWarning,
    PorismDeprecationWarning,
    PorismError,
    Problem,
    Solver,
    registry,
)
from porism._law import GENERAL
from porism._text import did_you_mean

if TYPE_CHECKING:
    from porism import Option, PluginInfo

__all__ = ["app", "main"]

app = typer.Typer(
    help="Algorithm papers as algorithms: list them, run them, check them against their theorems, measure them.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

out = Console(soft_wrap=False, highlight=False)


def _print_version(wanted: bool) -> None:
    if wanted:
        from porism import __version__

        print(f"porism {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line; exit with 0, 1 for a failure, 2 for bad usage. ``--debug`` anywhere shows tracebacks."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    debug = "--debug" in given
    given = [argument for argument in given if argument != "--debug"]
    if not debug:
        warnings.showwarning = _tell
        warnings.simplefilter("default", PorismDeprecationWarning)
    try:
        code = app(args=given or ["--help"], prog_name="porism", standalone_mode=False)
    except BrokenPipeError:
        sys.stderr.close()  # the reader has gone; Python would complain about stdout at exit
        sys.exit(1)
    except KeyboardInterrupt:
        _fail("interrupted", 130)
    except Exception as error:
        if debug:
            raise
        usage = getattr(error, "format_message", None)  # how Typer reports bad usage
        if usage is not None:
            _fail(usage(), 2)
        if isinstance(error, InvalidInput | NotFound):
            _fail(str(error), 2)
        if isinstance(error, PorismError):
            _fail(str(error), 1)
        _fail(f"{type(error).__name__}: {error} (run again with --debug for the traceback)", 1)
    sys.exit(code if isinstance(code, int) else 0)


_show_warning = warnings.showwarning


def _tell(message: Warning | str, category: type[Warning], *rest: Any, **more: Any) -> None:
    """Plugins' troubles in a line each: where in porism's source they were noticed helps nobody."""
    if issubclass(category, PluginWarning | PorismDeprecationWarning):
        print(f"porism: {message}", file=sys.stderr)
    else:
        _show_warning(message, category, *rest, **more)


def _fail(message: str, code: int) -> NoReturn:
    print(f"porism: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(code)


# -- looking ---------------------------------------------------------------------------------------------------


@app.command("list")
def list_(
    problem: Annotated[str | None, typer.Option("--problem", "-p", help="Only solvers of this problem.")] = None,
    tag: Annotated[str | None, typer.Option(help="Only solvers with this tag.")] = None,
    search: Annotated[str | None, typer.Option(help="Only solvers that mention these words.")] = None,
    plugins: Annotated[bool, typer.Option("--plugins", help="The plugins, and what became of them.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """List problems and solvers, or plugins."""
    if plugins:
        _list_plugins(as_json)
        return
    found = registry.solvers(problem=problem, tag=tag)
    if search is not None:
        hits = registry.search(search)
        found = [solver for solver in hits if solver in found]
    if as_json:
        print(json.dumps([_about(solver) for solver in found], indent=1, default=str))
        return
    table = Table("solver", "aliases", "claims", "what it is", box=None, pad_edge=False)
    for solver in found:
        name = registry.name_of(solver)
        name += " *" if solver.problem.default is solver else ""
        name += " (deprecated)" if solver.deprecated is not None else ""
        table.add_row(*map(Text, (name, ", ".join(solver.aliases), str(solver.claims), solver.summary)))
    out.print(table)
    out.print(f"\n{_count(len(found), 'solver')}; * is its problem's default. `porism show NAME` tells more.")


def _about(solver: Solver[..., Any]) -> dict[str, Any]:
    return {
        "name": registry.name_of(solver),
        "aliases": solver.aliases,
        "problem": solver.problem.name,
        "default": solver.problem.default is solver,
        "claims": dict(solver.claims),
        "summary": solver.summary,
        "complexity": solver.complexity,
        "paper": None if solver.paper is None else str(solver.paper),
        "from": registry.owner(solver),
        "deprecated": None if solver.deprecated is None else str(solver.deprecated),
    }


def _list_plugins(as_json: bool) -> None:
    table = Table(box=None, pad_edge=False)
    for column in ("plugin", "version", "api", "entry point", "adds", "ms", "where", "state"):
        table.add_column(column, overflow="fold")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PluginWarning)  # the table says it
        infos = registry.plugins(disabled=True)
    if as_json:
        print(json.dumps([asdict(info) for info in infos], indent=1))
        return
    for info in infos:
        state = f"left out: {info.error}" if info.error else "; ".join(("ok", *info.notes))
        state = "disabled" if info.disabled else state
        api = "" if info.api is None else str(info.api)
        seconds = "" if info.disabled else f"{info.seconds * 1e3:.0f}"
        cells = (info.distribution, info.version, api, info.entry_point, _adds(info), seconds, _where(info), state)
        table.add_row(*map(Text, cells))
    out.print(table)


def _where(info: PluginInfo) -> str:
    """``site-packages`` for what is installed there, otherwise the folder: an editable installation's source."""
    if not info.origin:
        return ""
    folder = Path(info.origin) if Path(info.origin).is_dir() else Path(info.origin).parent
    installed = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    inside = any(folder == Path(site) or Path(site) in folder.parents for site in installed)
    return "site-packages" if inside else str(folder)


def _adds(info: PluginInfo) -> str:
    """What a plugin added, briefly: its problems with the number of solvers, and whose problems it has solvers for."""
    if len(info.problems) > 3:
        return f"{_count(len(info.problems), 'problem')} with {_count(len(info.solvers), 'solver')}"
    of = Counter(name.partition("/")[0] for name in info.solvers)
    own = [f"{problem} with {_count(of.pop(problem, 0), 'solver')}" for problem in info.problems]
    return ", ".join([*own, *(f"{_count(n, 'solver')} of {problem}" for problem, n in of.items())])


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"


@app.command()
def show(name: Annotated[str, typer.Argument(help="A solver or a problem.")]) -> None:
    """Show everything known about a solver or problem: paper, complexity, claims, options, laws, benchmark."""
    problem = _problem_called(name)
    if problem is not None:
        _show_problem(problem)
        return
    solver = registry.get(name)
    _title(registry.name_of(solver), solver.summary)
    rows = {
        "aliases": ", ".join(solver.aliases),
        "problem": f"{solver.problem.name}: {solver.problem.summary}",
        "paper": f"{solver.paper}\n{solver.paper.link}" if solver.paper is not None else "",
        "complexity": solver.complexity,
        "claims": str(solver.claims),
        "from": registry.owner(solver),
        "deprecated": _deprecations(solver),
    }
    _grid(rows)
    _heading("options")
    for option in solver.options.values():
        head = Text.assemble((f"  {option.name}", "bold"), f" = {_default(option)}", (f"  {option.type}", "dim"))
        out.print(head)
        out.print(Padding(Text(option.doc), (0, 0, 0, 6)))
    _show_laws(solver.problem, solver)
    _show_recorded(solver.problem, solver)


def _deprecations(solver: Solver[..., Any]) -> str:
    found = [] if solver.deprecated is None else [f"{solver.qualified}: {solver.deprecated}"]
    found += [f"alias {name}: {going}" for name, going in solver.deprecated_aliases.items()]
    found += [f"option {name}: {going}" for name, going in solver.deprecated_options.items()]
    return "\n".join(found)


def _problem_called(name: str) -> Problem[..., Any] | None:
    try:
        return registry.problem(name)
    except NotFound:
        return None


def _show_problem(problem: Problem[..., Any]) -> None:
    _title(registry.name_of(problem), problem.summary)
    fields = getattr(problem.result, "__dataclass_fields__", {})
    _grid(
        {
            "call": f"solver{_call_of(problem)}",
            "result": f"{problem.result.__name__}({', '.join(f for f in fields if not f.startswith('_'))})",
            "tags": ", ".join(sorted(problem.tags)),
            "solvers": ", ".join(
                solver.name + (" (default)" if solver is problem.default else "")
                for solver in registry.solvers(problem=problem)
            ),
            "from": registry.owner(problem),
            "deprecated": "" if problem.deprecated is None else str(problem.deprecated),
        }
    )
    out.print(f"\n{problem.doc}", markup=False)
    _show_laws(problem, None)
    _show_recorded(problem, None)


def _call_of(problem: Problem[..., Any]) -> str:
    parameters = []
    for parameter in problem.signature.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in parameters:
            parameters.append("*")
        parameters.append(str(parameter.replace(annotation=parameter.empty)))
    return f"({', '.join(parameters)})"


# Everything that problems, solvers and plugins say of themselves is printed as Text: X[o, m] in it is no markup.


def _title(name: str, summary: str) -> None:
    out.print(Text.assemble((name, "bold"), f"  {summary}\n"))


def _heading(text: str) -> None:
    out.print(Text(f"\n{text}", "bold"))


def _grid(rows: dict[str, str]) -> None:
    table = Table.grid(padding=(0, 2))
    for label, text in rows.items():
        if text:
            table.add_row(Text(label, "dim"), Text(text))
    out.print(table)


def _default(option: Option) -> str:
    return "required" if option.default is inspect.Parameter.empty else repr(option.default)


def _show_laws(problem: Problem[..., Any], solver: Solver[..., Any] | None) -> None:
    _heading("laws")
    table = Table(box=None, pad_edge=False, show_header=False)
    for law in (*problem.statements, *GENERAL):
        if solver is None or law.claim is None or law.claim in solver.claims:
            condition = f" (of those who claim {law.claim})" if solver is None and law.claim is not None else ""
            source = f" ({law.source})" if law.source else ""
            table.add_row(Text("  " + law.name), Text.assemble(law.statement, condition, (source, "dim")))
    out.print(table)


def _show_recorded(problem: Problem[..., Any], solver: Solver[..., Any] | None) -> None:
    from porism.bench import recorded

    rows = recorded(problem, None if solver is None else solver.name)
    if rows:
        _heading("recorded benchmark")
        for row in rows:
            out.print(Padding(Text(row), (0, 0, 0, 2)))


@app.command("laws")
def laws_(
    name: Annotated[str | None, typer.Argument(help="A problem or solver; all problems by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
) -> None:
    """List the laws: what every solver keeps, what each problem and claim adds, and the theorem behind each."""
    entries = registry.laws(name)
    if as_json:
        print(json.dumps([entry.to_dict() for entry in entries], indent=1))
        return
    problem: str | None = None
    table = Table(box=None, pad_edge=False, show_header=False)
    for entry in entries:
        if entry.problem != problem:
            problem = entry.problem
            table.add_row(Text(problem or "every problem", "bold"))
        law = entry.law
        claim = f" (of those who claim {law.claim})" if law.claim is not None else ""
        source = f" ({law.source})" if law.source else ""
        table.add_row(Text("  " + law.name), Text.assemble(law.statement, claim, (source, "dim")))
    out.print(table)
    sourced = sum(bool(entry.law.source) for entry in entries)
    out.print(f"\n{_count(len(entries), 'law')}, {sourced} with a source; the others are definitions.")


@app.command()
def cite(name: Annotated[str, typer.Argument(help="A solver.")]) -> None:
    """Print the BibTeX entry of a solver's paper."""
    print(registry.get(name).cite())


@app.command()
def site(
    folder: Annotated[Path, typer.Option("--out", help="Where to write the HTML.")] = Path("site"),
    docs: Annotated[Path | None, typer.Option(help="Hand-written pages, instead of those that porism has.")] = None,
    benchmarks: Annotated[Path | None, typer.Option(help="Records, instead of those in the packages.")] = None,
    examples: Annotated[bool, typer.Option("--examples/--no-examples", help="Run the worked examples.")] = True,
    reference: Annotated[bool, typer.Option("--reference/--no-reference", help="Make the API reference.")] = True,
    pages: Annotated[Path | None, typer.Option(help="Leave the Markdown, and what MkDocs is told, here.")] = None,
) -> None:
    """Build the site: guides, and a catalogue of every problem, solver and paper, those of plugins too."""
    from porism.site import build

    def tell(step: str) -> None:
        print(f"porism: {step}", file=sys.stderr)

    made = build(
        folder,
        docs=docs,
        benchmarks=benchmarks,
        examples=examples,
        reference=reference,
        pages=pages,
        on_progress=tell,
    )
    size = f"{_count(len(made.problems), 'problem')}, {_count(made.solvers, 'solver')}, {_count(made.papers, 'paper')}"
    print(f"{folder / 'index.html'}: {size}")


# -- running ---------------------------------------------------------------------------------------------------


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A solver, or a problem for its default solver.")],
    data: Annotated[
        str | None,
        typer.Argument(
            help="A .csv, .tsv, .npy, .npz or .parquet file, or what the problem reads; - reads standard input."
        ),
    ] = None,
    stream: Annotated[
        str | None, typer.Option("--stream", help="For live objects: a file of updates (- reads standard input).")
    ] = None,
    columns: Annotated[str | None, typer.Option(help="Only these columns, by name or position: a,b,3.")] = None,
    result_file: Annotated[
        Path | None, typer.Option("--out", help="Write the result to this .json or .npz file (.tsv or .json for hits).")
    ] = None,
    plot: Annotated[Path | None, typer.Option("--plot", help="Draw the result into this image file.")] = None,
) -> None:
    """Run a solver on a data file. Its other arguments and options follow as -k 10 --metric manhattan --rng 0."""
    from porism._data import check_result_file, read_table, to_json, write_result

    solver = registry.get(name)
    words = list(context.args)
    if data is not None and data.startswith("-") and data != "-":  # no DATA, and the first of the solver's options
        words, data = [data, *words], None
    command = solver.problem.room("command")
    if command is not None:  # its data is no table: the problem reads it itself
        if columns is not None:
            raise InvalidInput(f"--columns is for tables of numbers; {solver.problem.name} reads something else")
        command.run(solver, words if data is None else [data, *words], result_file, plot)
        return
    # A problem whose first argument is no array says how to make it of a table, and with which options.
    from_table = getattr(sys.modules[solver.problem.function.__module__], "from_table", None)
    of_table = [] if from_table is None else list(inspect.signature(from_table).parameters)[1:]
    if stream is not None:
        _run_stream(solver, words, of_table, data, columns, stream)
        return
    if hasattr(solver.problem.result, "run_stream"):
        raise InvalidInput(f"{name} keeps a live object: give it updates with --stream FILE, or - for standard input")
    arguments, options = _arguments_of(solver, words, of_table)
    if data is None:
        raise InvalidInput(f"{name} needs DATA: a file, or - for standard input")
    if result_file is not None:  # what is wrong with a file's name is said before the work, not after it
        check_result_file(result_file)
    if plot is not None:
        _check_picture(solver, plot)
    X = read_table(data, None if columns is None else _words(columns))
    made = {option: options.pop(option) for option in of_table if option in options}
    result = solver(X if from_table is None else from_table(X, **made), *arguments, **options)
    if result_file is not None:
        write_result(result, result_file)
    else:
        print(to_json(result))
    if plot is not None:
        _save_plot(result, X, plot)


def _run_stream(
    solver: Solver[..., Any], words: list[str], of_table: list[str], data: str | None, columns: str | None, stream: str
) -> None:
    """Let a solver of live objects work off a stream of updates; the class of the objects knows how."""
    from porism._data import read_table

    work = getattr(solver.problem.result, "run_stream", None)
    if work is None:
        raise InvalidInput(f"--stream: {solver.name} takes no stream of updates")
    if data == "-" == stream:
        raise InvalidInput("--stream: standard input cannot be both DATA and the stream")
    arguments, options = _arguments_of(solver, words, [*of_table, "batch"])
    X = None if data is None else read_table(data, None if columns is None else _words(columns))
    work(solver, X, stream, arguments, options, sys.stdout)


def _arguments_of(
    solver: Solver[..., Any], words: list[str], also: Sequence[str] = ()
) -> tuple[list[Any], dict[str, Any]]:
    """The canonical arguments after the data, and the options, out of ``-k 10 --max-iter 5 --progress``."""
    given: dict[str, Any] = {}
    place = 0
    while place < len(words):
        word = words[place]
        if not word.startswith("-") or word == "-":
            raise InvalidInput(f"unexpected argument {word!r}; options go as --name value")
        name, assigned, value = word.lstrip("-").partition("=")
        name = name.replace("-", "_")
        place += 1
        if not assigned and not word.startswith("--") and word[1] in solver.problem.arguments:
            name, assigned, value = word[1], word[2:], word[2:]  # -k10
        if not assigned:
            if place < len(words) and (not words[place].startswith("-") or _is_number(words[place])):
                value = words[place]
                place += 1
            elif name in solver.problem.arguments:
                raise InvalidInput(f"{word} needs a value")
            else:
                value = "True"
        given[name] = _literal(value)
    rest = solver.problem.arguments[1:]
    missing = [name for name in rest if name not in given]
    if missing:
        flags = ", ".join(f"-{name}" if len(name) == 1 else f"--{name}" for name in missing)
        raise InvalidInput(f"{solver.name} needs {flags}")
    unknown = [name for name in given if name not in rest and name not in solver.options and name not in also]
    if unknown:
        known = [*rest, *solver.options, *also]
        hint = solver.suggestion(unknown[0]) or did_you_mean(unknown[0], known)
        raise InvalidInput(f"{solver.name} has no option {unknown[0]!r}{hint}")
    return [given.pop(name) for name in rest], given


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _check_picture(solver: Solver[..., Any], path: Path) -> None:
    """Whether the solver's result can be drawn into `path`, as far as that can be known beforehand."""
    result = solver.problem.result
    if not hasattr(result, "plot"):
        raise InvalidInput(f"--plot: a {result.__name__} has no picture")
    _, *parameters = inspect.signature(result.plot).parameters.values()
    needed = ", ".join(one.name for one in parameters if one.default is one.empty)
    if needed:
        raise InvalidInput(f"--plot: the picture of a {result.__name__} needs more: draw it with result.plot({needed})")
    _check_picture_file("--plot", path, "plot")
    if not path.parent.is_dir():
        raise InvalidInput(f"--plot: there is no folder {str(path.parent)!r}")


def _check_picture_file(flag: str, path: Path, extra: str) -> None:
    """Whether Matplotlib can write such a file; without a display, from now on."""
    from porism.optional import require

    matplotlib: Any = require("matplotlib", extra)
    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    known = sorted(Figure().canvas.get_supported_filetypes())
    if path.suffix[1:].lower() not in known:
        raise InvalidInput(f"{flag} must end in .{', .'.join(known)}; got {path.name!r}")


def _save_plot(result: Any, X: Any, path: Path) -> None:
    takes_rows = "X" in inspect.signature(result.plot).parameters
    rows = X.dtype.kind in "fiub" and X.ndim == 2 and X.shape[0] != X.shape[1]
    axes = result.plot(X) if takes_rows and rows else result.plot()
    try:
        axes.figure.savefig(path, dpi=150, bbox_inches="tight")
    except (OSError, ValueError) as error:
        raise InvalidInput(f"--plot: cannot write {str(path)!r}: {error}") from None


@app.command()
def bench(
    problem: Annotated[str | None, typer.Argument(help="What to measure.")] = None,
    sizes: Annotated[str | None, typer.Option(help="Instead of each workload's own sizes: 1000,2000.")] = None,
    peers: Annotated[bool, typer.Option("--peers/--no-peers", help="Measure the peers in the same run.")] = True,
    peer: Annotated[
        list[str] | None, typer.Option("--peer", help="Only these peers, by name or 'name [form]' (a,b or repeated).")
    ] = None,
    solvers: Annotated[str | None, typer.Option(help="Only these solvers, and their peers: a,b.")] = None,
    workloads: Annotated[str | None, typer.Option(help="Only these workloads, heavy ones too: a,b.")] = None,
    heavy: Annotated[bool, typer.Option("--heavy", help="Also the workloads that take long or much memory.")] = False,
    repeats: Annotated[int, typer.Option(help="Timed calls of each contender.")] = 5,
    seed: Annotated[int, typer.Option(help="Of the instances.")] = 0,
    n_jobs: Annotated[int, typer.Option("--n-jobs", help="Threads of those solvers that have the option.")] = 1,
    timeout: Annotated[float, typer.Option(help="Seconds that one call may take.")] = 600.0,
    reference: Annotated[str | None, typer.Option(help="The contender that ratios are relative to.")] = None,
    folder: Annotated[Path | None, typer.Option("--out", help="Record results and plots in this folder.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the same command was interrupted.")] = False,
    compare: Annotated[
        tuple[Path, Path] | None, typer.Option(metavar="OLD NEW", help="Say what got slower between two records.")
    ] = None,
    threshold: Annotated[float, typer.Option(help="With --compare: the ratio that counts as a change.")] = 1.1,
    relative: Annotated[
        bool, typer.Option("--relative", help="With --compare: relative to what the peers' times did meanwhile.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    plots: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Draw the plots of all records in this folder anew.")
    ] = None,
) -> int:
    """Measure a problem's solvers beside their peers: median, spread, ratio, peak memory, growth over sizes.

    --compare exits with 1 where a solver got slower or does not run any more.
    """
    from rich.console import Console as ErrorConsole

    from porism import bench as harness

    if sum(given is not None for given in (problem, compare, plots)) != 1:
        raise InvalidInput("bench needs a problem, or --compare OLD NEW, or --plots FOLDER")
    if compare is not None:
        return _compare(*compare, threshold=threshold, relative=relative, as_json=as_json)
    if plots is not None:
        for path in harness.replot(plots):
            print(path)
        return 0
    assert problem is not None
    with ErrorConsole(stderr=True).status("") as status:
        record = harness.run(
            problem,
            sizes=None if sizes is None else [_size(word) for word in _words(sizes)],
            solvers=None if solvers is None else _words(solvers),
            workloads=None if workloads is None else _words(workloads),
            peers=_peers(peer) if peer else peers,
            heavy=heavy,
            repeats=repeats,
            seed=seed,
            n_jobs=n_jobs,
            timeout=timeout,
            reference=reference,
            out=folder,
            resume=resume,
            on_progress=lambda step: status.update(str(step)),
        )
    if as_json:
        print(json.dumps(record.to_dict(), indent=1, allow_nan=False, ensure_ascii=False))
    else:
        out.print(harness.render(record))
    return 1 if any(one.status == "failed" and one.kind == "solver" for one in record.measurements) else 0


def _compare(old: Path, new: Path, *, threshold: float, relative: bool, as_json: bool) -> int:
    from porism import bench as harness

    found = harness.compare(harness.load(old), harness.load(new), threshold=threshold, relative=relative)
    if as_json:
        print(json.dumps(found.to_dict(), indent=1, allow_nan=False, ensure_ascii=False))
    else:
        out.print(harness.render_changes(found))
        for remark in found.remarks:
            out.print(Text(remark, "dim"))
        slower = f"{_count(len(found.worse), 'solver measurement')} of {len(found)} got slower"
        out.print(f"\n{slower} by more than {threshold:g}× and the noise")
    return 1 if found.worse else 0


def _peers(asked: Sequence[str]) -> list[str]:
    """Names of peers, separated by commas outside brackets: a form may have a comma of its own."""
    return [word.strip() for text in asked for word in re.split(r",(?![^\[]*\])", text) if word.strip()]


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _size(word: str) -> int:
    if not word.isdigit():
        raise InvalidInput(f"--sizes must be positive integers separated by commas, got {word!r}")
    return int(word)


@app.command()
def demo(
    problem: Annotated[str, typer.Argument(help="Whose worked example to run.")] = "k-medoids",
    picture: Annotated[Path, typer.Option("--out", help="Where to write the picture.")] = Path("porism-demo.png"),
) -> None:
    """Run a problem's worked example on real data: a table, the laws, a picture."""
    from porism.optional import require

    _check_picture_file("--out", picture, "demo")
    require("sklearn", "demo")
    require("hypothesis", "demo")
    example = registry.problem(problem).room("example")
    if example is None:
        raise InvalidInput(f"problem {problem!r} has no worked example")
    picture.parent.mkdir(parents=True, exist_ok=True)
    example.demo(out, picture)


@app.command("new-plugin")
def new_plugin(
    name: Annotated[str, typer.Argument(help="What the distribution is called: my-plugin.")],
    rust: Annotated[bool, typer.Option("--rust", help="With a Rust crate of its own (maturin, PyO3).")] = False,
    folder: Annotated[Path, typer.Option("--out", help="Where to make the folder NAME.")] = Path("."),
    problem: Annotated[
        str | None, typer.Option(help="What the problem is called; NAME without porism- by default.")
    ] = None,
    author: Annotated[str | None, typer.Option(help="Whose copyright the licence names.")] = None,
) -> None:
    """Write a complete plugin to begin with: a problem, two solvers, laws, bench, example, tests, README, CI."""
    from porism._kit import plan

    kit = plan(name, rust=rust, out=folder, problem=problem, author=author)
    for path in kit.write():
        print(path)
    print(
        f"\nIt works as it stands:  pip install -e '{kit.target}[test]' && porism check --plugin {name} && "
        f"pytest {kit.target}\n{kit.target / 'README.md'} says where to begin."
    )


# -- checking and measuring ------------------------------------------------------------------------------------


@app.command()
def check(
    names: Annotated[list[str] | None, typer.Argument(help="Solvers; a problem's name means all its solvers.")] = None,
    plugin: Annotated[str | None, typer.Option(help="Everything that this distribution registers.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every solver there is.")] = False,
    profile: Annotated[str, typer.Option(help="quick (25 examples), default (100) or thorough (1000).")] = "default",
    examples: Annotated[
        int | None, typer.Option(help="Examples for each law, instead of the profile's number.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed tries the same instances.")] = 0,
    law: Annotated[list[str] | None, typer.Option(help="Only this law (repeatable).")] = None,
    expected: Annotated[
        Path | None, typer.Option("--expected", help="A TOML file of laws that are known to fail, with reasons.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", help="Write a JSON report here; - prints it, and nothing else.")
    ] = None,
) -> int:
    """Test solvers by the laws of their problems and of their claims; print shrunk counter-examples as code."""
    from porism.conformance import Outcome, expected_failures, summary
    from porism.conformance import check as check_solver

    solvers = _chosen(names or [], plugin, everything)
    announced = {} if expected is None else expected_failures(expected)
    for name in announced:
        registry.get(name)  # a name that nobody has is a mistake, one that is not asked for is none
    if report is not None and str(report) != "-" and not report.parent.is_dir():
        raise InvalidInput(f"--report: there is no folder {str(report.parent)!r}")
    reports = []
    screen = Console(quiet=True) if str(report) == "-" else out
    for solver in solvers:
        screen.print(Text(registry.name_of(solver), "bold"))

        def tell(outcome: Outcome) -> None:
            colour = {"passed": "green", "failed": "red"}.get(outcome.status, "yellow")
            label = f"[{colour}]{outcome.status:8}[/{colour}]"
            screen.print(f"  {label} {outcome.law:18} {outcome.examples:5} examples {outcome.seconds:7.2f} s")
            if outcome.message:
                screen.print(f"           {outcome.message}", markup=False)
            if outcome.code:
                screen.print("           " + outcome.code.replace("\n", "\n           "), markup=False, soft_wrap=True)

        reports.append(
            check_solver(
                solver,
                profile=profile,
                examples=examples,
                seed=seed,
                laws=law,
                on_outcome=tell,
                expected_failures=announced.get(registry.name_of(solver)),
            )
        )
    failed = sum(len(done.failures) for done in reports)
    total = sum(len(done.outcomes) for done in reports)
    tested = f"{_count(len(reports), 'solver')}, {_count(total, 'law')}"
    known = sum(outcome.status == "expected" for done in reports for outcome in done.outcomes)
    also = f", {known} failed as expected" if known else ""
    screen.print(f"{tested}: {total - failed - known} passed, {failed} failed{also} (seed {seed})")
    if report is not None:
        text = json.dumps(summary(reports), indent=1, default=str)
        if screen is out:
            report.write_text(text + "\n", encoding="utf-8")
        else:
            print(text)
    return 1 if failed else 0


def _chosen(names: list[str], plugin: str | None, everything: bool) -> list[Solver[..., Any]]:
    if (bool(names) + (plugin is not None) + everything) != 1:
        raise InvalidInput("check needs solver names, or --plugin NAME, or --all")
    if everything:
        return registry.solvers()
    if plugin is not None:
        entries = [info for info in registry.plugins() if info.distribution == plugin]
        if not entries:
            known = {info.distribution for info in registry.plugins()}
            raise InvalidInput(f"no plugin {plugin!r} is installed{did_you_mean(plugin, known)}")
        for info in entries:
            if info.error:  # a plugin that is not whole has not passed
                raise PorismError(f"plugin {plugin} was left out: {info.error} (entry point {info.entry_point})")
        return [solver for solver in registry.solvers() if registry.owner(solver) == plugin]
    chosen: list[Solver[..., Any]] = []
    for name in names:
        problem = _problem_called(name)
        chosen += registry.solvers(problem=problem) if problem is not None else [registry.get(name)]
    return chosen


if __name__ == "__main__":
    main()
