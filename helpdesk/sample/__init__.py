"""The sample company that fills the demo, the benchmarks and the screenshots: pure data, nothing of ours imported.

Start at `history.history` (a desk's last six months), `bulk.bulk` (any number of incidents), `articles.load_articles`
and `company` (who they all are). The demo loader and the benches call these; nothing else should.
"""
