"""`python -m bench [NAME…] [--json]`: without names, every bench that ends within minutes."""

import argparse
import importlib
import json
import sys

NAMES = (
    "start",
    "deid",
    "text",
    "ocr",
    "volume",
    "noise",
    "denoise",
    "clinical",
    "duplicates",
    "negation",
    "select",
    "scale",
    "list",
    "ledger",
    "story",
)
# Minutes each, or as long as they are given.
BY_NAME = (
    "labels",
    "annotate",
    "readers",
    "fuzz",
    "qido",
    "receive",
    "pull",
    "registration",
    "slides",
    "stain",
    "standardise",
    "upload",
    "load",
)


def main():
    parser = argparse.ArgumentParser(prog="./dev bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES + BY_NAME))
    parser.add_argument("--json", action="store_true", help="one JSON object per row")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(NAMES + BY_NAME):
        parser.error(f"no such bench: {', '.join(sorted(unknown))}")
    missed = 0
    for name in asked.names or NAMES:
        for row in importlib.import_module(f"bench.{name}").run():
            line = row.line()
            missed += row.met is False
            print(json.dumps(line, ensure_ascii=False) if asked.json else _text(line), flush=True)
    return 1 if missed else 0


def _text(line):
    peer = "" if line["peer"] is None else f"{line['peer_name']} {line['peer']} {line['unit']}"
    ratio = "" if line["ratio"] is None else f"×{line['ratio']}"
    met = {True: "met", False: "MISSED", None: ""}[line["met"]]
    goal = "" if line["goal"] is None else f"goal {line['goal']} {met}"
    ours = f"{line['ours']} {line['unit']}"
    return f"{line['bench']:8} {line['case']:44} {ours:24} {peer:44} {ratio:10} {goal}".rstrip()


if __name__ == "__main__":
    sys.exit(main())
