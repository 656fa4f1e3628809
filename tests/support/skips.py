"""Reports skipped tests at the end of a run, or fails them; a plugin of pytest.

A test marked ``extras("package")`` is skipped if that package is not installed. With
``--no-skips``, a skipped test fails, except for one that needs a CUDA device.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from importlib.util import find_spec

import pytest

ALLOWED = "gpu"
"""Mark of tests that may be skipped nevertheless."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.addoption(
        "--no-skips",
        action="store_true",
        help=f"a test that is skipped fails, unless it is marked {ALLOWED}",
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose packages are missing."""
    needed = {package for mark in item.iter_markers("extras") for package in mark.args}
    if missing := sorted(package for package in needed if find_spec(package) is None):
        pytest.skip(f"{', '.join(missing)} is not installed: make test-all installs it")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Make a skip a failure if skips are not allowed."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and not item.get_closest_marker(ALLOWED):
        _forbid(report, item.config)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole module."""
    report = yield
    if report.skipped:
        _forbid(report, collector.config)
    return report


def _forbid(report: pytest.TestReport | pytest.CollectReport, config: pytest.Config) -> None:
    if config.getoption("--no-skips"):
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: --no-skips, and yet: {_reason(report)}"


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    told = report.longrepr
    reason = told[2] if isinstance(told, tuple) else str(told)
    return reason.removeprefix("Skipped: ")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many tests were skipped for each reason, and which were not selected."""
    reasons = Counter(map(_reason, terminalreporter.getreports("skipped")))
    if reasons:
        terminalreporter.section("skipped")
    for reason, count in sorted(reasons.items(), key=lambda each: (-each[1], each[0])):
        terminalreporter.write_line(f"{count:5} {reason}")
    if chosen := terminalreporter.config.getoption("markexpr"):
        terminalreporter.section(f"only: {chosen}")
        terminalreporter.write_line("make test-all runs every test; pyproject.toml has the marks")
