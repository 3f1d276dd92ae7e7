"""Coverage-guided fuzzing of the mail parser: any bytes give an Arrival, and folding loses nothing.

Run by `make fuzz`: python tests/fuzz/fuzz_mail.py -max_total_time=60
"""

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

with atheris.instrument_imports(include=["intake.mail"]):
    from intake.mail.limits import Limits
    from intake.mail.parse import parse

LIMITS = Limits(bytes_max=100_000, parts_max=50)


def one_input(data: bytes) -> None:
    arrival = parse(data, limits=LIMITS)
    kept = "".join((arrival.reply_text + arrival.quoted_text).split())
    if sorted(kept) != sorted("".join(arrival.text.split())):
        raise AssertionError("folding lost text")
    if parse(data, limits=LIMITS).fingerprint != arrival.fingerprint:
        raise AssertionError("the fingerprint is not a function of the mail")


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
