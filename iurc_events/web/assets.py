"""Style sheets, scripts and pictures under names that change with their content.

Pages load one style sheet and one script: the files listed here, joined once at start and kept in memory. Every other
file of the static folder is served by ``asset_url("js/pages/timetable.js")`` under a name with its hash. Names with a
hash may be kept for ever.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, request
from flask.typing import ResponseReturnValue

from iurc_events.web import access

#: In the order of the cascade; layers.css names the layers.
STYLE_SHEETS = (
    "layers", "tokens", "base", "layout", "site-header", "site-footer", "desk", "buttons", "fields", "choices",
    "feedback", "dialog", "chips", "times", "day-bar", "people", "counts", "agenda", "tables", "navigation",
    "events", "pages", "steps", "progress", "utilities", "forced-colors", "print",
)  # fmt: skip
#: Behaviours of every page, bound by ``data-module``; one file each, without imports.
BEHAVIOURS = (
    "composing", "busy-buttons", "disclosure", "dialog", "toast", "error-summary", "copy", "unsaved-changes",
    "live-clocks", "theme-choice", "auto-submit",
)  # fmt: skip

_HASHED = re.compile(r"(?P<stem>.+)\.(?P<digest>[0-9a-f]{12})(?P<suffix>\.[a-z0-9]+)")
_FOREVER = "public, max-age=31536000, immutable"


def _without_comments(style: str) -> str:
    return re.sub(r"\n\s*", "\n", re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)).strip()


class Assets:
    """The files of the static folder by public name."""

    def __init__(self, folder: Path, *, is_reloading: bool = False) -> None:
        self.folder = folder
        self.is_reloading = is_reloading
        self._urls: dict[str, str] = {}
        self._bundles: dict[str, bytes] = {}
        self._build()

    def _build(self) -> None:
        styles = [
            _without_comments((self.folder / "css" / f"{name}.css").read_text("utf-8"))
            for name in STYLE_SHEETS
            if (self.folder / "css" / f"{name}.css").is_file()
        ]
        scripts = [
            "{\n" + (self.folder / "js" / f"{name}.js").read_text("utf-8").strip() + "\n}" for name in BEHAVIOURS
        ]
        self._bundles = {"app.css": "\n".join(styles).encode(), "app.js": "\n".join(scripts).encode()}
        self._urls = {name: _hashed_url(name, data) for name, data in self._bundles.items()}

    def url(self, name: str) -> str:
        """Return the address of a file by its name in the static folder, or of ``app.css`` or ``app.js``.

        Raises:
            FileNotFoundError: If there is no such file.
        """
        if self.is_reloading:
            self._build()
        if name not in self._urls:
            self._urls[name] = _hashed_url(name, (self.folder / name).read_bytes())
        return self._urls[name]

    def content(self, name: str) -> bytes | None:
        """Return the bytes of a file inside the static folder, or None."""
        if name in self._bundles:
            return self._bundles[name]
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder.resolve()) or not path.is_file():
            return None
        return path.read_bytes()


def _hashed_url(name: str, data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()[:12]
    stem, dot, suffix = name.rpartition(".")
    return f"/static/{stem}.{digest}{dot}{suffix}"


blueprint = Blueprint("assets", __name__)


@blueprint.get("/static/<path:filename>")
@access.public
def serve_asset(filename: str) -> ResponseReturnValue:
    """Serve a file of the static folder; for ever where the name carries the hash of these very bytes."""
    assets: Assets = current_app.extensions["assets"]
    match = _HASHED.fullmatch(filename)
    name = match["stem"] + match["suffix"] if match else filename
    data = assets.content(name)
    if data is None:
        abort(404)
    mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if mimetype == "application/javascript":
        mimetype = "text/javascript"
    digest = hashlib.sha256(data).hexdigest()[:12]
    response = Response(data, mimetype=mimetype)
    response.headers["Cache-Control"] = _FOREVER if match and match["digest"] == digest else "public, max-age=300"
    response.set_etag(digest)
    return response.make_conditional(request)


def init_assets(app: Flask, folder: Path) -> Assets:
    """Serve the static folder under /static/ and give templates ``asset_url``."""
    assets = Assets(folder, is_reloading=app.debug)
    app.extensions["assets"] = assets
    app.register_blueprint(blueprint)
    app.add_template_global(assets.url, "asset_url")
    return assets
