"""Coverage-guided fuzzing of the mail parser: any bytes give an Arrival within the limits, and folding loses nothing.

Run by `make fuzz`: python tests/fuzz/fuzz_mail.py -max_total_time=60. One input may take 2 s, and the process may
grow by 200 MB over what it holds once everything is loaded, the fuzzer's own corpus included.
"""

import resource
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

with atheris.instrument_imports(include=["intake.mail"]):
    from intake.mail.as_json import to_json
    from intake.mail.bounce_kind import kind_of
    from intake.mail.limits import Limits
    from intake.mail.parse import parse
from tests.fuzz.seeds import write_seeds
from tests.fuzz.wrapping import mail_of

SECONDS_MAX = 2
GROWTH_MEGABYTES_MAX = 200
LIMITS = Limits(bytes_max=100_000, parts_max=50)


def one_input(data: bytes) -> None:
    raw = mail_of(data)
    arrival = parse(raw, limits=LIMITS)
    kept = "".join((arrival.reply_text + arrival.quoted_text).split())
    if sorted(kept) != sorted("".join(arrival.text.split())):
        raise AssertionError("folding lost text")
    if parse(raw, limits=LIMITS).fingerprint != arrival.fingerprint:
        raise AssertionError("the fingerprint is not a function of the mail")
    if arrival.signature is not None and arrival.signature.verified:
        raise AssertionError("a signature was verified that no authority here stands for")
    if arrival.bounce is not None and not all(kind_of(one) for one in arrival.bounce.reports):
        raise AssertionError("a report of no kind")
    to_json(arrival)


def _megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        write_seeds(Path(folder))
        for seed in Path(folder).iterdir():
            one_input(seed.read_bytes())
        limits = [f"-timeout={SECONDS_MAX}", f"-rss_limit_mb={_megabytes() + GROWTH_MEGABYTES_MAX}", "-max_len=20000"]
        print("memory once loaded:", _megabytes(), "MB; limits:", *limits)
        atheris.Setup([sys.argv[0], *limits, *sys.argv[1:], folder], one_input)
        atheris.Fuzz()
