"""Suggested fixes: the like, the allowed, the explained; and nothing when nothing is like it."""

from datetime import timedelta

import pytest

from search.document import Document, Key
from search.index import Index
from tests.search.builders import NOW, article, incident, problem

OTHER = (
    ("Outlook asks for password again", "After the change my outlook keeps asking for the password"),
    ("Screen stays black", "The second monitor on the dock is not recognised since yesterday"),
    ("Cannot open shared folder", "Access denied on the finance share for our new colleague"),
    ("Laptop very slow", "Starting takes ten minutes and the fan is loud all day"),
    ("New phone please", "I need a phone for the new colleague who starts on Monday"),
    ("Teams call without sound", "The others do not hear me in the call, my headset is fine elsewhere"),
)


def desk() -> list[Document]:
    return [
        incident(
            1,
            "VPN drops every hour",
            "The tunnel closes with error 0x80070005 after an hour",
            "Renewed the certificate",
        ),
        incident(2, "Printer jams on floor 3", "Paper jam in tray two again", "Replaced the roller"),
        article(3, "VPN disconnects", "When the tunnel closes every hour, renew the certificate"),
        *(incident(20 + number, *texts) for number, texts in enumerate(OTHER)),
    ]


def keys(index: Index, **changes: object) -> list[Key]:
    asked = problem("vpn tunnel closes", "my vpn tunnel closes after one hour", **changes)
    return [found.key for found in index.suggest(asked)]


@pytest.fixture
def filled(index: Index) -> Index:
    index.apply(desk())
    return index


def test_the_similar_case_comes_first_with_its_reasons(filled: Index) -> None:
    found = filled.suggest(problem("VPN tunnel drops", "Every HOUR with 0x80070005"))
    assert found[0].key == Key("incident", 1)
    assert set(found[0].matched_terms) == {"VPN", "tunnel", "drops", "Every", "HOUR", "0x80070005"}
    assert 0 < found[0].likeness <= 1
    assert found[0].age_days == pytest.approx(1.0)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_articles_are_suggested_too_and_kinds_narrow(filled: Index) -> None:
    assert set(keys(filled)) == {Key("incident", 1), Key("article", 3)}
    assert keys(filled, kinds=frozenset({"article"})) == [Key("article", 3)]


def test_never_itself(filled: Index) -> None:
    assert Key("incident", 1) not in keys(filled, exclude=Key("incident", 1))


def test_never_what_is_not_suggestable(filled: Index) -> None:
    filled.apply([incident(1, "VPN tunnel closes", "vpn tunnel closes after one hour", "x", suggestable=False)])
    assert keys(filled) == [Key("article", 3)]


def test_never_what_is_forbidden(filled: Index) -> None:
    filled.apply(
        [incident(1, "VPN tunnel closes", "vpn tunnel closes after one hour", "x", audience=frozenset({"team:9"}))]
    )
    assert keys(filled) == [Key("article", 3)]


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Coffee machine", "The machine on the second floor makes only cold water since the engineers left"),
        ("Invoice question", "Please send last year's invoices for the catering and the flowers by Friday"),
        ("", ""),
        ("the", "and"),
        ("***", "???"),
        ("Zebra crossing", "The hour"),
        (
            "Garden party invitation",
            "Serve sandwiches on a tray with paper napkins, hang lanterns beside roses, borrow benches, invite "
            "neighbours, hire musicians, bake cakes, chill lemonade, mow lawns, paint signs, rent a marquee",
        ),
    ],
)
def test_unrelated_text_suggests_nothing(filled: Index, title: str, body: str) -> None:
    assert filled.suggest(problem(title, body)) == ()


def test_a_shared_error_code_is_enough(filled: Index) -> None:
    found = filled.suggest(problem("Backup failed", "job ended with 0x80070005"))
    assert [one.key for one in found] == [Key("incident", 1)]
    assert "0x80070005" in found[0].matched_terms


def test_the_fix_text_helps_to_find(index: Index) -> None:
    index.apply([incident(1, "No network", "dead", "Replaced the docking station"), *desk()[2:]])
    found = index.suggest(problem("docking station", "docking station dead"))
    assert found[0].key == Key("incident", 1)


def test_near_in_time_same_service_and_category_come_first(index: Index) -> None:
    same = ("Mail not sent", "outbox stays full of unsent mail")
    index.apply(
        [
            incident(1, *same, at=NOW - timedelta(days=300), service="Mail", category="Fault"),
            incident(2, *same, at=NOW - timedelta(days=300), service="Fax", category="Fault"),
            incident(3, *same, at=NOW - timedelta(days=300)),
            incident(4, *same, at=NOW - timedelta(days=1)),
            *desk()[2:],
        ]
    )
    found = index.suggest(problem(*same, service="mail", category="FAULT"))
    assert [one.key.id for one in found[:4]] == [4, 1, 2, 3]
    assert [(one.same_service, one.same_category) for one in found[:4]] == [
        (False, False), (True, True), (False, True), (False, False),
    ]  # fmt: skip
    assert [round(one.age_days) for one in found[:4]] == [1, 300, 300, 300]


def test_a_service_that_shares_a_word_is_not_the_same(index: Index) -> None:
    index.apply([incident(1, "Mail not sent", "outbox full", service="Mail archive"), *desk()[2:]])
    (first, *_) = index.suggest(problem("Mail not sent", "outbox full", service="Mail"))
    assert not first.same_service


def test_feedback_moves_the_order(index: Index) -> None:
    index.apply([incident(number, "Mail not sent", "outbox full", at=NOW) for number in (1, 2)] + desk()[2:])
    asked = problem("Mail not sent", "outbox full")
    plain = [one.key for one in index.suggest(asked)]
    assert [one.key for one in index.suggest(asked, feedback={plain[1]: 1.5})] == plain[::-1]
    assert [one.key for one in index.suggest(asked, feedback={plain[0]: 0.1})] == plain[::-1]
    assert [one.key for one in index.suggest(asked, feedback={plain[0]: 0.0})] == plain[1:]


def test_the_limit_holds(index: Index) -> None:
    index.apply([incident(number, "Mail not sent", "outbox full") for number in range(30)] + desk()[2:])
    asked = problem("Mail not sent", "outbox full")
    assert [len(index.suggest(asked, limit=limit)) for limit in (0, 1, 7, -2)] == [0, 1, 7, 0]
    assert len(index.suggest(asked)) == 5


def test_a_huge_problem_is_answered(filled: Index) -> None:
    body = "vpn tunnel closes 0x80070005 " * 30_000
    assert filled.suggest(problem("VPN drops every hour", body))[0].key == Key("incident", 1)
    assert filled.suggest(problem("x" * 1_000_000, "y" * 1_000_000)) == ()


def test_other_scripts_are_alike_too(index: Index) -> None:
    index.apply([incident(1, "打印机没有反应", "无法连接到打印服务器", "重新启动"), *desk()[2:]])
    assert [one.key.id for one in index.suggest(problem("打印机无法连接", "没有反应"))] == [1]
