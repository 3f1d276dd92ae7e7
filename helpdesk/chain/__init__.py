"""How events are chained so that words can be erased and the chain still proves everything else.

What is chained are digests of what was said, each with a salt of its own, not the words: an erased word leaves its
digest behind and takes its salt along, so nobody can guess it back. Asked by `helpdesk.journal` and by whoever proves
a chain or a sealed export."""
