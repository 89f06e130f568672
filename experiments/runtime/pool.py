"""Work spread over processes: local ones, or those of a Dask cluster."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError, Executor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

from policies.base import Policy
from policies.registry import of_script, receive
from sim.errors import InputError

Item = TypeVar("Item")
Result = TypeVar("Result")

ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "POLARS_MAX_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": str(32 * 2**20),
    "MALLOC_TRIM_THRESHOLD_": str(256 * 2**20),
}
"""Each process keeps to one core; several are there to use the others. With the GNU library it also
keeps memory for the next replication: fresh pages took a twentieth of the time."""

ORPHAN_CHECK_S = 0.5


class RunError(Exception):
    """The work failed though its input was good; the message says what is kept."""

    exit_code = 70  # of the command: EX_SOFTWARE of BSD's sysexits


class Pool(Protocol):
    """Calls a function on items, in any order, giving each result as it comes."""

    def __call__(  # noqa: D102
        self, work: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[Result]: ...


def default_workers() -> int:
    """Return the number of cores that this process may use."""
    import loky

    return int(loky.cpu_count())


@contextmanager
def pool(workers: int, cluster: str = "") -> Iterator[Pool]:
    """Give a `Pool` of processes that ends with the block, at once if the block fails.

    Args:
        workers: number of local processes; with one, the work is done in this process.
        cluster: address of a Dask scheduler that is used instead; its workers need the same
            installation and must see the run folder under the same path.

    Raises:
        InputError: fewer than one worker, or no cluster at the address.
    """
    if workers < 1:
        raise InputError(f"workers: must be at least 1; got {workers}")
    if cluster:
        with _dask(cluster) as executor:
            yield _Spread(executor, cancels=True)
    elif workers == 1:
        yield _in_process
    else:
        import loky

        processes = loky.ProcessPoolExecutor(
            max_workers=workers,
            initializer=_follow_parent,
            initargs=(os.getpid(),),
            env=ENVIRONMENT,
        )
        finished = False
        try:
            yield _Spread(processes, cancels=False)
            finished = True
        finally:
            processes.shutdown(wait=finished, kill_workers=not finished)


def _in_process(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    return map(work, items)


@dataclass(frozen=True)
class _Spread:
    """Submits to an executor; `cancels` what is left if it fails (ours are killed instead)."""

    executor: Executor
    cancels: bool

    def __call__(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        from concurrent.futures.process import BrokenProcessPool

        script = of_script()
        task = partial(_with_policies, script, work) if script else work
        with _deaf_children():
            futures = [self.executor.submit(task, item) for item in items]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BrokenProcessPool:
            raise RunError(
                "a worker process ended unexpectedly (out of memory, or killed); finished "
                "replications are kept: run again, perhaps with fewer --workers"
            ) from None
        finally:
            if self.cancels:
                for future in futures:
                    future.cancel()


def _with_policies(
    script: Mapping[str, type[Policy]], work: Callable[[Item], Result], item: Item
) -> Result:
    """Work in a process that cannot import the user's script: its policies come along, by value."""
    receive(script)
    return work(item)


@contextmanager
def _deaf_children() -> Iterator[None]:
    """Let processes that start inside ignore Ctrl-C, which a terminal sends to all of them.

    The parent alone answers it. It is deaf meanwhile too, for some milliseconds.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _follow_parent(parent: int) -> None:
    """End this worker when its parent is gone."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(ORPHAN_CHECK_S)
        os._exit(1)  # whatever is under way is lost anyway; what is finished is kept

    if os.name == "posix":  # elsewhere a process keeps the number of a parent that is gone
        threading.Thread(target=watch, daemon=True).start()


@contextmanager
def _dask(address: str) -> Iterator[Executor]:
    try:
        from distributed import Client
        from distributed.comm.core import CommClosedError
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise InputError("--cluster: needs Dask: pip install 'optichannel[cluster]'") from None
    try:
        client: Any = Client(address, timeout="10s")  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise InputError(f"--cluster: no Dask scheduler at '{address}': {error}") from None
    for handler in logging.getLogger("distributed").handlers:
        handler.setLevel(logging.CRITICAL)  # it logs tracebacks; one message is enough, and ours
    try:
        with client:
            yield client.get_executor(pure=False)
    except (CancelledError, CommClosedError, KilledWorker, TimeoutError):
        raise RunError(
            f"the cluster at '{address}' is gone (its scheduler or too many workers ended); "
            "finished replications are kept: run again"
        ) from None
