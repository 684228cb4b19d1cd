"""The language of a page: the first part of its address; without one, the reader's own preference."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import escape

from iurc_events.domain.language_maps import LocalText, localised, text_of
from iurc_events.localisation import HTML_LANG, LANGUAGES, translate


def current_language() -> str:
    """Return the language of this request's page."""
    language: str = g.get("language", "en")
    return language


def preferred_language() -> str:
    """Return the language that the browser asks for; English where it asks for none of ours."""
    for tag, quality in request.accept_languages:
        primary = tag.lower().replace("_", "-").split("-")[0]
        if primary in LANGUAGES and quality > 0:
            return primary
    return "en"


def gettext(message: str, **params: Any) -> str:
    """Return a text of the interface in the page's language; parameters are escaped in markup."""
    return _safe(translate(message, current_language()), params)


def ngettext(singular: str, plural: str, num: int, **params: Any) -> str:
    """Return the text that fits a count in the page's language."""
    language = current_language()
    if language == "en":
        return _safe(singular if num == 1 else plural, {"num": num, **params})
    return _safe(translate(singular, language), {"num": num, **params})


def _safe(text: str, params: dict[str, Any]) -> str:
    if not params:
        return text
    if any(hasattr(value, "__html__") for value in params.values()):
        return escape(text) % {name: escape(value) for name, value in params.items()}
    return text % params


def language_links() -> list[tuple[str, str, bool]]:
    """Return (language, address, is current) for the page in each language, its query kept."""
    current = current_language()
    query = f"?{request.query_string.decode('utf-8', 'replace')}" if request.query_string else ""
    links: list[tuple[str, str, bool]] = []
    for language in LANGUAGES:
        parts = request.path.split("/", 2)
        known = len(parts) > 1 and parts[1] in LANGUAGES
        path = f"/{language}/{parts[2] if known and len(parts) > 2 else ''}"
        links.append((language, path + query, language == current))
    return links


def init_app(app: Flask) -> None:
    """Take the language out of the address, put it into links, and give templates their words."""

    @app.url_value_preprocessor
    def pull_language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        language = values.pop("lang", None) if values else request.path.split("/")[1]
        g.language = language if language in LANGUAGES else preferred_language()

    @app.url_defaults
    def put_language(endpoint: str, values: dict[str, Any]) -> None:
        if "lang" not in values and app.url_map.is_endpoint_expecting(endpoint, "lang"):
            values["lang"] = current_language()

    def localise(texts: dict[str, str] | None) -> LocalText | None:
        return localised(texts, current_language())

    def bare(texts: dict[str, str] | None) -> str:
        return text_of(texts, current_language())

    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.globals.update(
        _=gettext, gettext=gettext, ngettext=ngettext, localised=localise, text_of=bare, html_langs=HTML_LANG
    )

    @app.context_processor
    def language_words() -> dict[str, Any]:
        language = current_language()
        return {"language": language, "html_lang": HTML_LANG[language], "language_links": language_links()}


def redirect_to_language(endpoint: str, **values: Any) -> ResponseReturnValue:
    """Send a reader of an address without language to the one in theirs; answers differ by Accept-Language."""
    response = redirect(url_for(endpoint, lang=preferred_language(), **values), code=302)
    response.vary.add("Accept-Language")
    return response
