"""Addresses without a language, and what a city's page says of its place and its clock."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from tests.factories import make_city


@pytest.mark.parametrize(
    ("address", "asked", "answer"),
    [
        ("/cities/", "zh-CN,zh;q=0.9,en;q=0.8", "/zh/cities/"),
        ("/cities/yangzhou", "en-GB", "/en/cities/yangzhou"),
        ("/events/2022-seminar/agenda.pdf", "fr", "/en/events/2022-seminar/agenda.pdf"),
        ("/events/?q=%E7%A7%91%E6%8A%80&state=held", "zh", "/zh/events/?q=%E7%A7%91%E6%8A%80&state=held"),
        ("/pairs/lazio--zhengzhou", "en;q=0.2,zh;q=0.7", "/zh/pairs/lazio--zhengzhou"),
        ("/themes/", "zh-Hans", "/zh/themes/"),
        ("/calendars/?kind=city&id=yangzhou", "", "/en/calendars/?kind=city&id=yangzhou"),
        (
            "/cities/%5Cevil.example/a%20b?next=//evil.example",
            "en",
            "/en/cities/%5Cevil.example/a%20b?next=//evil.example",
        ),
        ("/about", "zh", "/zh/about"),
        ("/personal-data", "en", "/en/personal-data"),
    ],
)
def test_address_without_language_leads_to_the_readers_own(
    sqlite_client: FlaskClient, address: str, asked: str, answer: str
) -> None:
    response = sqlite_client.get(address, headers={"Accept-Language": asked})
    assert (response.status_code, response.location, "Accept-Language" in response.vary) == (302, answer, True)


@pytest.mark.parametrize("address", ["/cities/nix", "/events/nix", "/pairs/nix", "/themes/nix"])
def test_address_without_language_of_nothing_ends_at_not_found(sqlite_client: FlaskClient, address: str) -> None:
    assert sqlite_client.get(address, follow_redirects=True).status_code == 404


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", {"Time zone": "Asia/Shanghai", "Coordinates": "32.40°, 119.41° Source: GeoNames, CC BY 4.0"}),
        ("zh", {"时区": "Asia/Shanghai", "坐标": "32.40°, 119.41° 来源：GeoNames，CC BY 4.0"}),
    ],
)
def test_city_tells_its_zone_and_whose_coordinates_they_are(
    sqlite_client: FlaskClient, language: str, expected: dict[str, str]
) -> None:
    make_city("yangzhou", side="China", country="CN", lat=32.397, lon=119.412, time_zone="Asia/Shanghai")
    html = sqlite_client.get(f"/{language}/cities/yangzhou").text
    rows = {
        label: " ".join(unescape(re.sub(r"<[^>]*>", " ", value)).split())
        for label, value in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", html, flags=re.S)
    }
    assert {label: rows.get(label) for label in expected} == expected
