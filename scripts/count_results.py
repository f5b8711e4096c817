"""What a test runner counted, as `PASSED FAILED SKIPPED` on one line.

    count_results.py nextest|libtest|vitest|junit|summary FILE

`summary` is the last line that says `N passed`, as the browser tests print it. Exits with 1 when the file holds no
result, so that a runner that died is not taken for one that had nothing to do.
"""

import json
import re
import sys
import xml.etree.ElementTree as xml

COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def number(line, *words):
    """The sum of the numbers in front of these words."""
    return sum(int(found) for word in words for found in re.findall(rf"(\d+) {word}\b", line))


def lines_with(path, pattern):
    with open(path, encoding="utf-8", errors="replace") as file:
        return [line for line in (COLOURS.sub("", line) for line in file) if re.search(pattern, line)]


def nextest(path):
    line = lines_with(path, r"Summary \[.*tests? run:")[-1]
    # `12/40 tests run` says that it was stopped before the rest: they count as failed.
    stopped = re.search(r"(\d+)/(\d+) tests? run", line)
    not_run = int(stopped[2]) - int(stopped[1]) if stopped else 0
    return number(line, "passed"), number(line, "failed", "timed out", "exec failed") + not_run, number(line, "skipped")


def libtest(path):
    lines = lines_with(path, r"^test result:")
    lines[0]
    return tuple(sum(number(line, word) for line in lines) for word in ("passed", "failed", "ignored"))


def vitest(path):
    with open(path, encoding="utf-8") as file:
        result = json.load(file)
    # A file that does not even load has no failed test of its own.
    broken = sum(1 for suite in result["testResults"] if suite["status"] == "failed" and not suite["assertionResults"])
    skipped = result["numPendingTests"] + result["numTodoTests"]
    return result["numPassedTests"], result["numFailedTests"] + broken, skipped


def junit(path):
    passed = failed = skipped = 0
    for case in xml.parse(path).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    if passed + failed + skipped == 0:
        raise IndexError
    return passed, failed, skipped


def summary(path):
    line = lines_with(path, r"\b\d+ passed\b")[-1]
    return number(line, "passed"), number(line, "failed"), number(line, "skipped")


KINDS = {"nextest": nextest, "libtest": libtest, "vitest": vitest, "junit": junit, "summary": summary}


def main():
    kind, path = sys.argv[1:]
    try:
        print(*KINDS[kind](path))
    except (OSError, IndexError, KeyError, ValueError, xml.ParseError) as error:
        sys.exit(f"no test results in {path}: the runner ended before it could count ({error!r})")


if __name__ == "__main__":
    main()
