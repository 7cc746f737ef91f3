"""A TCP proxy on this machine that does to connections what networks do to them."""

import asyncio
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Literal, Self

Mode = Literal["pass", "delay", "throttle", "hang", "cut", "reset", "refuse", "drop", "flaky"]
_WHOLE = 1 << 20  # what is there at once is delayed once
_RST_AT_CLOSE = struct.pack("ii", 1, 0)


class Proxy:
    """Stands before the server at ``upstream``, a port of this machine, and can be switched at any time.

    `counts` tells what was done: ``accepted`` connections, bytes ``to_server`` and ``to_client``, ``turns`` (how
    often a client spoke after its server had: round trips), ``held`` and ``slowed`` chunks, ``cut`` and ``reset``
    connections.
    """

    def __init__(self, upstream: int) -> None:
        self.counts: Counter[str] = Counter()
        self.port = 0
        self._upstream = upstream
        self._mode: Mode = "pass"
        self._amount = 0.0
        self._open: set[asyncio.StreamWriter] = set()
        self._chance = random.Random(1)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def set(self, mode: Mode, amount: float = 0) -> None:
        """Go on in this way, connections that are open too.

        ``pass`` everything on; ``delay`` every chunk by ``amount`` seconds each way; ``throttle`` to ``amount`` bytes
        a second each way; ``hang``: take everything, and pass nothing on once ``amount`` bytes came from the server;
        ``cut`` (FIN) or ``reset`` (RST) all connections and every new one; ``refuse`` new ones, as where nobody
        listens, and cut the others; ``drop``: reset each connection after ``amount`` bytes from the server;
        ``flaky``: reset the share ``amount`` (0 to 1) of new ones.
        """
        self._do(self._set(mode, amount))

    def _do(self, what: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    async def _listen(self) -> None:
        self._changed = asyncio.Event()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=_WHOLE)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _end(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _set(self, mode: Mode, amount: float) -> None:
        before, self._mode, self._amount = self._mode, mode, amount
        self._changed.set()
        self._changed = asyncio.Event()
        if mode == "refuse":
            self._server.close()
        elif before == "refuse":
            await self._listen()
        if mode in {"cut", "reset", "refuse"}:
            for writer in list(self._open):
                self._break(writer, reset=mode == "reset")

    def _break(self, writer: asyncio.StreamWriter, *, reset: bool) -> None:
        self.counts["reset" if reset else "cut"] += 1
        if reset:
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST_AT_CLOSE)
            writer.transport.abort()
        else:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.counts["accepted"] += 1
        unlucky = self._mode == "flaky" and self._chance.random() < self._amount
        if unlucky or self._mode in {"cut", "reset"}:
            return self._break(writer, reset=self._mode != "cut")
        try:
            from_server, to_server = await asyncio.open_connection("127.0.0.1", self._upstream, limit=_WHOLE)
        except OSError:
            return self._break(writer, reset=True)
        both = {writer, to_server}
        self._open |= both
        passed: Counter[str] = Counter()
        try:
            await asyncio.gather(
                self._pump(reader, to_server, "to_server", passed), self._pump(from_server, writer, "to_client", passed)
            )
        except asyncio.CancelledError:
            pass  # the end of the proxy
        finally:
            self._open -= both
            for one in both:
                one.close()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: str, passed: Counter[str]
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(4096 if self._mode in {"throttle", "drop"} else _WHOLE):
                await self._hold(len(data), passed["to_client"])
                if self._mode == "drop" and way == "to_client" and passed[way] + len(data) > self._amount:
                    return self._break(writer, reset=True)
                if way == "to_server" and passed["answered"]:
                    self.counts["turns"] += 1
                passed["answered"] = way == "to_client"
                passed[way] += len(data)
                self.counts[way] += len(data)
                writer.write(data)
                await writer.drain()
        writer.close()
        return None

    async def _hold(self, size: int, from_server: int) -> None:
        """Wait as the mode tells, and as the next one does when it is switched meanwhile."""
        if self._mode in {"delay", "throttle"}:
            self.counts["slowed"] += 1
            await asyncio.sleep(self._amount if self._mode == "delay" else size / self._amount)
        while self._mode == "hang" and from_server >= self._amount:
            self.counts["held"] += 1
            await self._changed.wait()
