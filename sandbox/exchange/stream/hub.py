"""Who listens to which topic. A frame is encoded once and goes to all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from sandbox.exchange.faults import FaultSwitch
from sandbox.exchange.stream.connection import Connection
from sandbox.exchange.stream.topics import Topic
from sandbox.exchange.wire import Json, encode

Action = Literal["snapshot", "update"]


class Hub:
    """The subscriptions of one venue's clients."""

    def __init__(self, faults: FaultSwitch) -> None:
        self._faults = faults
        self._listeners: dict[Topic, dict[Connection, None]] = {}
        self._topics: dict[Connection, set[Topic]] = {}
        self._args: dict[Topic, Json] = {}
        self.on_first: Callable[[Topic], None] = lambda _topic: None
        """Called when a topic gets its first listener."""

    @property
    def connections(self) -> tuple[Connection, ...]:
        """Return everybody who is connected."""
        return tuple(self._topics)

    def join(self, connection: Connection) -> None:
        """Take a client in."""
        self._topics[connection] = set()

    def leave(self, connection: Connection) -> None:
        """Forget a client."""
        for topic in self._topics.pop(connection, set()):
            self._drop(connection, topic)

    def subscribe(self, connection: Connection, topic: Topic) -> None:
        """Let a client listen to a topic from now on."""
        self._topics[connection].add(topic)
        listeners = self._listeners.setdefault(topic, {})
        listeners[connection] = None
        if len(listeners) == 1:
            self._args[topic] = topic.to_arg()
            self.on_first(topic)

    def unsubscribe(self, connection: Connection, topic: Topic) -> None:
        """Let a client listen to it no more."""
        self._topics[connection].discard(topic)
        self._drop(connection, topic)

    def has(self, topic: Topic) -> bool:
        """Return whether anybody listens to it."""
        return topic in self._listeners

    def count(self, connection: Connection) -> int:
        """Return how many topics a client listens to."""
        return len(self._topics[connection])

    def hears(self, owner: str) -> bool:
        """Return whether anybody listens to an account."""
        return any(topic.owner == owner for topic in self._listeners)

    @property
    def topics(self) -> Iterable[Topic]:
        """Return every topic that somebody listens to."""
        return tuple(self._listeners)

    def publish(self, topic: Topic, action: Action, data: object, ts_ms: int) -> None:
        """Send rows to everybody who listens to a topic."""
        listeners = self._listeners.get(topic)
        if not listeners or self._is_stalled(topic):
            return
        frame = encode({"action": action, "arg": self._args[topic], "data": data, "ts": ts_ms})
        for connection in listeners:
            connection.push(frame)

    def tell(self, connection: Connection, topic: Topic, data: object, ts_ms: int) -> None:
        """Send a snapshot to one listener."""
        if not self._is_stalled(topic):
            connection.push(encode({"action": "snapshot", "arg": topic.to_arg(), "data": data, "ts": ts_ms}))

    def raw(self, text: str) -> None:
        """Send any text at all to everybody: what no venue should send."""
        for connection in self._topics:
            connection.push(text.encode())

    def _is_stalled(self, topic: Topic) -> bool:
        now = self._faults.now
        return now.wsstall or topic.channel in now.wsstall_channels or topic.family in now.wsstall_channels

    def _drop(self, connection: Connection, topic: Topic) -> None:
        listeners = self._listeners.get(topic, {})
        listeners.pop(connection, None)
        if not listeners:
            self._listeners.pop(topic, None)
            self._args.pop(topic, None)
