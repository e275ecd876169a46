"""What a paper costs to draw, warm: the first CPU bottleneck of a busy district."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from app import pades, papers
from bench import measure, results
from tests import paper_samples as samples

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST = 120.0  # ms of CPU
_MOST_SIGNED = 100.0


def rows(*, quick: bool) -> Iterator[results.Row]:
    texts = samples.texts()
    drawings = {
        "report to the authority, drawn": samples.clear_report(),
        "adverse report, drawn": samples.adverse_report(),
        "certificate, drawn": samples.certificate(),
    }

    def draw(facts: papers.PaperFacts) -> None:
        papers.draw_paper(papers.compose(texts, facts), samples.ISSUED_AT, samples.ASSETS)

    found = measure.interleaved(
        {name: lambda facts=facts: draw(facts) for name, facts in drawings.items()},
        rounds=3 if quick else 10,
        batch=1 if quick else 2,
        warm=1,
    )
    for name, sample in found.items():
        yield results.at_most(f"{name}, CPU", "none", sample.cpu, "ms", _MOST)
    yield from _signed(quick=quick)


def _signed(*, quick: bool) -> Iterator[results.Row]:
    """What the signature of the office costs on top, and its proof whenever the paper's page is opened."""
    drawn = papers.draw_paper(
        papers.compose(samples.texts(), samples.clear_report()), samples.ISSUED_AT, samples.ASSETS
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "office.p12"
        path.write_bytes(pades.demo_key("bench", "bench", samples.ISSUED_AT, kind="rsa"))
        held = pades.open_key(path, "bench")
    signed = pades.sign(drawn, held, samples.ISSUED_AT)
    found = measure.interleaved(
        {
            "paper, signed (RSA 3072, PSS)": lambda: pades.sign(drawn, held, samples.ISSUED_AT),
            "paper, its signature proven": lambda: pades.signatures(signed),
        },
        rounds=3 if quick else 10,
        batch=1 if quick else 2,
        warm=1,
    )
    for name, sample in found.items():
        yield results.at_most(f"{name}, CPU", "none", sample.cpu, "ms", _MOST_SIGNED)
