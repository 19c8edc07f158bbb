"""Finding and installing models, against a real HTTP server."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from assistant.speech import models
from assistant.speech.models import InstallableModel, ModelFile, find_speech_model, install

CONTENT = bytes(range(256)) * 2000


class Server:
    """Serves files by path, knows HTTP ranges unless told otherwise, and can break off after some bytes."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.ranges_asked: list[str | None] = []
        self.break_off_after: int | None = None
        self.knows_ranges = True
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.answer(self)

            def log_message(self, *_: object) -> None:
                """Stay quiet."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self._thread.start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        asked = request.headers.get("Range")
        self.ranges_asked.append(asked)
        content = self.files.get(request.path)
        if content is None:
            request.send_error(404)
            return
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.knows_ranges else 0
        request.send_response(206 if start else 200)
        request.send_header("Content-Length", str(len(content) - start))
        request.end_headers()
        request.wfile.write(content[start:][: self.break_off_after])

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


def file_of(server: Server, path: str, content: bytes) -> ModelFile:
    server.files[path] = content
    return ModelFile(server.url + path, len(content), hashlib.sha256(content).hexdigest())


def model_of(*files: ModelFile, kind: str = "voice") -> InstallableModel:
    return InstallableModel("tiny", kind, "for tests", "CC0-1.0", "nowhere", files)


def zipped(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name != ".partial"]


def test_files_are_installed_and_progress_reaches_the_whole(server: Server, tmp_path: Path) -> None:
    model = model_of(file_of(server, "/a.onnx", CONTENT), file_of(server, "/a.onnx.json", b"{}"))
    seen: list[int] = []
    folder = install(model, tmp_path, seen.append)
    assert (folder / "a.onnx").read_bytes() == CONTENT
    assert (folder / "a.onnx.json").read_bytes() == b"{}"
    assert seen == sorted(seen)
    assert seen[-1] == model.size_bytes
    assert install(model, tmp_path) == folder
    assert len(server.ranges_asked) == 2


def test_a_zip_with_one_folder_is_unpacked_to_the_models_name(server: Server, tmp_path: Path) -> None:
    content = zipped(**{"other-name/am/final.mdl": "x", "other-name/conf/model.conf": "y"})
    folder = install(model_of(file_of(server, "/m.zip", content)), tmp_path)
    assert folder == tmp_path / "tiny"
    assert (folder / "am" / "final.mdl").read_text() == "x"


def test_a_zip_cannot_write_outside_its_folder(server: Server, tmp_path: Path) -> None:
    model = model_of(file_of(server, "/m.zip", zipped(**{"../../../escaped": "x", "a": "y"})))
    with pytest.raises(AssistantError, match="outside its folder"):
        install(model, tmp_path / "models")
    assert not list(tmp_path.rglob("escaped"))
    assert leftovers(tmp_path / "models") == []


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_an_interrupted_download_is_continued(server: Server, tmp_path: Path, knows_ranges: bool) -> None:
    model = model_of(file_of(server, "/a.onnx", CONTENT))
    server.break_off_after = 100_000
    with pytest.raises(AssistantError, match="try again to continue"):
        install(model, tmp_path)
    assert leftovers(tmp_path) == []
    server.break_off_after, server.knows_ranges = None, knows_ranges
    assert (install(model, tmp_path) / "a.onnx").read_bytes() == CONTENT
    assert server.ranges_asked == [None, "bytes=100000-"]


def test_a_wrong_checksum_installs_nothing_and_is_not_continued(server: Server, tmp_path: Path) -> None:
    right = file_of(server, "/a.onnx", CONTENT)
    server.files["/a.onnx"] = CONTENT[::-1]
    with pytest.raises(AssistantError, match="not the file it should be"):
        install(model_of(right), tmp_path)
    assert leftovers(tmp_path) == []
    server.files["/a.onnx"] = CONTENT
    assert (install(model_of(right), tmp_path) / "a.onnx").read_bytes() == CONTENT
    assert server.ranges_asked == [None, None]


def test_a_missing_file_is_named_with_the_servers_answer(server: Server, tmp_path: Path) -> None:
    model = model_of(ModelFile(server.url + "/gone.onnx", 5, "0" * 64))
    with pytest.raises(AssistantError, match=r"gone\.onnx cannot be fetched: the server answers 404\."):
        install(model, tmp_path)


def test_without_a_network_there_is_one_sentence(server: Server, tmp_path: Path) -> None:
    model = model_of(file_of(server, "/a.onnx", CONTENT))
    server.close()
    with pytest.raises(
        AssistantError, match=r"^Cannot fetch a\.onnx from 127\.0\.0\.1: no connection"
    ) as caught:
        install(model, tmp_path)
    assert "\n" not in caught.value.message


def test_a_full_disk_is_said(server: Server, tmp_path: Path) -> None:
    model = model_of(file_of(server, "/a.onnx", CONTENT))
    parts = tmp_path / ".partial" / "tiny"
    parts.mkdir(parents=True)
    (parts / "a.onnx.part").symlink_to("/dev/full")
    with pytest.raises(AssistantError, match="the disk is full"):
        install(model, tmp_path)


def test_the_speech_model_is_the_configured_or_the_built_in_and_none_that_was_only_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "models_folder", lambda: tmp_path)
    built_in = find_speech_model(None)
    assert (built_in.name, built_in.origin) == ("limber-en", "built-in")
    assert (built_in.path / "am" / "final.mdl").is_file()
    official = next(model for model in models.manifest() if model.kind == "hearing")
    (tmp_path / official.name).mkdir()
    assert find_speech_model(None) == built_in
    assert find_speech_model(tmp_path / "mine").origin == "configured"


def test_the_manifest_says_everything_about_each_model() -> None:
    assert {model.kind for model in models.manifest()} == {"hearing", "voice"}
    for model in models.manifest():
        assert model.license
        assert model.source.startswith("https://")
        assert all(f.url.startswith("https://") and len(f.sha256) == 64 and f.size_bytes for f in model.files)


def test_a_name_that_is_not_in_the_manifest_is_answered_with_those_that_are() -> None:
    with pytest.raises(AssistantError, match="there are: vosk-model-small-en-us"):
        models.named_model("nonsense")


def test_an_installed_model_that_is_damaged_is_fetched_again(server: Server, tmp_path: Path) -> None:
    model = model_of(file_of(server, "/a.onnx", CONTENT), file_of(server, "/a.onnx.json", b"{}"))
    folder = install(model, tmp_path)
    assert not models.is_damaged(folder)
    (folder / "a.onnx").write_bytes(CONTENT[::-1])
    assert models.is_damaged(folder)
    assert install(model, tmp_path) == folder
    assert (folder / "a.onnx").read_bytes() == CONTENT
    assert not models.is_damaged(folder)
    assert leftovers(tmp_path) == ["tiny"]


def test_a_damaged_model_is_fetched_again_only_as_a_whole(server: Server, tmp_path: Path) -> None:
    model = model_of(file_of(server, "/a.onnx", CONTENT))
    folder = install(model, tmp_path)
    (folder / "a.onnx").write_bytes(b"")
    server.break_off_after = 100
    with pytest.raises(AssistantError, match="try again to continue"):
        install(model, tmp_path)
    assert (folder / "a.onnx").read_bytes() == b""
