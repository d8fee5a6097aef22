from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from slipway.report.findings import Latencies
from slipway.report.page import render
from tests import report_samples as samples
from tests.report_reading import find, parse, said, section

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def shown(*latencies: Latencies) -> Element:
    traffic = replace(samples.traffic(), latencies=latencies)
    return section(parse(render(replace(samples.whole(), traffic=traffic))), "latency")


def latency(*histogram: tuple[float, float, int], p50: float = 2, p90: float = 3, p99: float = 4) -> Latencies:
    return Latencies(
        version="model 1",
        requests=sum(count for *_, count in histogram),
        p50=p50,
        p90=p90,
        p99=p99,
        largest=histogram[-1][1],
        histogram=histogram,
    )


def test_the_summary_has_every_number() -> None:
    table = find(shown(*samples.latencies()), "table")[0]
    (first, second) = [[said(cell) for cell in find(row, "td")] for row in find(table, "tr")[1:]]
    assert first[0] == "model 1"
    assert first[1] == "406"
    assert second[0] == "model 2"
    assert len(first) == len(second) == 6


def test_percentiles_are_marked_in_every_drawing() -> None:
    one = latency((1, 2, 5), (2, 4, 5))
    for drawing in find(shown(one), "svg", "chart"):
        assert [said(flag) for flag in find(drawing, "text", "flag")] == ["p50 2.00 ms", "p90 3.00 ms", "p99 4.00 ms"]
        assert len({one.get("stroke-dasharray") for one in find(drawing, "line", "percentile")}) == 3


def test_the_axis_is_logarithmic_only_where_times_span_decades() -> None:
    assert "on a linear axis" in said(shown(latency((1, 2, 5), (2, 4, 5))))
    assert "on a logarithmic axis" in said(shown(latency((0.5, 2, 5), (2, 400, 5), p99=380)))


def test_answers_in_no_time_can_stand_on_a_logarithmic_axis() -> None:
    found = shown(latency((0.0, 2, 5), (2, 400, 5), p50=0.0, p99=380))
    assert "on a logarithmic axis" in said(found)


def test_a_single_bin_is_drawn() -> None:
    for drawing in find(shown(latency((3.0, 3.0, 7), p50=3, p90=3, p99=3)), "svg", "chart"):
        assert find(drawing, "path", "bar")


def test_versions_share_one_axis_and_are_drawn_by_their_share_of_requests() -> None:
    small, large = latency((1, 2, 5), (2, 3, 5)), latency((1, 2, 500), (2, 3, 500))
    (wide,) = find(shown(small, replace(large, version="model 2")), "svg", "wide")
    first, second = [one.get("d", "") for one in find(wide, "path", "bar")]

    def heights(path: str) -> list[float]:
        return [
            float(part.split("V")[1].split("H")[0]) - float(part.split(" ")[1].split("H")[0])
            for part in path.split("M")[1:]
        ]

    assert heights(first) == heights(second)
