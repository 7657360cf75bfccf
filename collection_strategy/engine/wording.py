"""Wordings in Jinja2, over plain values, for authors who are no programmers and may not become one by it.

Jinja2's own sandbox lets a template call whatever it gets hold of. Here it gets hold of nothing: values
are plain dicts, lists, text, numbers and dates; a dot only looks into a dict; nothing can be called; no
other file can be included; and nothing can be made to grow without bound.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, Undefined, UndefinedError, nodes
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

MAX_SOURCE = 60_000
"""Characters of a wording."""
MAX_TEXT = 200_000
"""Characters of what a wording may become."""
MAX_DEPTH = 2
"""Loops within loops."""

FILTERS = (
    *("abs", "capitalize", "default", "d", "e", "escape", "first", "float", "int", "last", "length", "count"),
    *("lower", "round", "sort", "sum", "title", "trim", "truncate", "upper"),
)
TESTS = ("defined", "undefined", "none", "eq", "ne", "lt", "le", "gt", "ge", "in", "odd", "even", "divisibleby")
LOOP = {"index", "index0", "first", "last", "length", "revindex", "revindex0"}
FORBIDDEN = (
    *(nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends, nodes.Block),
    *(nodes.Macro, nodes.CallBlock, nodes.Call),
    # what remembers could be made to grow: x = x ~ x, forty times
    *(nodes.Assign, nodes.AssignBlock, nodes.With),
)


class WordingError(Exception):
    """A wording that cannot be used.

    :param code: `too_long`, `syntax`, `forbidden`, `unknown` (a name that there is not), `failed`
    :param detail: what exactly, in Jinja2's words or the name
    :param line: of the wording, where that is known
    """

    def __init__(self, code: str, detail: str = "", line: int | None = None):
        super().__init__(code, detail, line)
        self.code, self.detail, self.line = code, detail, line


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment wordings live in."""

    intercepted_binops = frozenset(["*", "**", "%"])

    def __init__(self, html: bool):
        super().__init__(autoescape=html, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in FILTERS} | {"join": _join}
        self.tests = {name: self.tests[name] for name in TESTS}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Look into a dict, or at a loop's counters; nothing else has anything to see."""
        if isinstance(obj, LoopContext) and attribute in LOOP:
            return getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Take an entry of a dict or a list."""
        if isinstance(obj, Undefined):
            return obj  # what is missing is the first name, not the second
        if isinstance(obj, Mapping) and argument in obj:
            return obj[argument]
        if isinstance(obj, (list, tuple)) and isinstance(argument, int) and -len(obj) <= argument < len(obj):
            return obj[argument]
        return self.undefined(obj=obj, name=argument)

    def is_safe_callable(self, obj: Any) -> bool:
        """Nothing may be called."""
        return False

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Allow arithmetic with numbers only: text times a million is no wording."""
        if operator == "**" or not all(isinstance(side, (int, float)) for side in (left, right)):
            raise SecurityError(f"{operator} is for numbers only")
        return super().call_binop(context, operator, left, right)


def _join(parts: Any, between: str = ", ") -> str:
    """Join the texts of a list; a text itself is none."""
    if not isinstance(parts, (list, tuple)):
        raise SecurityError("join is for lists")
    if len(parts) * len(str(between)) > MAX_TEXT:
        raise SecurityError("too much to join")
    return str(between).join(str(part) for part in parts)


SANDBOXES = {html: Sandbox(html) for html in (False, True)}


@lru_cache(maxsize=512)
def compiled(source: str, html: bool):
    """Return a wording ready to be filled in; the same one again for the same source.

    :param html: values are escaped, because the text is HTML
    :raises WordingError: it is too long, no Jinja2, or does what a wording may not
    """
    if len(source) > MAX_SOURCE:
        raise WordingError("too_long", f"{len(source)} > {MAX_SOURCE}")
    sandbox = SANDBOXES[html]
    try:
        tree = sandbox.parse(source)
        _refuse(tree)
        return sandbox.from_string(tree)
    except TemplateSyntaxError as error:
        raise WordingError("syntax", error.message or "", error.lineno) from error
    except TemplateError as error:  # a filter or test that there is not
        raise WordingError("syntax", str(error)) from error


def _refuse(tree: nodes.Template) -> None:
    for node in tree.find_all(FORBIDDEN):
        raise WordingError("forbidden", type(node).__name__.lower(), node.lineno)

    def depth(node: nodes.Node) -> int:
        below = max((depth(child) for child in node.iter_child_nodes()), default=0)
        return below + isinstance(node, nodes.For)

    if depth(tree) > MAX_DEPTH:
        raise WordingError("forbidden", "for in for in for")


def render(source: str, values: Mapping[str, Any], *, html: bool = False) -> str:
    """Return a wording filled in.

    :param values: plain values only; see the module
    :param html: the wording is HTML, so values are escaped
    :raises WordingError: it cannot be filled in

    >>> str(render("Dear {{ debtor.name }},", {"debtor": {"name": "Ann & Co"}}, html=True))
    'Dear Ann &amp; Co,'
    >>> render("{{ debtor.__class__ }}", {"debtor": {}})
    Traceback (most recent call last):
        ...
    engine.wording.WordingError: ('unknown', '__class__', None)
    >>> render("{{ 'a' * 9000000 }}", {})
    Traceback (most recent call last):
        ...
    engine.wording.WordingError: ('forbidden', '* is for numbers only', None)
    """
    template = compiled(source, html)
    parts, size = [], 0
    try:
        for part in template.generate(values):
            size += len(part)
            if size > MAX_TEXT:
                raise WordingError("too_long", f"> {MAX_TEXT}")
            parts.append(part)
    except UndefinedError as error:
        raise WordingError("unknown", _name_of(error)) from error
    except SecurityError as error:
        raise WordingError("forbidden", str(error)) from error
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, RecursionError) as error:
        raise WordingError("failed", str(error)[:200]) from error
    text = "".join(parts)
    return Markup(text) if html else text


def one_line(text: str) -> str:
    """Return text fit for a subject: one line, nothing that could start another header.

    >>> one_line(" Invoice\\r\\nBcc: all@example.com ")
    'Invoice Bcc: all@example.com'
    """
    return " ".join(text.split())


def _name_of(error: UndefinedError) -> str:
    text = error.message or ""
    if "has no attribute" in text:
        return text.rsplit(" ", 1)[-1].strip("'")
    return text.split("'")[1] if "'" in text else text
