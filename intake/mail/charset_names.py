"""Charset labels seen in mail, with the Python codec that reads what senders really mean by them.

Supersets stand in for the narrow charset of the label, as the WHATWG encoding standard does:
gb2312 mail holds GBK characters, iso-8859-1 mail holds the curly quotes of windows-1252.
"""

CODECS = {
    "ascii": "cp1252", "us-ascii": "cp1252", "ansi_x3.4-1968": "cp1252", "ansi": "cp1252", "7bit": "cp1252",
    "8bit": "cp1252", "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "iso_8859-1": "cp1252", "latin1": "cp1252",
    "latin-1": "cp1252", "l1": "cp1252", "cp819": "cp1252", "x-ansi": "cp1252", "cp-1252": "cp1252",
    "x-cp1252": "cp1252", "iso-8859-9": "cp1254", "latin5": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874",
    "iso-8859-6-e": "iso8859-6", "iso-8859-6-i": "iso8859-6", "iso-8859-8-e": "iso8859-8",
    "iso-8859-8-i": "cp1255", "logical": "cp1255", "visual": "iso8859-8", "iso-8859-15": "iso8859-15",
    "gb2312": "gb18030", "gb_2312-80": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030",
    "iso-gb2312": "gb18030", "chinese": "gb18030", "euc-cn": "gb18030", "euccn": "gb18030", "gb-18030": "gb18030",
    "hz-gb-2312": "hz", "cn-gb": "gb18030", "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "x-big5": "big5hkscs",
    "cn-big5": "big5hkscs", "big-5": "big5hkscs", "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949",
    "ks_c_5601-1989": "cp949", "ksc5601": "cp949", "euc-kr": "cp949", "euckr": "cp949", "korean": "cp949",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "ms_kanji": "cp932",
    "windows-31j": "cp932", "x-ms-cp932": "cp932", "x-euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp_ext",
    "iso-2022-jp-1": "iso2022_jp_ext", "iso-2022-jp-2": "iso2022_jp_2", "iso-2022-jp-ms": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext", "cp50221": "iso2022_jp_ext", "csiso2022jp": "iso2022_jp_ext",
    "x-mac-cyrillic": "mac_cyrillic", "x-mac-roman": "mac_roman", "macintosh": "mac_roman", "mac": "mac_roman",
    "x-macroman": "mac_roman", "x-mac-ce": "mac_latin2", "x-mac-centraleurroman": "mac_latin2",
    "x-mac-greek": "mac_greek", "x-mac-turkish": "mac_turkish", "x-mac-icelandic": "mac_iceland",
    "x-mac-croatian": "mac_croatian", "x-mac-romanian": "mac_romanian", "koi8": "koi8-r", "koi": "koi8-r",
    "utf8": "utf-8", "utf-8": "utf-8", "unicode-1-1-utf-8": "utf-8", "x-utf-8": "utf-8", "utf8mb4": "utf-8",
    "unicode-1-1-utf-7": "utf-7", "x-unicode-2-0-utf-7": "utf-7", "unicode": "utf-16", "iso-10646-ucs-2": "utf-16",
    "ucs-2": "utf-16", "x-windows-949": "cp949", "x-windows-1252": "cp1252", "dos-874": "cp874",
}  # fmt: skip
ESCAPED = frozenset({"utf-7", "hz", "iso2022_jp_ext", "iso2022_jp_2", "iso2022_jp", "iso2022_kr", "utf-16", "utf-32"})
DOUBLE_BYTE = frozenset({"gb18030", "big5hkscs", "cp949", "cp932", "euc_jp", "johab", "euc_jis_2004"})
PREFIXES = ("x-", "iso-", "cs")  # senders glue these before names that are fine without: iso-UTF-8, x-koi8-r
