"""House rules that hold for every route and every template."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import Environment, FileSystemLoader, TemplateNotFound, meta, nodes

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"

#: Mail programs read styles from the element alone, and no content security policy holds there.
MAIL = "mail/"

#: Rendered without the application, by an environment that begins in this folder.
APART = ("mail/", "reports/")

INLINE = {
    "style attribute": re.compile(r"""<[^>]*\sstyle\s*=\s*["'{]""", re.I),
    "style element": re.compile(r"<style\b", re.I),
    "inline script": re.compile(r"<script\b(?![^>]*\ssrc=)(?![^>]*type=[\"']application/(ld\+)?json[\"'])", re.I),
    "event handler": re.compile(r"""<[^>]*\son[a-z]+\s*=\s*["'{]""", re.I),
    "javascript address": re.compile(r"""=\s*["']\s*javascript:""", re.I),
}
OTHER_HOST = {
    "asset": re.compile(r"""\s(?:src|srcset|poster|data)\s*=\s*["']\s*(?:https?:)?//""", re.I),
    "link": re.compile(
        r"""<link\b(?=[^>]*\brel=["']?(?:stylesheet|icon|preload|modulepreload|manifest|preconnect|dns-prefetch))"""
        r"""[^>]*\shref\s*=\s*["']?\s*(?:https?:)?//""",
        re.I,
    ),
    "style sheet": re.compile(r"""(?:url\(\s*["']?|@import\s+["'])\s*(?:https?:)?//""", re.I),
    "module": re.compile(r"""\b(?:import|from)\s*\(?\s*["'](?:https?:)?//"""),
}


def template_names() -> list[str]:
    """Return the names of all templates."""
    return sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*") if path.is_file())


def lines_matching(text: str, rules: dict[str, re.Pattern[str]]) -> Iterator[str]:
    """Yield ``line: rule`` for every place that breaks a rule."""
    for rule, pattern in rules.items():
        for match in pattern.finditer(text):
            yield f"line {text.count(chr(10), 0, match.start()) + 1}: {rule}"


def unused_imports(name: str, tree: nodes.Template) -> list[str]:
    """Return the names that a template imports and never reads; a layout also imports for the pages built on it."""
    if name.startswith("layouts/"):
        return []
    imported: set[str] = {node.target for node in tree.find_all(nodes.Import)}
    for node in tree.find_all(nodes.FromImport):
        imported |= {item if isinstance(item, str) else item[1] for item in node.names}
    used = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "load"}
    return sorted(imported - used)


def missing_templates(tree: nodes.Template, environment: Environment) -> list[str]:
    """Return the names that a template extends, includes or imports and that do not exist."""
    missing = []
    for name in meta.find_referenced_templates(tree):
        if name is not None:
            try:
                environment.loader.get_source(environment, name)  # type: ignore[union-attr]  # set by the caller
            except TemplateNotFound:
                missing.append(name)
    return sorted(missing)


def test_every_route_states_its_permission(sqlite_app: Flask) -> None:
    silent = {
        rule.endpoint
        for rule in sqlite_app.url_map.iter_rules()
        if rule.endpoint != "static" and not hasattr(sqlite_app.view_functions[rule.endpoint], "required_permission")
    }
    assert sorted(silent) == []


def test_every_template_compiles_in_the_application(sqlite_app: Flask) -> None:
    for name in template_names():
        if name.startswith(APART):
            continue
        sqlite_app.jinja_env.get_template(name)  # raises on bad syntax and on unknown filters and tests


@pytest.mark.parametrize("name", template_names())
def test_template_imports_what_exists_and_what_it_uses(name: str) -> None:
    folders = [TEMPLATES, TEMPLATES / name.split("/")[0]] if name.startswith(APART) else [TEMPLATES]
    environment = Environment(
        loader=FileSystemLoader(folders), extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True
    )
    tree = environment.parse((TEMPLATES / name).read_text("utf-8"))
    assert {"missing": missing_templates(tree, environment), "unused": unused_imports(name, tree)} == {
        "missing": [],
        "unused": [],
    }


@pytest.mark.parametrize("name", [name for name in template_names() if not name.startswith(MAIL)])
def test_template_has_no_inline_style_or_script(name: str) -> None:
    assert list(lines_matching((TEMPLATES / name).read_text("utf-8"), INLINE)) == []


@pytest.mark.parametrize("name", template_names())
def test_template_loads_nothing_from_other_hosts(name: str) -> None:
    assert list(lines_matching((TEMPLATES / name).read_text("utf-8"), OTHER_HOST)) == []


def test_style_sheets_and_scripts_load_nothing_from_other_hosts() -> None:
    found = {
        path.relative_to(STATIC).as_posix(): lines
        for suffix in ("css", "js")
        for path in STATIC.rglob(f"*.{suffix}")
        if (lines := list(lines_matching(path.read_text("utf-8"), OTHER_HOST)))
    }
    assert found == {}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_lock_file_names_no_index(lock: str) -> None:
    assert re.findall(r"^.*(?:://|--index|--find-links|@ file).*$", (ROOT / lock).read_text("utf-8"), re.M) == []


def test_each_test_file_has_a_name_of_its_own() -> None:
    """Pytest imports them by their bare names."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []
