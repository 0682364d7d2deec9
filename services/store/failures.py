"""What a database's own errors mean to the farm.

Locked, full, read-only and away are `StoreUnavailable`: the transaction was rolled back and may be tried
again. A wrong password or a file that is no database is `Misconfigured`. All else (a constraint, bad SQL) is
a defect and passes through as it is.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.errors import Misconfigured, OmegaError, StoreUnavailable


class _Meaning(NamedTuple):
    reason: str
    message: str
    hint: str
    kind: type[OmegaError] = StoreUnavailable


_LOCKED = _Meaning(
    "locked",
    "The database is locked by another writer.",
    "Nothing was changed. Try again; if it lasts, look for a process that holds a transaction open.",
)
_FULL = _Meaning(
    "full",
    "The disk of the database is full.",
    "Nothing was changed. Free some space where the database lies, then try again.",
)
_READ_ONLY = _Meaning(
    "read_only",
    "The database cannot be written.",
    "Nothing was changed. Give the farm's user the right to write to the database and its folder.",
)
_UNREADABLE = _Meaning(
    "unreadable",
    "The database file cannot be opened or read.",
    "Check that its folder exists, belongs to the farm's user and lies on a healthy disk.",
)
_AWAY = _Meaning(
    "away",
    "The database does not answer.",
    "Nothing is lost. Check that the database server runs and that its address is right.",
)
_NO_DATABASE = _Meaning(
    "not_a_database",
    "The database file is damaged or is no database.",
    "Put a backup in its place, or move it away so that a new one is made.",
    Misconfigured,
)
_REFUSED = _Meaning(
    "refused",
    "The database server refuses this user or has no such database.",
    "Check the user, the password, the database's name and the user's rights in OMEGA_DATABASE_URL.",
    Misconfigured,
)

_SQLITE: Final = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _UNREADABLE,
    sqlite3.SQLITE_IOERR: _UNREADABLE,
    sqlite3.SQLITE_CORRUPT: _NO_DATABASE,
    sqlite3.SQLITE_NOTADB: _NO_DATABASE,
}
"""By primary result code, the low byte of the extended one."""

_POSTGRESQL: Final = {
    "25006": _READ_ONLY,
    "28": _REFUSED,
    "3D": _REFUSED,
    "42501": _REFUSED,
    "40": _LOCKED,
    "53100": _FULL,
    "53": _AWAY,
    "55P03": _LOCKED,
    "57": _AWAY,
    "08": _AWAY,
}
"""By SQLSTATE, or by its class, the first two characters."""


_FILE: Final = {
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
    errno.EROFS: _READ_ONLY,
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
}


@contextmanager
def translated() -> Iterator[None]:
    """Turn the errors of the database into the farm's own; the body does database work and nothing else."""
    try:
        yield
    except DBAPIError as error:
        meaning = _of_database(error)
        if meaning is None:
            raise
        raise _error(meaning) from error
    except PoolTimeout as error:
        raise _error(_LOCKED) from error
    except OSError as error:
        raise _error(_of_system(error)) from error


def locked() -> OmegaError:
    """Build the error for a lock that was not had in time."""
    return _error(_LOCKED)


def _of_database(error: DBAPIError) -> _Meaning | None:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF)
    state = getattr(error.orig, "sqlstate", None)
    if state is not None and (state in _POSTGRESQL or state[:2] in _POSTGRESQL):
        return _POSTGRESQL.get(state) or _POSTGRESQL[state[:2]]
    return _AWAY if error.connection_invalidated else None


def _of_system(error: OSError) -> _Meaning:
    """Tell a file that cannot be used from a server that does not answer: only the first names a file."""
    if error.filename is None:
        return _AWAY
    return _FILE.get(error.errno or 0, _UNREADABLE)


def _error(meaning: _Meaning) -> OmegaError:
    return meaning.kind(meaning.message, hint=meaning.hint, facts={"reason": meaning.reason})
