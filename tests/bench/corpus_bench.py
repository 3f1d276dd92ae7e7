"""The mail parser on the shared corpus: a score for each source and field, beside the best single peer of its baseline.

The rules are those of the corpus's own `score_mail.py`, loaded from there. CPU time of parsing is measured beside them.
"""

import importlib.util
import json
import os
import statistics
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import process_time
from typing import Any

from intake.mail.as_json import to_json
from intake.mail.parse import parse
from tests.bench.measure import table

SHARED = Path(os.environ.get("HELPDESK_SHARED", Path(__file__).resolve().parents[3] / "shared"))
CORPUS = SHARED / "mail"
Scores = dict[str, list[float]]
Check = Callable[[dict[str, Any], dict[str, Any]], dict[str, float]]


def main(_sizes: Sequence[int]) -> None:
    """Prints the tables; says so and goes on where the corpus is not there."""
    if not CORPUS.is_dir():
        print(f"no mail corpus at {CORPUS}: set HELPDESK_SHARED to the shared folder")
        return
    rules = scoring()
    by_source, milliseconds = measured(rules.check)
    fields = joined(by_source.values())
    peers = best_peers((CORPUS / "BASELINES.md").read_text("utf-8"))
    table(
        ["field", "checks", "ours", "best single peer", ""], [_field_row(*one, peers) for one in sorted(fields.items())]
    )
    print()
    rows = [_source_row(*one, rules) for one in sorted(by_source.items())]
    table(["source", "checks", "score", "fields below 1"], rows)
    print(f"\nscore {overall(fields, rules):.3f}, best single peer {peers.get('score', 0):.3f}")
    tail = statistics.quantiles(milliseconds, n=20)[-1]
    print(f"CPU for each mail: median {statistics.median(milliseconds):.2f} ms, 95th percentile {tail:.2f} ms")


def scoring() -> Any:
    """The corpus's own scorer as a module."""
    spec = importlib.util.spec_from_file_location("score_mail", CORPUS / "score_mail.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"{CORPUS / 'score_mail.py'} cannot be loaded: is the corpus complete?")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def measured(check: Check) -> tuple[dict[str, Scores], list[float]]:
    """Scores by source and field, and the CPU milliseconds of each parse after a first one for warming up."""
    by_source: dict[str, Scores] = defaultdict(lambda: defaultdict(list))
    milliseconds = []
    for file in sorted(CORPUS.rglob("*.eml")):
        raw = file.read_bytes()
        arrival = parse(raw)
        begun = process_time()
        parse(raw)
        milliseconds.append((process_time() - begun) * 1000)
        expected = file.with_suffix(".json")
        if expected.exists():
            for name, score in check(json.loads(expected.read_text("utf-8")), to_json(arrival)).items():
                by_source[file.relative_to(CORPUS).parts[0]][name].append(score)
    return by_source, milliseconds


def joined(sources: Any) -> Scores:
    """The checks of every source, by field."""
    fields: Scores = defaultdict(list)
    for scores in sources:
        for name, values in scores.items():
            fields[name] += values
    return fields


def overall(fields: Mapping[str, list[float]], rules: Any) -> float:
    """The mean over the fields; a yes-or-no detection counts as one, the product of its two rates."""
    means = {name: statistics.fmean(values) for name, values in fields.items()}
    counted = []
    for name, values in fields.items():
        if name in rules.INFO_ONLY or name in rules.PRODUCTS.values() or len(values) < rules.MIN_N:
            continue
        counted.append(means[name] * means.get(rules.PRODUCTS.get(name, ""), 1.0))
    return statistics.fmean(counted) if counted else 0.0


def best_peers(text: str) -> dict[str, float]:
    """The column "best single peer" of the baseline's first table, by field; the best reply extractor beside it."""
    peers: dict[str, float] = {}
    for line in text.split("\n"):
        cells = [cell.strip().strip("*") for cell in line.strip("|").split("|")]
        if len(cells) > 10 and cells[-2].replace(".", "").isdecimal():
            peers[cells[0].partition(" ")[0].strip("*")] = float(cells[-2])
        elif len(cells) == 4 and cells[1].startswith("0.") and not cells[0].startswith("any"):
            for name, cell in zip(("visible_reply", "reply_similarity", "reply_contains"), cells[1:], strict=True):
                peers[name] = max(peers.get(name, 0.0), float(cell))
        elif cells[0].startswith("score"):
            peers["score"] = max(
                float(cell.strip("*")) for cell in cells[1:] if cell.strip("*").replace(".", "").isdecimal()
            )
    return peers


def _field_row(name: str, values: list[float], peers: Mapping[str, float]) -> list[object]:
    mean, peer = statistics.fmean(values), peers.get(name)
    if peer is None:
        return [name, len(values), f"{mean:.3f}", "none", ""]
    return [name, len(values), f"{mean:.3f}", f"{peer:.3f}", "" if round(mean, 3) >= peer else "below"]


def _source_row(name: str, scores: Scores, rules: Any) -> list[object]:
    means = {field: statistics.fmean(values) for field, values in sorted(scores.items())}
    below = [f"{field} {mean:.2f}" for field, mean in means.items() if mean < 1 and field not in rules.INFO_ONLY]
    return [name, sum(map(len, scores.values())), f"{statistics.fmean(means.values()):.3f}", ", ".join(below)]
