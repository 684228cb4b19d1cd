"""Photos and slides that everybody may have: only with consent, only of accepted speakers, never run (sec-7)."""

from __future__ import annotations

import io
import uuid

from flask import Blueprint, Response, abort, request, send_file
from flask.typing import ResponseReturnValue

from iurc_events.models.files import StoredFile
from iurc_events.queries import speaker_pages as page_queries
from iurc_events.services import pictures, storage
from iurc_events.web.access import public

blueprint = Blueprint("published_files", __name__, url_prefix="/files")

_SUFFIXES = {pictures.PDF: ".pdf", pictures.PPTX: ".pptx", pictures.JPEG: ".jpg"}
#: A day: who takes the consent back is gone from shared caches by then.
_PHOTO_CACHE = "public, max-age=86400"


def answer(content_hash: str, content_type: str, name: str, *, cache: str = "private, no-cache") -> Response:
    """Give a stored file: to keep and never to run, whatever is in it."""
    response: Response
    if content_hash in request.if_none_match:
        response = Response(status=304)
    else:
        data = storage.read(content_hash)
        if data is None:
            abort(404)
        response = send_file(
            io.BytesIO(data), mimetype=content_type, as_attachment=True, download_name=name, max_age=None
        )
    response.set_etag(content_hash)
    response.headers["Cache-Control"] = cache
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def answer_file(file: StoredFile, *, cache: str = "private, no-cache") -> Response:
    """Give a file of a speaker under the name it came with, ending as its content says."""
    suffix = _SUFFIXES.get(file.content_type, "")
    stem = file.name
    for known in (*_SUFFIXES.values(), ".jpeg", ".png", ".webp"):
        if stem.lower().endswith(known):
            stem = stem[: -len(known)]
            break
    return answer(file.content_hash, file.content_type, f"{stem or 'file'}{suffix}", cache=cache)


@blueprint.get("/photos/<string(length=64):content_hash>.jpg")
@public
def show_photo(content_hash: str) -> ResponseReturnValue:
    """Show the photo of a speaker who agreed; the address is that of these very bytes."""
    if not page_queries.is_public_photo(content_hash):
        abort(404)
    return answer(content_hash, pictures.JPEG, "photo.jpg", cache=_PHOTO_CACHE)


@blueprint.get("/slides/<uuid:file_id>")
@public
def download_slides(file_id: uuid.UUID) -> ResponseReturnValue:
    """Give the slides of a speaker who agreed, once the organisers released them."""
    file = page_queries.find_public_slides(file_id)
    if file is None:
        abort(404)
    return answer_file(file)
