"""Logs of every process: structlog, JSON lines (pretty on a terminal), the standard library's loggers, too.

Nothing that is secret reaches a line: not by the name of its key, not in a URL, and not as one of the values
that the process was given to hide. Import this before anything else that imports structlog, which would
otherwise load rich where it is installed: 5 MB that no bot needs.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, TextIO

_HAD_RICH = "rich" in sys.modules
if not _HAD_RICH:
    sys.modules["rich"] = None  # type: ignore[assignment]  # import then says that it is not there
import structlog  # noqa: E402 - see above

if not _HAD_RICH:
    del sys.modules["rich"]

if TYPE_CHECKING:
    from pydantic import SecretStr
    from structlog.typing import EventDict, Processor, WrappedLogger

Level = Literal["debug", "info", "warning", "error"]

_HIDDEN = "[redacted]"
_SECRET_NAME = re.compile(
    r"(?:^|_)(?:token|secret|password|passphrase|key|credentials|authorization|cookie)s?$", re.IGNORECASE
)
_URL_WITH_CREDENTIALS = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*://)[^\s/@:\"']*:[^\s/@\"']+@")
_FRAMES = 30
_FIRST = ("timestamp", "level", "process", "event")


def configure_logs(
    *,
    process: str,
    level: Level = "info",
    hide: Sequence[SecretStr] = (),
    stream: TextIO | None = None,
    is_pretty: bool | None = None,
) -> None:
    """Send every log line of this process to `stream`.

    Args:
        process: the name that each line carries.
        level: the least severe level that is written.
        hide: values that are blotted out wherever they turn up.
        stream: where lines go; standard output when left out.
        is_pretty: for people instead of JSON; when left out, whether `stream` is a terminal.
    """
    out = sys.stdout if stream is None else stream
    handler = logging.StreamHandler(out)
    for_people = out.isatty() if is_pretty is None else is_pretty
    handler.setFormatter(_BlottingFormatter(process, hide, is_pretty=for_people))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False  # a line that cannot be written must not come out on stderr, unblotted
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


class _BlottingFormatter(structlog.stdlib.ProcessorFormatter):
    """Takes known secrets, and credentials in URLs, out of the finished line."""

    def __init__(self, process: str, hide: Sequence[SecretStr], *, is_pretty: bool) -> None:
        super().__init__(
            foreign_pre_chain=[
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(),
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _naming(process),
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                *(_pretty() if is_pretty else _json()),
            ],
        )
        plain = filter(None, (secret.get_secret_value() for secret in hide))
        known = {form for secret in plain for form in (secret, json.dumps(secret)[1:-1])}
        self._known = sorted(known, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for secret in self._known:
            line = line.replace(secret, _HIDDEN)
        return _URL_WITH_CREDENTIALS.sub(rf"\1{_HIDDEN}@", line)


def _json() -> list[Processor]:
    traces = structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=_FRAMES)
    return [
        structlog.processors.ExceptionRenderer(traces),
        _redact,
        structlog.processors.JSONRenderer(default=str, ensure_ascii=False),
    ]


def _pretty() -> list[Processor]:
    return [_redact, structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]


def _naming(process: str) -> Processor:
    def name(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["process"] = process
        return event

    return name


def _redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    ordered = {name: event[name] for name in _FIRST if name in event} | dict(event)
    return {name: _shown(str(name), value) for name, value in ordered.items()}


def _shown(name: str, value: object) -> object:
    if hasattr(value, "get_secret_value") or (value and _SECRET_NAME.search(name)):
        return _HIDDEN
    if isinstance(value, Mapping):
        return {inner: _shown(str(inner), item) for inner, item in value.items()}
    if isinstance(value, list | tuple) and name != "exc_info":
        return [_shown("", item) for item in value]
    return value
