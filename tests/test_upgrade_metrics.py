"""Upgrade: a dashboard made for an old version finds all of its metrics at /metrics.

metrics.txt lists them: name, type, names of labels. New metrics, and new values of a label, are
allowed.
"""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families
from support.installation import Installation, ask, free_port
from support.upgrade_fixtures import UPGRADE
from support.wait_until import wait_until

from bot.standin.server import Standin

BULLETIN = "Ferry to Izmail sails again\nIt leaves at noon.\n"


@dataclass(frozen=True)
class OldMetric:
    """Line of metrics.txt."""

    name: str  # as in its TYPE line
    type: str
    labels: frozenset[str]


def old_metrics() -> list[OldMetric]:
    """Return all metrics of the old version."""
    metrics = []
    for line in (UPGRADE / "metrics.txt").read_text(encoding="utf-8").splitlines():
        name, type_, *labels = line.split(" ")
        metrics.append(OldMetric(name, type_, frozenset(",".join(labels).split(",")) - {""}))
    return metrics


def label_sets(text: str) -> dict[str, set[frozenset[str]]]:
    """Return the label sets of the samples of each metric, by the name in its TYPE line.

    The bucket of a histogram is not one of its labels.
    """
    labels_of = defaultdict(set)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            name = sample.name
            if family.type == "histogram":
                name = family.name
            labels_of[name].add(frozenset(sample.labels) - {"le"})
    return labels_of


def missing_metrics(text: str) -> list[OldMetric]:
    """Return the old metrics that a page of metrics lacks, or has in another form."""
    types = {line for line in text.splitlines() if line.startswith("# TYPE ")}
    labels_of = label_sets(text)
    return [
        metric
        for metric in old_metrics()
        if f"# TYPE {metric.name} {metric.type}" not in types
        or labels_of[metric.name] != {metric.labels}
    ]


def test_the_file_of_metrics_is_read_completely() -> None:
    metrics = old_metrics()
    assert len(metrics) == len({metric.name for metric in metrics}) == 20
    assert OldMetric("tocsin_bulletins_total", "counter", frozenset({"source", "fate"})) in metrics
    assert OldMetric("tocsin_alert_latency_seconds", "histogram", frozenset()) in metrics


def test_a_metric_with_another_name_type_or_label_is_missing() -> None:
    lines = ["# TYPE tocsin_queued gauge", 'tocsin_queued{lane="alert"} 0.0']
    names = [metric.name for metric in missing_metrics("\n".join(lines) + "\n")]
    assert "tocsin_queued" not in names
    assert len(names) == 19
    for old, new in (("queued", "waiting"), ("gauge", "counter"), ("lane", "priority")):
        changed = "\n".join(lines).replace(old, new) + "\n"
        assert "tocsin_queued" in [metric.name for metric in missing_metrics(changed)]


@pytest.mark.long
async def test_the_running_bot_has_every_metric_of_before(
    standin: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setenv("TOCSIN_HTTP__LISTEN", f"127.0.0.1:{port}")
    installation = Installation(tmp_path, standin)
    bulletins = tmp_path / "bulletins.txt"
    bulletins.write_text(BULLETIN, encoding="utf-8")
    # Metrics by source begin with its first bulletin.
    code, out, err = await installation.call("publish", str(bulletins))
    assert code == 0, out + err
    person = standin.people.person("Ann")
    async with installation.running(), ClientSession() as session:
        await ask(person, "/id")

        async def scrape() -> str:
            async with session.get(f"http://127.0.0.1:{port}/metrics") as response:
                return await response.text()

        async def counts_the_bulletin() -> bool:
            return "tocsin_bulletins_total{" in await scrape()

        await wait_until(counts_the_bulletin, "the metrics count the bulletin", interval=0.2)
        assert missing_metrics(await scrape()) == []
