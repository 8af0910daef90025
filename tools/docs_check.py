"""Look at the built site as readers do, in headless Chromium: ``python tools/docs_check.py site``.

Every page is opened on a wide screen and on a phone. There must be no error on the console, no request that leaves the
site, no link inside it that leads nowhere (anchors too), no picture that does not load, and nothing wider than the
screen: wide tables and code scroll within themselves. Every problem has its example's picture, and its recorded
benchmarks their plots. The search finds "fastpam". Screenshots of the main pages go to ``build/docs-check``.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import shutil
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDE, PHONE = 1280, 390
OF_A_PLUGIN = "catalogue/personalized-pagerank/index.html"
"""Is there only where the plugin was installed when the site was built."""
SHOWN = (
    "index.html",
    "tutorial.html",
    "k-medoids.html",
    "performance.html",
    "catalogue/index.html",
    "catalogue/k-medoids/index.html",
    "catalogue/k-medoids/fasterpam.html",
    "catalogue/sumset/index.html",
    OF_A_PLUGIN,
    "papers/index.html",
    "papers/schubert2021fast.html",
    "reference/porism.html",
)
LOOK = """() => ({
    width: document.documentElement.scrollWidth,
    links: [...document.querySelectorAll('a[href]')].map(a => a.href),
    ids: [...document.querySelectorAll('[id]')].map(e => e.id),
    broken: [...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src),
    pictures: [...document.images].map(i => i.src),
    title: document.title,
})"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def main() -> int:
    """Check the site; print what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("site", type=Path, nargs="?", default=Path("site"))
    parser.add_argument("--browser", help="the executable; by default the first of " + ", ".join(BROWSERS))
    parser.add_argument("--shots", type=Path, default=Path("build/docs-check"))
    given = parser.parse_args()
    browser = given.browser or next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        print("docs-check needs Chromium: apt-get install chromium (or give --browser)", file=sys.stderr)
        return 1
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        print("docs-check needs playwright: pip install 'porism[docs-check]'", file=sys.stderr)
        return 1
    if not (given.site / "index.html").exists():
        print(f"there is no site in {given.site}: make docs", file=sys.stderr)
        return 1
    given.shots.mkdir(parents=True, exist_ok=True)
    handler = functools.partial(_Quiet, directory=str(given.site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
            base = f"http://127.0.0.1:{server.server_port}/"
            wrong, pages = _check(chromium, base, given.site, given.shots)
            chromium.close()
        server.shutdown()
    for line in wrong:
        print(line)
    print(f"{len(pages)} pages, {len(wrong)} faults; screenshots in {given.shots}")
    return 1 if wrong else 0


def _check(chromium: Any, base: str, site: Path, shots: Path) -> tuple[list[str], dict[str, Any]]:
    wrong: list[str] = []
    page = chromium.new_page(viewport={"width": WIDE, "height": 900})
    here = ""
    page.on("console", lambda m: m.type in ("error", "warning") and wrong.append(f"{here}: console: {m.text}"))
    page.on("pageerror", lambda error: wrong.append(f"{here}: {error}"))
    page.on(
        "request", lambda r: r.url.startswith((base, "data:", "blob:")) or wrong.append(f"{here}: asks for {r.url}")
    )
    page.on("response", lambda r: r.status < 400 or wrong.append(f"{here}: {r.status} for {r.url}"))
    seen: dict[str, Any] = {}
    for path in sorted(site.rglob("*.html")):
        here = path.relative_to(site).as_posix()
        if here == "404.html":  # its links are for wherever it is shown
            continue
        page.set_viewport_size({"width": WIDE, "height": 900})
        page.goto(base + here, wait_until="load")
        seen[here] = found = page.evaluate(LOOK)
        wrong += [f"{here}: picture {src} does not load" for src in found["broken"]]
        if found["width"] > WIDE:
            wrong.append(f"{here}: {found['width']} px wide on a screen of {WIDE}")
        if here in SHOWN:
            page.wait_for_load_state("networkidle")
            page.screenshot(path=shots / (here.replace("/", "-")[:-5] + ".png"))
        page.set_viewport_size({"width": PHONE, "height": 844})
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > PHONE:
            wrong.append(f"{here}: {width} px wide on a phone of {PHONE}")
        if here in SHOWN:
            page.screenshot(path=shots / (here.replace("/", "-")[:-5] + "-phone.png"), full_page=True)
    wrong += [f"{name} is not there" for name in SHOWN if name not in seen and name != OF_A_PLUGIN]
    wrong += _links(base, site, seen)
    wrong += _pictures(site, seen)
    here = "search"
    wrong += _search(page, base, shots)
    return wrong, seen


def _links(base: str, site: Path, seen: dict[str, Any]) -> list[str]:
    """Those that lead nowhere."""
    wrong = []
    ids = {name: set(found["ids"]) for name, found in seen.items()}
    for here, found in seen.items():
        for link in sorted(set(found["links"])):
            target, anchor = urldefrag(urljoin(base + here, link))
            if not target.startswith(base):
                continue
            name = unquote(urlsplit(target).path).lstrip("/") or "index.html"
            if not (site / name).is_file():
                wrong.append(f"{here}: {link} leads nowhere")
            elif anchor and name in ids and unquote(anchor) not in ids[name] and not anchor.startswith("__"):
                wrong.append(f"{here}: {link} leads to no such place")
    return wrong


def _pictures(site: Path, seen: dict[str, Any]) -> list[str]:
    """Problems without the picture of their example, or a plot of theirs that no page shows."""
    wrong = []
    for folder in sorted(path for path in (site / "catalogue").iterdir() if path.is_dir()):
        here = f"catalogue/{folder.name}/index.html"
        shown = [
            src.rpartition("/")[2] for src in seen[here]["pictures"] if "/images/examples/" in src or ".svg" in src
        ]
        if not any(name.endswith(".png") for name in shown):
            wrong.append(f"{here}: no picture of an example")
        wrong += [f"{here}: {plot.name} is not shown" for plot in folder.glob("*.svg") if plot.name not in shown]
    if not list((site / "catalogue").glob("*/benchmark-*.svg")):
        wrong.append("no plot of a recorded benchmark anywhere")
    return wrong


def _search(page: Any, base: str, shots: Path) -> list[str]:
    """Whether a reader who types "fastpam" gets to FasterPAM."""
    from playwright.sync_api import Error

    page.set_viewport_size({"width": WIDE, "height": 900})
    page.goto(base + "index.html", wait_until="networkidle")
    page.click("input.md-search__input")
    page.keyboard.type("fastpam", delay=50)
    try:
        page.wait_for_selector(".md-search-result__item", timeout=15_000)
    except Error as error:
        return [f"the search finds nothing for fastpam: {error}"]
    page.wait_for_timeout(500)
    page.screenshot(path=shots / "search.png")
    hits = page.eval_on_selector_all(".md-search-result__item a", "items => items.map(a => a.href)")
    first = "catalogue/k-medoids/fasterpam.html"
    return [] if hits and first in hits[0] else [f"searching fastpam finds {hits[:5]} and not {first} first"]


if __name__ == "__main__":
    sys.exit(main())
