"""`make bench`: intake, pages and search beside bare references in the same run, as CPU milliseconds and ratios.

The parser's scores on the mail corpus come first. `python -m tests.bench [corpus] [intake] [latency] [pages] [search]
[--sizes 1000,100000]`."""

import argparse

from tests.bench import corpus_bench, intake_bench, latency_bench, page_bench, search_bench

PARTS = {
    "corpus": corpus_bench.main,
    "intake": intake_bench.main,
    "latency": latency_bench.main,
    "pages": page_bench.main,
    "search": search_bench.main,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=list(PARTS))
    parser.add_argument("--sizes", default="1000,100000", help="how many incidents there are before measuring begins")
    given = parser.parse_args()
    sizes = [int(size) for size in given.sizes.split(",")]
    for part in given.parts or PARTS:
        print(f"\n## {part}\n", flush=True)
        PARTS[part](sizes)


main()
