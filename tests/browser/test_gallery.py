"""Every component in a real browser: reachable rules of access, narrow windows, behaviours."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

pytestmark = pytest.mark.browser
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the gallery lies beside the tests, not in the package


@pytest.fixture(scope="module")
def gallery_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the gallery on loopback; it needs no database."""
    from gallery import add_gallery  # found by the path set above

    from iurc_events import create_app

    folder = tmp_path_factory.mktemp("gallery")
    app: Flask = create_app({"INSTANCE_PATH": str(folder), "SECRET_KEY": "test", "TESTING": True})
    add_gallery(app)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def gallery(browser: Browser) -> Iterator[Page]:
    """Return an empty tab."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("page_name", ["public", "desk"])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_components_have_no_axe_violation(
    gallery: Page, gallery_url: str, page_name: str, language: str, theme: str
) -> None:
    gallery.goto(f"{gallery_url}/{language}/gallery/{page_name}?theme={theme}")

    violations = Axe().run(gallery).response["violations"]

    assert [(rule["id"], node["html"]) for rule in violations for node in rule["nodes"]] == []


@pytest.mark.parametrize("page_name", ["public", "desk"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_components_fit_a_window_of_320_pixels(gallery: Page, gallery_url: str, page_name: str, language: str) -> None:
    gallery.set_viewport_size({"width": 320, "height": 640})
    gallery.goto(f"{gallery_url}/{language}/gallery/{page_name}")

    assert gallery.evaluate("document.documentElement.scrollWidth") == 320


def test_page_loads_one_style_sheet_and_one_script_from_this_site(gallery: Page, gallery_url: str) -> None:
    requests: list[str] = []
    gallery.on("request", lambda request: requests.append(request.url.removeprefix(gallery_url)))
    gallery.goto(f"{gallery_url}/en/gallery/public", wait_until="networkidle")

    assert [url.split("/")[1] for url in requests] == ["en", "static", "static", "static"]


def test_dialog_opens_from_its_link_and_closes_by_escape(gallery: Page, gallery_url: str) -> None:
    gallery.goto(f"{gallery_url}/en/gallery/public")
    gallery.get_by_role("link", name="Cancel the event").click()
    dialog = gallery.get_by_role("dialog", name="Cancel this event?")
    expect(dialog).to_be_visible()

    gallery.keyboard.press("Escape")

    expect(dialog).not_to_be_visible()


def test_dialog_is_a_section_of_the_page_without_scripts(browser: Browser, gallery_url: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{gallery_url}/en/gallery/public")

    expect(page.get_by_role("heading", name="Cancel this event?")).to_be_visible()
    context.close()


def test_error_summary_takes_focus_and_leads_to_the_field(gallery: Page, gallery_url: str) -> None:
    gallery.goto(f"{gallery_url}/en/gallery/public")
    expect(gallery.get_by_role("alert")).to_be_focused()

    gallery.get_by_role("link", name="Enter a time such as 09:30").click()

    expect(gallery.get_by_label("End", exact=True)).to_be_focused()


def test_menu_of_a_phone_closes_by_escape(gallery: Page, gallery_url: str) -> None:
    gallery.set_viewport_size({"width": 390, "height": 800})
    gallery.goto(f"{gallery_url}/en/gallery/public")
    menu = gallery.get_by_role("navigation", name="Menu")
    gallery.locator(".site-menu__button").click()
    expect(menu).to_be_visible()

    gallery.keyboard.press("Escape")

    expect(menu).not_to_be_visible()


def test_toast_goes_when_it_is_closed(gallery: Page, gallery_url: str) -> None:
    gallery.goto(f"{gallery_url}/en/gallery/public")
    toast = gallery.get_by_role("status")

    toast.get_by_role("button", name="Close").click()

    expect(toast).to_have_count(0)
