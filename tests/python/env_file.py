"""Prints what python-dotenv reads from .env texts: the golden list of docktuna's own reader.

    python3 -m venv venv && venv/bin/pip install python-dotenv==1.2.4
    venv/bin/python tests/python/env_file.py > docktuna/golden/dotenv.json

Each entry is [text, the values of our two names, whether a line of ours cannot be read].
"""

import json
import os
import re
import sys
import tempfile

from dotenv.main import DotEnv
from dotenv.parser import parse_stream

PASSWORD, HOST = NAMES = "OPTUNA_DB_PASSWORD", "OPTUNA_DB_HOST"

VALUES = [
    "plain",
    "pa word",
    "pa\\word",
    "pa'word",
    'pa"word',
    "pa$word",
    "pa$$word",
    "${OTHER}",
    "a${OTHER}b",
    "${MISSING}x",
    "${MISSING:-dflt}",
    "${OTHER:-dflt}",
    "${FROM_ENV}",
    "${OTHER",
    "$OTHER",
    "$(cmd)",
    "${a:b}",
    "${}",
    "x${}y",
    "${OTHER:-}",
    "'single'",
    "'sin gle'",
    "'it\\'s'",
    "'back\\slash'",
    "'back\\\\slash'",
    "'pa$word'",
    "'${OTHER}'",
    "'a\"b'",
    "'# no comment'",
    "'new\\nline'",
    "'two\nlines'",
    '"double"',
    '"dou ble"',
    '"a\\"b"',
    '"a\'b"',
    '"back\\slash"',
    '"back\\\\slash"',
    '"pa$word"',
    '"${OTHER}"',
    '"tab\\there"',
    '"new\\nline"',
    '"two\nlines"',
    '"\\$x"',
    '"\\q"',
    '"# no comment"',
    '"\\a\\b\\f\\r\\v"',
    '"\\x41\\u0041\\101"',
    "a#b",
    "a #b",
    "a\t# b",
    " #b",
    "#b",
    "a#b # c",
    "  lead",
    "trail   ",
    "'a' # c",
    "'a'#c",
    '"a"   # c',
    "a=b",
    "=",
    "a;b",
    "`a`",
    "a\\ b",
    "a\\nb",
    "a\\",
    "é😀",
    "\u00a0a\u00a0",
    "\u00a0#a",
    "a\u00a0#b",
    "%40/:@?&",
    "!@#$%^&*()",
    "a\x0bb",
    "''",
    '""',
    "'' x",
    "a'b'c",
    "a\"b\"c",
    "''x",
    "'a'b",
    "'unclosed",
    '"unclosed',
    "'ends\\'",
    "a\rOTHER2=b",
    "$ {OTHER}",
    "${ OTHER }",
    "${OTHER:-a}b}",
    "${OTHER:+x}",
    "$${OTHER}",
    "\\${OTHER}",
    "${OPTUNA_DB_PASSWORD}",
    "${EMPTY}",
    "${EMPTY:-x}",
    "${NOVALUE}",
    "${NOVALUE:-x}",
]
TEXTS = [f"OTHER=other\nEMPTY=\nNOVALUE\n{PASSWORD}={value}\n{HOST}=db\n" for value in VALUES]
TEXTS += [
    f"{PASSWORD}=a",
    f"{PASSWORD}=a\r\n{HOST}=db\r\n",
    f"{PASSWORD}=a\r{HOST}=db\r",
    f"\ufeff{PASSWORD}=a\n",
    f"export {PASSWORD}=a\n",
    f"export\t{PASSWORD}=a\n",
    f"  export   {PASSWORD} = a\n",
    f"export{PASSWORD}=a\n",
    f"  {PASSWORD}=a\n",
    f"{PASSWORD} =a\n",
    f"{PASSWORD}= a\n",
    f"{PASSWORD} = 'a'\n",
    f"'{PASSWORD}'=a\n",
    f"\"{PASSWORD}\"=a\n",
    f"{PASSWORD}\n",
    f"{PASSWORD}:a\n",
    f"{PASSWORD}: a\n",
    f"{PASSWORD}=\n",
    f"{PASSWORD}",
    f"{PASSWORD}=   \n",
    f"# {PASSWORD}=a\n",
    f"#{PASSWORD}=a\n",
    f"{PASSWORD}=a\n{PASSWORD}=b\n",
    f"{PASSWORD}=a\n{PASSWORD}\n",
    f"{PASSWORD}=a\n{PASSWORD}=\n",
    f"{PASSWORD}=a # c\n",
    f"set {PASSWORD}=a\n",
    f"{PASSWORD} a\n",
    f"{PASSWORD}=a\x00b\n",
    f"OTHER=a b --c d\n{PASSWORD}=a\n",
    'OTHER={"a": $x}\n' + f"{PASSWORD}=a\n",
    f"JUSTAKEY\n{PASSWORD}=a\n",
    f"X=back\\slash\n{PASSWORD}=a\n",
    f"1X=2\n{PASSWORD}=a\n",
    f"X-Y=2\n{PASSWORD}=a\n",
    f"X='open\n{PASSWORD}=a\n",
    f"X=\"open\n{PASSWORD}=a\n",
    f"X='open\n{PASSWORD}='a'\n",
    f"X='it's\n{PASSWORD}=a\n",
    f"=x\n{PASSWORD}=a\n",
    f"x y z\n{PASSWORD}=a\n",
    f"[section]\n{PASSWORD}=a\n",
    f"- item\n{PASSWORD}=a\n",
    f"X='two\nlines'\n{PASSWORD}=a\n",
    f"X='{PASSWORD}=no\n'\n{PASSWORD}=a\n",
    f"X='\n{PASSWORD}=inside\n'\n",
    f"\n\n  \n{PASSWORD}=a\n",
    f"\x0c{PASSWORD}=a\n",
    f"{PASSWORD}=a\u2028{HOST}=db\n",
    f"{PASSWORD}=a\x85{HOST}=db\n",
    f"\u00a0{PASSWORD}=a\n",
    f"X=\n{PASSWORD}=a\n",
    f"X\n={PASSWORD}\n{PASSWORD}=a\n",
    f"{PASSWORD}\n=a\n",
    f"{PASSWORD}='a'b\n{HOST}=db\n",
    f"{PASSWORD}='a\n{HOST}=db\n",
    f"{PASSWORD}='a\n{HOST}='db'\n",
    f"A=${{B}}\nB=1\n{PASSWORD}=${{A}}-${{B}}\n",
    f"A=1\n{PASSWORD}=${{A}}\nA=2\n",
    f"optuna_db_password=a\n",
    f"{PASSWORD}.X=a\n",
    f"{PASSWORD}=\\'a\n",
    f"{PASSWORD}=a\\\n{HOST}=db\n",
    f"export\n{PASSWORD}=a\n",
    f"export=1\n{PASSWORD}=a\n",
    f"export export {PASSWORD}=a\n",
    f"'export' {PASSWORD}=a\n",
    f"{PASSWORD}=a 'b' # c\n",
    f"{PASSWORD}=\"a\" 'b'\n",
    f"# X='\n{PASSWORD}=a\n# '\n",
    f"X=a # it's\n{PASSWORD}=a\n",
    f"X=it's\n{PASSWORD}=a\n",
    f"X = don't\n{PASSWORD} = won't\n",
    f"'X\n{PASSWORD}'=a\n{PASSWORD}=b\n",
]


def read(text):
    with tempfile.NamedTemporaryFile("w", newline="", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        values = DotEnv(file.name, encoding="utf-8", override=False).dict()
        with open(file.name, encoding="utf-8") as stream:
            # Of a line that it cannot read it keeps only the text.
            bad = [binding.original.string for binding in parse_stream(stream) if binding.error]
    refused = any(re.split(r"[=\s]", line.strip())[0] in NAMES for line in bad)
    return {name: values[name] for name in NAMES if values.get(name) is not None}, refused


def main():
    os.environ.clear()
    os.environ["FROM_ENV"] = "outside"
    json.dump([[text, *read(text)] for text in TEXTS], sys.stdout, indent=0)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
