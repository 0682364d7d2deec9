"""English sentences that code can say, read from its source: what a language other than English must have.

An f-string counts as a sentence whose holes are numbered marks. Where a hole, or a whole sentence, is a name
that the module binds to texts (a constant, a table, an argument that every caller spells out), each of those
is a sentence of its own.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from services import errors

ROOT = Path(__file__).resolve().parents[2]
MOST = 40
"""Sentences that one expression is taken to say."""
_DEPTH = 7
_TEXTS = {"text"}
_BUILDERS = {"of", "by", "after", "for_lack_of"}
"""Class methods of errors."""
_HINTS = {"hint", "message", "why_not"}

Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Module
Form = tuple[str | None, ...]
"""Pieces of a sentence; None is a hole."""
_HOLE: Form = (None,)


def filled(form: Form) -> str:
    """Return a sentence with a mark of its own in each hole."""
    holes = itertools.count(1)
    return "".join(f"⟨{next(holes)}⟩" if piece is None else piece for piece in form)


@dataclass(frozen=True)
class Module:
    """A source file, with what its names are bound to."""

    path: Path
    tree: ast.Module
    parents: dict[ast.AST, Scope] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Module:
        module = cls(path, ast.parse(path.read_text("utf-8")))
        module._note(module.tree, module.tree)
        return module

    def _note(self, node: ast.AST, scope: Scope) -> None:
        for child in ast.iter_child_nodes(node):
            self.parents[child] = scope
            inner = child if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else scope
            self._note(child, inner)

    def bound(self, name: str, scope: Scope) -> Iterator[ast.expr]:
        """Yield what is assigned to `name` in `scope`, else in the module."""
        found = [*_assigned(name, scope)]
        yield from found or ([] if scope is self.tree else _assigned(name, self.tree))

    def returned(self, name: str) -> Iterator[ast.expr]:
        """Yield what the function `name` of the module returns."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
                for inside in ast.walk(node):
                    if isinstance(inside, ast.Return) and inside.value is not None:
                        yield inside.value


def _assigned(name: str, scope: Scope) -> Iterator[ast.expr]:
    for node in scope.body if isinstance(scope, ast.Module) else ast.walk(scope):
        match node:
            case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                yield value
            case ast.AnnAssign(target=ast.Name(id=found), value=ast.expr() as value) if found == name:
                yield value
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=value):
                at = [isinstance(one, ast.Name) and one.id == name for one in names]
                if any(at):
                    yield from _picked(value, at.index(True), scope)


def _picked(value: ast.expr, at: int, scope: Scope) -> Iterator[ast.expr]:
    """Yield what a tuple, or a name for tuples, holds at a position."""
    if isinstance(value, ast.Tuple):
        yield value.elts[at]
    elif isinstance(value, ast.Name):
        for one in _assigned(value.id, scope):
            if isinstance(one, ast.Tuple):
                yield one.elts[at]


@dataclass(frozen=True)
class Sources:
    """Every module that is looked at, and who calls what."""

    modules: tuple[Module, ...]
    calls: dict[str, list[tuple[Module, ast.Call]]] = field(default_factory=dict)

    @classmethod
    def under(cls, *folders: str) -> Sources:
        files = sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))
        sources = cls(tuple(Module.read(file) for file in files))
        for module in sources.modules:
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Call):
                    sources.calls.setdefault(_called(node), []).append((module, node))
        return sources

    def errors(self) -> Iterator[tuple[str, str]]:
        """Yield each message and hint of an error that members may see, with where it stands."""
        for module, call in itertools.chain.from_iterable(self.calls.values()):
            for text in _parts_of_error(call):
                for form in self.forms(text, module):
                    yield f"{module.path.relative_to(ROOT)}:{call.lineno}", filled(form)

    def labels(self) -> Iterator[tuple[str, str]]:
        """Yield each text that is looked up by its English, with where it stands."""
        for name in _TEXTS:
            for module, call in self.calls.get(name, []):
                for form in self.forms(call.args[0], module) if call.args else ():
                    if None not in form:
                        yield f"{module.path.relative_to(ROOT)}:{call.lineno}", filled(form)

    def constants(self) -> set[str]:
        """Return every string there is, f-strings with their holes marked."""
        return {filled(form) for module in self.modules for form in _strings(module.tree)}

    def forms(self, node: ast.expr, module: Module, depth: int = _DEPTH) -> list[Form]:
        """Return the sentences that an expression may be; one that cannot be told is a single hole."""
        found = self._known(node, module, depth) if depth else []
        return found[:MOST] or [_HOLE]

    def _known(self, node: ast.expr, module: Module, depth: int) -> list[Form]:
        match node:
            case ast.Constant(value=str() as text):
                return [(text,)]
            case ast.JoinedStr(values=parts):
                each = [self.forms(piece, module, depth) for piece in parts]
                return [tuple(itertools.chain.from_iterable(one)) for one in itertools.product(*each)]
            case ast.Name():
                return self._named(node, module, depth)
        inside = [*_either(node), *_told_by(node, module)]
        return [form for value in inside for form in self.forms(value, module, depth - 1)]

    def _named(self, node: ast.Name, module: Module, depth: int) -> list[Form]:
        scope = module.parents[node]
        values = [*module.bound(node.id, scope)]
        found = [form for value in values for form in self.forms(value, module, depth - 1)]
        if found or isinstance(scope, ast.Module):
            return found
        return [*self._given(node.id, scope, module, depth)]

    def _given(self, name: str, scope: Scope, module: Module, depth: int) -> Iterator[Form]:
        """Yield what callers in the same module give for the argument `name`."""
        if isinstance(scope, ast.Module):
            return
        order = [one.arg for one in scope.args.args if one.arg not in {"self", "cls"}]
        for caller, call in self.calls.get(scope.name, []):
            if not _is_called(scope.name, call, is_here=caller is module):
                continue
            value = _argument(call, name, order)
            if value is not None:
                yield from self.forms(value, caller, depth - 1)


def _either(node: ast.expr) -> list[ast.expr]:
    """Return the expressions of which an expression is one."""
    match node:
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return [value]
        case ast.IfExp(body=body, orelse=other) | ast.BoolOp(values=[body, other]):
            return [body, other]
    return []


def _told_by(node: ast.expr, module: Module) -> list[ast.expr]:
    """Return what a table of the module holds, or what a function of it returns."""
    match node:
        case ast.Subscript(value=ast.Name(id=name) as table):
            tables = module.bound(name, module.parents[table])
            return [value for one in tables if isinstance(one, ast.Dict) for value in one.values]
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(value=ast.Name(id="self"), attr=name)):
            return [*module.returned(name)]
    return []


def _argument(call: ast.Call, name: str, order: list[str]) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    at = order.index(name) if name in order else len(call.args)
    return call.args[at] if at < len(call.args) else None


def _is_called(name: str, call: ast.Call, *, is_here: bool) -> bool:
    """Return whether a call of this name is of our function: of a way to build an error, or of its module."""
    if name in _BUILDERS:
        return isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) in KINDS
    return is_here or name == "refusal"


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _kinds() -> set[str]:
    def family(root: type[errors.OmegaError]) -> Iterator[type[errors.OmegaError]]:
        yield root
        for child in root.__subclasses__():
            yield from family(child)

    return {kind.__name__ for kind in family(errors.OmegaError)} - {"Misconfigured"}


KINDS = _kinds()


def _parts_of_error(call: ast.Call) -> Iterator[ast.expr]:
    """Yield the expressions of a call that a member may read."""
    name = _called(call)
    is_error = name in KINDS or name == "cls"
    if is_error and isinstance(call.func, ast.Name) and call.args:
        yield call.args[0]
    for keyword in call.keywords:
        if (is_error and keyword.arg in _HINTS) or keyword.arg == "why_not":
            yield keyword.value


def _strings(tree: ast.AST) -> Iterable[Form]:
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str() as text):
                yield (text,)
            case ast.JoinedStr(values=parts):
                yield tuple(str(part.value) if isinstance(part, ast.Constant) else None for part in parts)
