"""Measuring: variants interleaved, CPU of the whole process beside wall time, medians of small batches."""

from __future__ import annotations

import gc
import os
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

T = TypeVar("T")


@dataclass
class Sample:
    """What one variant took in ms: CPU (all threads of the process) by batch, wall by operation."""

    cpu_batches: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    seconds: float = 0.0  # of the whole run, where operations ran side by side

    @property
    def cpu(self) -> float:
        """CPU ms of one operation: the median batch, which a neighbour's noise moves least."""
        return statistics.median(self.cpu_batches)

    @property
    def median(self) -> float:
        return statistics.median(self.wall)

    def percentile(self, share: float) -> float:
        ordered = sorted(self.wall)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    @property
    def p95(self) -> float:
        return self.percentile(0.95)

    @property
    def p99(self) -> float:
        return self.percentile(0.99)


def interleaved(
    variants: Mapping[str, Callable[[], object]], rounds: int, batch: int = 5, warm: int = 3
) -> dict[str, Sample]:
    """Run every variant `batch` times a round, round after round, so that all meet the same weather.

    The first `warm` operations of each are not counted. A variant that needs fresh material takes it from an
    iterator of its own and must have `needed(rounds, batch, warm)` of it.
    """
    for once in variants.values():
        for _ in range(warm):
            once()
    samples = {name: Sample() for name in variants}
    for _ in range(rounds):
        for name, once in variants.items():
            gc.collect()
            os.sync()  # else this variant's commits would carry what the one before left to the disk
            once()  # and its first run would pay for caches that the others filled
            _batch(once, batch, samples[name])
    return samples


def needed(rounds: int, batch: int = 5, warm: int = 3) -> int:
    """Say how many operations of each variant `interleaved` runs."""
    return warm + rounds * (batch + 1)


def _batch(once: Callable[[], object], times: int, sample: Sample) -> None:
    cpu = time.process_time_ns()
    for _ in range(times):
        begin = time.perf_counter_ns()
        once()
        sample.wall.append((time.perf_counter_ns() - begin) / 1e6)
    sample.cpu_batches.append((time.process_time_ns() - cpu) / 1e6 / times)


def of(once: Callable[[], object], rounds: int, batch: int = 5, warm: int = 3) -> Sample:
    """One variant alone, where nothing is to be compared with it."""
    return interleaved({"": once}, rounds, batch, warm)[""]


def crowd(once: Callable[[T], object], work: Sequence[T], threads: int) -> Sample:
    """Run one operation for each piece of work, so many at once."""
    sample = Sample()

    def timed(piece: T) -> None:
        begin = time.perf_counter_ns()
        once(piece)
        sample.wall.append((time.perf_counter_ns() - begin) / 1e6)

    gc.collect()
    begin = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(timed, work))
    sample.seconds = time.perf_counter() - begin
    return sample
