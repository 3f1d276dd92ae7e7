"""Finding: documents in, ranked hits out. A leaf that knows nothing of Flask, mail or incidents."""

import warnings

# Whoosh 2.7.4 has a few escapes and one comparison that newer compilers warn of, once, at its first
# import; where warnings are errors it would not import at all. So that import happens here, quietly.
with warnings.catch_warnings():
    warnings.simplefilter("ignore", SyntaxWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    import whoosh.codec.whoosh3
    import whoosh.index
    import whoosh.lang.snowball.english
    import whoosh.writing  # noqa: F401
