"""The difference of two texts."""

import random

from helpdesk.web.knowledge.diff import DiffLine, compare


def kinds(lines: list[DiffLine]) -> list[str]:
    return [line.kind for line in lines]


def texts(lines: list[DiffLine], kind: str) -> list[str]:
    return ["".join(text for text, _ in line.words) for line in lines if line.kind == kind]


def test_the_same_text_is_all_skipped() -> None:
    assert compare("a\nb\nc", "a\nb\nc") == [DiffLine("skipped", count=3)]
    assert compare("", "") == []


def test_the_changed_words_of_a_line_are_marked() -> None:
    gone, come = compare("take the blue cable", "take the red cable")
    assert [text for text, changed in gone.words if changed] == ["blue"]
    assert [text for text, changed in come.words if changed] == ["red"]


def test_lines_with_nothing_in_common_are_not_marked_word_by_word() -> None:
    gone, come = compare("alpha beta gamma", "one two three four")
    assert not any(changed for _, changed in (*gone.words, *come.words))


def test_far_lines_are_folded_and_counted() -> None:
    old = "\n".join(map(str, range(40)))
    lines = compare(old, old.replace("20", "twenty"))
    assert kinds(lines) == ["skipped", *["same"] * 3, "gone", "come", *["same"] * 3, "skipped"]
    assert (lines[0].count, lines[-1].count) == (17, 16)


def test_both_texts_can_be_put_together_again() -> None:
    chance = random.Random(7)
    for _ in range(200):
        old = [chance.choice("abcdef ghi") * chance.randint(0, 5) for _ in range(chance.randint(0, 3))]
        new = [chance.choice("abcdef ghi") * chance.randint(0, 5) for _ in range(chance.randint(0, 3))]
        lines = compare("\n".join(old), "\n".join(new))
        shown = [line for line in lines if line.kind != "skipped"]
        if any(line.kind == "skipped" for line in lines):
            continue
        before = ["".join(text for text, _ in line.words) for line in shown if line.kind in ("same", "gone")]
        after = ["".join(text for text, _ in line.words) for line in shown if line.kind in ("same", "come")]
        assert before == "\n".join(old).splitlines()
        assert after == "\n".join(new).splitlines()


def test_a_huge_text_is_shown_whole_rather_than_compared() -> None:
    lines = compare("a\n" * 5_000, "b\n" * 5_000)
    assert len(texts(lines, "gone")) == len(texts(lines, "come")) == 5_000


def test_words_are_marked_only_as_far_as_the_budget_goes() -> None:
    chance = random.Random(1)
    old, new = ("\n".join(" ".join(chance.choice("ab") for _ in range(199)) for _ in range(300)) for _ in range(2))
    gone = [line for line in compare(old, new) if line.kind == "gone"]
    assert len(gone) > 250
    assert any(changed for _, changed in gone[0].words)
    assert not any(changed for line in gone[-100:] for _, changed in line.words)
