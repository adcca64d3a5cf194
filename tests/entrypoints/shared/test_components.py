"""The components: readable in both themes, escaped, and without anything inline."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template import engines
from django.test import RequestFactory
from django.utils import translation

import marksheet.entrypoints.shared
from marksheet.entrypoints.shared import menu
from marksheet.entrypoints.shared.context import navigation_of
from marksheet.entrypoints.shared.moments import zones_told
from marksheet.entrypoints.shared.templatetags import ui
from marksheet.entrypoints.shared.theme import set_theme, theme_of

HOUSE = Path(marksheet.entrypoints.shared.__file__).parent
TEMPLATES = [*HOUSE.parent.rglob("templates/**/*.html")]
EVIL = "<evil onclick=x>\"'&"

TEXT = [
    ("ink", "page"), ("ink", "surface"), ("ink", "sunken"), ("ink", "act-soft"), ("ink", "highlight"),
    ("ink", "highlight-two"), ("ink-two", "page"), ("ink-two", "surface"), ("ink-two", "sunken"),
    ("ink-two", "act-soft"), ("ink-two", "quiet-soft"), ("ink-three", "page"), ("ink-three", "surface"),
    ("ink-three", "sunken"), ("ink-three", "act-soft"), ("act", "page"), ("act", "surface"), ("act", "act-soft"),
    ("on-act", "act"), ("on-act", "act-strong"), ("ok", "ok-soft"), ("warn", "warn-soft"), ("bad", "bad-soft"),
    ("quiet", "quiet-soft"), ("ok", "surface"), ("warn", "surface"), ("bad", "surface"), ("bad", "page"),
    ("on-bar", "bar"),
]  # fmt: skip
SHAPES = [("edge", "surface"), ("edge", "page"), ("act", "surface"), ("act", "quiet-soft"), ("ink", "below")]


def tokens(selector: str) -> dict[str, str]:
    css = (HOUSE / "static/marksheet/css/tokens.css").read_text()
    block = css[css.index(selector + " {") :]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block[: block.index("}")]))


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [":root", ':root[data-theme="dark"]'])
def test_text_has_a_contrast_of_at_least_4_5_and_shapes_of_3(theme: str) -> None:
    colours = tokens(theme)
    weak = {
        f"{ink} on {paper}": round(contrast(colours[ink], colours[paper]), 2)
        for pairs, least in ((TEXT, 4.5), (SHAPES, 3.0))
        for ink, paper in pairs
        if contrast(colours[ink], colours[paper]) < least
    }
    assert weak == {}


def test_the_dark_theme_is_the_same_by_choice_and_by_system() -> None:
    assert tokens(':root[data-theme="dark"]') == tokens(':root:not([data-theme="light"])')
    assert set(tokens(":root")) == set(tokens(':root[data-theme="dark"]'))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_template_has_a_script_or_a_style_of_its_own(template: Path) -> None:
    text = re.sub(r"{#.*?#}", "", template.read_text(), flags=re.S)
    assert not re.search(r"<[^>]*\s(style|on[a-z]+)\s*=", text)
    assert "<style" not in text
    for script in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in script or 'type="application/json"' in script


@dataclass
class Bar:
    from_: float
    until: float
    n: int


def request(path: str = "/", **cookies: str) -> HttpRequest:
    made = RequestFactory().get(path)
    made.user = AnonymousUser()
    made.COOKIES.update(cookies)
    return made


def render(source: str, path: str = "/", **context: Any) -> str:
    return str(engines["django"].from_string("{% load ui %}" + source).render(context, request(path)))


@pytest.mark.parametrize(
    "source",
    [
        "{% state code %}",
        "{% state 'ready' code %}",
        "{% number code %}",
        "{% facts items %}",
        "{% empty title=code %}{{ code }}{% endempty %}",
        "{% tip %}{{ code }}{% endtip %}",
        "{% chip code code 'x' %}",
        "{% choice_chip 'show' code code %}",
        "{% sort_header code code %}",
        "{% pager label=code following=code %}",
        "{% progress 1 2 code url=code %}",
        "{% histogram bins 5 label=code unit=code %}",
        "{% passbar 73 55 label=code %}",
        "{% selection_bar matching=3 all_label=code all_selected=code %}{{ code }}{% endselection_bar %}",
        "{% grid_status code %}",
    ],
)
def test_what_comes_from_outside_is_escaped(source: str) -> None:
    shown = render(source, code=EVIL, items=[(EVIL, EVIL, "ok")], bins=[Bar(0, 5, 2), Bar(5, 10, 3)])
    assert "<evil" not in shown
    assert shown.count("&lt;evil") + shown.count("%3Cevil") >= 1


def test_a_state_is_a_word_with_a_colour() -> None:
    assert render("{% state 'moderation' %}") == '<span class="state state--warn">In moderation</span>'
    assert render("{% state 'x' 'Odd' tone='bad' %}") == '<span class="state state--bad">Odd</span>'


def test_numbers_are_shown_as_people_write_them() -> None:
    assert render("{% number n %}", n=1204) == "1,204"
    assert render("{% number n 0 %} {% number n 2 %}", n=200 / 3) == "67 66.67"
    assert "none" in render("{% number n %}", n=None)
    assert (ui.marks(3500), ui.marks(0), ui.marks(12000), ui.marks(None)) == ("3.5", "0", "12", "–")
    assert (ui.millionths(36_500_000), ui.millionths(33_333_333), ui.millionths(None)) == (
        "36.5",
        "33.33",
        "–",
    )
    assert ui.exact(Fraction(1, 3)) == "0.333"
    with translation.override("nl"):
        assert ui.marks(3500) == "3,5"
        assert ui.millionths(36_500_000) == "36,5"


def test_a_moment_is_shown_in_its_schedules_zone_by_name() -> None:
    at = datetime(2026, 6, 26, 7, 0, tzinfo=UTC)
    assert ">26 June 2026, 09:00 (Amsterdam)<" in render("{% when at 'Europe/Amsterdam' %}", at=at)
    assert ">02:00 (Mexico City)<" not in render("{% when at 'America/Mexico_City' 'date' %}", at=at)
    assert "(Mexico City)" in render("{% when at 'America/Mexico_City' 'time' %}", at=at)


def test_the_days_of_a_window_are_those_of_its_zone_and_all_of_them() -> None:
    def said(opens: datetime, closes: datetime) -> str:
        return re.sub("<[^>]+>", "", render("{% days a b 'Europe/Amsterdam' %}", a=opens, b=closes))

    at = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)
    assert said(at, at + timedelta(hours=3)) == "3 November 2026"
    assert said(at, at + timedelta(days=2)) == "3–5 Nov 2026"
    assert said(at - timedelta(days=4), at) == "30 Oct – 3 Nov 2026"
    assert said(at, at + timedelta(days=60)) == "3 Nov 2026 – 2 Jan 2027"
    assert said(at, at) == "3 November 2026"
    # 23:00 in UTC is midnight in Amsterdam: the day that begins then is not one of the window's.
    assert said(at, at.replace(hour=23)) == "3 November 2026"
    assert said(at, at.replace(hour=23, minute=1)) == "3–4 Nov 2026"


def test_a_list_says_its_zone_once_and_of_several_each_moment_names_its_own() -> None:
    at = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)
    moments = "{% when a z 'short' named=several_zones %} {% days a a z named=several_zones %}"
    for zones, note, named in (
        ((), "", False),
        (("Europe/Amsterdam", "Europe/Amsterdam"), "Times are those of Amsterdam.", False),
        (("Europe/Amsterdam", "America/New_York"), "", True),
    ):
        told = zones_told(zones)
        said = re.sub("<[^>]+>", "", render(moments, a=at, z="Europe/Amsterdam", **told))
        assert told["zones_note"] == note
        assert said.count("(Amsterdam)") == (2 if named else 0)


def test_a_mean_is_rounded_in_one_way() -> None:
    for value, shown in (
        (63_180_000, "63.2"),
        (63_000_000, "63"),
        (66_666_667, "66.7"),
        (0, "0"),
        (None, "–"),
    ):
        assert ui.percent(value) == shown


def test_a_window_says_its_day_once_unless_it_has_two_or_the_clock_changes() -> None:
    def shown(opens: datetime, hours: int) -> str:
        said = render("{% window a b 'Europe/Amsterdam' %}", a=opens, b=opens + timedelta(hours=hours))
        return re.sub(r"<[^>]*>", "", said)

    assert shown(datetime(2026, 6, 26, 7, tzinfo=UTC), 3) == "26 June 2026, 09:00 – 12:00 (Amsterdam)"
    assert shown(datetime(2026, 6, 26, 7, tzinfo=UTC), 30).count("2026") == 2
    assert shown(datetime(2026, 10, 25, 0, tzinfo=UTC), 3).count("25 October 2026") == 2


def test_a_histogram_says_in_words_what_it_draws_and_divides_the_bar_at_the_pass_mark() -> None:
    shown = render("{% histogram bins 7 %}", bins=[Bar(0, 5, 2), Bar(5, 10, 3), Bar(10, 15, 0)])
    assert "<title>Distribution of 5 results</title>" in shown
    assert "0 to 5 %: 2; 5 to 10 %: 3; pass mark 7 %." in shown
    assert (shown.count("histogram__below"), shown.count('"histogram__pass"')) == (2, 1)
    assert "style=" not in shown
    assert render("{% histogram bins 7 %}", bins=[]) == ""


def test_sorting_and_filters_keep_the_rest_of_the_address_and_start_at_the_first_page() -> None:
    path = "/?q=law&sort=name&page=4&show=mine"
    assert 'href="?q=law&amp;sort=-name&amp;show=mine"' in render("{% sort_header 'name' 'Name' %}", path)
    assert 'aria-sort="ascending"' in render("{% sort_header 'name' 'Name' %}", path)
    assert 'href="?sort=name&amp;show=mine"' in render("{% chip 'Search' 'law' 'q' %}", path)
    assert 'aria-current="true"' in render("{% choice_chip 'show' 'mine' 'Yours' %}", path)
    assert 'page=5&amp;show=mine"' in render("{% pager following=5 %}", path)


class Form(forms.Form):
    title = forms.CharField(help_text="As on the statement.")
    kind = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect, required=False)
    sure = forms.BooleanField()


def test_a_fields_help_and_error_are_tied_to_it() -> None:
    shown = render("{% field form.title %}", form=Form({"title": ""}))
    assert 'aria-describedby="id_title_help id_title_errors"' in shown
    assert 'id="id_title_help"' in shown
    assert 'id="id_title_errors"' in shown
    assert 'aria-invalid="true"' in shown
    assert "<legend>" in render("{% field form.kind %}", form=Form())
    assert "Nothing was saved yet" in render("{% fields form %}", form=Form({}))


@pytest.fixture
def an_empty_menu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(menu, "AREAS", [menu.Area(area.key, area.label) for area in menu.AREAS])
    monkeypatch.setattr(menu, "PERSON", menu.PersonMenu())


@pytest.mark.usefixtures("an_empty_menu")
def test_only_the_tabs_a_reader_may_open_are_shown_and_the_longest_address_is_where_he_is() -> None:
    all_see, nobody = (lambda _request: True), (lambda _request: False)
    menu.register(
        "marking", menu.Tab("b", "Theme", "theme", count=lambda _request: 4, visible=all_see, order=20)
    )
    menu.register("marking", menu.Tab("a", "Sign in", "account_login", visible=all_see, order=10))
    menu.register("reports", menu.Tab("c", "Hidden", "account_logout", visible=nobody))
    menu.register("exams", menu.Tab("d", "Nowhere", "no-such-name", visible=all_see))
    asked = request("/theme/something/")
    assert navigation_of(asked).areas == ()
    asked.user = SimpleNamespace(is_authenticated=True)  # type: ignore[assignment]
    found = navigation_of(asked)
    assert [(str(area.label), area.active) for area in found.areas] == [("Marking", True)]
    assert [(tab.label, tab.count, tab.active) for tab in found.tabs] == [
        ("Sign in", None, False),
        ("Theme", 4, True),
    ]
    with pytest.raises(LookupError, match="nonsense"):
        menu.register("nonsense", menu.Tab("x", "X", "theme"))


def test_the_theme_is_kept_in_a_cookie_and_only_known_ones_count() -> None:
    assert theme_of(request(theme="dark")) == "dark"
    assert theme_of(request(theme='"><script>')) == "system"
    chosen = set_theme(RequestFactory().post("/theme/", {"theme": "dark", "next": "https://evil.example/"}))
    assert (chosen.cookies["theme"].value, chosen["Location"]) == ("dark", "/")
    assert not set_theme(RequestFactory().post("/theme/", {"theme": "pink", "next": "/a/"})).cookies
