"""A PostgreSQL server of one's own in a temporary folder, for tests and measurements. Never runs as root."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

USER = "limber"


def program(name: str) -> str | None:
    """Where a program of the server is; Debian keeps them out of the way. None where it is missing."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(found[-1]) if found else None)


class Postgres:
    """A server on a socket in its folder; `stop`, `start`, `freeze` and `thaw` it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._as: dict[str, str] = {}
        if os.geteuid() == 0:
            name = next(name for name in ("postgres", "nobody") if _is_user(name))
            self._as = {"user": name, "group": pwd.getpwnam(name).pw_gid}  # type: ignore[dict-item]
            shutil.chown(folder, name)
        initdb = program("initdb")
        assert initdb is not None
        self._run(
            [initdb, "-D", "data", "-U", USER, "-A", "trust", "--no-sync", "--locale=C", "-E", "UTF8"], 60.0
        )
        settings = "fsync = off\nlisten_addresses = ''\nunix_socket_directories = '.'\nshared_buffers = 4MB\n"
        with (folder / "data/postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(f"{settings}max_connections = 40\nautovacuum = off\n")

    def url(self, database: str = "postgres") -> str:
        """The URL of a database of it."""
        return f"postgresql:///{database}?host={self.folder}/data&user={USER}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        import psycopg

        postgres = program("postgres")
        assert postgres is not None
        self._process = subprocess.Popen(
            [postgres, "-D", "data"],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self._as,  # type: ignore[call-overload]
        )
        for _ in range(200):
            with suppress(psycopg.OperationalError), psycopg.connect(self.url()):
                return
            time.sleep(0.05)
        raise TimeoutError("the server does not start")

    def stop(self) -> None:
        """Stop it at once; whoever is connected is told."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(20)
        self._process = None

    def freeze(self) -> None:
        """Let all of it stand still, as when its machine hangs."""
        self._all(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._all(signal.SIGCONT)

    def new_database(self, name: str) -> str:
        """An empty database; its URL."""
        import psycopg

        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)

    def _all(self, what: signal.Signals) -> None:
        assert self._process is not None
        main = self._process.pid
        children = Path(f"/proc/{main}/task/{main}/children").read_text(encoding="ascii").split()
        for one in (main, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(one, what)

    def _run(self, command: list[str], seconds: float) -> None:
        subprocess.run(
            command,
            cwd=self.folder,
            check=True,
            timeout=seconds,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self._as,  # type: ignore[call-overload]
        )


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server that runs."""
    folder = Path(tempfile.mkdtemp(prefix="limber-postgres-"))
    server = Postgres(folder)
    try:
        server.start()
        yield server
    finally:
        with suppress(AssertionError, OSError):
            server.thaw()
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _is_user(name: str) -> bool:
    with suppress(KeyError):
        return pwd.getpwnam(name).pw_uid != 0
    return False
