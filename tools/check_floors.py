#!/usr/bin/env python3
"""Checks what a compiler does not: who includes whom, names that are banned where, and lengths.

check_floors.py              all sources of the project; exit 1 with file:line, the rule, what to do
check_floors.py FILE...      only these
check_floors.py --self-test  every rule is shown a bad snippet, and must object

The floors (lower never includes higher, neighbours on a floor never include each other):
base -> model -> sip, media -> log -> core -> host | sim | replay -> tools, tests
"""
import pathlib
import re
import sys

sys.dont_write_bytecode = True  # nothing is left behind in the source tree

from floors_rules import BANNED, LAYERS, SESSION_PARTS, floor_of, may_include

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOPS = ("engine", "sim", "replay", "tools", "tests")
CPP = (".hpp", ".cpp")
LINED = CPP + (".py", ".sh", ".txt", ".cmake", "")  # "" are scripts without an extension
FILE_LINES_MAX, FUNCTION_LINES_MAX, COLUMNS_MAX = 500, 70, 100

TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<end>[^(\s]*)\(.*?\)(?P=end)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![\w'])'(?:\\.|[^'\\\n])+'",
    re.S,
)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.M)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", re.M)
TYPE_HEAD = re.compile(r'^(?:template\s*<.*>\s*)?(?:inline\s+|typedef\s+|export\s+)*'
                       r'(?:namespace|class|struct|union|enum|extern)\b', re.S)


class Source:
    """A file with its text as written, without comments, and without comments and literals."""

    def __init__(self, path, text):
        self.path, self.text = path, text
        self.floor = floor_of(path)
        self.uncommented = TOKEN.sub(self._blank_comment, text)
        self.code = TOKEN.sub(self._blank_all, text)

    @staticmethod
    def _spaces(text):
        return re.sub(r"[^\n]", " ", text)

    @classmethod
    def _blank_comment(cls, match):
        return cls._spaces(match[0]) if match[0].startswith(("//", "/*")) else match[0]

    @classmethod
    def _blank_all(cls, match):
        return cls._spaces(match[0])

    def line_at(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def includes(self):
        for match in INCLUDE.finditer(self.uncommented):
            yield self.line_at(match.start()), match[1], match[2]


def finding(source, line, rule, instead):
    return f"{source.path}:{line}: [{rule}] {instead}"


def check_includes(source):
    for line, quote, name in source.includes():
        target = floor_of(name)
        if quote == '"' and target is None:
            yield finding(source, line, "include-root",
                          f'"{name}" is not written from the root: write "engine/…", "sim/…" '
                          "and so on, and <…> for libraries.")
        elif quote == "<" and target is not None:
            yield finding(source, line, "include-root", f'our own header: write "{name}".')
        elif target is not None and not may_include(source.path, name):
            yield finding(source, line, "floors",
                          f"{source.floor} may not include {target} ({name}): move what is shared "
                          "to a lower floor, or let the higher floor hand it in.")


def layer_of(path):
    """The layer that owns a file of engine/core; None for what the layers share."""
    match = re.fullmatch(r"engine/core/(\w+)\.[hc]pp", path)
    if not match:
        return None
    if match[1] in SESSION_PARTS:
        return "session"
    owner = match[1].split("_")[0]
    return owner if owner in LAYERS else None


def check_layers(sources):
    """No layer reaches another, not even through a shared header of the core."""
    core = {s.path: s for s in sources if s.floor == "core"}
    for source in core.values():
        layer = layer_of(source.path)
        for line, _, name in source.includes() if layer else ():
            chain = chain_to_other_layer(core, layer, [name])
            if chain:
                yield finding(source, line, "layers",
                              f"the {layer} layer reaches the {layer_of(chain[-1])} layer by "
                              f"{' -> '.join(chain)}: send mail instead, and share types through "
                              "engine/model.")


def chain_to_other_layer(core, layer, chain):
    owner = layer_of(chain[-1])
    if owner not in (None, layer):
        return chain
    source = core.get(chain[-1])
    for _, _, name in source.includes() if source else ():
        if name not in chain:
            longer = chain_to_other_layer(core, layer, chain + [name])
            if longer:
                return longer
    return None


def check_banned(source):
    for rule in BANNED:
        if not rule.applies(source.path, source.floor):
            continue
        text = source.uncommented if rule.in_includes else source.code
        for match in rule.pattern.finditer(text):
            yield finding(source, source.line_at(match.start()), rule.name,
                          f"`{match[0].strip()}`: {rule.instead}")


def check_release(sources):
    """RACES: ids leave the directory in one place. A second caller is a second truth."""
    calls = []
    for source in sources:
        if source.floor in ("base", "model", "sip", "media", "log", "core", "host"):
            for match in re.finditer(r"(?:\.|->|Directory::)\s*release\s*\(", source.code):
                calls.append((source, source.line_at(match.start())))
    definitions = re.compile(r"\bDirectory::release\s*\([^;{]*\{")
    calls = [(s, line) for s, line in calls
             if not any(s.line_at(m.start()) == line for m in definitions.finditer(s.code))]
    for source, line in calls if len(calls) > 1 else ():
        yield finding(source, line, "one-release",
                      f"Directory::release has {len(calls)} callers: only applying CallTerminated "
                      "may call it (and give smart pointers away by std::move).")


def check_lengths(source):
    lines = source.text.splitlines()
    if len(lines) > FILE_LINES_MAX:
        yield finding(source, len(lines), "file-length",
                      f"{len(lines)} lines, at most {FILE_LINES_MAX}: split it by noun.")
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS_MAX and "://" not in line:
            yield finding(source, number, "columns",
                          f"{len(line)} columns, at most {COLUMNS_MAX}: break the line.")
    if source.path.endswith(CPP):
        yield from check_functions(source)


def check_functions(source):
    for first, last in functions(source.code):
        length = last - first + 1
        if length > FUNCTION_LINES_MAX:
            yield finding(source, first, "function-length",
                          f"{length} lines, at most {FUNCTION_LINES_MAX}: name its parts.")


def functions(code):
    """(first, last) line of each function: a pair of braces at the level of a namespace or type."""
    code = DIRECTIVE.sub(lambda match: Source._spaces(match[0]), code)
    head_start, line, parens = 0, 1, 0
    inside = 0          # braces open within the function or initialiser that is being measured
    first = None        # its first line, or None for data
    for at, c in enumerate(code):
        if c == "\n":
            line += 1
        elif c == "{" and (inside or parens == 0):
            head = code[head_start:at].strip()
            if not inside and is_scope(head):
                head_start = at + 1
                continue
            if not inside:
                first = line - head.count("\n") if is_function(head) else None
            inside += 1
        elif c == "}" and inside:
            inside -= 1
            if inside == 0:
                if first is not None:
                    yield first, line
                # A constructor's `: a_{1}, b_{2} {` goes on after an initialiser.
                follows = code[at + 1:].lstrip()[:1]
                if follows not in ("{", ","):
                    head_start = at + 1
        elif inside:
            continue
        elif c in "()":
            parens += 1 if c == "(" else -1
        elif c in ";}" and parens == 0:
            head_start = at + 1


def is_scope(head):
    head = re.sub(r"^(?:(?:public|private|protected)\s*:\s*)+", "", head)
    returns_one = re.search(r"\)\s*(?:const|noexcept|override|\s)*$", head)  # struct X f() {
    return bool(TYPE_HEAD.match(head)) and not returns_one


def is_function(head):
    return "(" in head and not re.search(r"(?:=|,|\(|\breturn)$", head)


def check_file(source):
    if source.path.endswith(CPP):
        yield from check_includes(source)
        yield from check_banned(source)
        if source.path.endswith(".hpp") and not source.text.startswith("#pragma once\n"):
            yield finding(source, 1, "pragma-once", "a header begins with `#pragma once`.")
    yield from check_lengths(source)


def check(sources):
    for source in sources:
        yield from check_file(source)
    yield from check_layers(sources)
    yield from check_release(sources)


def is_source(path):
    lined = path.suffix in LINED and (path.suffix or "tools" in path.parts or ".ci" in path.parts)
    return path.is_file() and lined and "__pycache__" not in path.parts


def all_sources():
    paths = [p for top in (*TOPS, ".ci") for p in (ROOT / top).rglob("*")]
    paths += [ROOT / "CMakeLists.txt"]
    return sorted(p for p in paths if is_source(p))


def load(path):
    return Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))


def main(arguments):
    if arguments == ["--self-test"]:
        import floors_selftest
        return floors_selftest.run()
    paths = [pathlib.Path(a).resolve() for a in arguments] or all_sources()
    findings = list(check([load(p) for p in paths]))
    print("\n".join(findings), end="\n" if findings else "")
    print(f"check_floors: {len(paths)} files, {len(findings)} findings")
    return 1 if findings or not paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
