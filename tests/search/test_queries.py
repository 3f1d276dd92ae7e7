"""The search box: words, phrases, exclusions, filters, identifiers, scripts of the world."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.index import Index
from search.memory_index import MemoryIndex
from tests.search.builders import NOW, article, ask, ids, incident, problem

DESK = (
    incident(
        1,
        "VPN drops every hour",
        "The connection resets with ERR_CONNECTION_RESET, code 0x80070005, on host mail.example.org",
        "Rolled back the driver with KB5034441, version v2.13.1 of C:\\Windows\\System32\\vpn.dll",
        service="VPN access",
        category="Network fault",
        people="Alice Smith alice@example.com",
        reference="INC-42",
    ),
    incident(2, "Printer out of paper", "The tray is empty", state="open", service="Print", reference="INC-43"),
    incident(3, "Café Müller lässt nicht drucken", "Drucker an 10.0.0.17 antwortet nicht", "Netzteil getauscht"),
    incident(4, "打印机没有反应", "无法连接到打印服务器", "重新启动"),
    incident(5, "การเข้าสู่ระบบล้มเหลว", "로그인이 안 됩니다"),
    article(6, "Reset your VPN password", "Open the portal and choose a new password. Paper form otherwise."),
)

FOUND = [
    ("vpn", [1, 6]),
    ("VPN", [1, 6]),
    ("resetting connections", [1]),
    ("cafe muller", [3]),
    ("CAFÉ", [3]),
    ("laesst", [3]),
    ("lasst", [3]),
    ("lässt", [3]),
    ("Mueller", [3]),
    ("打印", [4]),
    ("打印机", [4]),
    ("反应", [4]),
    ("机", [4]),
    ("打服", []),
    ("เข้าสู่ระบบ", [5]),
    ("로그인", [5]),
    ("ERR_CONNECTION_RESET", [1]),
    ("err_connection", [1]),
    ("0x80070005", [1]),
    ("80070005", [1]),
    ("0X80070005", [1]),
    ("KB5034441", [1]),
    ("5034441", [1]),
    ("2.13.1", [1]),
    ("v2.13.1", [1]),
    ("2.13", []),
    ("vpn.dll", [1]),
    ("C:\\Windows\\System32\\vpn.dll", [1]),
    ("mail.example.org", [1]),
    ("10.0.0.17", [3]),
    ("10.0.0.1", []),
    ("INC-42", [1]),
    ("inc-43", [2]),
    ('"out of paper"', [2]),
    ('"OUT OF paper"', [2]),
    ("“out of paper”", [2]),
    ('"out paper"', []),
    ('"ut of pape"', []),
    ('"打印服务"', [4]),
    ('"of"', [1, 2]),
    ("vpn -password", [1]),
    ('vpn -"every hour"', [6]),
    ("paper -tray", [6]),
    ("state:open", [2]),
    ("-state:resolved", [6, 2]),
    ("service:vpn", [1]),
    ('service:"VPN access"', [1]),
    ('service:"VPN print"', []),
    ("service:vpn service:print", [1, 2]),
    ("category:fault", [1]),
    ("kind:article", [6]),
    ("vpn kind:incident", [1]),
    ("STATE:Open", [2]),
    ("Kind:Article vpn", [6]),
    ("colour:red vpn", [1, 6]),
    ("zebra", []),
    ("ebr", []),
]


@pytest.fixture
def desk(index: Index) -> Index:
    index.apply(DESK)
    return index


@pytest.mark.parametrize(("text", "expected"), FOUND, ids=[text for text, _ in FOUND])
def test_what_a_query_finds(desk: Index, text: str, expected: list[int]) -> None:
    found = desk.search(ask(text))
    assert sorted(ids(found.hits)) == sorted(expected)
    assert found.total == len(expected)


@pytest.mark.parametrize(
    "text", ["", "   ", "*", "* ?", "-", "--", '"', '""', "the", "a*", ":", "state:", "()", "\x00"]
)
def test_what_holds_no_word_finds_nothing(desk: Index, text: str) -> None:
    assert desk.search(ask(text)).hits == ()


def test_all_words_come_first_and_any_word_is_the_fallback(desk: Index) -> None:
    both = desk.search(ask("vpn password"))
    assert ids(both.hits) == [6]
    assert not both.any_word
    some = desk.search(ask("vpn tray zebra"))
    assert sorted(ids(some.hits)) == [1, 2, 6]
    assert some.any_word


def test_the_fallback_keeps_exclusions_filters_and_phrases(desk: Index) -> None:
    assert sorted(ids(desk.search(ask("vpn tray zebra -password")).hits)) == [1, 2]
    assert ids(desk.search(ask("vpn tray zebra state:open")).hits) == [2]
    assert ids(desk.search(ask('zebra vpn "every hour"')).hits) == [1]
    assert ids(desk.search(ask('zebra vpn "never said"')).hits) == []


def test_people_are_found_only_by_those_who_may_look_for_people(desk: Index) -> None:
    assert ids(desk.search(ask("alice@example.com", people=True)).hits) == [1]
    assert ids(desk.search(ask("smith", people=True)).hits) == [1]
    assert ids(desk.search(ask("vpn smith", people=True)).hits) == [1]
    assert desk.search(ask("smith")).total == 0
    assert desk.search(ask("alice@example.com")).total == 0


def test_titles_count_more_and_rare_words_count_more(index: Index) -> None:
    index.apply([incident(1, "Disk", "Printer", at=NOW), incident(2, "Printer", "Disk", at=NOW)])
    assert ids(index.search(ask("printer")).hits) == [2, 1]
    assert ids(index.search(ask("disk")).hits) == [1, 2]
    index.apply([incident(number, "Disk", at=NOW) for number in range(10, 30)])
    assert set(ids(index.search(ask("zebra printer disk")).hits)[:2]) == {1, 2}


def test_of_equals_the_newer_comes_first(index: Index) -> None:
    index.apply([incident(n, "Printer") for n in (5, 1, 3)])
    assert ids(index.search(ask("printer")).hits) == [1, 3, 5]
    assert ids(index.search(ask("state:resolved")).hits) == [1, 3, 5]


def test_pages_cover_everything_once(index: Index) -> None:
    index.apply([incident(n, "Printer " + "dark " * (n % 4), at=NOW) for n in range(57)])
    pages = [index.search(ask("printer", limit=10, offset=offset)) for offset in range(0, 70, 10)]
    assert {page.total for page in pages} == {57}
    assert sorted(number for page in pages for number in ids(page.hits)) == list(range(57))
    assert index.search(ask("printer", limit=0)).hits == ()
    assert index.search(ask("printer", limit=0)).total == 57
    assert len(index.search(ask("printer", limit=10**12)).hits) == 57
    assert index.search(ask("printer", limit=-3, offset=-5)).hits == ()


def test_kinds_narrow_the_question(desk: Index) -> None:
    assert ids(desk.search(ask("vpn", kinds=frozenset({"article"}))).hits) == [6]
    assert desk.search(ask("vpn", kinds=frozenset())).total == 0
    assert desk.search(ask("vpn kind:incident", kinds=frozenset({"article"}))).total == 0


def test_ten_thousand_words_are_answered(desk: Index) -> None:
    found = desk.search(ask("vpn " + " ".join(f"word{n}" for n in range(10_000))))
    assert sorted(ids(found.hits)) == [1, 6]
    assert found.partial


def test_leaving_words_out_is_said(desk: Index) -> None:
    words = ["vpn", *(f"word{number}" for number in range(80))]
    assert not desk.search(ask(" ".join(words[:40]))).partial
    assert desk.search(ask(" ".join(words))).partial
    assert desk.search(ask(",".join(words))).partial
    assert desk.search(ask("vpn " + " ".join(f'"{word}"' for word in words[:20]))).partial
    assert desk.search(ask("vpn -" + ",".join(words[1:]))).partial


def test_a_document_of_a_megabyte_is_found_by_its_last_word(index: Index) -> None:
    filler = " ".join(f"filler{n}" for n in range(90_000))
    index.apply([incident(1, "Log", filler + " lastword at the end"), incident(2, "Other", "x" * 1_000_000)])
    assert ids(index.search(ask("lastword")).hits) == [1]
    assert ids(index.search(ask('"lastword at the end"')).hits) == [1]
    assert len("".join(part.text for part in index.search(ask("lastword")).hits[0].snippet)) < 300


def test_more_phrase_candidates_than_are_read_is_said(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.retrieval.MOST_PHRASES_READ", 3)
    index.apply([incident(n, "red printer") for n in range(5)])
    found = index.search(ask('"red printer"'))
    assert found.partial
    assert found.total == 3


def test_half_a_surrogate_pair_breaks_nothing(index: Index) -> None:
    index.apply([incident(1, "Printer \ud83d broken", "body \udcff", service="\ud83d")])
    assert ids(index.search(ask("printer \ud83d")).hits) == [1]
    assert index.suggest(problem("Printer broken \ud83d", "\udcff")) != ()


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from(['"', "-", ":", "state:", "vpn", "*", "(", "\\", "打印", "“"])).map("".join)
)
def test_no_text_raises(text: str) -> None:
    index = MemoryIndex()
    index.apply(DESK)
    found = index.search(ask(text, people=True))
    assert found.total >= len(found.hits)
    assert all(hit.key in {document.key for document in DESK} for hit in found.hits)


def test_every_word_of_a_document_finds_it(index: Index) -> None:
    words = ["naïve", "ΑΘΗΝΑ", "Straße", "møde", "İstanbul", "élan", "Ωmega", "नमस्ते", "مرحبا", "שלום", "ﬁle", "x86_64"]
    index.apply([incident(number, word) for number, word in enumerate(words)])
    assert [ids(index.search(ask(word)).hits) for word in words] == [[number] for number in range(len(words))]
    assert ids(index.search(ask("STRASSE")).hits) == [2]
