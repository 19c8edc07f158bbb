"""The FrontEnd port as a page in a browser.

Opened on the main thread, given views by the session's thread; the server has a thread of its own. Must never
make the session wait, nor fail with it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from assistant.core.events import Event
from assistant.core.view import View
from assistant.errors import FrontEndError
from assistant.frontends.house import House
from assistant.frontends.screen.feed import Feed
from assistant.frontends.screen.network import LOOPBACK, given_socket, listen, local_address
from assistant.frontends.screen.server import Server


class Screen:
    """Serves the page of a room. Raises FrontEndError where its port is taken."""

    def __init__(self, send: Callable[[Event], None], house: House) -> None:
        self._feed = Feed(house.clock, house.level_dbfs)
        here = given_socket() or listen(LOOPBACK, house.screen.port)
        self.port: int = here.getsockname()[1]
        sockets, network_host = [here], ""
        if house.screen.lan:
            address = local_address()
            try:
                sockets.append(listen(address, self.port)) if address else None
                network_host = f"{address}:{self.port}" if address else ""
            except FrontEndError as error:
                house.tell(error.message)
            if not address:
                house.tell("There is no local network: the screen is only on this machine.")
        self.network_host = network_host

        def make_app() -> Any:
            from assistant.frontends.screen.application import Application

            return Application(house, send, self._feed, port=self.port, network_host=network_host).app

        self.server = Server(make_app, self._feed, sockets)
        self.server.open()
        with suppress(Exception):
            house.show(self.url)

    @property
    def url(self) -> str:
        """Where the page is, on this machine."""
        return f"http://{LOOPBACK}:{self.port}/"

    def publish(self, view: View) -> None:
        """Show this view."""
        self._feed.publish(view)

    def rest(self) -> None:
        """Show that there is no session."""
        self._feed.rest()

    def close(self) -> None:
        """The server says goodbye to every page."""
        self.server.close()
