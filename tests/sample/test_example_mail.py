"""The mails the demo is tried with resemble a resolved incident more than any other."""

import math
import re
from collections import Counter

import pytest

from helpdesk.sample import company, example_mail

EXPECTED = "outlook-profile-0x8004010f"
MAILS = {
    "first": f"{example_mail.EXAMPLE_MAIL_SUBJECT} {example_mail.EXAMPLE_MAIL_BODY}",
    "second": f"{example_mail.SECOND_MAIL_SUBJECT} {example_mail.SECOND_MAIL_BODY}",
}


def words(text):
    return set(re.findall(r"\w+", text.lower()))


def ranked(query, incidents):
    """The plainest ranking there is: shared words, weighted by how rare they are, over the length."""
    documents = [(i, words(i.subject + " " + " ".join(step.text for step in i.steps))) for i in incidents]
    frequency = Counter(word for _, document in documents for word in document)
    wanted = words(query)

    def score(document):
        return sum(math.log(len(documents) / frequency[word]) for word in wanted & document) / len(document) ** 0.25

    return [incident for incident, document in sorted(documents, key=lambda pair: -score(pair[1]))]


@pytest.mark.parametrize("mail", MAILS)
def test_its_fix_is_found_first(incidents, mail):
    resolved = [incident for incident in incidents if incident.state in ("resolved", "closed")]
    assert ranked(MAILS[mail], resolved)[0].scenario == EXPECTED


def test_the_second_resembles_the_first_without_repeating_it():
    first, second = words(MAILS["first"]), words(MAILS["second"])
    assert len(first & second) >= 12
    assert len(second - first) >= 12


@pytest.mark.parametrize("sender", [example_mail.EXAMPLE_MAIL_FROM, example_mail.SECOND_MAIL_FROM])
def test_it_comes_from_a_requester(sender):
    assert sender in {f"{person.name} <{person.address}>" for person in company.REQUESTERS}
