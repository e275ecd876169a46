"""Cases of the demo district, and crowds of them for trials."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.cli import frame
from app.services.installation import setup

demo = AppGroup("demo", help="डेमो और परीक्षण / demo and trials")


@demo.command("load")
def _load() -> None:
    """Enter the demo district's cases, or go on where an earlier loading was stopped; says which fall short."""
    frame.demo_only()
    for ended in setup.add_demo_cases(frame.database(), frame.now(), frame.count_up):
        click.echo(f"{ended.number or ended.row}: {ended.why}")


@demo.command("generate")
@click.argument("count", type=click.IntRange(setup.FEWEST, setup.MOST))
@click.option("--seed", type=int, default=1, show_default=True)
def _generate(count: int, seed: int) -> None:
    """Add COUNT cases for trials: rows that are listed, searched and counted, with no acts behind them."""
    frame.demo_only()
    setup.generate_cases(frame.database(), count, seed, frame.now(), frame.count_up)
    click.echo(frame.both("cli.generated", count=count))
