"""Coverage by part, and the lines that nothing ran, from what `cargo llvm-cov --json` has written."""

import collections
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PARTS = ["policy", "compile", "bpf", "prove", "profile", "show", "kernel", "ffi", "syscall", "error"]


def lines_of(segments):
    """Line to how often it ran: LLVM's segments say from where on a count holds. The largest count of what
    begins on a line or reaches over it is the line's."""
    lines, at, count, counted = {}, 1, 0, False
    for line, _, here, has_count, _, is_gap in segments:
        if counted:
            for between in range(at, line + 1 if line == at else line):
                lines[between] = max(lines.get(between, 0), count)
        at, count, counted = line, here, has_count and not is_gap
    return lines


def is_test(source):
    """Whether a line is behind `#[cfg(test)]`, where a file's tests begin."""
    begins = next((n for n, text in enumerate(source, 1) if text == "#[cfg(test)]"), len(source) + 1)
    return lambda line: line >= begins


def main(path):
    report = json.loads(pathlib.Path(path).read_text())
    totals, missed = collections.Counter(), {}
    for file in report["data"][0]["files"]:
        name = pathlib.Path(file["filename"])
        if not name.is_relative_to(ROOT / "src"):
            continue
        name = name.relative_to(ROOT / "src")
        part = name.parts[0].removesuffix(".rs")
        source = (ROOT / "src" / name).read_text().splitlines()
        tests = is_test(source)
        for line, count in lines_of(file["segments"]).items():
            if tests(line) or source[line - 1].strip() in ("", "}", "});", "};"):
                continue
            totals[part, count > 0] += 1
            if count == 0:
                missed.setdefault((part, name), []).append((line, source[line - 1].strip()))
    for part in PARTS:
        ran, all_lines = totals[part, True], totals[part, True] + totals[part, False]
        if all_lines:
            print(f"{part:8} {ran:6} of {all_lines:6} lines, {100 * ran / all_lines:.1f} %")
    for (part, name), lines in sorted(missed.items(), key=lambda item: str(item[0][1])):
        if part in PARTS[:4] + ["kernel"]:
            for line, text in lines:
                print(f"src/{name}:{line}: {text}")


main(sys.argv[1])
