"""Another page in the same browser can neither press nor read, and many pages do not harm each other."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from screen_page import Stand, open_page, scene, see

HERE = Path(__file__).parent
TRY_ALL = (HERE / "hostile.js").read_text("utf-8")


class _Elsewhere(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>elsewhere</title><body></body>")

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The address of another site on this machine."""
    server = HTTPServer(("127.0.0.1", 0), _Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_a_hostile_page_can_neither_press_nor_read(page: Page, at: Stand, elsewhere: str) -> None:
    see(page, at, scene("holding"))
    hostile = page.context.new_page()
    hostile.goto(elsewhere)
    assert hostile.evaluate(TRY_ALL, at.url) == []
    assert at.pressed == []
    page.mouse.click(640, 12)
    hostile.close()
    end = time.monotonic() + 2
    while at.pressed != ["stop"] and time.monotonic() < end:
        time.sleep(0.01)
    assert at.pressed == ["stop"]


def test_a_name_that_points_here_gets_nothing(at: Stand) -> None:
    asked = http.client.HTTPConnection("127.0.0.1", at.port, timeout=5)
    asked.request("GET", "/", headers={"Host": f"evil.example:{at.port}"})
    answer = asked.getresponse()
    assert answer.status == 403
    assert b"token" not in answer.read()
    asked.close()


def test_no_text_becomes_a_part_of_the_page(page: Page, at: Stand) -> None:
    view = scene("holding")
    nasty = "<img src=x onerror=alert(1)><script>window.harmed=1</script>"
    assert view.step is not None
    see(page, at, replace(view, at=view.at + 1, sentence=nasty, step=replace(view.step, name=nasty)))
    assert page.locator("#name").inner_text() == nasty
    assert page.locator("#sentence").inner_text() == nasty
    assert page.evaluate("document.querySelectorAll('main img[src=x], #name *, #sentence *').length") == 0


def test_the_policy_forbids_what_is_inline(page: Page) -> None:
    ran = page.evaluate(
        """() => {
          const script = document.createElement("script");
          try { script.textContent = "window.harmed = 1"; document.body.append(script); } catch (error) { }
          try { document.body.insertAdjacentHTML("beforeend", "<b>x</b>"); return "html"; } catch (error) { }
          return window.harmed || "";
        }"""
    )
    assert ran == ""


def test_fifty_pages_look_on_and_each_is_told(browser: Browser, at: Stand) -> None:
    at.show(scene("instructing"))
    page = open_page(browser, at)
    page.wait_for_selector("html[data-stage=stretch]")
    others = []
    for _ in range(49):
        one = http.client.HTTPConnection("127.0.0.1", at.port, timeout=5)
        one.request("GET", "/events")
        others.append((one, one.getresponse()))
    assert {answer.status for _, answer in others} == {200}
    one_more = http.client.HTTPConnection("127.0.0.1", at.port, timeout=5)
    one_more.request("GET", "/events")
    assert one_more.getresponse().status == 503
    began = time.monotonic()
    see(page, at, scene("holding"))
    page.mouse.click(640, 12)
    while at.pressed != ["stop"] and time.monotonic() - began < 3:
        time.sleep(0.005)
    assert at.pressed == ["stop"]
    for one, answer in others:
        assert b"event: view" in answer.read(200)
        one.close()
    one_more.close()
    page.context.close()
